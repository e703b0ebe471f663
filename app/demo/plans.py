"""What the demo network sells, who has bought what, and what that has paid for.

Everybody has what fits the days on which they come, so that no account is ever short. The freelancer has three days
left this month and is asked about newer terms, two people a pass near its end, somebody a desk of her own, somebody a
membership that rests, and the guest nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from app.demo.cast import ACCOUNTANT, EMPLOYER, FREELANCER, FRONT_DESK, TELEPHONE, Account
from app.demo.content.plans import (
    DEARER_ROOM,
    EIGHT,
    FIXED,
    FOR_TEAMS,
    FULL,
    MAIFELD,
    MOSEL,
    OF_OPERATORS,
    OF_THE_NETWORK,
    PRICES,
    TEN,
    TWELVE,
    YEAR,
    price_list,
)
from app.demo.contracts import Contract, enter_contracts, payers_of
from app.demo.filling_up import fill_up
from app.demo.month import DAYS_BACK, Place
from app.demo.paying import pay_bookings, prices_by_kind
from app.demo.rows import copy_rows, steady_id
from app.demo.team_buying import enter_purchases
from app.demo.team_life import live_with_money, set_limits
from app.demo.teams import DemoTeam, enter_team
from app.identity.queries import actor_of_person
from app.inventory.rules import Kind
from app.plans.accounts import adjust
from app.plans.announcing import announce
from app.plans.grants import Days, month_of
from app.plans.order_documents import Paper
from app.plans.passes import last_day_of, sell_pass
from app.plans.product_versions import new_product, put_on_sale, write_draft
from app.plans.products import Offer, offers_on_sale, pass_of, team_offers_on_sale
from app.plans.purses import ScopeShape
from app.plans.rules import Entitlement, Source
from app.plans.terms import PlanTerms, PriceClass, Terms
from app.plans.timeline import months_later
from app.plans.uses import HALVES_OF_A_DAY
from app.platform.database import execute, fetch, fetch_value

_ZONE: Final = ZoneInfo("Europe/Berlin")
_LEFT_THIS_MONTH: Final = 3
_PAPER: Final = "Übertrag von der Papierkarte"
_PAPER_MONTHS: Final = 12
_PASS_ENDS_IN: Final = timedelta(days=24)
_ASKED_AHEAD_MONTHS: Final = 3
_EVERY_YEAR, _EVERY_STUDENT = 5, 7
_IN_RESERVE: Final = 2
SEATED: Final = 2
"""So many of the team's people have one of its seats; Mia is the first."""


@dataclass(frozen=True, slots=True)
class Seller:
    """What is sold in the demo network, by German name, and the operators' keys by slug."""

    offers: Mapping[str, Offer]
    operators: Mapping[str, int]

    def of(self, terms: Terms) -> Offer:
        return self.offers[terms.name_de]


async def enter_plans(
    accounts: Mapping[Account, int],
    guests: tuple[int, int],
    places: Sequence[Place],
    operators: Mapping[str, int],
    days_of_history: int,
    paper: Paper,
    today: date,
    now: datetime,
) -> DemoTeam:
    """Lets the network and its operators charge, and pays for all bookings that there are; `guests` come to the front
    desk, one every week twice and one every week once. The employer's team."""
    await execute("UPDATE network SET charges = true")
    await _set_prices(operators, today, now)
    seller = Seller(await _put_on_sale(operators, today, now), operators)
    mayen = next(place for place in places if place.slug == "regiohub-mayen")
    used = HALVES_OF_A_DAY * (EIGHT.desk_days - _LEFT_THIS_MONTH)
    await fill_up(accounts[FREELANCER], mayen, month_of(today), today, used)
    since = first_month(days_of_history, today)
    often, seldom = guests
    contracts = [
        Contract(accounts[FREELANCER], seller.of(EIGHT), since),
        Contract(often, seller.of(MAIFELD), since),
        Contract(accounts[ACCOUNTANT], seller.of(FIXED), since),
        Contract(
            accounts[TELEPHONE], seller.of(TWELVE), since, extras=frozenset({0}), rests=_this_month_and_next(today)
        ),
        *await _contracts_of_the_crowd(seller, list(accounts.values()), since),
    ]
    opened = dict(await enter_contracts(contracts, today))
    demo = await enter_team(accounts, since, free_of_charge=False)
    seated = [member.person for member in demo.members[:SEATED]]
    for person, provided in (await enter_purchases(demo, seated, seller.offers, paper, since, today)).items():
        opened[person] = [*provided, *opened.get(person, ())]
    desk = accounts[FRONT_DESK]
    opened[seldom] = [await _sell_paper_pass(seller, seldom, desk, 11, today)]
    opened[accounts[EMPLOYER]] = [await _sell_paper_pass(seller, accounts[EMPLOYER], desk, 17, today)]
    limits = await set_limits(demo, seated, since)
    await pay_bookings(opened, limits, await prices_by_kind(today), today, now)
    await _show_proofs(contracts, desk, today, now)
    await _ask_for_newer_terms(today, now)
    await live_with_money(demo, seated, paper, today, now)
    return demo


