"""Another plan in a running membership: what may be chosen, from when on, and what it means for grants and charges.

Pure. What costs more or as much holds at once, and the days before keep their price; what costs less holds from the
next term on. Nobody is bound anew (docs/decisions/0046).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.kernel.money import Money
from app.kernel.refusals import Conflict, marked
from app.plans.grants import Days, month_of, next_month
from app.plans.pausing import EndsBefore
from app.plans.products import Offer
from app.plans.queries import MembershipCard
from app.plans.terms import Audience, Billed, PlanTerms, PriceClass, agreed
from app.plans.timeline import MonthsGrant, Stretch, Timeline, anniversary, dues_of, grants_of
from app.plans.uses import Unit

_A_DAY = timedelta(days=1)


class OtherPriceMeanwhile(Conflict):
    """What was shown holds no more."""

    code = "other_price_meanwhile"
    text = marked("Inzwischen gilt für den Wechsel ein anderer Preis. Bitte sehen Sie ihn sich noch einmal an.")


class MoreBooked(Conflict):
    """Bookings would stay paid by what the other plan does not hold."""

    code = "more_booked"
    text = marked("Ab {valid_from} ist mehr gebucht, als der neue Tarif enthält: {days}. Bitte vorher absagen.")


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it would be made. `due_now` is what the running period costs more, `before` and `after` what a whole
    period costs, gross in minor units; grants are those of the month from which it holds."""

    offer: Offer
    terms: PlanTerms
    price_class: PriceClass
    valid_from: date
    is_at_once: bool
    before: Money
    after: Money
    due_now: Money
    granted_before: Mapping[Unit, int | None]
    granted_after: Mapping[Unit, int | None]
    timeline: Timeline

    @property
    def costs(self) -> bool:
        """Whether it binds to pay more than before."""
        return self.after.amount > self.before.amount or self.due_now.amount > 0

    @property
    def other_terms(self) -> "OtherTerms":
        return OtherTerms(self.offer.version, self.terms, self.price_class, self.valid_from, self.due_now)


@dataclass(frozen=True, slots=True)
class OtherTerms:
    """Terms that a running membership gets from a day on; `difference` is what the running period costs more."""

    version: int
    terms: PlanTerms
    price_class: PriceClass
    valid_from: date
    difference: Money

    @property
    def price(self) -> Money:
        return Money(self.terms.price_for(self.price_class), self.terms.currency)


def other_terms(
    card: MembershipCard, version: int, terms: PlanTerms, price_class: PriceClass, valid_from: date, today: date
) -> OtherTerms:
    """What these terms from that day on would mean, whatever was to come."""
    timeline = changed(card.timeline, valid_from, terms, price_class)
    difference = _due(timeline, today) - _due(card.timeline, today)
    return OtherTerms(version, terms, price_class, valid_from, Money(difference, terms.currency))


def possible_changes(
    card: MembershipCard, offers: Sequence[Offer], audience: Audience, product: str | None
) -> list[Offer]:
    """The plans that it can change to: of the same seller, charged as often, for this audience, another than now."""
    now = card.latest
    return [
        offer
        for offer in offers
        if isinstance(offer.terms, PlanTerms)
        and offer.seller == card.seller
        and offer.terms.billed is now.billed
        and offer.terms.currency == now.currency
        and offer.is_for(audience)
        and offer.public_id != product
    ]


def change_to(
    card: MembershipCard, offer: Offer, extras: frozenset[int], classes: Collection[PriceClass], today: date
) -> Change:
    """What changing to this offer today would mean. Raises EndsBefore."""
    if card.ends_on is not None:
        raise EndsBefore(day=card.ends_on)
    assert isinstance(offer.terms, PlanTerms), "a membership is in a plan"
    terms = agreed(offer.terms, extras)
    current = _stretch_on(card.timeline, today)
    price_class = min([PriceClass.NORMAL, *classes], key=terms.price_for)
    before, after = current.terms.price_for(current.price_class), terms.price_for(price_class)
    is_at_once = after >= before
    valid_from = max(today, card.starts_on) if is_at_once else next_term(card, today)
    timeline = changed(card.timeline, valid_from, terms, price_class)
    due = _due(timeline, today) - _due(card.timeline, today)
    return Change(
        offer,
        terms,
        price_class,
        valid_from,
        is_at_once,
        Money(before, terms.currency),
        Money(after, terms.currency),
        Money(due, terms.currency),
        _granted(card.timeline, valid_from),
        _granted(timeline, valid_from),
        timeline,
    )


def next_term(card: MembershipCard, today: date) -> date:
    """The first day of the period after the one that is paid, and after the first term."""
    bound = max(today, card.first_term_ends_on, card.starts_on)
    if card.latest.billed is Billed.MONTHLY:
        return next_month(bound)
    years = 1
    while anniversary(card.starts_on, years) <= bound:
        years += 1
    return anniversary(card.starts_on, years)


def changed(timeline: Timeline, valid_from: date, terms: PlanTerms, price_class: PriceClass) -> Timeline:
    """The timeline with these terms from that day on, whatever was to come."""
    kept = [
        replace(stretch, days=Days(stretch.days.first, _before(stretch.days.last, valid_from)))
        for stretch in timeline.stretches
        if stretch.days.first < valid_from
    ]
    return Timeline([*kept, Stretch(Days(valid_from, timeline.days.last), terms, price_class)], timeline.pauses)


def coming_change(card: MembershipCard, today: date) -> Stretch | None:
    """Other terms that are agreed for a later day."""
    now, began = stretch_now(card, today), max(today, card.starts_on)
    later = (stretch for stretch in card.timeline.stretches if stretch.days.first > began)
    return next((one for one in later if (one.terms, one.price_class) != (now.terms, now.price_class)), None)


def grants_by_start(timeline: Timeline, until: date) -> Mapping[tuple[Unit, date], MonthsGrant]:
    """What each month grants, by unit and first day."""
    return {(grant.unit, grant.days.first): grant for grant in grants_of(timeline, until)}


def stretch_now(card: MembershipCard, today: date) -> Stretch:
    """The terms of today; those with which it begins where it has not begun, and its last where it is over."""
    return _stretch_on(card.timeline, today)


def _stretch_on(timeline: Timeline, day: date) -> Stretch:
    held = [stretch for stretch in timeline.stretches if stretch.days.first <= day]
    return held[-1] if held else timeline.stretches[0]


def _due(timeline: Timeline, today: date) -> int:
    return sum(period.amount for period in dues_of(timeline, today))


def _granted(timeline: Timeline, day: date) -> Mapping[Unit, int | None]:
    """What can be spent in the month of this day; None is without limit."""
    found: dict[Unit, int | None] = {}
    for grant in grants_of(timeline, day):
        if grant.days.within(month_of(day)) is not None:
            if grant.units is None or found.get(grant.unit, 0) is None:
                found[grant.unit] = None
            else:
                found[grant.unit] = (found.get(grant.unit) or 0) + grant.units
    return found


def _before(last: date | None, day: date) -> date:
    return day - _A_DAY if last is None else min(last, day - _A_DAY)
