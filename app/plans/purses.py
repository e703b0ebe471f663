"""What could pay for somebody's bookings, in one query; and what a booking asks of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from app.inventory.rules import Kind
from app.kernel.periods import Period
from app.plans.grants import Days
from app.plans.limit_facts import limits_in, own_limits
from app.plans.needs import Need, Scope
from app.plans.prices import CLUB, NORMAL, Price
from app.plans.rules import Entitlement, Purse, Source
from app.plans.uses import Unit, Use
from app.platform.database import fetch_row, fetch_value

UNITS: Final[Mapping[Kind, Unit]] = {
    Kind.DESK: Unit.DESK_DAY,
    Kind.PARKING: Unit.MONEY,
    Kind.ROOM: Unit.ROOM_MINUTE,
    Kind.BOOTH: Unit.ROOM_MINUTE,
}


class ScopeShape(msgspec.Struct, frozen=True, omit_defaults=True):
    """A scope as it is kept."""

    operators: list[int] = []
    spaces: list[int] = []
    weekdays: list[int] = []
    opens: int | None = None
    closes: int | None = None

    def read(self) -> Scope:
        return Scope(
            frozenset(self.operators), frozenset(self.spaces), frozenset(self.weekdays), self.opens, self.closes
        )


EVERYWHERE: Final = ScopeShape()


class _UseRow(msgspec.Struct):
    day: date
    booked: int
    held: int
    consumed: int
    step: int


class _EntitlementRow(msgspec.Struct):
    id: int
    public_id: str
    unit: Unit
    source: Source
    membership: int | None
    label: str
    starts_on: date
    ends_on: date | None
    scope: ScopeShape
    half_days: bool
    left_units: int | None
    uses: list[_UseRow] | None
    paid: int | None
    credit: int | None
    purse: int | None
    is_shared: bool

    def read(self) -> Entitlement:
        return Entitlement(
            self.id,
            self.public_id,
            self.unit,
            self.source,
            self.label,
            self.left_units,
            self.starts_on,
            self.ends_on,
            self.scope.read(),
            self.half_days,
            self.membership,
            self.paid,
            self.credit,
            self.purse,
            self.is_shared,
        )


class _PriceRow(msgspec.Struct):
    per_day: int | None
    per_half_day: int | None
    per_hour: int | None
    currency: str
    tax_code: str
    seller: int | None
    membership: int | None = None
    scope: ScopeShape = EVERYWHERE
    starts_on: date = date.min
    ends_on: date | None = None
    price_class: str = NORMAL
    space: int | None = None
    resource: int | None = None

    @property
    def ends(self) -> bool:
        """An entry without any figure ends an older one; what the list says of more places holds again."""
        return self.per_day is None and self.per_half_day is None and self.per_hour is None

    def read(self, unit: Unit) -> Price:
        return Price(
            unit,
            self.per_day,
            self.per_half_day,
            self.per_hour,
            self.currency,
            self.tax_code,
            self.seller,
            self.membership,
            self.scope.read(),
            self.starts_on,
            self.ends_on,
            self.price_class,
            self.space,
            self.resource,
        )


_entitlements = msgspec.json.Decoder(list[_EntitlementRow])
_prices = msgspec.json.Decoder(list[_PriceRow])
_tickets = msgspec.json.Decoder(dict[date, int])

_PURSE: Final = """
    SELECT (SELECT json_agg(t) FROM (
               SELECT e.id, e.public_id, e.unit, e.source, e.membership, e.starts_on, e.ends_on, e.scope, e.half_days,
                      e.left_units, e.credit, e.purse, e.person IS NULL AS is_shared,
                      CASE WHEN $8 = 'en' THEN e.label_en ELSE e.label_de END AS label,
                      (SELECT json_agg(u) FROM (
                          SELECT day, sum(booked_change) AS booked, sum(held_change) AS held,
                                 -sum(left_change + held_change) AS consumed, max(step) AS step
                            FROM entitlement_entry
                           WHERE entitlement = e.id AND person = $1 AND day BETWEEN $2 AND $3 GROUP BY day
                      ) u) AS uses,
                      CASE WHEN e.charge IS NOT NULL OR e.credit IS NOT NULL THEN (
                          SELECT coalesce(sum(coalesce(t.amount, c.amount)), 0)
                            FROM ticket_charge t LEFT JOIN charge c ON c.id = t.charge
                           WHERE t.entitlement = e.id AND NOT EXISTS (SELECT FROM charge WHERE corrects = c.id)
                      ) END AS paid
                 FROM (
                     SELECT id, public_id, unit, source, membership, starts_on, ends_on, scope, half_days, left_units,
                            charge, credit, purse, person, label_de, label_en, expired_at
                       FROM entitlement
                      WHERE person = $1 AND purse IS NULL AND coalesce(ends_on, 'infinity') >= $2
{shared_accounts}                 ) e
                WHERE e.starts_on <= $3 AND coalesce(e.ends_on, 'infinity') >= $2 AND e.unit IN ($4, 'money')
                  AND e.expired_at IS NULL
           ) t)::text AS entitlements,
           (SELECT json_agg(t) FROM (
               SELECT (m.overage->>'day')::int AS per_day, (m.overage->>'half_day')::int AS per_half_day,
                      (m.overage->>'hour')::int AS per_hour, m.currency, m.tax_code, m.seller, m.membership,
                      m.scope, m.starts_on, m.ends_on
                 FROM (
                     SELECT c.id AS membership, c.seller, t.terms->'overage'->$4 AS overage,
                            coalesce(t.terms->>'currency', 'EUR') AS currency,
                            coalesce(t.terms->>'tax_code', 'standard') AS tax_code,
                            coalesce(t.terms->'scope', '{}') AS scope,
                            greatest(c.starts_on, t.valid_from) AS starts_on,
                            least(c.ends_on, lead(t.valid_from) OVER following - 1) AS ends_on
                       FROM membership c JOIN membership_terms t ON t.membership = c.id
                      WHERE c.person = $1 AND coalesce(c.ends_on, 'infinity') >= $2
                     WINDOW following AS (PARTITION BY c.id ORDER BY t.valid_from, t.id)
                 ) m WHERE m.overage IS NOT NULL
           ) t)::text AS overage,
           (SELECT json_agg(t) FROM (
               SELECT DISTINCT ON (operator, space, resource, price_class) per_day, per_half_day, per_hour, currency,
                      tax_code, operator AS seller, price_class, space, resource
                 FROM price_list_entry
                WHERE operator = ANY($5::bigint[]) AND kind = $6 AND valid_from <= $7
                  AND (price_class = ANY($9) OR price_class IN (
                      SELECT price_class FROM concession
                       WHERE person = $1 AND checked_at IS NOT NULL AND ended_at IS NULL
                         AND coalesce(ends_on, 'infinity') >= $2
                         AND (concession.operator IS NULL OR concession.operator = price_list_entry.operator)
                ))
                ORDER BY operator, space, resource, price_class, valid_from DESC, id DESC
           ) t)::text AS prices,
           (SELECT json_object_agg(day, number) FROM (
               SELECT ends_on AS day, count(*) AS number FROM entitlement
                WHERE person = $1 AND charge IS NOT NULL AND coalesce(ends_on, 'infinity') BETWEEN $2 AND $3
                GROUP BY ends_on
           ) t)::text AS tickets,
           {limits} AS limits
