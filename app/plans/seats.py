"""Seats: each is one piece of a contract, free or somebody's. They are handed over day by day, so often in a month.

A new holder gets the month's share of the days that are left, whatever the one before has used: what is left of a seat
tells nobody how often somebody worked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.rules import Actor
from app.kernel.refusals import Conflict, NotFound, marked
from app.kernel.wall_time import local_day
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_upkeep import locked_contract, settle_team_contract
from app.plans.timeline import months_later
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id

_A_DAY: Final = timedelta(days=1)
_ZONE: Final = ZoneInfo("Europe/Berlin")
_KNOWN_MONTHS: Final = 12


class HandedOverTooOften(Conflict):
    code = "seat_handed_over"
    text = marked("Dieser Platz hat in diesem Monat schon die Person gewechselt. Der nächste Wechsel geht ab {day}.")


class HasSeatAlready(Conflict):
    code = "has_seat"
    text = marked("{name} hat schon einen Platz aus diesem Vertrag.")


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose a seat is or was. One whose last day lies before its first never came to anything."""

    id: int
    person: int | None
    name: str
    first: date
    last: date | None
    given_on: date

    @property
    def is_void(self) -> bool:
        return self.last is not None and self.last < self.first

    def reaches(self, day: date) -> bool:
        """Whether it is not over by then."""
        return self.last is None or self.last >= day


@dataclass(frozen=True, slots=True)
class SeatCard:
    """A seat with its holders in order."""

    id: int
    public_id: str
    contract: int
    number: int
    label: Mapping[str, str]
    handovers: int
    first: date
    last: date | None
    holdings: Sequence[Holding]

    def holder(self, today: date) -> Holding | None:
        """Whose it is today, or from the next day on where nobody has it today."""
        real = [one for one in self.holdings if not one.is_void and one.reaches(today)]
        return min(real, key=lambda one: one.first, default=None)

    def following(self, today: date) -> Holding | None:
        """Whose it is after that."""
        now = self.holder(today)
        return next((one for one in self.holdings if not one.is_void and now and one.first > now.first), None)

    def times_handed_over(self, today: date) -> int:
        """How often it was given to somebody else than the last holder in this month."""
        real = [one for one in self.holdings if not one.is_void]
        return sum(
            before.person != after.person and (after.given_on.year, after.given_on.month) == (today.year, today.month)
            for before, after in pairwise(real)
        )


_SEATS: Final = """
    SELECT s.id, s.public_id, s.team_contract, s.number, s.first, s.last, c.terms->>'name_de' AS de,
           c.terms->>'name_en' AS en, coalesce((c.terms->>'handovers')::int, 1) AS handovers
      FROM seat s JOIN team_contract c ON c.id = s.team_contract
"""


async def seats_of(purse: int, today: date) -> list[SeatCard]:
    """The seats of all contracts for this purse that are not over."""
    return await _where("c.purse = $1 AND coalesce(s.last, 'infinity') >= $2", purse, today)


async def seat_of(purse: int, public_id: str, today: date) -> SeatCard:
    """One of them. Raises NotFound."""
    found = await _where(
        "c.purse = $1 AND coalesce(s.last, 'infinity') >= $2 AND s.public_id = $3", purse, today, public_id
    )
    if not found:
        raise NotFound
    return found[0]


async def _where(condition: str, *arguments: object) -> list[SeatCard]:
    rows = await fetch(f"{_SEATS} WHERE {condition} ORDER BY c.ordered_at, c.id, s.number", *arguments)
    holdings = await fetch(
        "SELECT h.id, h.seat, h.person, coalesce(p.name, '') AS name, h.first, h.last, h.given_at"
        " FROM seat_holding h LEFT JOIN person p ON p.id = h.person WHERE h.seat = ANY($1::bigint[]) ORDER BY h.id",
        [row["id"] for row in rows],
    )
    of_seat: dict[int, list[Holding]] = {}
    for one in holdings:
        of_seat.setdefault(one["seat"], []).append(_holding(one))
    return [
        SeatCard(
            row["id"],
            row["public_id"],
            row["team_contract"],
            row["number"],
            {"de": row["de"], "en": row["en"]},
            row["handovers"],
            row["first"],
            row["last"],
            of_seat.get(row["id"], []),
        )
        for row in rows
    ]


