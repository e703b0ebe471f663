"""Changing and cancelling dates of a series on pages, for whose it is and for staff: the forms and what they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any, Final

from litestar import Response

from app.bookings.early_start import EarlyStartNotAsked
from app.bookings.queries import BookingCard
from app.bookings.rules import DayPart, NotOpenToChange
from app.bookings.series_changes import ChangeSeries, SeriesChange, change_series, preview_change
from app.bookings.series_ending import CancelSeries, cancel_series, is_changeable, to_cancel
from app.bookings.series_planning import OnConflict
from app.bookings.series_queries import SeriesCard, bookings_of_series, dates_for
from app.identity.authentication import Visitor
from app.identity.queries import KnownPerson
from app.inventory.queries import resources_of
from app.inventory.recurrence import ByDay, Frequency, WallSpan
from app.inventory.rules import label, wall_instant
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import Opening, local_day
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.web.forms import done_once
from app.web.front_desk import state_at_desk
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import DueLine, agreed_in, asks_early_start, due_of_series, lacks_statements
from app.web.search_form import clock_text, read_when
from app.web.series_form import LEAVE_OUT, OTHER_DESK, WEEKDAYS, read_day
from app.web.series_view import booked_line, date_line, day_text, title_of
from app.web.week_view import BookingLine

ALL, FROM_ON, SPAN = "alle", "ab", "zeitraum"
_CANCEL_FIELDS: Final = {"first": "ab", "last": "bis"}
_NO_DAY = marked("Bitte ein Datum wählen, etwa 25.11.2026.")
_NO_WEEKDAY = marked("Bitte wählen Sie mindestens einen Wochentag.")


@dataclass(frozen=True, slots=True)
class AtTheDesk:
    """Where staff acts, and for whom."""

    space: SpaceCard
    person: KnownPerson


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """A series with its bookings; `ahead` are those that the visitor may still change. Its page is below `base`.

    `desk` is None for whose own series it is.
    """

    card: SeriesCard
    bookings: Sequence[BookingCard]
    ahead: Sequence[BookingCard]
    base: str
    desk: AtTheDesk | None = None

    @property
    def for_others(self) -> bool:
        return self.desk is not None

    def context(self, visitor: Visitor) -> dict[str, Any]:
        """What every page about it says."""
        return {
            "series": self.card,
            "title": title_of(self.card, visitor),
            "what": label(self.card.resource.kind, self.card.resource.name),
            "page": f"{self.base}/{self.card.public_id}",
            "desk": self.desk,
        }


async def shown(card: SeriesCard, visitor: Visitor, base: str, desk: AtTheDesk | None = None) -> ShownSeries:
    """The series as the visitor may change it."""
    bookings = await bookings_of_series(card.id)
    ahead = [one for one in dates_for(visitor.signed_in, card, bookings) if is_changeable(one, visitor.now)]
    return ShownSeries(card, bookings, sorted(ahead, key=lambda one: one.period.starts_at), base, desk)


def line_of(booking: BookingCard, own: ShownSeries, visitor: Visitor) -> BookingLine:
    """A date that is booked; for staff in the desk's words, and with an address only where it may be changed."""
    line = booked_line(booking, visitor)
    if own.desk is None:
        return line
    shape, word = state_at_desk(booking, visitor.now)
    url = f"/theke/{booking.space.slug}/buchungen/{booking.public_id}" if booking in own.ahead else ""
    return replace(line, url=url, state=shape, word=visitor.speaker.word(word))


def news_in(request: PageRequest) -> str:
    """What was just done to it, by the flag in the address."""
    return next((news for news in ("neu", "geaendert", "abgesagt") if news in request.query_params), "")


def asked_in(request: PageRequest) -> dict[str, str]:
    """The fields of a form that is sent by its address."""
    return {name: values[-1] for name, values in request.query_params.dict().items()}


async def cancel_dates(
    request: PageRequest, visitor: Visitor, pages: Pages, own: ShownSeries, data: Mapping[str, str]
) -> Response[Any]:
    """Cancels the dates that were shown."""
    days, errors = _days(data, visitor)
    if errors:
        return await show_cancel(request, visitor, pages, own, data, None)
    try:
        await cancel_series(visitor.signed_in, own.card.public_id, days, visitor.now, for_others=own.for_others)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_cancel(request, visitor, pages, own, data, refusal)
    return go(f"{own.base}/{own.card.public_id}?abgesagt=1")


