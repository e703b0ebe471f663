"""What somebody holds: accounts with what is left of them, their entries, passes, and who sells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec

from app.plans.purses import ScopeShape
from app.plans.rules import Source
from app.plans.terms import PassTerms, PriceClass
from app.plans.uses import Change, Unit
from app.platform.database import fetch, fetch_row

_scope = msgspec.json.Decoder(ScopeShape)
_pass_terms = msgspec.json.Decoder(PassTerms)


@dataclass(frozen=True, slots=True)
class Account:
    """An entitlement as its holder sees it, in its own units; without limit `left` is None.

    `granted` is all that was ever put in.
    """

    id: int
    public_id: str
    person: int
    unit: Unit
    source: Source
    label: Mapping[str, str]
    starts_on: date
    ends_on: date | None
    scope: ScopeShape
    half_days: bool
    left: int | None
    held: int
    granted: int
    membership: int | None
    bought: int | None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    @property
    def is_empty(self) -> bool:
        return self.left == 0 and not self.held


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of an account: what it did, and what was left after it. `day` is the one that a use is for."""

    change: Change
    left_change: int
    held_change: int
    left_after: int
    day: date | None
    booking: int | None
    at: datetime
    by_staff: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PassCard:
    """A pass that somebody has; without `product` it was a card of paper."""

    id: int
    public_id: str
    seller: int | None
    terms: PassTerms
    price_class: PriceClass
    is_trial: bool
    product: str | None
    is_charged: bool
    bought_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: an operator, or the network, which has no slug. `taxed_as` is a kind of tax status."""

    name: str
    slug: str | None
    taxed_as: str = "standard"


_ACCOUNT = """
    SELECT e.*, (SELECT coalesce(sum(x.left_change), 0)::int FROM entitlement_entry x
                  WHERE x.entitlement = e.id AND x.change IN ('grant', 'adjust')) AS granted
      FROM (SELECT * FROM entitlement WHERE credit IS NULL) e
"""
"""A day that was bought out of an account of money is none of its own: that account says what it took."""


async def accounts_of(person: int, day: date) -> list[Account]:
    """The accounts that hold on this day or later, in the order in which they end; months to come that nothing is
    booked with yet are left out."""
    rows = await fetch(
        f"{_ACCOUNT} WHERE e.person = $1 AND coalesce(e.ends_on, 'infinity') >= $2 AND e.expired_at IS NULL"
        " AND (e.starts_on <= $2 OR e.membership IS NULL OR e.held_units > 0)"
        " AND (e.charge IS NULL OR e.left_units > 0 OR e.held_units > 0)"
        " ORDER BY e.starts_on > $2, coalesce(e.ends_on, 'infinity'), e.starts_on, e.id",
        person,
        day,
    )
    return [account for account in map(_account, rows) if account.granted or account.held or account.left is None]


async def former_accounts_of(person: int, day: date) -> list[Account]:
    """The accounts whose last day is over or that were ended, the latest first."""
    rows = await fetch(
        f"{_ACCOUNT} WHERE e.person = $1 AND (e.ends_on < $2 OR e.expired_at IS NOT NULL) AND e.starts_on <= $2"
        " ORDER BY coalesce(e.ends_on, $2) DESC, e.id DESC LIMIT 60",
        person,
        day,
    )
    return [_account(row) for row in rows]


async def account_of(person: int, public_id: str) -> Account | None:
    """The person's account with this id."""
    row = await fetch_row(f"{_ACCOUNT} WHERE e.person = $1 AND e.public_id = $2", person, public_id)
    return _account(row) if row is not None else None


async def account_by_id(entitlement: int) -> Account | None:
    """The account with this key, for jobs."""
    row = await fetch_row(f"{_ACCOUNT} WHERE e.id = $1", entitlement)
    return _account(row) if row is not None else None


async def lines_of(entitlement: int) -> list[Line]:
    """All entries of an account, the latest first."""
    rows = await fetch(
        "SELECT change, left_change, held_change, day, booking, at, actor IS NOT NULL AS by_staff, reason,"
        " sum(left_change) OVER (ORDER BY id)::int AS left_after"
        " FROM entitlement_entry WHERE entitlement = $1 ORDER BY id DESC",
        entitlement,
    )
    return [Line(change=Change(row["change"]), **{k: v for k, v in row.items() if k != "change"}) for row in rows]


