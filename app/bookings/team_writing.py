"""Writing what was booked for others of a team: the bookings, what pays for them, and for whom it was possible."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import cast

import msgspec

from app.billing.operations import Due, new_charge
from app.billing.rules import TaxCode
from app.bookings.candidates import Candidate
from app.bookings.decision import Wish
from app.bookings.draft import Draft
from app.bookings.facts import Facts
from app.bookings.payment import PaidRows
from app.bookings.queries import BookingCard
from app.bookings.team_paying import Chest, TeamPays
from app.identity.audit import record
from app.identity.rules import Actor
from app.inventory.operations import claim_each
from app.kernel.money import FREE
from app.plans.accounts import new_use
from app.plans.rules import Payment, Pays
from app.plans.team_days import ProvidedDay, new_days, take_out
from app.plans.uses import HALVES_OF_A_DAY, NOTHING_USED, Unit, hold
from app.platform.database import DecidedTooLate, fetch, fetch_value
from app.platform.new_rows import NewRow, insert_all, insert_together
from app.platform.random_ids import new_public_id
from app.teams.queries import MemberCard, TeamCard


@dataclass(frozen=True, slots=True)
class Placed:
    """Who gets which desk, and what pays for it; `price` is what that desk costs where money does."""

    member: MemberCard
    facts: Facts
    wish: Wish
    desk: Candidate
    pays: TeamPays
    price: Payment | None

    @property
    def provides_a_day(self) -> bool:
        return self.pays.pool is not None or self.pays.by_money

    @property
    def amount(self) -> int:
        """What it adds to a charge, in minor units."""
        return self.price.price.amount if self.pays.by_money and self.price is not None else 0

    def units(self) -> int:
        """Half days that the provided day has."""
        if self.pays.pool is None:
            return HALVES_OF_A_DAY
        return hold(NOTHING_USED, Unit.DESK_DAY, self.wish.period.minutes, half_days=self.pays.pool.half_days).held


@dataclass(slots=True)
class _Paid:
    """What pays, as it is written."""

    account: int | None = None
    charge: int | None = None
    rows: list[NewRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ActOf:
    """Whose act it is, for which day, and whether it is kept without names."""

    team: TeamCard
    day: date
    is_unnamed: bool


async def enter_act(
    actor: Actor,
    of: ActOf,
    placed: Sequence[Placed],
    rest: Sequence[tuple[MemberCard, str]],
    chest: Chest,
    now: datetime,
) -> str:
    """Claims the desks and writes all of it; the act's public id. Raises DecidedTooLate where somebody was faster."""
    team, public_id, group = of.team, new_public_id(), new_public_id()
    drafts = await _drafts(placed)
    bookings = [draft.booking(one.desk, made_by=None) for draft, one in zip(drafts, placed, strict=True)]
    claims = [
        (booking.id, claim)
        for booking, one in zip(bookings, placed, strict=True)
        for claim in one.desk.claims(one.wish.period)
    ]
    if claims and not await claim_each(claims):
        raise DecidedTooLate
    paid = await _paid(actor, team, placed, bookings, chest, public_id, now)
    rows = [row for each in paid for row in each.rows]
    for draft, booking, each, one in zip(drafts, bookings, paid, placed, strict=True):
        entitled = PaidRows({"entitlement": each.account} if each.account is not None else {})
        kind = Pays.TEAM if each.account is not None else Pays.FREE
        rows += draft.rows(replace(booking, paid_by=kind, price=FREE), actor, entitled, group_id=group)
        if one.provides_a_day:
            rows.append(_use(each, one, booking, now))
    await insert_all([_as_json(row) for row in _in_order(rows)])
    key = await _enter(actor, of, public_id, bookings, now)
    await _enter_places(key, placed, bookings, paid, rest)
    await record("team.booked", "team", team.id, actor, now, people=len(placed))
    return public_id


async def _drafts(placed: Sequence[Placed]) -> list[Draft]:
    """What is booked but for its desk, with keys drawn in one query; each with the person's own commute."""
    keys = await fetch("SELECT nextval('booking_id_seq') AS key FROM generate_series(1, $1)", len(placed))
    people = [one.member.person for one in placed]
    commutes = {
        row["id"]: row["commutes_to"]
        for row in await fetch("SELECT id, commutes_to FROM person WHERE id = ANY($1::bigint[])", people)
    }
    return [
        Draft(
            one.member.person,
            replace(one.facts, next_booking=row["key"], usual_commute=commutes.get(one.member.person)),
            one.wish,
            note="",
            purpose=None,
            commute_to=None,
            guest_phone=None,
        )
        for row, one in zip(keys, placed, strict=True)
    ]


async def _paid(
    actor: Actor,
    team: TeamCard,
    placed: Sequence[Placed],
    bookings: Sequence[BookingCard],
    chest: Chest,
    act: str,
    now: datetime,
) -> list[_Paid]:
    """What pays for each: accounts of a day's own where a pool or money does."""
    for pool in {one.pays.pool.id: one.pays.pool for one in placed if one.pays.pool is not None}.values():
        units = sum(one.units() for one in placed if one.pays.pool is pool)
        await take_out(pool.id, units, actor.person, now)
    charges = await _charges(chest, placed, act, now)
    provided = [
        _day(chest, one, booking, team) for one, booking in zip(placed, bookings, strict=True) if one.provides_a_day
    ]
    days = iter(await new_days(provided, now))
    found = []
    for one in placed:
        paid = _Paid(one.pays.account)
        if one.provides_a_day:
            paid.account, rows = next(days)
            paid.rows = list(rows)
        if one.pays.by_money:
            paid.charge = charges[one.facts.space.id]
        found.append(paid)
    return found


