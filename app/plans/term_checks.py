"""What is wrong with terms, field by field. Pure.

For consumers a contract by form may bind for two years at most, goes on for an indefinite time alone, and can then be
ended with a month's notice (BGB § 309 no. 9); the figures are the law's values of the day.
"""

from collections.abc import Iterator
from typing import Final

from app.kernel.refusals import BadInput, marked
from app.plans.purses import ScopeShape
from app.plans.terms import Audience, Extra, PassTerms, PlanTerms, TeamUse, Terms
from app.plans.uses import Unit

LONGEST_NAME: Final = 80
LONGEST_TEXT: Final = 400
MOST_MONEY: Final = 1_000_000
MOST_DAYS: Final = 31
MOST_HOURS: Final = 31 * 24
MOST_UNITS: Final = 1_000
MOST_MONTHS: Final = 120
MOST_VALID_DAYS: Final = 366
MOST_NOTICE: Final = 365
MOST_PIECES: Final = 1_000
MOST_HANDOVERS: Final = 31
_DAY: Final = 24 * 60


class TermsUnusable(BadInput):
    code = "terms_unusable"
    text = marked("Bitte eine Zahl von {least} bis {most} angeben.")


class NameNeeded(BadInput):
    code = "name_needed"
    text = marked("Bitte einen Namen mit höchstens {most} Zeichen angeben.")


class TextTooLong(BadInput):
    code = "text_too_long"
    text = marked("Bitte höchstens {most} Zeichen.")


class TermTooLong(BadInput):
    code = "term_too_long"
    text = marked("Verbraucher dürfen höchstens {most} Monate gebunden werden (BGB § 309 Nr. 9).")


class NoticeTooLong(BadInput):
    code = "notice_too_long"
    text = marked("Für Verbraucher darf die Kündigungsfrist höchstens einen Monat betragen (BGB § 309 Nr. 9).")


class GrantsNothing(BadInput):
    code = "grants_nothing"
    text = marked("Ein Tarif enthält Tage, Stunden oder einen festen Platz.")


class ForNobody(BadInput):
    code = "for_nobody"
    text = marked("Bitte wählen, an wen verkauft wird.")


class HoursUnusable(BadInput):
    code = "hours_unusable"
    text = marked("Das Ende muss nach dem Beginn liegen.")


class LastsTwice(BadInput):
    """A pass is counted in days or in months."""

    code = "lasts_twice"
    text = marked("Bitte entweder Tage oder Monate angeben.")


class TrialIsFree(BadInput):
    """What is once a person is not sold."""

    code = "trial_is_free"
    text = marked("Ein Probetag kostet nichts.")


class NotForTeams(BadInput):
    """An employer buys days and hours, as a business and at one price for all."""

    code = "not_for_teams"
    text = marked("Das gibt es nicht in einem Angebot für Teams.")


class TeamsAreBusinesses(BadInput):
    code = "teams_are_businesses"
    text = marked("An Teams wird nur geschäftlich verkauft.")


class TiersUnusable(BadInput):
    code = "tiers_unusable"
    text = marked("Jede Staffel beginnt bei mehr Stück als die vorige und kostet je Stück nicht mehr.")


def check_terms(terms: Terms, longest_first_term: int, longest_notice_months: int) -> Iterator[BadInput]:
    """What is wrong with them, field by field as the form names them; the law's figures in months."""
    yield from _names(terms)
    if not terms.audiences:
        yield ForNobody(field="audiences")
    yield from _money("price", terms.price)
    for price_class, amount in terms.concessions.items():
        yield from _money(f"concession_{price_class}", amount)
    yield from _hours(terms.scope)
    if isinstance(terms, PassTerms):
        yield from _pass(terms)
    else:
        yield from _plan(terms, longest_first_term, longest_notice_months)
    yield from _of_teams(terms)


def _of_teams(terms: Terms) -> Iterator[BadInput]:
    if terms.for_teams is None:
        if terms.tiers:
            yield NotForTeams(field="for_teams")
        return
    if terms.audiences != (Audience.BUSINESS,):
        yield TeamsAreBusinesses(field="audiences")
    yield from _tiers(terms)
    for price_class in terms.concessions:
        yield NotForTeams(field=f"concession_{price_class}")
    if isinstance(terms, PassTerms):
        if terms.for_teams is TeamUse.SEAT:
            yield NotForTeams(field="for_teams")
        if terms.unit is Unit.MONEY:
            yield NotForTeams(field="unit")
        return
    yield from _number("handovers", terms.handovers, MOST_HANDOVERS)
    for field in ("setup", "deposit", "fixed_desk", "round_the_clock"):
        if getattr(terms, field):
            yield NotForTeams(field=field)
    if terms.for_teams is TeamUse.POOL and terms.unlimited_desks:
        yield NotForTeams(field="unlimited_desks")
    if terms.overage:
        yield NotForTeams(field="overage_desk_day_day")
    if any(extra.price for extra in terms.extras):
        yield NotForTeams(field="extra_1_price")


