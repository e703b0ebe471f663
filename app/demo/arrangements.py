"""What the demo network's operators have set: rules, linked rooms, groups, a club, a blocker and a closing day;
and what the club then books: a series, a request that waits for an answer, and somebody who waits in line behind it.

Made by the same operations as on the pages. Desks have no rules, so that whoever tries the network out can always book
one, and no working day is closed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.block_plan import Block, CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.operations import BookDesk, book
from app.bookings.rules import Purpose
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.series_planning import NothingOfSeries, OnConflict
from app.bookings.waiting_list import JoinLine, join_line
from app.demo.cast import COMMUTER, EMPLOYER, FREELANCER, OPERATOR, RIVAL, Account
from app.demo.devices import equip
from app.demo.reports import report_things
from app.demo.rows import make_ids_steady, steady_id
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.inventory.blockers import cover_by_blockers
from app.inventory.booking_rules import BookingRules, OutsideHours
from app.inventory.linking import add_equipment, set_parts
from app.inventory.queries import resources_of
from app.inventory.rule_setting import RulesFor, set_rules
from app.inventory.rules import Kind, wall_instant
from app.kernel.refusals import Refusal
from app.kernel.wall_time import Opening
from app.network.grouping import add_to_group, make_group, make_organisation
from app.network.queries import SpaceCard, space_by_slug
from app.platform.database import execute, transaction

_HOUR = timedelta(hours=1)
_MINUTES = timedelta(minutes=1)

OF_KINDS: Final[Mapping[tuple[str, Kind], BookingRules]] = {
    ("alte-bank-ochtendung", Kind.ROOM): BookingRules(
        shortest=_HOUR, grid=30 * _MINUTES, buffer_after=15 * _MINUTES, cancel_before=2 * _HOUR
    ),
    ("alte-bank-ochtendung", Kind.BOOTH): BookingRules(longest=2 * _HOUR, most_open=3),
    ("regiohub-polch", Kind.ROOM): BookingRules(cancel_before=2 * _HOUR, days_ahead=120, own_members_days=60),
    ("regiohub-andernach", Kind.ROOM): BookingRules(
        buffer_before=15 * _MINUTES, buffer_after=15 * _MINUTES, no_show_after=30 * _MINUTES
    ),
}
OF_ROOMS: Final[Mapping[tuple[str, str], BookingRules]] = {
    ("alte-bank-ochtendung", "Karmelenberg"): BookingRules(
        shortest=2 * _HOUR,
        grid=_HOUR,
        needs_approval=True,
        cancel_before=24 * _HOUR,
        outside_hours=OutsideHours.ORGANISATIONS,
    ),
    ("regiohub-andernach", "Rhein"): BookingRules(
        day_parts=(Opening(8 * 60, 12 * 60), Opening(13 * 60, 18 * 60)), notice=24 * _HOUR, cancel_before=48 * _HOUR
    ),
}
HALL: Final = ("alte-bank-ochtendung", "Karmelenberg")
HALVES: Final = ("Karmelenberg Nord", "Karmelenberg Süd")


async def arrange(accounts: Mapping[Account, int], today: date, now: datetime) -> None:
    """Sets all of it for the operators of Polch and Andernach."""
    otto, rolf = [await actor_of_person(accounts[account]) for account in (OPERATOR, RIVAL)]
    for (slug, kind), rules in OF_KINDS.items():
        space = await _space(slug, now)
        await set_rules(_manager(space, otto, rolf), RulesFor(space, kind), rules, 0, now)
    await _split_the_hall(otto, now)
    for (slug, name), rules in OF_ROOMS.items():
        space = await _space(slug, now)
        resource = next(r for r in await resources_of(space.id, Kind.ROOM) if r.name == name)
        target = RulesFor(space, Kind.ROOM, resource)
        await set_rules(_manager(space, otto, rolf), target, rules, 0, now)
    await _equip(otto, now)
    polch = await _space("regiohub-polch", now)
    own = await make_group(otto, polch.operator.id, "Genossinnen und Genossen", now, own_members=True)
    await add_to_group(otto, own, accounts[FREELANCER], now)
    club = await make_organisation(otto, polch.operator.id, "TV Maifeld 1895", accounts[EMPLOYER], now)
    await _block(otto, polch, today, now)
    await equip(otto, polch, now)
    await report_things(otto, polch, now)
    emil, commuter = [await actor_of_person(accounts[account]) for account in (EMPLOYER, COMMUTER)]
    await _train_every_week(emil, club.public_id, polch, today, now)
    await _ask_for_the_hall(emil, club.public_id, commuter, today, now)
    await _make_ids_steady()


async def _make_ids_steady() -> None:
    """Addresses of what was just booked outlive the database, as all of a demo network do."""
    for table, made_here in (("series", "true"), ("booking", "organisation IS NOT NULL"), ("waiting", "true")):
        await make_ids_steady(table, made_here, "arranged", table)


async def _space(slug: str, now: datetime) -> SpaceCard:
    space = await space_by_slug(slug, now)
    assert space is not None, slug
    return space


def _manager(space: SpaceCard, *managers: Actor) -> Actor:
    return next(each for each in managers if any(grant.scope_id == space.operator.id for grant in each.grants))


async def _split_the_hall(otto: Actor, now: datetime) -> None:
    """A room with a wall that opens; its halves are rooms of their own."""
    slug, name = HALL
    space = await _space(slug, now)
    hall = next(resource for resource in await resources_of(space.id, Kind.ROOM) if resource.name == name)
    ids = [steady_id("resource", slug, Kind.ROOM, half) for half in HALVES]
    for position, (public_id, half) in enumerate(zip(ids, HALVES, strict=True)):
        await execute(
            "INSERT INTO resource (public_id, space, kind, name, position, capacity, features, rules)"
            " SELECT $1, space, kind, $2, position + $3, capacity / 2, features, rules FROM resource WHERE id = $4",
            public_id,
            half,
            position,
            hall.id,
        )
    made = [resource.id for resource in await resources_of(space.id, Kind.ROOM) if resource.name in HALVES]
    await cover_by_blockers(space.id, made, ZoneInfo(space.time_zone), now)
    await set_parts(otto, space, hall.public_id, ids, now)


async def _equip(otto: Actor, now: datetime) -> None:
    """The room brings its projector along."""
    space = await _space("regiohub-polch", now)
    projector = await add_equipment(otto, space, "Beamer", now)
    [room] = await resources_of(space.id, Kind.ROOM)
    await set_parts(otto, space, room.public_id, [projector.public_id], now)


async def _block(otto: Actor, polch: SpaceCard, today: date, now: datetime) -> None:
    """A booth is repaired one day, and one Saturday another space is closed."""
    day = next(day for day in _days_from(today + timedelta(days=8)) if day.isoweekday() == 3)
    booth = next(iter(await resources_of(polch.id, Kind.BOOTH)))
    here = ZoneInfo(polch.time_zone)
    repair = Block(
        (booth.public_id,),
        wall_instant(day, 8 * 60, here),
        wall_instant(day, 12 * 60, here),
        "Schalldämmung wird erneuert",
        "The sound insulation is renewed",
    )
    await block(otto, polch, repair, (await plan_block(otto, polch, repair, now)).state, {}, now)
    bank = await _space("alte-bank-ochtendung", now)
    saturday = next(day for day in _days_from(today + timedelta(days=8)) if day.isoweekday() == 6)
    closing = CloseDays((saturday,), "Grundreinigung", "Thorough cleaning")
    await block(otto, bank, closing, (await plan_block(otto, bank, closing, now)).state, {}, now)


async def _train_every_week(emil: Actor, club: str, polch: SpaceCard, today: date, now: datetime) -> None:
    """The club's board meets in Polch on four evenings; where the room is taken, it does not."""
    first = next(day for day in _days_from(today + timedelta(days=1)) if day.isoweekday() == 3)
    [room] = await resources_of(polch.id, Kind.ROOM)
    wanted = BookDesk(room.public_id, *_evening(first, polch), purpose=Purpose.CLUB, people=5, organisation=club)
    with suppress(NothingOfSeries):
        await make_series(emil, MakeSeries(wanted, "FREQ=WEEKLY;COUNT=4", OnConflict.SKIP), now)


async def _ask_for_the_hall(emil: Actor, club: str, commuter: Actor, today: date, now: datetime) -> None:
    """On the first evening on which the hall is free the club asks for it, and somebody waits in case it is refused."""
    slug, name = HALL
    bank = await _space(slug, now)
    hall = next(resource for resource in await resources_of(bank.id, Kind.ROOM) if resource.name == name)
    for day in _days_from(today + timedelta(days=8)):
        evening = _evening(day, bank)
        note = "Mitgliederversammlung, wir bestuhlen selbst."
        wanted = BookDesk(hall.public_id, *evening, note, purpose=Purpose.CLUB, people=8, organisation=club)
        if day.isoweekday() > 5:
            continue
        with suppress(Refusal):
            async with transaction():
                await book(emil, wanted, now)
                await join_line(commuter, JoinLine(hall.public_id, *evening), now)
            return


def _evening(day: date, space: SpaceCard) -> tuple[datetime, datetime]:
    here = ZoneInfo(space.time_zone)
    return wall_instant(day, 18 * 60, here), wall_instant(day, 20 * 60, here)


def _days_from(first: date) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range(7)]
