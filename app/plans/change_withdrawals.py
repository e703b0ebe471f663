"""Withdrawal from other terms of a running membership: what it had before holds again.

Who was told of the right and asked for a start at once pays the days that the other terms were had, by the calendar
like every period (BGB § 357a Abs. 2; BGH III ZR 169/20); anybody else pays as if there had been no change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.billing.queries import law_values
from app.identity.rules import Actor
from app.kernel.money import Money
from app.kernel.refusals import Conflict, marked
from app.kernel.wall_time import local_day
from app.plans.ending import EndedAlready, NoConsumer, NotWithdrawable, Stated, WithdrawalOver, last_day_to_withdraw
from app.plans.grants import Days
from app.plans.memberships import change_terms
from app.plans.queries import MembershipCard
from app.plans.terms import PlanTerms, PriceClass, terms_of
from app.plans.timeline import Stretch, Timeline, dues_of
from app.plans.withdrawal import WithdrawalTerms, is_working_day
from app.platform.database import fetch

_ZONE: Final = ZoneInfo("Europe/Berlin")
_A_DAY: Final = timedelta(days=1)


class NothingAgreedAnew(NotWithdrawable):
    """It binds the member to nothing more than before."""

    text = marked("Diese Änderung kostet nicht mehr als vorher. Ein neuer Wechsel des Tarifs nimmt sie zurück.")


class ChangedSince(Conflict):
    """The terms that hold were agreed on later still."""

    code = "changed_since"
    text = marked("Danach wurde noch einmal ein anderer Tarif vereinbart. Bitte zuerst diesen klären.")


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """Other terms that a member has ordered: from when on they hold, and what was told and asked for with the order."""

    id: int
    public_id: str
    membership: int
    contract_id: str
    person: int
    person_name: str
    email: str
    terms: PlanTerms
    valid_from: date
    placed_at: datetime
    withdrawal_until: date | None
    is_consumer: bool
    stated: Stated
    is_withdrawn: bool
    is_followed: bool

    def name(self, language: str) -> str:
        return self.terms.name_en if language == "en" else self.terms.name_de


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """A copy of terms as it was agreed on."""

    version: int
    terms: PlanTerms
    price_class: PriceClass
    valid_from: date


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a withdrawal does: which earlier terms hold again from which days on, what the change has cost so far, and
    what of that stays due, in minor units."""

    since: date
    steps: Sequence[tuple[date, AgreedTerms]]
    charged: int
    owed: int


_CHANGES: Final = """
    SELECT o.id, o.public_id, o.membership, m.public_id AS contract_id, o.person, p.name AS person_name,
           coalesce(p.email, '') AS email, o.terms, o.starts_on, o.placed_at, o.withdrawal_until,
           o.audience = 'consumer' AS is_consumer, o.notice_valid_from, o.early_start_at,
           EXISTS (SELECT FROM declaration d WHERE d.contract_order = o.id) AS is_withdrawn,
           EXISTS (SELECT FROM contract_order l WHERE l.membership = o.membership AND l.id > o.id
                      AND l.difference IS NOT NULL
                      AND NOT EXISTS (SELECT FROM declaration d WHERE d.contract_order = l.id)) AS is_followed
      FROM contract_order o JOIN membership m ON m.id = o.membership JOIN person p ON p.id = o.person
      JOIN payer y ON y.id = o.payer
     WHERE o.difference IS NOT NULL
"""


async def changes_where(condition: str, *arguments: object) -> list[ChangeOrder]:
    """The orders o of persons p and payers y for which this SQL holds, the latest first."""
    rows = await fetch(f"{_CHANGES} AND ({condition}) ORDER BY o.id DESC", *arguments)
    return [_change(row) for row in rows]


async def change_named(public_id: str) -> ChangeOrder | None:
    """The order with this number, whosever it is: for staff."""
    found = await changes_where("o.public_id = $1", public_id)
    return found[0] if found else None


async def change_by_id(order: int) -> ChangeOrder | None:
    """The order with this key, for mails."""
    found = await changes_where("o.id = $1", order)
    return found[0] if found else None


async def withdrawable_changes(person: int, today: date) -> Mapping[int, ChangeOrder]:
    """By membership the person's change of plan that can still be withdrawn from."""
    found = await changes_where("o.person = $1 AND o.withdrawal_until >= $2", person, today)
    return {each.membership: each for each in found if not each.is_withdrawn and not each.is_followed}