def first_month(days_of_history: int, today: date) -> date:
    """The first day of the month in which the history of the network begins."""
    return month_of(today - timedelta(days=DAYS_BACK + days_of_history)).first


async def _put_on_sale(operators: Mapping[str, int], today: date, now: datetime) -> Mapping[str, Offer]:
    """All products since the beginning of last year; of one a next version is being written."""
    then = datetime.combine(date(today.year - 1, 1, 1), time(), _ZONE)
    sold: list[tuple[int | None, Terms]] = [(None, terms) for terms in OF_THE_NETWORK]
    for slug, plan in OF_OPERATORS.items():
        own = ScopeShape(operators=[operators[slug]])
        sold.append((operators[slug], msgspec.structs.replace(plan, scope=own)))
    sold += [(None, terms) for terms in FOR_TEAMS]
    for number, (seller, terms) in enumerate(sold):
        public_id = await new_product(None, seller, terms, then, then.date())
        await put_on_sale(None, public_id, then, then)
        if terms is FULL:
            more = msgspec.structs.replace(FULL, price=FULL.price + 1000, room_hours=16)
            await write_draft(None, public_id, more, now, today)
        steady = steady_id("product", number)
        await execute("UPDATE product SET public_id = $2 WHERE public_id = $1", public_id, steady)
    on_sale = [*await offers_on_sale(now), *await team_offers_on_sale(now)]
    return {offer.terms.name_de: offer for offer in on_sale}


async def _ask_for_newer_terms(today: date, now: datetime) -> None:
    """The freelancer's plan is to cost more from a first of a month on, and all who have it are asked."""
    public_id = next(offer.public_id for offer in await offers_on_sale(now) if offer.terms.name_de == EIGHT.name_de)
    first = months_later(month_of(today).first, _ASKED_AHEAD_MONTHS)
    dearer = msgspec.structs.replace(EIGHT, price=EIGHT.price + 600, room_hours=5)
    await write_draft(None, public_id, dearer, now, today)
    await put_on_sale(None, public_id, datetime.combine(first, time(), _ZONE), now)
    await announce(None, public_id, first, now, today)


def _this_month_and_next(today: date) -> Days:
    first = month_of(today).first
    return Days(first, month_of(months_later(first, 1)).last)


async def _set_prices(operators: Mapping[str, int], today: date, now: datetime) -> None:
    since = date(today.year - 1, 1, 1)
    rows = [
        (operators[slug], None, None, line.kind, line.price_class, line.day, line.half_day, line.hour, since, now)
        for slug, prices in PRICES.items()
        for line in price_list(prices)
    ]
    slug, name, hour, for_clubs = DEARER_ROOM
    [hall] = await fetch(
        "SELECT r.id, r.space, s.operator FROM resource r JOIN space s ON s.id = r.space"
        " WHERE s.slug = $1 AND r.name = $2",
        slug,
        name,
    )
    of_the_hall = hall["operator"], hall["space"], hall["id"], Kind.ROOM
    rows += [
        (*of_the_hall, price_class, None, None, price, since, now)
        for price_class, price in ((PriceClass.NORMAL, hour), (PriceClass.CLUB, for_clubs))
    ]
    columns = ("operator", "space", "resource", "kind", "price_class", "per_day", "per_half_day", "per_hour")
    await copy_rows("price_list_entry", [*columns, "valid_from", "entered_at"], rows)


