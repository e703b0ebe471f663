"""Bookings in full: a month of 60 resources, a series of 52, several resources in one act, a decision with rules."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from urllib.parse import urlencode

import msgspec

from app.bookings.decision import Booker, Place, Wish, decide
from app.inventory.booking_rules import BookingRules, OutsideHours, Who
from app.inventory.rules import Hours
from app.kernel.periods import Period
from app.kernel.wall_time import Opening
from app.platform.database import execute, fetch
from app.web.search_form import ZONE
from tests.bench.installation import Installation
from tests.bench.load import Taken, by_clients, one_after_the_other, request_bytes
from tests.bench.world import HALL, MONTH_SPACE, Slot, hour_of, working_day

ACTS = 300
CLIENTS = 8
SERIES_DATES = 52
SERIES_ROUNDS = 12
_DECISIONS = 2_000
_RULED_BOOKINGS = 200


@dataclass(slots=True)
class SeriesTaken:
    """A series of 52 dates: made, and given back as a whole."""

    made: Taken = field(default_factory=Taken)
    cancelled: Taken = field(default_factory=Taken)


def month_path() -> str:
    """A month of the space with 60 resources: when each is free and taken."""
    first = hour_of(working_day(5), 0)
    window = {"from": first.isoformat(), "to": (first + timedelta(days=31)).isoformat()}
    return f"/api/v1/spaces/{MONTH_SPACE}/times?" + urlencode(window)


async def fill_the_month() -> None:
    """Two bookings a day on each of its resources, as claims."""
    for day in range(5, 36):
        for opens, closes in ((8, 11), (13, 16)):
            at = working_day(day)
            await execute(
                "INSERT INTO claim (resource, starts_at, ends_at, reason, holder)"
                " SELECT r.id, $1, $2, 'blocker', 0 FROM resource r JOIN space s ON s.id = r.space WHERE s.slug = $3"
                " ON CONFLICT DO NOTHING",
                hour_of(at, opens),
                hour_of(at, closes),
                MONTH_SPACE,
            )


async def _hall(count: int) -> Sequence[str]:
    rows = await fetch(
        "SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space WHERE s.slug = $1"
        " ORDER BY r.position LIMIT $2",
        HALL,
        count,
    )
    return [row["public_id"] for row in rows]


async def series(installation: Installation, token: str) -> SeriesTaken:
    """Makes and cancels a weekly series on one desk of the hall, again and again."""
    [desk] = await _hall(1)
    starts_at = hour_of(working_day(40), 9)
    body = msgspec.json.encode(
        {
            "resource_id": desk,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=3),
            "rrule": f"FREQ=DAILY;COUNT={SERIES_DATES}",
            "on_conflict": "skip",
        }
    )
    taken = SeriesTaken()
    for _ in range(SERIES_ROUNDS):
        request = request_bytes("POST", "/api/v1/series", token=token, body=body)
        made = await one_after_the_other(installation.port, [request])
        assert set(made.statuses) == {201}, made.statuses
        [row] = await fetch("SELECT public_id FROM series ORDER BY id DESC LIMIT 1")
        cancel = request_bytes("POST", f"/api/v1/series/{row['public_id']}/cancel", token=token)
        cancelled = await one_after_the_other(installation.port, [cancel])
        assert set(cancelled.statuses) == {200}, cancelled.statuses
        taken.made.milliseconds += made.milliseconds
        taken.cancelled.milliseconds += cancelled.milliseconds
    return taken


async def together(installation: Installation, tokens: Sequence[str]) -> Taken:
    """300 acts of 2 or 3 of the hall's desks in random order, by 8 clients; many want the same."""
    desks, chance = await _hall(20), random.Random(4)
    day = working_day(20)
    requests = []
    for token, _ in zip(cycle(tokens), range(ACTS), strict=False):
        starts_at = hour_of(day, 8 + chance.randrange(4))
        wanted = [
            {"resource_id": desk, "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
            for desk in chance.sample(desks, chance.choice((2, 3)))
        ]
        body = msgspec.json.encode({"bookings": wanted})
        requests.append(request_bytes("POST", "/api/v1/bookings/together", token=token, body=body))
    return await by_clients(installation.port, requests, clients=CLIENTS)


async def add_rules() -> None:
    """Twenty desks of the space with 60 resources obey rules of their own, each of them with every rule set."""
    await execute(
        """
        WITH chosen AS (
            SELECT r.id, r.space, r.kind FROM resource r JOIN space s ON s.id = r.space
             WHERE s.slug = $1 ORDER BY r.position LIMIT 20
        ), made AS (
            INSERT INTO booking_rules (space, kind, resource, shortest, longest, grid, days_ahead, own_members_days,
                                       notice, buffer_before, buffer_after, most_open, who, cancel_before,
                                       most_guests, outside_hours, no_show_after)
            SELECT space, kind, id, 30, 600, 30, 300, 10, 60, 15, 15, 1000, 'members', 120, 0, 'organisations', 60
              FROM chosen RETURNING id, resource
        )
        UPDATE resource r SET rules = made.id FROM made WHERE r.id = made.resource
        """,
        MONTH_SPACE,
    )


async def book_by_rules(installation: Installation, token: str) -> Taken:
    """Bookings of resources with twenty rows of rules at the space, buffers and a limit of open bookings among them."""
    rows = await fetch(
        "SELECT r.public_id FROM resource r JOIN space s ON s.id = r.space WHERE s.slug = $1 AND r.rules IS NOT NULL",
        MONTH_SPACE,
    )
    slots = [
        Slot(row["public_id"], starts_at, starts_at + timedelta(hours=1))
        for ahead in range(60, 60 + 2 * _RULED_BOOKINGS // len(rows), 2)
        for row in rows
        for starts_at in [hour_of(working_day(ahead), 9)]
    ]
    requests = [
        request_bytes("POST", "/api/v1/bookings", token=token, body=slot.body()) for slot in dict.fromkeys(slots)
    ]
    return await one_after_the_other(installation.port, requests[:_RULED_BOOKINGS])


def microseconds_of_a_decision() -> float:
    """The pure decision with every rule set, and none in the way."""
    rules = BookingRules(
        key=1,
        shortest=timedelta(minutes=30),
        longest=timedelta(hours=10),
        grid=timedelta(minutes=30),
        days_ahead=300,
        own_members_days=10,
        notice=timedelta(hours=1),
        buffer_before=timedelta(minutes=15),
        buffer_after=timedelta(minutes=15),
        most_open=10,
        who=Who.GROUPS,
        groups=frozenset({1, 2, 3}),
        cancel_before=timedelta(hours=2),
        needs_approval=True,
        most_guests=5,
        outside_hours=OutsideHours.ORGANISATIONS,
        no_show_after=timedelta(hours=1),
    )
    hours = Hours(ZONE, {day: [Opening(480, 1080)] for day in range(1, 6)}, {}, {})
    starts_at = hour_of(working_day(20), 9)
    now: datetime = starts_at - timedelta(days=20)
    wish = Wish(Period(starts_at, starts_at + timedelta(hours=2)), now, people=3, guests=2)
    place, booker = Place("Messhalle", hours, rules, 8), Booker(groups=frozenset({2}), open_bookings={1: 3})
    began = time.perf_counter()
    for _ in range(_DECISIONS):
        decide(wish, place, booker)
    return (time.perf_counter() - began) / _DECISIONS * 1_000_000