async def terms_before(order: ChangeOrder) -> list[AgreedTerms]:
    """The copies of terms that were agreed on before the order, in the order in which they hold."""
    rows = await fetch(
        "SELECT product_version, terms, price_class, valid_from FROM membership_terms"
        " WHERE membership = $1 AND agreed_at < $2 ORDER BY valid_from, id",
        order.membership,
        order.placed_at,
    )
    return [
        AgreedTerms(row["product_version"], _plan(row["terms"]), PriceClass(row["price_class"]), row["valid_from"])
        for row in rows
    ]


async def change_withdrawal_terms(order: ChangeOrder, way: WayBack, declared_on: date) -> WithdrawalTerms:
    """Until when a withdrawal is possible, or what stands in its way, and what it does to what is due."""
    days = (await law_values(declared_on))["withdrawal_days"]
    ordered_on = local_day(order.placed_at, _ZONE)
    last = last_day_to_withdraw(ordered_on, days, is_working_day, informed=order.stated.was_informed)
    refusal: NotWithdrawable | None = None
    if not order.is_consumer:
        refusal = NoConsumer()
    elif order.withdrawal_until is None:
        refusal = NothingAgreedAnew()
    elif declared_on > last:
        refusal = WithdrawalOver(last_day=last)
    currency = order.terms.currency
    return WithdrawalTerms(last, refusal, Money(way.charged, currency), Money(way.owed, currency))


def demand_way_back(order: ChangeOrder, card: MembershipCard, today: date) -> None:
    """Raises EndedAlready where the membership is over or the change withdrawn from, and ChangedSince."""
    if order.is_withdrawn or (card.ends_on is not None and card.ends_on < today):
        raise EndedAlready
    if order.is_followed:
        raise ChangedSince


def way_back(
    card: MembershipCard, order: ChangeOrder, before: Sequence[AgreedTerms], declared_on: date, today: date
) -> WayBack:
    """What withdrawing from the order on that day would mean. Pure."""
    since = max(order.valid_from, declared_on + _A_DAY) if order.stated.pays_for_use else order.valid_from
    last = card.ends_on
    undone, returned = (_with_again(card.timeline, before, day, last) for day in (order.valid_from, since))
    cost = {
        line: sum(due.amount for due in dues_of(timeline, today))
        for line, timeline in (("now", card.timeline), ("undone", undone), ("returned", returned))
    }
    later = {stretch.days.first for stretch in card.timeline.stretches if stretch.days.first > since}
    days = sorted({since} | later | {copy.valid_from for copy in before if copy.valid_from > since})
    steps = [(day, _held_on(before, day)) for day in days if last is None or day <= last]
    return WayBack(since, steps, cost["now"] - cost["undone"], cost["returned"] - cost["undone"])


async def go_way_back(actor: Actor | None, order: ChangeOrder, way: WayBack, now: datetime, today: date) -> None:
    """The earlier terms hold again, and grants and charges follow. Call it in the transaction of the withdrawal, which
    has a mail of its own."""
    for day, copy in way.steps:
        await change_terms(
            actor, order.membership, copy.version, copy.terms, copy.price_class, day, now, today, is_told=True
        )


def _with_again(timeline: Timeline, before: Sequence[AgreedTerms], since: date, last: date | None) -> Timeline:
    """The timeline with the copies of before from this day on."""
    kept = [
        replace(stretch, days=days)
        for stretch in timeline.stretches
        if (days := stretch.days.within(Days(date.min, since - _A_DAY))) is not None
    ]
    firsts = sorted({since} | {copy.valid_from for copy in before if copy.valid_from > since})
    again = []
    for first, following in zip(firsts, [*firsts[1:], None], strict=True):
        days = Days(first, None if following is None else following - _A_DAY).within(Days(date.min, last))
        if days is not None:
            held = _held_on(before, first)
            again.append(Stretch(days, held.terms, held.price_class))
    return replace(timeline, stretches=[*kept, *again])


def _held_on(before: Sequence[AgreedTerms], day: date) -> AgreedTerms:
    """The copy that held on this day; of two from one day the later counts."""
    held = [copy for copy in before if copy.valid_from <= day]
    return held[-1] if held else before[0]


def _change(row: Any) -> ChangeOrder:
    return ChangeOrder(
        row["id"],
        row["public_id"],
        row["membership"],
        row["contract_id"],
        row["person"],
        row["person_name"],
        row["email"],
        _plan(row["terms"]),
        row["starts_on"],
        row["placed_at"],
        row["withdrawal_until"],
        row["is_consumer"],
        Stated(
            was_informed=row["notice_valid_from"] is not None,
            asked_for_early_start=row["early_start_at"] is not None,
        ),
        row["is_withdrawn"],
        row["is_followed"],
    )


def _plan(terms: str) -> PlanTerms:
    found = terms_of.decode(terms)
    assert isinstance(found, PlanTerms), "a membership is in a plan"
    return found