async def change_dates(
    request: PageRequest, visitor: Visitor, pages: Pages, own: ShownSeries, data: Mapping[str, str]
) -> Response[Any]:
    """Changes the dates as they were shown, all or none."""
    actor, form = visitor.signed_in, _read_change(data, own, visitor)
    if form.change is None:
        return await show_change(request, visitor, pages, own, data, None)
    wanted = replace(
        form.change, shown=data.get("stand", ""), agreed_price=agreed_in(data), early_start=asks_early_start(data)
    )
    if await _lacks_statements(own, form.change, data, visitor):
        return await show_change(request, visitor, pages, own, data, EarlyStartNotAsked(field="early_start"))

    async def run() -> str:
        made = await change_series(actor, own.card.public_id, wanted, visitor.now, for_others=own.for_others)
        return made.series.public_id

    done = await done_once(actor.person, "series-change", data, visitor.now, run)
    if isinstance(done, NotFound):
        raise done
    if isinstance(done, Refusal):
        return await show_change(request, visitor, pages, own, data, done)
    return go(f"{own.base}/{done}?geaendert=1")


def _days(fields: Mapping[str, str], visitor: Visitor) -> tuple[CancelSeries, dict[str, str]]:
    """Which dates are meant, or what is wrong, by field."""
    which = fields.get("was", ALL)
    first = read_day(fields.get("ab", "")) if which in (FROM_ON, SPAN) else None
    last = read_day(fields.get("bis", "")) if which == SPAN else None
    missing = {"ab": which in (FROM_ON, SPAN) and first is None, "bis": which == SPAN and last is None}
    return CancelSeries(first, last), {
        name: visitor.speaker.gettext(_NO_DAY) for name, is_missing in missing.items() if is_missing
    }


async def show_cancel(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    own: ShownSeries,
    fields: Mapping[str, str],
    refusal: Refusal | None,
) -> Response[str]:
    """The choice of dates, and those that it hits."""
    days, errors = _days(fields, visitor)
    hit: Sequence[BookingCard] = ()
    if "was" in fields and not errors:
        try:
            hit = to_cancel(own.ahead, days, visitor.now)
        except NotOpenToChange as over:
            refusal = over
        except Refusal as unusable:
            errors[_CANCEL_FIELDS[unusable.field or "first"]] = visitor.speaker.refusal(unusable)
    say = visitor.speaker.gettext
    context = own.context(visitor) | {
        "was": fields.get("was", ALL),
        "ab": fields.get("ab", "")[:10],
        "bis": fields.get("bis", "")[:10],
        "which": [
            (ALL, say(marked("alle kommenden"))),
            (FROM_ON, say(marked("ab einem Tag"))),
            (SPAN, say(marked("von Tag bis Tag"))),
        ],
        "errors": errors,
        "refusal": refusal,
        "is_over": not own.ahead,
        "lines": [line_of(booking, own, visitor) for booking in sorted(hit, key=lambda one: one.period.starts_at)],
        "has_late": any(booking.is_late_at(visitor.now) for booking in hit),
    }
    status = status_of(refusal) if refusal else 422 if errors else 200
    return await pages.show(request, visitor, "series/cancel.html", context, status=status)


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """The fields as filled in, what is wrong by field, and what they mean where nothing is."""

    ab: str
    platz: str
    von: str
    bis: str
    weekdays: frozenset[int]
    bis_tag: str
    belegt: str
    errors: Mapping[str, str]
    change: ChangeSeries | None

    @property
    def fields(self) -> Mapping[str, str]:
        """The same for hidden fields."""
        days = {name: "ja" for name, weekday in WEEKDAYS.items() if weekday in self.weekdays}
        names = ("ab", "platz", "von", "bis", "bis_tag", "belegt")
        return days | {name: getattr(self, name) for name in names}


def _read_change(fields: Mapping[str, str], own: ShownSeries, visitor: Visitor) -> ChangeForm:
    """What somebody has filled in, or before that the series as it is."""
    card, zone = own.card, own.card.space.zone
    span, rule = WallSpan.of(card.first, zone), card.rule
    first_days = [local_day(booking.series_slot, zone) for booking in own.ahead if booking.series_slot]
    is_weekly = rule.frequency is Frequency.WEEKLY
    old_weekdays = frozenset(day.weekday for day in rule.by_day) or {local_day(card.first.starts_at, zone).isoweekday()}
    old_last = max((local_day(one.series_slot, zone) for one in own.bookings if one.series_slot), default=None)
    typed = "von" in fields
    first = read_day(fields.get("ab", "")) or (min(first_days) if first_days else None)
    times = {
        "von": fields.get("von", "")[:5] if typed else clock_text(span.opens),
        "bis": fields.get("bis", "")[:5]
        if typed
        else clock_text(span.closes if span.closes <= 1440 else span.closes - 1440),
    }
    weekdays = frozenset(n for name, n in WEEKDAYS.items() if name in fields) if typed else frozenset(old_weekdays)
    last = read_day(fields.get("bis_tag", "")) if typed else old_last
    errors: dict[str, str] = {}
    opening: Opening | None = None
    if typed:
        wanted, wrong = read_when(
            {"tag": first.isoformat() if first else "", "zeit": DayPart.OWN.value, **times}, visitor
        )
        errors |= wrong
        opening = wanted.span() if wanted else None
        if is_weekly and not weekdays:
            errors["wochentage"] = visitor.speaker.gettext(_NO_WEEKDAY)
        if last is None:
            errors["bis_tag"] = visitor.speaker.gettext(_NO_DAY)
    belegt = LEAVE_OUT if fields.get("belegt") == LEAVE_OUT else OTHER_DESK
    change = None
    if typed and not errors and first and last and opening:
        new_rule = replace(rule, by_day=tuple(ByDay(day) for day in sorted(weekdays))) if is_weekly else rule
        if last != old_last:
            new_rule = replace(new_rule, count=None, until=wall_instant(last, 24 * 60 - 1, zone))
        is_new_rule = last != old_last or (is_weekly and weekdays != old_weekdays)
        start_day = min((day for day in first_days if day >= first), default=first)
        change = ChangeSeries(
            first=first,
            what=fields.get("platz") or None,
            starts_at=_at(start_day, opening.opens, own),
            ends_at=_at(start_day, opening.closes, own),
            rrule=str(new_rule) if is_new_rule else None,
            on_conflict=OnConflict.SKIP if belegt == LEAVE_OUT else OnConflict.ANOTHER,
        )
    return ChangeForm(
        ab=first.isoformat() if first else "",
        platz=fields.get("platz", card.resource.public_id),
        weekdays=weekdays,
        bis_tag=last.isoformat() if last else fields.get("bis_tag", "")[:10],
        belegt=belegt,
        errors=errors,
        change=change,
        **times,
    )


