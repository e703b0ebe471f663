"""Blockers and closing days of a space: the list, the form, the bookings in the way, all in one step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.block_plan import Affected, Block, CloseDays, Fate, Plan
from app.bookings.blocking import block, lift_block, plan_block
from app.bookings.clearing import AffectedChanged
from app.bookings.queries import BookingCard
from app.bookings.short_notice import with_calls
from app.identity.authentication import Visitor
from app.inventory.blockers import BlockerCard, Repetition, blockers_at
from app.inventory.linking import linked_at
from app.inventory.rules import label
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.web.block_form import FIELDS, is_closing, kept_fields, read_command
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.front_desk import single
from app.web.home import FormData
from app.web.links import ticked
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

NOTICES = {
    "gesperrt": marked("Gesperrt. Wer betroffen ist, hat eine E-Mail bekommen, soweit eine Adresse bekannt ist."),
    "geschlossen": marked("Geschlossen. Wer betroffen ist, hat eine E-Mail bekommen, soweit eine Adresse bekannt ist."),
    "aufgehoben": marked("Aufgehoben. Die Zeit ist wieder buchbar."),
}
_WEEKDAYS = (
    marked("Montag"),
    marked("Dienstag"),
    marked("Mittwoch"),
    marked("Donnerstag"),
    marked("Freitag"),
    marked("Samstag"),
    marked("Sonntag"),
)


@dataclass(frozen=True, slots=True)
class BlockerRow:
    """A blocker in the list: what, when, why."""

    public_id: str
    when: str
    what: str
    reason: str
    is_closing: bool
    has_calls: bool = False


@dataclass(frozen=True, slots=True)
class AffectedRow:
    """A booking in the way, and what becomes of it."""

    booking: BookingCard
    person: str
    label: str
    when: str
    place: str
    fate: str


@get("/betrieb/{slug:str}/sperren")
async def blockers_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    zone = ZoneInfo(space.time_zone)
    names = await _names(space, visitor)
    cards = await blockers_at(space.id, zone, visitor.now)
    calls = await with_calls([card.id for card in cards])
    rows = [replace(_row(card, names, zone, visitor), has_calls=card.id in calls) for card in cards]
    context = {
        "space": space,
        "blockers": [row for row in rows if not row.is_closing],
        "closings": [row for row in rows if row.is_closing],
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "operator/blockers.html", context)


async def _names(space: SpaceCard, visitor: Visitor) -> dict[int, str]:
    say = visitor.speaker
    there = await linked_at(space.id)
    return {each.id: say.word(label(each.kind, each.name)) if each.kind else each.name for each in there}


def _row(card: BlockerCard, names: Mapping[int, str], zone: ZoneInfo, visitor: Visitor) -> BlockerRow:
    what = visitor.speaker.listed(names.get(key, "") for key in card.resources)
    return BlockerRow(
        card.public_id,
        when_blocked(card, zone, visitor),
        what or visitor.speaker.gettext(marked("ganzer Standort")),
        card.reason(visitor.language),
        card.closes is not None,
    )


def when_blocked(card: BlockerCard, zone: ZoneInfo, visitor: Visitor) -> str:
    """Mi 25. November, 8–12 Uhr; jeden Montag und Mittwoch, 8–12 Uhr, bis 30. Juni 2027."""
    say = visitor.speaker
    if card.closes is not None:
        return f"{say.day(card.closes)} {card.closes.year}"
    starts, ends = card.period.starts_at.astimezone(zone), card.period.ends_at.astimezone(zone)
    if card.rrule is not None:
        repetition = Repetition.of(card.rrule, zone)
        days = say.listed(say.gettext(_WEEKDAYS[weekday - 1]) for weekday in sorted(repetition.weekdays))
        times = times_text(starts, ends, visitor)
        until = say.day_of_year(repetition.until)
        return say.say(marked("jeden {days}, {times}, bis {until}"), days=days, times=times, until=until)
    last = local_day(card.period.ends_at - timedelta(microseconds=1), zone)
    if starts.time() == ends.time() == time():
        days = say.day(last) if last == starts.date() else f"{say.day(starts.date())} – {say.day(last)}"
        return say.say(marked("{days} {year}, ganztägig"), days=days, year=last.year)
    if last == starts.date():
        return f"{say.day(starts.date())} {starts.year}, {times_text(starts, ends, visitor)}"
    return f"{say.word(starts)} – {say.word(ends)}"


@get("/betrieb/{slug:str}/sperren/neu")
async def new_blocker(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    data = single(request)
    return await pages.show(request, visitor, _template(data), await _form(space, data, visitor))


def _template(data: Mapping[str, str]) -> str:
    return "operator/closing_form.html" if is_closing(data) else "operator/blocker_form.html"


async def _form(space: SpaceCard, data: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    there = await linked_at(space.id)
    say, typed = visitor.speaker, kept_fields(data)
    return {
        "space": space,
        "typed": typed,
        "unfolded": {
            "longer": bool(typed.keys() & {"bistag", "wiederholt"} or ticked(typed, "wochentag-")),
            "resources": bool(ticked(typed, "platz-")),
        },
        "resources": [
            (each.public_id, say.word(label(each.kind, each.name)) if each.kind else each.name) for each in there
        ],
        "weekdays": [(number, say.gettext(text)) for number, text in enumerate(_WEEKDAYS, 1)],
        "first_day": today.isoformat(),
        "errors": NO_ERRORS,
    }


@get("/betrieb/{slug:str}/sperren/pruefen")
async def preview(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The bookings in the way and what would become of each; nothing has happened yet."""
    space, data = await operators_space(slug, visitor), single(request)
    if not data:
        return await pages.show(request, visitor, _template(data), await _form(space, data, visitor))
    return await _preview(request, visitor, pages, space, data)


