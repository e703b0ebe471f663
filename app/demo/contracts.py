"""Memberships in bulk, with what they grant and cost: the same rows that joining and the nights since would have
made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from app.billing.operations import charge_row
from app.demo.rows import copy_all, new_keys, steady_id
from app.inventory.rules import wall_instant
from app.kernel.wall_time import local_day
from app.plans.accounts import account_rows
from app.plans.grants import Days, month_of
from app.plans.products import Offer, offers_on_sale, plan_of
from app.plans.purses import EVERYWHERE
from app.plans.rules import Entitlement, Source
from app.plans.terms import PlanTerms, PriceClass, agreed
from app.plans.timeline import Stretch, Timeline, dues_of, first_term_of, grants_of, months_later
from app.plans.upkeep import GRANTED_AHEAD_MONTHS, account_of, due_of
from app.platform.database import fetch
from app.platform.new_rows import NewRow

_ZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Contract:
    """Somebody's membership since a day, with the extras that were chosen, by their place in the plan's list, and the
    days on which it rests."""

    person: int
    offer: Offer
    starts_on: date
    price_class: PriceClass = PriceClass.NORMAL
    extras: frozenset[int] = frozenset()
    rests: Days | None = None

    @property
    def terms(self) -> PlanTerms:
        return agreed(plan_of(self.offer), self.extras)

    @property
    def timeline(self) -> Timeline:
        pauses = [self.rests] if self.rests else []
        return Timeline([Stretch(Days(self.starts_on), self.terms, self.price_class)], pauses)


async def enter_contracts(contracts: Sequence[Contract], today: date) -> Mapping[int, list[Entitlement]]:
    """Enters them; the accounts that they have opened, by person."""
    payers = await payers_of([contract.person for contract in contracts], wall_instant(today, 0, _ZONE))
    keys = await new_keys("membership", len(contracts))
    rows: list[NewRow] = []
    dues, grants = [], []
    for key, contract in zip(keys, contracts, strict=True):
        rows += _membership(key, contract, payers[contract.person])
        due = [period for period in dues_of(contract.timeline, today) if period.amount]
        dues += [due_of(key, payers[contract.person], contract.offer.seller, period) for period in due]
        granted = grants_of(contract.timeline, months_later(today, GRANTED_AHEAD_MONTHS))
        grants += [(account_of(key, contract.person, grant), contract) for grant in granted]
    charged = await new_keys("charge", len(dues))
    rows += [
        charge_row(key, due, wall_instant(due.supply_from, 10, _ZONE)) for key, due in zip(charged, dues, strict=True)
    ]
    opened: dict[int, list[Entitlement]] = {}
    for key, (account, contract) in zip(await new_keys("entitlement", len(grants)), grants, strict=True):
        public_id = steady_id("account", key)
        first, *entries = account_rows(key, account, _ordered_at(contract))
        rows += [NewRow(first.table, {**first.values, "public_id": public_id}), *entries]
        assert account.person is not None, "a membership is somebody's"
        opened.setdefault(account.person, []).append(
            Entitlement(
                key,
                public_id,
                account.unit,
                Source.MEMBERSHIP,
                account.label_de,
                account.units,
                account.starts_on,
                account.ends_on,
                account.scope.read(),
                account.half_days,
                account.membership,
            )
        )
    await copy_all(rows)
    return opened


async def give_unlimited(people: Sequence[int], now: datetime) -> None:
    """Gives each of them who has none a plan of the network with unlimited desks, for as long as one is on sale."""
    offers = await offers_on_sale(now)
    unlimited = next((offer for offer in offers if offer.is_plan and _is_unlimited(plan_of(offer))), None)
    if unlimited is None:
        return
    rows = await fetch("SELECT DISTINCT person FROM membership WHERE person = ANY($1::bigint[])", list(people))
    without = sorted(set(people) - {row["person"] for row in rows})
    today = local_day(now, _ZONE)
    await enter_contracts([Contract(person, unlimited, month_of(today).first) for person in without], today)


def _is_unlimited(terms: PlanTerms) -> bool:
    return terms.unlimited_desks and terms.scope == EVERYWHERE


async def payers_of(people: Sequence[int], now: datetime) -> Mapping[int, int]:
    """Who pays for each of them: they themselves."""
    found = "SELECT person, max(id) AS id FROM payer WHERE person = ANY($1::bigint[]) GROUP BY person"
    known = {row["person"]: row["id"] for row in await fetch(found, list(people))}
    rows = await fetch(
        "SELECT id, name, coalesce(email, '') AS email FROM person WHERE id = ANY($1::bigint[]) ORDER BY id",
        [person for person in people if person not in known],
    )
    new = [
        NewRow(
            "payer",
            {
                "public_id": steady_id("payer", row["id"]),
                "person": row["id"],
                "kind": "person",
                "name": row["name"],
                "email": row["email"],
                "street": "Ortsmitte",
                "postcode": "56751",
                "place": "Polch",
                "country": "DE",
                "company": "",
                "vat_id": "",
                "version": 1,
                "created_at": now,
            },
        )
        for row in rows
    ]
    keys = await new_keys("payer", len(new))
    await copy_all([NewRow("payer", {"id": key, **row.values}) for key, row in zip(keys, new, strict=True)])
    return {**known, **{row["id"]: key for key, row in zip(keys, rows, strict=True)}}


def _membership(key: int, contract: Contract, payer: int) -> list[NewRow]:
    terms = contract.terms
    membership = NewRow(
        "membership",
        {
            "id": key,
            "public_id": steady_id("membership", key),
            "person": contract.person,
            "payer": payer,
            "seller": contract.offer.seller,
            "ordered_at": _ordered_at(contract),
            "starts_on": contract.starts_on,
            "first_term_ends_on": first_term_of(contract.starts_on, terms),
            "version": 1,
        },
    )
    copy = NewRow(
        "membership_terms",
        {
            "membership": key,
            "product_version": contract.offer.version,
            "terms": msgspec.to_builtins(terms, str_keys=True),
            "price_class": contract.price_class,
            "valid_from": contract.starts_on,
            "agreed_at": _ordered_at(contract),
        },
    )
    if contract.rests is None:
        return [membership, copy]
    first, last = contract.rests.first, contract.rests.last
    pause = {"membership": key, "first": first, "last": last, "asked_at": _ordered_at(contract)}
    return [membership, copy, NewRow("membership_pause", pause)]


def _ordered_at(contract: Contract) -> datetime:
    return wall_instant(contract.starts_on, 0, _ZONE)
