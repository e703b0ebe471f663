"""The facts that a booking is decided on, in one query, and what is free."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

import msgspec

from app.bookings.decision import Place, claimed_period
from app.bookings.queries import BookedResource, BookedSpace, resource_from, space_from
from app.bookings.rules import AnyOf, HouseRulesState, comfort
from app.inventory.booking_rules import NOTHING_SAID, BookingRules, rules_from
from app.inventory.queries import SpaceClock, hours_from, that_fit
from app.inventory.rules import Hours, Kind
from app.kernel.periods import Period
from app.network.rules import BarTime
from app.plans.purses import Paid
from app.platform.database import fetch, fetch_row


@dataclass(frozen=True, slots=True)
class Facts:
    """What a booking of one resource is decided on; `rules` by key, all that the space has for the kind."""

    resource: BookedResource
    space: BookedSpace
    operator: int
    holiday_region: str
    hours: Hours
    house_rules: HouseRulesState
    usual_commute: str | None
    next_booking: int
    rules: Mapping[int, BookingRules]
    language: str
    bar: BarTime | None = None
    charges: bool = False
    may_share: bool = True

    def place(self, resource: BookedResource) -> Place:
        """A resource of the kind at the space, as decisions see it."""
        rules = self.rules.get(resource.rules, NOTHING_SAID)
        paid = Paid(resource.kind, self.operator, self.space.id, resource.id) if self.charges else None
        return Place(self.space.name, self.hours, rules, resource.capacity, paid)

    def widest(self, period: Period) -> Period:
        """The period with the most that any of the rules keeps free around it."""
        claimed = [claimed_period(period, rules) for rules in (NOTHING_SAID, *self.rules.values())]
        return Period(min(one.starts_at for one in claimed), max(one.ends_at for one in claimed))


_FACTS = """
    SELECT {next_booking} AS next_booking,
           r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
           r.capacity, r.features, coalesce(r.rules, 0) AS rules, r.parts,
           (SELECT json_agg(q) FROM booking_rules q WHERE q.space = s.id AND q.kind = r.kind)::text AS all_rules,
           s.id AS space_id, s.slug, s.name AS space_name, s.street, s.postcode, s.place, s.lat, s.lng, s.time_zone,
           s.holiday_region, s.open_on_holidays, o.name AS operator_name, o.id AS operator_id,
           least(o.suspended_at, o.ends_at) AS takes_until,
           o.charges AND (SELECT charges FROM network LIMIT 1) AS charges,
           EXISTS (SELECT FROM purse_member WHERE person = $6) AS may_share,
           (SELECT max(edition) FROM house_rules WHERE space = s.id AND valid_from <= $2) AS house_rules,
           (SELECT max(edition) FROM house_rules_acceptance WHERE space = s.id AND person = $6) AS house_rules_accepted,
           (SELECT commutes_to FROM person WHERE id = $6) AS usual_commute,
           (SELECT array_agg(b.ends_at) FROM bar b WHERE b.operator = o.id AND b.person = $6
               AND b.lifted_at IS NULL AND (b.ends_at IS NULL OR b.ends_at > $2)) AS bars,
           (SELECT json_agg(h) FROM (
               SELECT weekday, NULL AS day, opens, closes, '' AS reason_de, '' AS reason_en
                 FROM weekly_hours WHERE space = s.id
               UNION ALL
               SELECT NULL, day::text, opens, closes, reason_de, reason_en
                 FROM hours_exception
                WHERE space = s.id AND day BETWEEN $3::timestamptz::date - 1 AND $4::timestamptz::date + 1
           ) h)::text AS hours
      FROM resource r
      JOIN space s ON s.id = r.space
      JOIN operator o ON o.id = s.operator
     WHERE {which} AND r.retired_at IS NULL AND r.kind <> 'equipment'
       AND s.retired_at IS NULL AND o.retired_at IS NULL AND s.published_at <= $2
"""
_NEXT_BOOKING = "nextval('booking_id_seq')"
_ONE = "r.public_id = $1 AND $5::text IS NULL"
_ANY = (
    "r.id = (SELECT id FROM resource WHERE space = s.id AND kind = $5 AND retired_at IS NULL LIMIT 1) AND s.slug = $1"
)
_FACTS_SQL = {
    (any_of, for_booking): _FACTS.format(
        next_booking=_NEXT_BOOKING if for_booking else "0", which=_ANY if any_of else _ONE
    )
    for any_of in (False, True)
    for for_booking in (False, True)
}


class _HoursRow(TypedDict):
    """One row of the facts' hours."""

    weekday: int | None
    day: date | None
    opens: int | None
    closes: int | None
    reason_de: str
    reason_en: str