def _tiers(terms: Terms) -> Iterator[BadInput]:
    quantity, price = 1, terms.price
    for number, tier in enumerate(terms.tiers, 1):
        if not quantity < tier.quantity <= MOST_PIECES or not 0 <= tier.price <= price:
            yield TiersUnusable(field=f"tier_{number}_quantity")
            return
        quantity, price = tier.quantity, tier.price


def _names(terms: Terms) -> Iterator[BadInput]:
    for language in ("de", "en"):
        if not 0 < len(getattr(terms, f"name_{language}").strip()) <= LONGEST_NAME:
            yield NameNeeded(field=f"name_{language}", most=LONGEST_NAME)
        if len(getattr(terms, f"about_{language}")) > LONGEST_TEXT:
            yield TextTooLong(field=f"about_{language}", most=LONGEST_TEXT)


def _pass(terms: PassTerms) -> Iterator[BadInput]:
    most = MOST_MONEY if terms.unit is Unit.MONEY else MOST_UNITS
    if not 1 <= terms.amount <= most:
        yield TermsUnusable(field="amount", least=1, most=most // 100 if terms.unit is Unit.MONEY else most)
    if terms.valid_days is not None:
        yield from _number("valid_days", terms.valid_days, MOST_VALID_DAYS, least=1)
        if terms.valid_months is not None:
            yield LastsTwice(field="valid_days")
    if terms.valid_months is not None:
        yield from _number("valid_months", terms.valid_months, MOST_MONTHS, least=1)
    if terms.is_trial and terms.price:
        yield TrialIsFree(field="price")


def _plan(terms: PlanTerms, longest_first_term: int, longest_notice_months: int) -> Iterator[BadInput]:
    for field in ("setup", "deposit", "release_credit"):
        yield from _money(field, getattr(terms, field))
    for field, most in (("desk_days", MOST_DAYS), ("room_hours", MOST_HOURS), ("rolls_over_months", 12)):
        yield from _number(field, getattr(terms, field), most)
    if not (terms.desk_days or terms.unlimited_desks or terms.room_hours or terms.fixed_desk):
        yield GrantsNothing(field="desk_days")
    for number, extra in enumerate(terms.extras, 1):
        yield from _extra(number, extra)
    for unit, overage in terms.overage.items():
        for field in ("day", "half_day", "hour"):
            amount = getattr(overage, field)
            if amount is not None:
                yield from _money(f"overage_{unit}_{field}", amount)
    yield from _term(terms, longest_first_term, longest_notice_months)


def _term(terms: PlanTerms, longest_first_term: int, longest_notice_months: int) -> Iterator[BadInput]:
    most = longest_first_term if terms.is_for_consumers else MOST_MONTHS
    if terms.is_for_consumers and terms.first_term_months > longest_first_term:
        yield TermTooLong(field="first_term_months", most=longest_first_term)
    else:
        yield from _number("first_term_months", terms.first_term_months, most, least=1)
    if terms.is_for_consumers and terms.notice_days > 31 * longest_notice_months:
        yield NoticeTooLong(field="notice_days")
    else:
        yield from _number("notice_days", terms.notice_days, MOST_NOTICE)


def _extra(number: int, extra: Extra) -> Iterator[BadInput]:
    for language in ("de", "en"):
        if not 0 < len(getattr(extra, f"name_{language}").strip()) <= LONGEST_NAME:
            yield NameNeeded(field=f"extra_{number}_name_{language}", most=LONGEST_NAME)
    yield from _money(f"extra_{number}_price", extra.price)


def _hours(scope: ScopeShape) -> Iterator[BadInput]:
    opens, closes = scope.opens or 0, _DAY if scope.closes is None else scope.closes
    if not 0 <= opens < closes <= _DAY:
        yield HoursUnusable(field="hours")


def _money(field: str, amount: int) -> Iterator[BadInput]:
    if not 0 <= amount <= MOST_MONEY:
        yield TermsUnusable(field=field, least=0, most=MOST_MONEY // 100)


def _number(field: str, number: int, most: int, *, least: int = 0) -> Iterator[BadInput]:
    if not least <= number <= most:
        yield TermsUnusable(field=field, least=least, most=most)
