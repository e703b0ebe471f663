"""Nobody who looks after a team learns where or when one person works.

Two lives of Mia differ in one thing only: on which day, where and how long she works, once paid by the team and once by
herself. Whatever a manager, an assistant or the works council can get from the application is the same in both, letter
by letter: every page, answer, file, feed and mail. Mia and her manager are the whole team.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.settling import settle_due
from app.identity.last_use import notes_written
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.insights.team_months import close_team_months
from app.plans.accounts import NewAccount, open_account, use_up_past
from app.plans.rules import Pays, Source
from app.plans.uses import Unit
from app.platform.database import DB, execute, fetch_value
from app.platform.settings import Settings
from app.web import teams as team_pages
from tests.selling import TODAY
from tests.teams.founding import joined
from tests.web.belongings import belongings
from tests.web.conftest import Browser, Now, an_application
from tests.web.watching import ASKED_BY_PROGRAMS, OF_A_TEAM, Seen, Watcher, a_watcher, last_event, mails_since
from tests.worlds import NOW, AResource, World, a_person, a_world, at

QUIET = date(2026, 12, 2)
"""A day on which nobody works in either life."""

LATER = at(date(2026, 12, 5), 9)

OPEN_TO_ALL = re.compile(
    r"GET (/|/plaetze|/buchen|/standorte/\{slug\}|/api/v1/spaces|/api/v1/spaces/\{slug\}(/availability|/times)?"
    r"|/api/v1/resources/\{resource_id\}/availability|/api/v1/quotes)$"
)
"""Where everybody sees that a desk is taken, and nobody by whom."""


@dataclass(frozen=True, slots=True)
class Life:
    """Where Mia works, on which day the team pays and on which her own pass, and one that she gives back."""

    desk: AResource
    for_the_team: date
    privately: date
    given_back: date
    hours: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """The network, the team of two, and who looks on."""

    world: World
    ids: Mapping[str, str]
    clock: Now
    private: str
    watchers: Mapping[str, Watcher]
    stranger: Watcher
    front_desk: Watcher

    @property
    def lives(self) -> tuple[Life, Life]:
        polch, andernach = self.world.polch, self.world.andernach
        return (
            Life(polch["1"], date(2026, 11, 26), date(2026, 11, 27), date(2026, 12, 4), (8, 18)),
            Life(andernach["A1"], date(2026, 11, 30), date(2026, 11, 26), date(2026, 12, 3), (10, 18)),
        )


@pytest.fixture(scope="module")
async def standing(settings: Settings, database: str) -> Standing:
    """Made once for the file: what happens in a life is rolled back."""
    clock = Now()
    app = an_application(settings, database, clock)
    world = await a_world()
    ids = await belongings(world)
    await execute("UPDATE network SET charges = true")
    team = await team_pages.team_by_public_id(ids["team"])
    assert team is not None
    await joined(team, world.gundula)
    await execute("UPDATE team SET founded_at = $2 WHERE id = $1", team.id, NOW - timedelta(days=60))
    pool = NewAccount(None, Unit.DESK_DAY, Source.TEAM, 40, TODAY, None, "Becker", "Becker", purse=team.purse)
    await open_account(pool, NOW)
    own = NewAccount(world.mia.id, Unit.DESK_DAY, Source.PASS, 20, TODAY, date(2027, 12, 31), "Zehner", "Ten")
    account = await open_account(own, NOW)
    people = {"manager": world.gundula}
    for name, role in (("assistant", Role.TEAM_ASSISTANT), ("council", Role.WORKS_COUNCIL)):
        people[name] = await a_person(name.title(), f"{name}@becker.example", Grant(role, "team", team.id))
    await grant_role(None, world.gundula.id, Grant(Role.TEAM_MANAGER, "team", team.id), NOW)
    manager = replace(world.gundula, grants=(Grant(Role.TEAM_MANAGER, "team", team.id),))
    people["manager"] = manager

    async def watcher(person: Any) -> Watcher:
        return await a_watcher(Browser(app), Browser(app), person)

    return Standing(
        world,
        ids,
        clock,
        await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", account),
        {name: await watcher(person) for name, person in people.items()},
        await watcher(await a_person("Fremde", "fremde@example.org")),
        await watcher(world.frida),
    )


@asynccontextmanager
async def lived(standing: Standing, life: Life) -> AsyncIterator[Mapping[str, str]]:
    """Mia's life, undone afterwards; her bookings' ids by the names of parameters."""
    await notes_written()
    await execute("UPDATE session SET seen_at = $1", NOW)
    await execute("UPDATE api_token SET last_used_at = $1", NOW)
    tx = DB.transaction()
    await tx.__aenter__()
    standing.clock.at = NOW
    try:
        mia = standing.world.mia.actor()
        paid = await book(mia, _wish(life, life.for_the_team), NOW)
        assert paid.paid_by is Pays.TEAM
        own = await book(mia, replace(_wish(life, life.privately), pays=standing.private, note="Kaktus"), NOW)
        assert own.paid_by is Pays.ENTITLEMENT
        await cancel(mia, (await book(mia, _wish(life, life.given_back), NOW)).public_id, NOW)
        yield {"public_id": paid.public_id, "booking_id": own.public_id}
    finally:
        await tx.rollback()
        await tx.__aexit__(None, None, None)


def _wish(life: Life, day: date) -> BookDesk:
    begins, ends = life.hours
    return BookDesk(life.desk.public_id, at(day, begins), at(day, ends))


async def seen(standing: Standing, watcher: Watcher, life: Life, only: re.Pattern[str] | None = None) -> Seen:
    """Everything that the watcher gets in this life, on its first evening and when the month is over."""
    before = await last_event()
    async with lived(standing, life) as booked:
        found = await watcher.sees(standing.ids, booked, only)
        found |= await watcher.asks(standing.ids, QUIET)
        found |= await watcher.does(standing.ids, {"name": "Neu", "titel": "x", "monat": "2026-12", "tage": "2"})
        mails = [text for address, text in await mails_since(before) if watcher.person.email in address]
        found |= {f"mail {number}": text for number, text in enumerate(mails)}
        await _month_ends(standing)
        later = await watcher.sees(standing.ids, booked, OF_A_TEAM)
        return found | {f"{way} later": answer for way, answer in later.items()}


async def _month_ends(standing: Standing) -> None:
    standing.clock.at = LATER
    await settle_due(LATER)
    await use_up_past(LATER, LATER.date())
    await close_team_months(LATER, LATER.date())


def differing(one: Seen, other: Seen) -> list[str]:
    """What was not the same in two lives."""
    return sorted(way for way in one.keys() | other.keys() if one.get(way) != other.get(way))


@pytest.fixture(scope="module")
async def open_differences(standing: Standing) -> list[str]:
    """What differs for everybody, because a desk is taken."""
    one, other = [await seen(standing, standing.stranger, life) for life in standing.lives]
    return differing(one, other)


async def test_everybody_sees_where_desks_are_taken_and_nothing_else(open_differences: list[str]) -> None:
    assert [way for way in open_differences if not OPEN_TO_ALL.match(way)] == []


@pytest.mark.parametrize("who", ["manager", "assistant", "council"])
async def test_nobody_who_looks_after_a_team_learns_a_colleagues_day(
    standing: Standing, open_differences: list[str], who: str
) -> None:
    watcher = standing.watchers[who]
    one, other = [await seen(standing, watcher, life) for life in standing.lives]
    assert differing(one, other) == open_differences
    assert one.keys() >= ASKED_BY_PROGRAMS
    assert one["POST /api/v1/team/{team}/bookings"][:3] == ("404" if who == "council" else "201")
    opened = [way for way, answer in one.items() if OF_A_TEAM.search(way) and answer.startswith("200")]
    assert opened, "without a page of the team nothing was asked"
    assert not [way for way, answer in one.items() if "Kaktus" in answer]
    assert not [way for way in open_differences if standing.world.mia.name in one[way] + other[way]]


async def test_who_works_at_the_front_desk_is_found_out(standing: Standing) -> None:
    """The same question about somebody who may know it: otherwise it would find nothing at all."""
    one, other = [await seen(standing, standing.front_desk, life, re.compile("/theke")) for life in standing.lives]
    assert "GET /theke/{slug}" in differing(one, other)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT starts_at::text FROM booking ORDER BY id DESC LIMIT 1",
        "SELECT string_agg(s.name, ',' ORDER BY b.id) FROM booking b JOIN space s ON s.id = b.space",
        "SELECT sum(extract(epoch FROM ends_at - starts_at))::text FROM booking",
    ],
    ids=["a day", "a space", "hours"],
)
async def test_a_page_that_tells_a_day_a_space_or_hours_is_found(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    honest = team_pages.team_by_public_id

    async def leaking(public_id: str) -> Any:
        team = await honest(public_id)
        return replace(team, name=f"{team.name} {await fetch_value(sql)}") if team else None

    monkeypatch.setattr(team_pages, "team_by_public_id", leaking)
    manager = standing.watchers["manager"]
    one, other = [await seen(standing, manager, life, OF_A_TEAM) for life in standing.lives]
    assert "GET /team/{team}" in differing(one, other)
