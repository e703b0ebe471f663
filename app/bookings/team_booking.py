"""Booking desks for others of a team, many in one act: for all of them, or for as many as desks and money allow.

What comes of it never depends on what one of them has booked: own bookings stay beside the new one, the team pays as if
nobody had used anything yet, and no rule that counts somebody's bookings is asked
(docs/decisions/0054-near-each-other.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final

from app.bookings.candidates import Candidate, allowed
from app.bookings.decision import Booker, Wish
from app.bookings.facts import Facts, facts_of, free_resources, resources_of_kind
from app.bookings.lapsing import is_held_there, lapse_there
from app.bookings.rules import AnyOf, Status, checked_period
from app.bookings.search import Wanted
from app.bookings.seating import Seat, side_by_side
from app.bookings.settling import settle_at
from app.bookings.team_paying import NO_CHEST, AtASpace, Chest, TeamPays, chest_of
from app.bookings.team_writing import ActOf, Placed, enter_act
from app.identity.rules import Action, Actor, demand
from app.inventory.operations import lock_resources
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import Kind
from app.kernel.money import Money
from app.kernel.periods import Period
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.network.bars import barred_from
from app.network.queries import SpaceCard, space_by_slug
from app.plans.rules import PriceChanged
from app.platform.database import Busy, fetch, retried, transaction
from app.platform.outbox import wake_workers
from app.teams.company import TeamEnded
from app.teams.queries import MemberCard, TeamCard

MOST_PEOPLE: Final = 100
_MOST_TRIES: Final = 8

NO_DESK: Final = "no_desk"
NO_MONEY: Final = "no_money"
NOT_THERE: Final = "not_there"
"""Why nothing was booked for somebody: no desk is left, nothing of the team pays, or the space takes the person not."""


class NobodyChosen(BadInput):
    code = "nobody_chosen"
    text = marked("Bitte wählen Sie aus, für wen gebucht wird.")


class TooManyChosen(BadInput):
    code = "too_many_chosen"
    text = marked("In einem Schritt lassen sich höchstens {most} Plätze buchen.")


class NoSpaceChosen(BadInput):
    code = "no_space_chosen"
    text = marked("Bitte wählen Sie einen Standort.")


class ClosedThen(Refusal):
    """None of the spaces is open then."""

    code = "closed_then"
    text = marked("Dort ist zu dieser Zeit nicht geöffnet.")


class NotForAll(Conflict):
    """There is not enough for all of them, and all or nothing was asked for."""

    code = "not_for_all"
    text = marked("Möglich sind nur {possible} von {wanted} Plätzen. Es ist nichts gebucht.")


@dataclass(frozen=True, slots=True)
class BookForTeam:
    """Desks for these people, at the first of these spaces (their names in addresses) that has one left.

    `all_or_nothing` books nothing where not everybody gets one; `agreed` is what one desk may cost at most where it is
    paid by money, in minor units, None whatever it costs. One that `is_unnamed` does not
    say for whom it was possible.
    """

    people: Sequence[MemberCard]
    spaces: Sequence[str]
    wanted: Wanted
    all_or_nothing: bool = False
    agreed: int | None = None
    is_unnamed: bool = False


async def book_for_team(actor: Actor, team: TeamCard, command: BookForTeam, now: datetime) -> str:
    """The public id of the act, which says for whom it was possible.

    Raises TeamEnded, NobodyChosen, TooManyChosen, NoSpaceChosen, ClosedThen, NotForAll, PriceChanged, and what the
    rules of the spaces refuse to everybody.
    """
    demand(actor, Action.BOOK_FOR_TEAM, team=team.id)
    if team.has_ended or (team.ends_on is not None and command.wanted.day > team.ends_on):
        raise TeamEnded
    if not command.people:
        raise NobodyChosen(field="personen")
    if len(command.people) > MOST_PEOPLE:
        raise TooManyChosen(field="personen", most=MOST_PEOPLE)
    spaces = await _named(command.spaces, now)
    for attempt in range(_MOST_TRIES):
        try:
            return await _book(actor, team, command, spaces, now)
        except Busy:
            if attempt == _MOST_TRIES - 1:
                raise
    raise AssertionError("unreachable")


@retried
async def _book(actor: Actor, team: TeamCard, command: BookForTeam, spaces: Sequence[SpaceCard], now: datetime) -> str:
    for space in spaces:
        await settle_at(space.id, now)
    async with transaction():
        places = await _places(spaces, command.wanted, now)
        await _lock_desks(places)
        chest = await chest_of(team, command.wanted.day)
        placed, rest = await _place_all(command, places, chest, now)
        if rest and command.all_or_nothing:
            raise NotForAll(possible=len(placed), wanted=len(command.people))
        of = ActOf(team, command.wanted.day, command.is_unnamed)
        act = await enter_act(actor, of, placed, rest, chest, now)
    wake_workers()
    return act


@dataclass(frozen=True, slots=True)
class FreeThere:
    """What an act could have of a space: so many desks then, and what one of them costs at most where it has a
    price."""

    space: SpaceCard
    period: Period
    desks: int
    price: Money | None
    is_paid: bool


async def what_is_free(team: TeamCard, spaces: Sequence[str], wanted: Wanted, now: datetime) -> list[FreeThere]:
    """What `book_for_team` would choose from, and changes nothing. Raises NoSpaceChosen, ClosedThen and what the rules
    of all the spaces refuse to everybody."""
    found: list[FreeThere] = []
    refused: Refusal | None = None
    for place in await _places(await _named(spaces, now), wanted, now):
        try:
            free = await _bookable(place)
        except Refusal as refusal:
            refused = refused or refusal
            continue
        there = await AtASpace.of(place.facts, place.period, free, NO_CHEST, now)
        is_paid = place.facts.charges and team.payer is not None
        found.append(FreeThere(place.space, place.period, len(free), there.dearest, is_paid))
    if not found and refused is not None:
        raise refused
    return found


def dearest_of(free: Sequence[FreeThere]) -> Money | None:
    """What a desk costs at most at the dearest of them; None where none costs money that is known."""
    prices = [one.price for one in free if one.price is not None and one.is_paid]
    return max(prices, key=attrgetter("amount"), default=None)


async def _named(slugs: Sequence[str], now: datetime) -> list[SpaceCard]:
    """Raises NoSpaceChosen."""
    spaces = [space for slug in dict.fromkeys(slugs) if slug and (space := await space_by_slug(slug, now)) is not None]
    if not spaces:
        raise NoSpaceChosen(field="standort")
    return spaces


@dataclass(frozen=True, slots=True)
class _Place:
    """A space that is open then."""

    space: SpaceCard
    facts: Facts
    wish: Wish

    @property
    def period(self) -> Period:
        return self.wish.period


async def _places(spaces: Sequence[SpaceCard], wanted: Wanted, now: datetime) -> list[_Place]:
    """The spaces that are open in the wanted time, in their order. Raises ClosedThen where none is."""
    found = []
    for space in spaces:
        clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
        hours = (await hours_of([clock], wanted.day, wanted.day))[space.id]
        window = wanted.at(hours, now)
        if window is None:
            continue
        period = checked_period(window.starts_at, window.ends_at, now)
        facts = await facts_of(AnyOf(space.slug, Kind.DESK), period, None, now, language="de", for_booking=False)
        if facts is not None:
            found.append(_Place(space, facts, Wish(period, now)))
    if not found:
        raise ClosedThen(field="tag")
    return found


async def _lock_desks(places: Sequence[_Place]) -> None:
    """Nobody else claims several of these desks until the transaction ends; in one order for everybody."""
    desks = [desk for place in places for desk in await resources_of_kind(place.space.id, Kind.DESK)]
    await lock_resources(sorted({key for desk in desks for key in desk.claims}))


async def _place_all(
    command: BookForTeam, places: Sequence[_Place], chest: Chest, now: datetime
) -> tuple[list[Placed], list[tuple[MemberCard, str]]]:
    """Who gets which desk, paid by what, and why the others get none."""
    waiting = list(command.people)
    why = dict.fromkeys((one.person for one in waiting), NO_DESK)
    placed: list[Placed] = []
    refused: Refusal | None = None
    for place in places:
        try:
            free = await _free_there(place, now)
        except Refusal as refusal:
            refused = refused or refusal
            continue
        barred = await barred_from(place.facts.operator, [one.person for one in waiting], place.period.starts_at, now)
        there = await AtASpace.of(place.facts, place.period, free, chest, now)
        if chest.payer is not None and there.costs_more_than(command.agreed):
            raise PriceChanged(price=there.dearest)
        got: list[tuple[MemberCard, TeamPays]] = []
        for one in waiting:
            if one.person in barred:
                why[one.person] = NOT_THERE
            elif len(got) < len(free):
                paid = there.pay(one.person)
                if paid is None:
                    why[one.person] = NO_MONEY
                else:
                    got.append((one, paid))
        desks = await _side_by_side(free, len(got))
        placed += [
            Placed(one, place.facts, place.wish, desk, paid, (there.prices or {}).get(desk.resource.id))
            for (one, paid), desk in zip(got, desks, strict=True)
        ]
        gone = {one.person for one, _ in got}
        waiting = [one for one in waiting if one.person not in gone]
    if not placed and refused is not None:
        raise refused
    return placed, [(one, why[one.person]) for one in waiting]


async def _free_there(place: _Place, now: datetime) -> list[Candidate]:
    """The same once what is held beyond its time has made way."""
    widest = place.facts.widest(place.period)
    if await is_held_there(place.space.id, widest):
        await lapse_there(place.space.id, widest, now)
    return await _bookable(place)


async def _bookable(place: _Place) -> list[Candidate]:
    """Desks there that anybody may book at once. Raises what the rules refuse to everybody."""
    free = await free_resources(place.space.id, Kind.DESK, place.period)
    found = allowed(free, place.facts, place.wish, Booker())
    return [candidate for candidate in found if candidate.decision.status is Status.CONFIRMED]


async def _side_by_side(free: Sequence[Candidate], number: int) -> list[Candidate]:
    by_desk = {candidate.resource.id: candidate for candidate in free}
    seats = await seats_of(list(by_desk))
    return [by_desk[seat.id] for seat in side_by_side(number, seats)]


async def seats_of(desks: Sequence[int]) -> list[Seat]:
    """Where these desks stand, in their order."""
    rows = await fetch(
        "SELECT r.id, r.floor_plan, (placement->>'x')::float + coalesce((placement->>'width')::float, 0) / 2 AS x,"
        " (placement->>'y')::float + coalesce((placement->>'height')::float, 0) / 2 AS y"
        " FROM resource r JOIN unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place) ON wanted.id = r.id"
        " ORDER BY wanted.place",
        list(desks),
    )
    return [
        Seat(row["id"]) if row["x"] is None else Seat(row["id"], row["floor_plan"], row["x"], row["y"]) for row in rows
    ]