def _day(chest: Chest, one: Placed, booking: BookingCard, team: TeamCard) -> ProvidedDay:
    assert chest.purse is not None, "what is paid for is paid out of a purse"
    return ProvidedDay(
        chest.purse,
        one.member.person,
        booking.starts_at.date(),
        one.facts.space.id,
        one.units(),
        half_days=one.pays.pool is not None and one.pays.pool.half_days,
        team=team.name,
    )


async def _charges(chest: Chest, placed: Sequence[Placed], act: str, now: datetime) -> Mapping[int, int]:
    """One charge for each space where money pays, by the space; it says the month alone, and for how many."""
    made: dict[int, int] = {}
    by_space: dict[int, list[Placed]] = {}
    for one in placed:
        if one.pays.by_money:
            by_space.setdefault(one.facts.space.id, []).append(one)
    for space, paid in by_space.items():
        prices = [one.price for one in paid if one.price is not None]
        tariff = prices[0].tariff
        assert tariff is not None, "a price comes from somebody's list"
        assert chest.payer is not None, "where nobody pays, money does not"
        first, last = _month(paid[0].wish.period.starts_at.astimezone(paid[0].facts.space.zone).date())
        what_de, what_en = desks_said(len(paid), first)
        due = await new_charge(
            Due(
                key=f"team_act:{act}:{space}",
                payer=chest.payer,
                seller=tariff.seller,
                what_de=what_de,
                what_en=what_en,
                price=sum((one.price for one in prices), start=FREE),
                tax_code=TaxCode(tariff.tax_code),
                supply_from=first,
                supply_until=last,
            ),
            now,
        )
        await insert_together(due)
        made[space] = cast(int, due.values["id"])
    return made


def desks_said(number: int, day: date) -> tuple[str, str]:
    """What a charge says of so many desks on a day, in German and English: how many, and the month."""
    desks_de = "1 Arbeitsplatz" if number == 1 else f"{number} Arbeitsplätze"
    desks_en = "1 desk" if number == 1 else f"{number} desks"
    return f"{desks_de}, {day:%m/%Y}", f"{desks_en}, {day:%m/%Y}"


def _month(day: date) -> tuple[date, date]:
    """Its first and last day."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _use(paid: _Paid, one: Placed, booking: BookingCard, now: datetime) -> NewRow:
    assert paid.account is not None, "a day that is provided is an account"
    half_days = one.pays.pool is not None and one.pays.pool.half_days
    entry = hold(NOTHING_USED, Unit.DESK_DAY, booking.period.minutes, half_days=half_days)
    return new_use(paid.account, NOTHING_USED, entry, booking.person, booking.starts_at.date(), booking.id, now)


def _in_order(rows: Sequence[NewRow]) -> list[NewRow]:
    """Accounts before what is granted, that before what is used, and the rest in its order."""
    first = ("entitlement", "entitlement_entry")
    return sorted(
        rows, key=lambda row: (first.index(row.table), "booking" in row.values) if row.table in first else (2, False)
    )


def _as_json(row: NewRow) -> NewRow:
    """The row as `insert_all` writes it, with what is JSON already read."""
    columns = {"details", "payload"} & row.values.keys()
    read = {name: msgspec.json.decode(cast(str, row.values[name])) for name in columns}
    return replace(row, values={**row.values, **read}) if read else row


async def _enter(
    actor: Actor,
    of: ActOf,
    public_id: str,
    bookings: Sequence[BookingCard],
    now: datetime,
) -> int:
    """The act; all of it can be called off as long as each of its bookings goes back as if it had never been."""
    until = min((_given_back_until(booking) for booking in bookings), default=now)
    key: int = await fetch_value(
        "INSERT INTO team_act (public_id, team, made_by, day, is_unnamed, call_off_until, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " RETURNING id",
        public_id,
        of.team.id,
        actor.person,
        of.day,
        of.is_unnamed,
        until,
        now,
    )
    return key


def _given_back_until(booking: BookingCard) -> datetime:
    return booking.cancel_until or booking.period.starts_at


async def _enter_places(
    act: int,
    placed: Sequence[Placed],
    bookings: Sequence[BookingCard],
    paid: Sequence[_Paid],
    rest: Sequence[tuple[MemberCard, str]],
) -> None:
    made = [
        NewRow(
            "team_act_place",
            {
                "act": act,
                "person": one.member.person,
                "space": one.facts.space.id,
                "booking": booking.id,
                "account": each.account if one.provides_a_day else None,
                "pool": one.pays.pool.id if one.pays.pool is not None else None,
                "units": one.units() if one.pays.pool is not None else 0,
                "charge": each.charge,
                "price": one.amount,
                "give_back_until": _given_back_until(booking),
            },
        )
        for one, booking, each in zip(placed, bookings, paid, strict=True)
    ]
    left = [NewRow("team_act_place", {"act": act, "person": member.person, "reason": why}) for member, why in rest]
    await insert_all([*made, *left])
