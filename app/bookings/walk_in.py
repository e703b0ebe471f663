"""Somebody stands at the desk without a booking: entered, booked from now on and there, in one step."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.bookings.arrivals import check_in
from app.bookings.decision import Booker, Place, Wish, refusals
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import GRID
from app.identity.operations import NewPerson
from app.identity.records import enter_person
from app.identity.rules import Action, Actor
from app.inventory.booking_rules import NOTHING_SAID, BookingRules, rules_of
from app.inventory.queries import ResourceCard, resources_of, taken_periods
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.platform.database import retried, transaction


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A desk that is free from now on, and until when."""

    resource: ResourceCard
    period: Period


async def vacancies(space: SpaceCard, hours: Hours, now: datetime) -> list[Vacancy]:
    """The desks that can be booked from now on, those first that are free the longest; none while it is closed."""
    since = running_quarter(now)
    open_now = next((p for p in hours.periods_on(local_day(now, hours.zone)) if p.starts_at <= since < p.ends_at), None)
    if open_now is None:
        return []
    desks = await resources_of(space.id, Kind.DESK)
    said = (await rules_of({space.id}, Kind.DESK)).get(space.id)
    taken = await taken_periods([desk.id for desk in desks], Period(since, open_now.ends_at))
    found = []
    for desk in desks:
        rules = said.named(desk.rules) if said else NOTHING_SAID
        period = _stay(since, min([open_now.ends_at, *(time.starts_at for time in taken[desk.id])]), rules)
        if period is None:
            continue
        wish, place = Wish(period, now, by_staff=True), Place(space.name, hours, rules, desk.capacity)
        if not any(refusals(wish, place, Booker())):
            found.append(Vacancy(desk, period))
    return sorted(found, key=lambda each: -each.period.minutes)


def running_quarter(now: datetime) -> datetime:
    """When the running quarter of an hour began, which can still be booked."""
    return now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)


def _stay(since: datetime, until: datetime, rules: BookingRules) -> Period | None:
    """As long as the rules allow, in whole quarters of an hour."""
    length = min(until - since, rules.longest) // GRID * GRID
    return Period(since, since + length) if length > timedelta() else None


@retried
async def walk_in(
    actor: Actor,
    space: SpaceCard,
    who: str | int,
    where: Vacancy,
    now: datetime,
    house_rules: int | None,
    *,
    agreed_price: int = 0,
) -> BookingCard:
    """Books the desk for a person (by key, or by the name of somebody new) who is there from now on: all or nothing.

    It costs at most the `agreed_price`, in minor units.

    Raises what `enter_person`, `book` and `check_in` raise.
    """
    async with transaction():
        person = who if isinstance(who, int) else await _entered(actor, space, who, now)
        command = BookDesk(
            where.resource.public_id,
            where.period.starts_at,
            where.period.ends_at,
            house_rules=house_rules,
            agreed_price=agreed_price,
        )
        booking = await book(actor, command, now, whom=person)
        return await check_in(actor, booking.public_id, now, for_others=True)


async def _entered(actor: Actor, space: SpaceCard, name: str, now: datetime) -> int:
    """The key of a new record with this name; one that the network's telephone enters is of no space."""
    at_desk = not actor.reach(Action.BOOK_FOR_OTHERS).everywhere
    newcomer = NewPerson(name, operator=space.operator.id if at_desk else None, space=space.id if at_desk else None)
    return (await enter_person(actor, newcomer, now, key=b"", address="")).id