def _holding(row: Mapping[str, Any]) -> Holding:
    return Holding(row["id"], row["person"], row["name"], row["first"], row["last"], local_day(row["given_at"], _ZONE))


async def accounts_behind(holding: int) -> list[int]:
    """The keys of the accounts that are the holder's by this seat."""
    rows = await fetch("SELECT entitlement FROM team_account WHERE seat_holding = $1 ORDER BY 1", holding)
    return [row["entitlement"] for row in rows]


async def give_seat(actor: Actor | None, seat: SeatCard, person: int | None, now: datetime, today: date) -> SeatCard:
    """The seat is this person's, or (None) nobody's: at once where it is free, else from tomorrow on, since today is
    the holder's. The one who has it already keeps it.

    Raises HandedOverTooOften, HasSeatAlready.
    """
    async with transaction():
        await locked_contract(seat.contract)
        [seat] = await _where("s.id = $1", seat.id)
        now_held = seat.holder(today)
        if now_held is not None and now_held.person == person and now_held.last is None:
            return seat
        if person is not None:
            await _check_giving(seat, person, today)
        if now_held is not None:
            await _end_holdings(seat, today)
        first = await _first_free_day(seat, today)
        if person is not None:
            await _give(seat, person, first, now)
            await record("seat.given", "seat", seat.id, actor, now, whom=person)
            await emit("seat.given", "seat", seat.id, now, person=person)
        if now_held is not None and now_held.person not in (None, person):
            await record("seat.taken", "seat", seat.id, actor, now, whom=now_held.person)
            await emit("seat.taken", "seat", seat.id, now, holding=now_held.id)
        await settle_team_contract(seat.contract, now, today)
        [given] = await _where("s.id = $1", seat.id)
    return given


async def _check_giving(seat: SeatCard, person: int, today: date) -> None:
    real = [one for one in seat.holdings if not one.is_void]
    if real and real[-1].person != person and seat.times_handed_over(today) >= seat.handovers:
        following = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
        raise HandedOverTooOften(field="person", day=following)
    name = await fetch_value(
        "SELECT p.name FROM seat_holding h JOIN seat s ON s.id = h.seat JOIN person p ON p.id = h.person"
        " WHERE s.team_contract = $1 AND h.person = $2 AND s.id <> $3 AND h.last IS NULL LIMIT 1",
        seat.contract,
        person,
        seat.id,
    )
    if name is not None:
        raise HasSeatAlready(field="person", name=name)


async def _end_holdings(seat: SeatCard, today: date) -> None:
    """Today is still the holder's; who was to follow never does."""
    await execute(
        "UPDATE seat_holding SET last = greatest(first - 1, $2::date)"
        " WHERE seat = $1 AND coalesce(last, 'infinity') > $2",
        seat.id,
        today,
    )


async def _first_free_day(seat: SeatCard, today: date) -> date:
    held_until: date | None = await fetch_value(
        "SELECT max(last) FROM seat_holding WHERE seat = $1 AND last >= first", seat.id
    )
    return max(seat.first, today, held_until + _A_DAY if held_until else today)


async def _give(seat: SeatCard, person: int, first: date, now: datetime) -> None:
    """Who had it until the day before goes on having it; anybody else begins."""
    again = await fetch_row(
        "SELECT id FROM seat_holding WHERE seat = $1 AND person = $2 AND last = $3 AND last >= first",
        seat.id,
        person,
        first - _A_DAY,
    )
    if again is not None:
        await execute("UPDATE seat_holding SET last = $2 WHERE id = $1", again["id"], seat.last)
        return
    await execute(
        "INSERT INTO seat_holding (seat, person, first, last, given_at) VALUES ($1, $2, $3, $4, $5)",
        seat.id,
        person,
        first,
        seat.last,
        now,
    )