_COMES = """
    WITH day AS (
        SELECT DISTINCT b.person, (b.starts_at AT TIME ZONE 'Europe/Berlin')::date AS day, s.operator
          FROM booking b JOIN resource r ON r.id = b.resource JOIN space s ON s.id = b.space
          JOIN person p ON p.id = b.person
         WHERE r.kind = 'desk' AND b.status <> 'cancelled' AND p.entered_by_operator IS NULL
           AND b.person <> ALL($1::bigint[])
    ), month AS (
        SELECT person, date_trunc('month', day), count(*) AS days, array_agg(DISTINCT operator) AS operators
          FROM day GROUP BY 1, 2
    )
    SELECT person, max(days) AS most, array_agg(DISTINCT operator) AS operators
      FROM month, unnest(operators) AS operator GROUP BY person ORDER BY person
"""
"""How many desk days each of the crowd has in a month at most, and at whose spaces."""


async def _contracts_of_the_crowd(seller: Seller, but_for: Sequence[int], since: date) -> list[Contract]:
    contracts = []
    for number, row in enumerate(await fetch(_COMES, but_for)):
        plan = _plan_for(row["most"], set(row["operators"]), seller.operators, number)
        is_student = plan is EIGHT and number % _EVERY_STUDENT == 0
        price_class = PriceClass.STUDENT if is_student else PriceClass.NORMAL
        contracts.append(Contract(row["person"], seller.of(plan), since, price_class))
    return contracts


def _plan_for(most: int, at: set[int], operators: Mapping[str, int], number: int) -> PlanTerms:
    """The cheapest plan that has the days: an operator's own for who goes nowhere else."""
    if at == {operators["kulturbahnhof-untermosel"]}:
        return MOSEL
    if at == {operators["dorfwerk-maifeld"]} and most <= MAIFELD.desk_days:
        return MAIFELD
    for plan, in_reserve in ((EIGHT, 0), (TWELVE, _IN_RESERVE)):
        if most + in_reserve <= plan.desk_days:
            return plan
    return YEAR if number % _EVERY_YEAR == 0 else FULL


async def _sell_paper_pass(seller: Seller, person: int, desk: int, used: int, today: date) -> Entitlement:
    """A pass of ten that was a card of paper at first, valid for a year that is nearly over."""
    offer = seller.of(TEN)
    terms = msgspec.structs.replace(TEN, valid_months=_PAPER_MONTHS)
    bought_on = months_later(today + _PASS_ENDS_IN, -_PAPER_MONTHS)
    then = datetime.combine(bought_on, time(10), _ZONE)
    frida = await actor_of_person(desk)
    payer = (await payers_of([person], then))[person]
    sold = await sell_pass(frida, person, payer, replace(offer, terms=terms), PriceClass.NORMAL, then, bought_on)
    await adjust(frida, sold.entitlement, -used, _PAPER, then)
    steady = steady_id("pass", person)
    await execute("UPDATE pass SET public_id = $2 WHERE id = $1", sold.id, steady)
    public_id = await fetch_value("SELECT public_id FROM entitlement WHERE id = $1", sold.entitlement)
    left = HALVES_OF_A_DAY * terms.amount - used
    return Entitlement(
        sold.entitlement,
        public_id,
        terms.unit,
        Source.PASS,
        terms.name_de,
        left,
        bought_on,
        last_day_of(pass_of(replace(offer, terms=terms)), bought_on, 0),
        half_days=terms.half_days,
    )


async def _show_proofs(contracts: Sequence[Contract], desk: int, today: date, now: datetime) -> None:
    """Who pays less has shown why; one more has asked and waits for somebody to look."""
    students = [contract.person for contract in contracts if contract.price_class is PriceClass.STUDENT]
    until = date(today.year + 1, 9, 30)
    waiting = next(contract.person for contract in contracts[4:] if contract.price_class is PriceClass.NORMAL)
    rows = [
        *((person, PriceClass.STUDENT, "Studierendenausweis", desk, now, now, until) for person in students),
        (waiting, PriceClass.RESIDENT, "Personalausweis", None, None, now - timedelta(days=2), None),
    ]
    columns = ["public_id", "person", "price_class", "proof", "checked_by", "checked_at", "asked_at", "ends_on"]
    await copy_rows("concession", columns, [(steady_id("concession", row[0]), *row) for row in rows])