_hours_rows = msgspec.json.Decoder(list[_HoursRow])


async def facts_of(
    what: str | AnyOf, period: Period, person: int | None, now: datetime, *, language: str, for_booking: bool
) -> Facts | None:
    """The facts for booking this resource then for this person, in one query; None where nobody can book it.

    Somebody who is not known yet (None) has accepted no house rules.

    For AnyOf the resource is merely the first of its kind there. For a booking its key is drawn in the same round trip.
    """
    any_of = isinstance(what, AnyOf)
    row = await fetch_row(
        _FACTS_SQL[any_of, for_booking],
        what.space if isinstance(what, AnyOf) else what,
        now,
        period.starts_at,
        period.ends_at,
        what.kind if isinstance(what, AnyOf) else None,
        person,
    )
    if row is None:
        return None
    space = space_from(row)
    clock = SpaceClock(space.id, space.time_zone, row["holiday_region"], row["open_on_holidays"])
    first, last = period.starts_at.astimezone(space.zone).date(), period.ends_at.astimezone(space.zone).date()
    said = _hours_rows.decode(row["hours"] or "[]")
    hours = hours_from(clock, said, first, last, language, takes_until=row["takes_until"])
    house_rules = HouseRulesState(row["house_rules"] or 0, row["house_rules_accepted"] or 0)
    return Facts(
        resource_from(row),
        space,
        row["operator_id"],
        row["holiday_region"],
        hours,
        house_rules,
        row["usual_commute"],
        row["next_booking"],
        rules_from(row["all_rules"]),
        language,
        BarTime.of(row["bars"] or ()),
        charges=bool(row["charges"]),
        may_share=row["may_share"],
    )


async def resources_of_kind(space: int, kind: Kind, words: Collection[str] = ()) -> list[BookedResource]:
    """All of the kind there that fit these words, taken or not, the best first."""
    fitting, values = that_fit(words, 3)
    rows = await fetch(
        "SELECT r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name, r.capacity,"  # noqa: S608
        " r.features, coalesce(r.rules, 0) AS rules, r.parts FROM resource r"
        f" WHERE r.space = $1 AND r.kind = $2 AND r.retired_at IS NULL{fitting} ORDER BY r.position, r.id",
        space,
        kind,
        *values,
    )
    return sorted((resource_from(row) for row in rows), key=lambda resource: -comfort(resource.features))


async def free_resources(space: int, kind: Kind, period: Period, words: Collection[str] = ()) -> list[BookedResource]:
    """What of the kind is free there during the whole period and fits these words, the best first.

    It is free where nothing holds it, its parts, or what its rules keep free beside a booking.
    """
    fitting, values = that_fit(words, 5)
    rows = await fetch(
        f"""
        SELECT r.id AS resource_id, r.public_id AS resource_public_id, r.kind, r.name AS resource_name,
               r.capacity, r.features, coalesce(r.rules, 0) AS rules, r.parts
          FROM resource r
          LEFT JOIN booking_rules q ON q.id = r.rules
         CROSS JOIN LATERAL (
               SELECT $3::timestamptz - make_interval(mins => coalesce(q.buffer_before, 0)) AS starts_at,
                      $4::timestamptz + make_interval(mins => coalesce(q.buffer_after, 0)) AS ends_at
         ) w
         WHERE r.space = $1 AND r.kind = $2 AND r.retired_at IS NULL AND NOT EXISTS (
               SELECT FROM unnest(r.id || r.parts) AS f (id) CROSS JOIN LATERAL (
                   SELECT ends_at FROM claim
                    WHERE resource = f.id AND starts_at < w.ends_at ORDER BY starts_at DESC LIMIT 1
               ) c WHERE c.ends_at > w.starts_at
         ){fitting}
         ORDER BY r.position, r.id
        """,  # noqa: S608
        space,
        kind,
        period.starts_at,
        period.ends_at,
        *values,
    )
    return sorted((resource_from(row) for row in rows), key=lambda resource: -comfort(resource.features))