async def _preview(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    data: Mapping[str, str],
    changed: AffectedChanged | None = None,
) -> Response[str]:
    command, refused = read_command(data, space, visitor)
    if command is not None:
        try:
            plan = await plan_block(visitor.signed_in, space, command, visitor.now)
        except BadInput as refusal:
            refused = [refusal]
        else:
            context = await _plan_context(space, plan, command, data, visitor)
            if changed is not None:
                return await show_again(request, visitor, pages, "operator/block_preview.html", context, [changed])
            return await pages.show(request, visitor, "operator/block_preview.html", context | {"errors": NO_ERRORS})
    context = await _form(space, data, visitor)
    return await show_again(request, visitor, pages, _template(data), context, [_in_form(one) for one in refused])


def _in_form(refusal: Refusal) -> Refusal:
    """The refusal beside the form's own field."""
    refusal.field = FIELDS.get(refusal.field or "", refusal.field)
    return refusal


async def _plan_context(
    space: SpaceCard, plan: Plan, command: Block | CloseDays, data: Mapping[str, str], visitor: Visitor
) -> dict[str, Any]:
    zone, names = ZoneInfo(space.time_zone), await _names(space, visitor)
    cards = [
        BlockerCard(0, "", space.id, one.of, one.first, one.rrule, command.reason_de, command.reason_en, one.closes)
        for one in plan.blockings
    ]
    return {
        "space": space,
        "is_closing": isinstance(command, CloseDays),
        "rows": [_row(card, names, zone, visitor) for card in cards],
        "times": sum(len(blocking.times) for blocking in plan.blockings),
        "affected": [affected_row(each, data, visitor) for each in plan.affected],
        "fixed": plan.fixed,
        "state": plan.state,
        "kept": kept_fields(data),
    }


def affected_row(each: Affected, data: Mapping[str, str], visitor: Visitor) -> AffectedRow:
    """The booking as the lists of what is in the way show it, with what was chosen for it."""
    say, booking = visitor.speaker, each.booking
    return AffectedRow(
        booking,
        each.person,
        say.word(label(booking.resource.kind, booking.resource.name)),
        f"{say.day(booking.starts_at.date())}, {times_text(booking.starts_at, booking.ends_at, visitor)}",
        say.word(label(each.place.kind, each.place.name)) if each.place else "",
        chosen_fates(data).get(booking.public_id, each.suggested).value,
    )


def chosen_fates(data: Mapping[str, str]) -> dict[str, Fate]:
    """By public ids what staff has chosen for bookings."""
    return {
        name.removeprefix("buchung-"): Fate(value)
        for name, value in data.items()
        if name.startswith("buchung-") and value in set(Fate)
    }


@post("/betrieb/{slug:str}/sperren")
async def block_it(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Blocks, and moves or cancels what is in the way as the list before said; or shows the list that holds now."""
    space = await operators_space(slug, visitor)
    command, _ = read_command(data, space, visitor)
    if command is None:
        return await _preview(request, visitor, pages, space, data)
    try:
        await block(visitor.signed_in, space, command, data.get("stand", ""), chosen_fates(data), visitor.now)
    except AffectedChanged as refusal:
        return await _preview(request, visitor, pages, space, data, refusal)
    except BadInput:
        return await _preview(request, visitor, pages, space, data)
    return go(f"/betrieb/{slug}/sperren?getan={'geschlossen' if is_closing(data) else 'gesperrt'}")


@post("/betrieb/{slug:str}/sperren/{blocker:str}/aufheben")
async def lift_it(slug: FromPath[str], blocker: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    space = await operators_space(slug, visitor)
    await lift_block(visitor.signed_in, space, checked_id(blocker), visitor.now)
    return go(f"/betrieb/{slug}/sperren?getan=aufgehoben")


HANDLERS = [blockers_page, new_blocker, preview, block_it, lift_it]