async def add_seats(card: TeamContractCard, quantity: int, from_day: date) -> None:
    """The contract has so many seats from this day on: those that were to end stay, and further ones begin."""
    going = await fetch(
        "SELECT id FROM seat WHERE team_contract = $1 AND coalesce(last, 'infinity') >= $2 ORDER BY last DESC, number",
        card.id,
        from_day,
    )
    for row in going[:quantity]:
        await execute(
            "UPDATE seat_holding h SET last = NULL FROM seat s"
            " WHERE s.id = $1 AND h.seat = s.id AND h.last = s.last AND h.last >= h.first",
            row["id"],
        )
        await execute("UPDATE seat SET last = NULL WHERE id = $1", row["id"])
    number: int = await fetch_value("SELECT coalesce(max(number), 0) FROM seat WHERE team_contract = $1", card.id)
    for more in range(quantity - len(going)):
        await execute(
            "INSERT INTO seat (public_id, team_contract, number, first) VALUES ($1, $2, $3, $4)",
            new_public_id(),
            card.id,
            number + 1 + more,
            from_day,
        )


async def surplus_seats(card: TeamContractCard, quantity: int, from_day: date) -> list[SeatCard]:
    """The seats that end when the contract has only so many from this day on: free ones first, then the last ones."""
    seats = await _where("s.team_contract = $1 AND coalesce(s.last, 'infinity') >= $2", card.id, from_day)
    kept = sorted(seats, key=lambda seat: (seat.holder(from_day) is None, seat.number))
    return kept[quantity:]


async def close_surplus_seats(card: TeamContractCard, quantity: int, from_day: date) -> None:
    for seat in await surplus_seats(card, quantity, from_day):
        await _close(seat.id, from_day - _A_DAY)


async def close_seats(card: TeamContractCard, last: date) -> None:
    """All seats of the contract end with this day."""
    for row in await fetch(
        "SELECT id FROM seat WHERE team_contract = $1 AND coalesce(last, 'infinity') > $2", card.id, last
    ):
        await _close(row["id"], last)


async def _close(seat: int, last: date) -> None:
    await execute("UPDATE seat SET last = greatest(first - 1, $2::date) WHERE id = $1", seat, last)
    await execute(
        "UPDATE seat_holding SET last = greatest(first - 1, $2::date)"
        " WHERE seat = $1 AND coalesce(last, 'infinity') > $2",
        seat,
        last,
    )


async def leave_seats(purse: int, person: int, first_without: date, now: datetime, today: date) -> None:
    """From this day on the person has no seat in this purse. Call it in the transaction of what it follows from."""
    rows = await fetch(
        "SELECT DISTINCT s.team_contract FROM seat_holding h JOIN seat s ON s.id = h.seat"
        " JOIN team_contract c ON c.id = s.team_contract"
        " WHERE c.purse = $1 AND h.person = $2 AND coalesce(h.last, 'infinity') >= $3",
        purse,
        person,
        first_without,
    )
    for row in rows:
        await locked_contract(row["team_contract"])
        await execute(
            "UPDATE seat_holding h SET last = greatest(h.first - 1, $3::date - 1) FROM seat s"
            " WHERE s.id = h.seat AND s.team_contract = $1 AND h.person = $2 AND coalesce(h.last, 'infinity') >= $3",
            row["team_contract"],
            person,
            first_without,
        )
        await settle_team_contract(row["team_contract"], now, today)


async def seat_in_contract(seat: int) -> tuple[TeamContractCard, SeatCard] | None:
    """The seat with this key and its contract, for mails."""
    found = await _where("s.id = $1", seat)
    if not found:
        return None
    card = await team_contract_by_id(found[0].contract)
    return (card, found[0]) if card is not None else None


async def forget_holders(_: datetime, today: date) -> int:
    """Forgets whose seats were that somebody had until twelve months ago; how many."""
    return await execute(
        "UPDATE seat_holding SET person = NULL WHERE person IS NOT NULL AND last < $1",
        months_later(today, -_KNOWN_MONTHS),
    )


@on_merge("seat_holding.person")
async def _move_holdings(merge: Merge) -> None:
    await execute("UPDATE seat_holding SET person = $1 WHERE person = $2", merge.kept, merge.gone)
