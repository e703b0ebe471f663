"""kill -9 of PostgreSQL while twenty clients book for a team: no act that was answered is lost, no desk is held for
nobody, and the team's account is what its rows say."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from app.bookings.consistency import disagreements
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_acts import act_of
from app.bookings.team_booking import BookForTeam, book_for_team
from app.plans.accounts import accounts_out_of_balance
from app.platform.database import DB, fetch, fetch_value
from app.platform.embedded_postgres import EmbeddedPostgres
from app.platform.migrations import migrate
from tests.bookings.test_killed_database import BACK_WITHIN_SECONDS, UNANSWERED, place
from tests.bookings.test_team_booking_races import CLIENTS, a_big_team, a_hall, a_pool
from tests.selling import a_charging_world
from tests.teams.founding import acting
from tests.teams.spending import workdays
from tests.worlds import NOW, TOMORROW

__all__ = ["place"]

KILLS, EACH, POOL = 3, 2, 2_000


@pytest.mark.long
async def test_three_kills_lose_no_desk_and_no_day_of_a_team(place: Path) -> None:
    with EmbeddedPostgres(place) as cluster:
        dsn = cluster.dsn("postgres", "postgres")
        await migrate(dsn)
        await DB.open_pool(dsn, size=CLIENTS)
        try:
            world = await a_charging_world()
            hall = await a_hall(world)
            team, _, members = await a_big_team(world, EACH * CLIENTS)
            pool = await a_pool(team, POOL)
            manager = await acting(world.gundula)
            answered: list[str] = []
            last_answer = [0.0] * CLIENTS
            unanswered = 0
            stop = asyncio.Event()

            async def client(number: int) -> None:
                nonlocal unanswered
                mine = members[EACH * number : EACH * (number + 1)]
                days = iter(workdays(TOMORROW, 200))
                day = next(days)
                while not stop.is_set():
                    try:
                        wish = BookForTeam(mine, (hall.slug,), Wanted(day, DayPart.WHOLE_DAY))
                        answered.append(await book_for_team(manager, team, wish, NOW))
                    except UNANSWERED:
                        unanswered += 1
                        await asyncio.sleep(0.05)
                        continue
                    last_answer[number] = time.monotonic()
                    day = next(days)

            work = [asyncio.create_task(client(number)) for number in range(CLIENTS)]
            for _ in range(KILLS):
                await asyncio.sleep(1)
                killed_at = time.monotonic()
                os.kill(int((place / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
                while min(last_answer) < killed_at:
                    assert time.monotonic() - killed_at < BACK_WITHIN_SECONDS, "the clients have not come back"
                    assert not any(one.done() for one in work), [one.exception() for one in work if one.done()]
                    await asyncio.sleep(0.05)
            stop.set()
            await asyncio.gather(*work)

            assert unanswered > 0
            acts = [await act_of(world.gundula.id, team.id, act) for act in answered]
            assert sum(len(act.booked) for act in acts) > EACH * CLIENTS
            assert all(len(act.booked) + len(act.rest) == EACH for act in acts)
            booked = await fetch_value("SELECT count(*) FROM booking WHERE status = 'confirmed' AND paid_by = 'team'")
            assert booked == await fetch_value("SELECT count(*) FROM booking")
            left = await fetch_value("SELECT left_units FROM entitlement WHERE id = $1", pool)
            held = await fetch_value("SELECT sum(held_units) FROM entitlement WHERE person IS NOT NULL")
            assert (left, held) == (2 * (POOL - booked), 2 * booked)
            assert await accounts_out_of_balance() == []
            assert await disagreements() == []
            twice = await fetch("SELECT 1 FROM booking GROUP BY person, starts_at HAVING count(*) > 1")
            assert twice == [], "whoever asks again where no answer came gets no second desk"
        finally:
            await DB.close_pool()
