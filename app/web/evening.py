"""The host who hardly signs in: the page behind the evening's mail that closes the day, and the list of calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.block_plan import Affected, ReasonMissing
from app.bookings.evening import Evening, calls_of, close_linked_day, is_wanted, linked_day, plan_of_day
from app.bookings.queries import BookingCard
from app.bookings.short_notice import Call, call_list, confirm_read, notice_of_token
from app.identity.authentication import Visitor
from app.identity.rules import EmailUnusable
from app.inventory.blockers import blockers_at
from app.inventory.rules import label
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.evening_mail import (
    EveningSetting,
    end_evening_mail,
    evening_settings,
    host_who_ends,
    hosts_of,
    set_evening,
)
from app.network.queries import SpaceCard, space_by_slug
from app.platform.language import speaker
from app.web.behind_links import proof, refusal_of, show_linked
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

NOTICES: Final = {"gespeichert": marked("Gespeichert.")}

_UNSAID: Final = marked("Kurzfristig verhindert")
"""The reason unless the host writes another one; everybody reads it, so it says nothing of the host's health."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """Somebody to be called, what he had booked, and when he read of it."""

    name: str
    phone: str | None
    what: Sequence[str]
    gets_mails: bool
    read_at: datetime | None


@get("/morgen/{slug:str}/{day:str}/{link:str}")
async def day_page(
    request: PageRequest,
    slug: FromPath[str],
    day: FromPath[str],
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """Who comes and the button that closes; or, once the day is closed, whom to call. Opening it changes nothing."""
    evening = await _linked(slug, day, link, visitor, pages)
    return await _show_day(request, visitor, pages, evening, request.url.path)


@post("/morgen/{slug:str}/{day:str}/{link:str}")
async def close_day(
    request: PageRequest,
    slug: FromPath[str],
    day: FromPath[str],
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    evening = await _linked(slug, day, link, visitor, pages)
    reason = " ".join(data.get("grund", "").split())
    refusal = await refusal_of(
        close_linked_day(evening, *_in_both(reason, visitor), data.get("stand", ""), visitor.now)
    )
    if refusal:
        refusal.field = "grund" if isinstance(refusal, ReasonMissing) else None
        return await _show_day(request, visitor, pages, evening, request.url.path, reason[:200], refusal)
    return go(request.url.path)


@get("/gelesen/{link:str}")
async def read_page(
    request: PageRequest, link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Behind the mail's 'Ich habe es gelesen'; programs that look through mail confirm nothing by opening it."""
    booking, read_at = await notice_of_token(link, visitor.now, **proof(visitor, pages))
    context = {"booking": booking, "what": _what(booking, visitor), "read_at": read_at, "page": f"/gelesen/{link}"}
    return await show_linked(request, visitor, pages, "booking/read.html", context)


@post("/gelesen/{link:str}")
async def confirm_reading(
    link: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Redirect:
    await confirm_read(link, visitor.now, **proof(visitor, pages))
    return go(f"/gelesen/{link}")


@get("/abendmail/{slug:str}/{link:str}")
async def end_page(
    request: PageRequest,
    slug: FromPath[str],
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space = await _space(slug, visitor)
    email = await host_who_ends(space, link, pages.settings.signing_key)
    context = {"about": space, "email": email, "page": request.url.path, "ended": False}
    return await show_linked(request, visitor, pages, "front_desk/no_evening_mail.html", context)


@post("/abendmail/{slug:str}/{link:str}")
async def end_form(
    request: PageRequest,
    slug: FromPath[str],
    link: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The link is dead with it, so the page says so at once."""
    space = await _space(slug, visitor)
    await end_evening_mail(space, link, visitor.now, key=pages.settings.signing_key)
    context = {"about": space, "email": "", "page": request.url.path, "ended": True}
    return await show_linked(request, visitor, pages, "front_desk/no_evening_mail.html", context)


@get("/betrieb/{slug:str}/abendmail")
async def setting_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    said = (await evening_settings([space.id])).get(space.id, EveningSetting())
    typed = {
        "an": "ja" if await is_wanted(space.id, said) else "",
        "immer": "ja" if said.also_when_empty else "",
        "adressen": "\n".join(said.emails),
    }
    return await pages.show(request, visitor, "operator/evening_mail.html", _setting(request, space, typed))


@post("/betrieb/{slug:str}/abendmail")
async def setting_form(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    typed = {name: data.get(name, "")[:2000] for name in ("an", "immer", "adressen")}
    wanted = EveningSetting(typed["an"] == "ja", typed["immer"] == "ja", tuple(typed["adressen"].split()))
    try:
        await set_evening(visitor.signed_in, space, wanted, visitor.now)
    except (BadInput, EmailUnusable) as refusal:
        refusal.field = "adressen"
        context = _setting(request, space, typed)
        return await show_again(request, visitor, pages, "operator/evening_mail.html", context, [refusal])
    return go(f"/betrieb/{slug}/abendmail?getan=gespeichert")


@get("/betrieb/{slug:str}/sperren/{blocker:str}/anrufen")
async def calls_page(
    request: PageRequest,
    slug: FromPath[str],
    blocker: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The same list for the space's manager, as long as the day lasts."""
    space, public_id = await operators_space(slug, visitor), checked_id(blocker)
    for card in await blockers_at(space.id, ZoneInfo(space.time_zone), visitor.now):
        if card.public_id == public_id and card.closes is not None:
            calls = _rows(await call_list(card, visitor.now), visitor)
            context = {"space": space, "day": card.closes, "calls": calls}
            return await pages.show(request, visitor, "operator/calls.html", context)
    raise NotFound


async def _linked(slug: str, day: str, link: str, visitor: Visitor, pages: Pages) -> Evening:
    try:
        that_day = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    return await linked_day(slug, that_day, link, visitor.now, **proof(visitor, pages))


async def _space(slug: str, visitor: Visitor) -> SpaceCard:
    space = await space_by_slug(slug, visitor.now)
    if space is None:
        raise NotFound
    return space


async def _show_day(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    evening: Evening,
    page: str,
    reason: str = "",
    refusal: Refusal | None = None,
) -> Response[str]:
    say, calls, state = visitor.speaker, _rows(await calls_of(evening, visitor.now), visitor), ""
    affected: Sequence[Affected] = ()
    if evening.closing is None:
        plan = await plan_of_day(evening, visitor.now)
        affected, state = plan.affected, plan.state
    context: dict[str, Any] = {
        "about": evening.space,
        "day": evening.day,
        "page": page,
        "is_closed": evening.closing is not None,
        "affected": [(each.person, _what(each.booking, visitor)) for each in affected],
        "calls": calls,
        "state": state,
        "typed": {"grund": reason or say.gettext(_UNSAID)},
    }
    return await show_linked(request, visitor, pages, "front_desk/tomorrow.html", context, refusal)


def _in_both(reason: str, visitor: Visitor) -> tuple[str, str]:
    """The reason in German and English; what the host wrote stands in the language in which it was written."""
    if reason == visitor.speaker.gettext(_UNSAID):
        return _UNSAID, speaker("en").gettext(_UNSAID)
    return reason, ""


def _rows(calls: Sequence[Call], visitor: Visitor) -> list[CallRow]:
    return [
        CallRow(
            call.name,
            call.phone,
            [_what(booking, visitor) for booking in call.bookings],
            call.gets_mails,
            call.read_at.astimezone(call.bookings[0].space.zone) if call.read_at else None,
        )
        for call in calls
    ]


def _what(booking: BookingCard, visitor: Visitor) -> str:
    what = visitor.speaker.word(label(booking.resource.kind, booking.resource.name))
    return f"{times_text(booking.starts_at, booking.ends_at, visitor)}, {what}"


def _setting(request: PageRequest, space: SpaceCard, typed: Mapping[str, str]) -> dict[str, Any]:
    own = hosts_of(space, EveningSetting())
    return {
        "space": space,
        "typed": typed,
        "own": own[0] if own else "",
        "notice": notice(request, NOTICES),
        "errors": NO_ERRORS,
    }


HANDLERS = [
    day_page,
    close_day,
    read_page,
    confirm_reading,
    end_page,
    end_form,
    setting_page,
    setting_form,
    calls_page,
]