async def days_held(entitlements: Iterable[int]) -> Mapping[int, Sequence[date]]:
    """The days that something is held for, by account."""
    rows = await fetch(
        "SELECT entitlement, day FROM entitlement_entry WHERE entitlement = ANY($1::bigint[]) AND day IS NOT NULL"
        " GROUP BY entitlement, day HAVING sum(held_change) > 0 ORDER BY entitlement, day",
        list(entitlements),
    )
    found: dict[int, list[date]] = {}
    for row in rows:
        found.setdefault(row["entitlement"], []).append(row["day"])
    return found


async def passes_of(person: int) -> list[PassCard]:
    """The passes that the person has bought, the latest first."""
    rows = await fetch(
        "SELECT p.id, p.public_id, p.seller, p.terms, p.price_class, p.is_trial, p.bought_at, p.withdrawn_at,"
        " p.charge IS NOT NULL AS is_charged, product.public_id AS product"
        " FROM pass p LEFT JOIN product_version v ON v.id = p.product_version"
        " LEFT JOIN product ON product.id = v.product"
        " WHERE p.person = $1 ORDER BY p.id DESC",
        person,
    )
    return [
        PassCard(
            terms=_pass_terms.decode(row["terms"]),
            price_class=PriceClass(row["price_class"]),
            **{name: value for name, value in row.items() if name not in ("terms", "price_class")},
        )
        for row in rows
    ]


async def sellers(keys: Iterable[int | None], today: date) -> Mapping[int | None, Seller]:
    """Who they are, by key; None is the network."""
    rows = await fetch(
        "SELECT NULL::bigint AS id, name, NULL AS slug, NULL AS kind"
        " FROM (SELECT coalesce(nullif(association, ''), name) AS name FROM network LIMIT 1) n"
        " UNION ALL SELECT o.id, coalesce(nullif(o.legal_name, ''), o.name), o.slug,"
        "  (SELECT t.kind FROM tax_status t WHERE t.operator = o.id"
        "   AND t.valid_from <= $2 ORDER BY t.valid_from DESC, t.id DESC LIMIT 1)"
        " FROM operator o WHERE o.id = ANY($1::bigint[])",
        [key for key in keys if key is not None],
        today,
    )
    return {row["id"]: Seller(row["name"], row["slug"], row["kind"] or "standard") for row in rows}


async def product_on(membership: int, day: date) -> tuple[int, str]:
    """The version whose terms a membership has on this day, or begins with, and its product's public id."""
    row = await fetch_row(
        "SELECT t.product_version, p.public_id FROM membership_terms t"
        " JOIN product_version v ON v.id = t.product_version JOIN product p ON p.id = v.product"
        " WHERE t.membership = $1"
        " ORDER BY t.valid_from > $2, CASE WHEN t.valid_from <= $2 THEN $2 - t.valid_from END, t.valid_from, t.id DESC"
        " LIMIT 1",
        membership,
        day,
    )
    assert row is not None, "a membership has terms"
    return row["product_version"], row["public_id"]


async def places_of(scopes: Iterable[ScopeShape]) -> tuple[Mapping[int, Seller], Mapping[int, Seller]]:
    """The operators and the spaces that these scopes name, by key."""
    known = list(scopes)
    rows = await fetch(
        "SELECT 'o' AS what, id, name, slug FROM operator WHERE id = ANY($1::bigint[])"
        " UNION ALL SELECT 's', id, name, slug FROM space WHERE id = ANY($2::bigint[])",
        [key for scope in known for key in scope.operators],
        [key for scope in known for key in scope.spaces],
    )
    found: dict[str, dict[int, Seller]] = {"o": {}, "s": {}}
    for row in rows:
        found[row["what"]][row["id"]] = Seller(row["name"], row["slug"])
    return found["o"], found["s"]


def _account(row: Any) -> Account:
    return Account(
        row["id"],
        row["public_id"],
        row["person"],
        Unit(row["unit"]),
        Source(row["source"]),
        {"de": row["label_de"], "en": row["label_en"] or row["label_de"]},
        row["starts_on"],
        row["ends_on"],
        _scope.decode(row["scope"]),
        row["half_days"],
        row["left_units"],
        row["held_units"],
        row["granted"],
        row["membership"],
        row["pass"],
    )