def _at(day: date, minute: int, own: ShownSeries) -> datetime:
    return wall_instant(day, minute, own.card.space.zone)


async def show_change(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    own: ShownSeries,
    fields: Mapping[str, str],
    refusal: Refusal | None,
) -> Response[str]:
    """The form with the dates that it gives, or with what is wrong with it."""
    form, found = _read_change(fields, own, visitor), None
    errors = dict(form.errors)
    if form.change is not None:
        try:
            found = await preview_change(
                visitor.signed_in, own.card.public_id, form.change, visitor.now, for_others=own.for_others
            )
        except NotFound:
            raise
        except NotOpenToChange as over:
            refusal = over
        except Refusal as unusable:
            errors["bis_tag" if unusable.field == "rrule" else "von"] = visitor.speaker.refusal(unusable)
    resources = await resources_of(own.card.space.id, own.card.resource.kind)
    names, zone = visitor.speaker.locale.days["format"]["wide"], own.card.space.zone
    days = sorted({local_day(one.series_slot, zone) for one in own.ahead if one.series_slot})
    context = own.context(visitor) | {
        "form": form,
        "errors": errors,
        "refusal": refusal,
        "is_over": not own.ahead,
        "first_days": [(day.isoformat(), day_text(day, visitor)) for day in days],
        "weekdays": [(name, names[weekday - 1], weekday in form.weekdays) for name, weekday in WEEKDAYS.items()]
        if own.card.rule.frequency is Frequency.WEEKLY
        else [],
        "desks": [(one.public_id, visitor.speaker.word(label(one.kind, one.name))) for one in resources],
        "when_taken": [
            (OTHER_DESK, visitor.speaker.gettext(marked("anderer Platz"))),
            (LEAVE_OUT, visitor.speaker.gettext(marked("diese absagen"))),
        ],
        "plan": found.plan if found else None,
        "lines": _change_lines(found, form, visitor) if found else [],
        "dropped": len(found.dropped) if found else 0,
        "due": await _due(found, own, visitor, refusal) if found else None,
        "key": token_urlsafe(16),
    }
    status = status_of(refusal) if refusal else 422 if errors else 200
    return await pages.show(request, visitor, "series/change.html", context, status=status)


async def _due(found: SeriesChange, own: ShownSeries, visitor: Visitor, refusal: Refusal | None) -> DueLine | None:
    is_not_asked = own.for_others or own.card.organisation is not None
    person, dates = own.card.person, found.plan.dates
    return await due_of_series(dates, person, visitor, refusal, price=found.due, for_organisation=is_not_asked)


async def _lacks_statements(own: ShownSeries, change: ChangeSeries, data: Mapping[str, str], visitor: Visitor) -> bool:
    """Whether the person agrees to a price without the two statements that the first date that costs it needs."""
    if not await lacks_statements(data, own.card.person, visitor.now, visitor.now):
        return False
    try:
        found = await preview_change(
            visitor.signed_in, own.card.public_id, change, visitor.now, for_others=own.for_others
        )
    except Refusal:
        return False
    due = await _due(found, own, visitor, None)
    return due is not None and due.asks_early_start


def _change_lines(found: SeriesChange, form: ChangeForm, visitor: Visitor) -> list[object]:
    assert form.change is not None, "what is wrong has no dates"
    return [date_line(one, found.plan.wanted, form.change.on_conflict, visitor) for one in found.plan.dates]
