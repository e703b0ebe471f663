"""Memberships as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from app.plans.ending import EndedBecause
from app.plans.grants import Days
from app.plans.terms import PlanTerms, PriceClass
from app.plans.timeline import Stretch, Timeline, earliest_end
from app.platform.database import fetch

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MembershipCard:
    """A membership as it stands; `timeline` with all that is known to come, `latest` the terms agreed last."""

    id: int
    public_id: str
    person: int
    payer: int
    seller: int | None
    ordered_at: datetime
    starts_on: date
    first_term_ends_on: date
    noticed_at: datetime | None
    ends_on: date | None
    timeline: Timeline
    latest: PlanTerms
    ended_because: EndedBecause | None = None

    def earliest_end(self, today: date) -> date:
        """The last day if notice is given today."""
        return earliest_end(today, self.first_term_ends_on, self.latest)


async def membership_by_id(membership: int) -> MembershipCard | None:
    """The membership with this key, for jobs."""
    cards = await memberships_where("m.id = $1", membership)
    return cards[0] if cards else None


async def memberships_of(person: int) -> list[MembershipCard]:
    """The person's memberships, those that have ended included, the first begun first."""
    return await memberships_where("m.person = $1", person)


async def memberships_where(condition: str, *arguments: object) -> list[MembershipCard]:
    """The memberships m for which this SQL holds: for the reads of this capability's files."""
    rows = await fetch(
        f"""
        SELECT m.id, m.public_id, m.person, m.payer, m.seller, m.ordered_at, m.starts_on, m.first_term_ends_on,
               m.noticed_at, m.ends_on, m.ended_because,
               (SELECT json_agg(t ORDER BY t.valid_from, t.id) FROM membership_terms t WHERE t.membership = m.id)::text
                   AS terms,
               (SELECT json_agg(p ORDER BY p.first) FROM membership_pause p WHERE p.membership = m.id)::text AS pauses
          FROM membership m WHERE {condition} ORDER BY m.id
        """,  # noqa: S608
        *arguments,
    )
    return [_card(row) for row in rows]


class _TermsRow(msgspec.Struct):
    terms: PlanTerms
    price_class: PriceClass
    valid_from: date


class _PauseRow(msgspec.Struct):
    first: date
    last: date | None


_terms_rows = msgspec.json.Decoder(list[_TermsRow])
_pause_rows = msgspec.json.Decoder(list[_PauseRow])


def _card(row: Any) -> MembershipCard:
    pauses = [Days(pause.first, pause.last) for pause in _pause_rows.decode(row["pauses"] or "[]")]
    copies = _terms_rows.decode(row["terms"])
    return MembershipCard(
        row["id"],
        row["public_id"],
        row["person"],
        row["payer"],
        row["seller"],
        row["ordered_at"],
        row["starts_on"],
        row["first_term_ends_on"],
        row["noticed_at"],
        row["ends_on"],
        Timeline(_stretches(copies, row["ends_on"]), pauses),
        copies[-1].terms,
        EndedBecause(row["ended_because"]) if row["ended_because"] else None,
    )


def _stretches(copies: Sequence[_TermsRow], ends_on: date | None) -> list[Stretch]:
    """Each copy holds until the next one; of two from one day the later counts."""
    stretches = []
    for copy, following in zip(copies, [*copies[1:], None], strict=True):
        last = ends_on if following is None else following.valid_from - _A_DAY
        if ends_on is not None and last is not None:
            last = min(last, ends_on)
        if last is None or copy.valid_from <= last:
            stretches.append(Stretch(Days(copy.valid_from, last), copy.terms, copy.price_class))
    return stretches