"""

_SHARED_ACCOUNTS: Final = """                     UNION ALL
                     SELECT s.id, s.public_id, unit, source, membership, greatest(starts_on, m.first),
                            least(ends_on, m.last), scope, half_days, left_units, charge, credit, s.purse, s.person,
                            label_de, label_en, expired_at
                       FROM purse_member m CROSS JOIN LATERAL (
                           SELECT * FROM entitlement
                            WHERE purse = m.purse AND person IS NULL AND coalesce(ends_on, 'infinity') >= $2
                           UNION ALL
                           SELECT * FROM entitlement
                            WHERE purse = m.purse AND person = $1 AND coalesce(ends_on, 'infinity') >= $2
                       ) s
                      WHERE m.person = $1 AND m.first <= $3 AND coalesce(m.last, 'infinity') >= $2
"""

_LIMITS: Final = f"""(SELECT json_agg(t) FROM (
               SELECT DISTINCT ON (m.purse) {own_limits("$2", "$3")}
                 FROM purse_member m JOIN shared_purse p ON p.id = m.purse
                WHERE m.person = $1 AND m.first <= $3 AND coalesce(m.last, 'infinity') >= $2
                ORDER BY m.purse, m.id DESC
           ) t)::text"""  # noqa: S608

_PURSE_OF_ONE_ALONE: Final = _PURSE.replace("{shared_accounts}", "").replace("{limits}", "NULL::text")
_PURSE_OF_ONE_WHO_SHARES: Final = _PURSE.replace("{shared_accounts}", _SHARED_ACCOUNTS).replace("{limits}", _LIMITS)
"""What is shared makes the query half as long again for everybody, so those who share nothing are not asked for it."""


async def purse_of(
    person: int | None,
    operator: int,
    kind: Kind,
    days: Days,
    today: date,
    language: str,
    *,
    for_organisation: bool = False,
    may_share: bool = True,
) -> Purse:
    """All that could pay for the person's bookings of this kind at the operator's spaces on these days.

    Prices are those of today; an organisation has that of clubs. Who is not known yet (None) has no accounts. It is
    quicker where it is known that the person shares no purse and `may_share` is not set. Raises ValueError for days
    that go on.
    """
    found = await purses_of(
        person, [operator], kind, days, today, language, for_organisation=for_organisation, may_share=may_share
    )
    return found[operator]


async def purses_of(
    person: int | None,
    operators: Sequence[int],
    kind: Kind,
    days: Days,
    today: date,
    language: str,
    *,
    for_organisation: bool = False,
    may_share: bool = True,
) -> Mapping[int, Purse]:
    """The same by operator, for several of them in one query."""
    if days.last is None:
        raise ValueError("these days go on")
    unit = UNITS[kind]
    classes = [NORMAL, CLUB] if for_organisation else [NORMAL]
    sql = _PURSE_OF_ONE_WHO_SHARES if may_share and person is not None else _PURSE_OF_ONE_ALONE
    row = await fetch_row(
        sql, person or 0, days.first, days.last, unit, list(operators), kind, today, language, classes
    )
    assert row is not None, "it selects no table"
    found = _entitlements.decode(row["entitlements"] or "[]")
    overage = [each.read(unit) for each in _prices.decode(row["overage"] or "[]")]
    listed = [each.read(unit) for each in _prices.decode(row["prices"] or "[]") if not each.ends]
    everywhere = Purse(
        charges=True,
        entitlements=[each.read() for each in found],
        uses={
            (each.id, use.day): Use(use.booked, use.held, use.consumed, use.step)
            for each in found
            for use in each.uses or ()
        },
        prices=overage,
        tickets=_tickets.decode(row["tickets"] or "{}"),
        limits=limits_in(row["limits"]),
    )
    return {
        operator: replace(everywhere, prices=[*overage, *(price for price in listed if price.seller == operator)])
        for operator in operators
    }


def of_one_team(purse: Purse, team: int | None) -> Purse:
    """The same without what other teams provide than that of this shared purse; without one, than any.

    What has been paid otherwise before never becomes something that an employer pays for and counts.
    """
    kept = [one for one in purse.entitlements if one.purse is None or one.purse == team]
    return replace(purse, entitlements=kept)


async def team_behind(entitlement: int) -> int | None:
    """The shared purse that this account belongs to; None for a person's own."""
    purse: int | None = await fetch_value("SELECT purse FROM entitlement WHERE id = $1", entitlement)
    return purse


@dataclass(frozen=True, slots=True)
class Paid:
    """A resource as somebody pays for it."""

    kind: Kind
    operator: int
    space: int
    resource: int

    def need(self, period: Period, zone: ZoneInfo) -> Need:
        """What a booking of this time asks to be paid; it counts for the day on which it begins."""
        starts, ends = period.starts_at.astimezone(zone), period.ends_at.astimezone(zone)
        further = (ends.date() - starts.date()).days * 24 * 60
        return Need(
            UNITS[self.kind],
            starts.date(),
            starts.hour * 60 + starts.minute,
            further + ends.hour * 60 + ends.minute,
            period.minutes,
            self.operator,
            self.space,
            self.resource,
        )
