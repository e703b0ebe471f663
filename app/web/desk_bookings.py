"""Booking for somebody at the desk or on the telephone: one form with day, time and place, one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import Guest, booking_at, bookings_ahead, guest
from app.bookings.no_shows import no_shows_here
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.bookings.rules import PURPOSE_NAMES, AlreadyTaken, AnyOf, DayPart, NothingFree, Purpose
from app.bookings.search import Wanted
from app.bookings.waiting import in_line
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.queries import SpaceClock, hours_of, resources_of
from app.inventory.rules import Kind, label, wall_instant
from app.kernel.money import Money
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.bars import bar_standing
from app.network.gazetteer import gazetteer
from app.network.house_rules import edition_to_accept
from app.network.member_notes import may_see_notes, notes_on
from app.network.queries import SpaceCard
from app.platform.idempotency import Answer, once
from app.platform.problems import status_of
from app.web.desk_credit import credit_at
from app.web.forms import checked_id
from app.web.front_desk import desk_space, series_urls, single
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import agreed_in, changed_price
from app.web.search_form import default_day, empty_search, part_spans, read_when, shown_day
from app.web.slip import show_slip
from app.web.waiting_view import waiting_lines
from app.web.week_view import times_text

_ANY = {
    Kind.DESK: marked("Bester freier Schreibtisch"),
    Kind.ROOM: marked("Freier Raum"),
    Kind.BOOTH: marked("Freie Kabine"),
    Kind.PARKING: marked("Freier Parkplatz"),
}
_FIELDS = {
    "starts_at": "von",
    "ends_at": "bis",
    "note": "notiz",
    "guest_phone": "nummer",
    "house_rules": "hausordnung",
}
"""The form's names for what the operations call otherwise."""

NOTICES = {
    "gebucht": marked("Gebucht."),
    "neu": marked("Eingetragen. Jetzt können Sie buchen."),
    "email": marked("Der Link ist unterwegs. Die Adresse gilt, sobald er geöffnet wurde."),
    "zusammengefuehrt": marked("Die beiden Einträge sind jetzt einer."),
    "karte": marked("Verkauft. Damit kann gleich gebucht werden."),
    "wartet": marked("Steht auf der Warteliste."),
    "notiz": marked("Notiz gespeichert."),
    "notiz_weg": marked("Notiz gelöscht."),
    "ausgetragen": marked("Steht nicht mehr auf dieser Warteliste."),
    "ermaessigung": marked("Die Ermäßigung gilt."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A booking in a person's list."""

    booking: BookingCard
    label: str
    times: str
    is_here: bool
    series_url: str | None


async def asked_times(space: SpaceCard, wanted: Wanted, visitor: Visitor) -> tuple[datetime, datetime]:
    """Start and end of what the space can give of the wanted time.

    Where it can give nothing, the literal time, so that the booking is refused with its reason.
    """
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], wanted.day, wanted.day, visitor.language))[space.id]
    window = wanted.at(hours, visitor.now)
    if window is not None:
        return window.starts_at, window.ends_at
    span = wanted.span()
    return wall_instant(wanted.day, span.opens, hours.zone), wall_instant(wanted.day, span.closes, hours.zone)


def asked_place(data: Mapping[str, str], space: SpaceCard) -> str | AnyOf:
    """A certain place by its public id, or the best of a kind."""
    text = data.get("was", "")
    if not text or text in set(Kind):
        return AnyOf(space.slug, Kind(text) if text else Kind.DESK)
    return checked_id(text)


async def form_context(
    data: Mapping[str, str], space: SpaceCard, person: int, visitor: Visitor, *, moving: BookingCard | None = None
) -> dict[str, Any]:
    """The form as filled in, else with the next working day, the whole of it and the best desk."""
    resources = await resources_of(space.id)
    kinds = [kind for kind in Kind if any(resource.kind is kind for resource in resources)]
    say = visitor.speaker
    limits = empty_search(visitor)
    rules = await edition_to_accept(space.id, person, visitor.now)
    return {
        "typed": {
            "tag": shown_day(data) if "tag" in data else default_day(visitor).isoformat(),
            "zeit": data.get("zeit") or DayPart.WHOLE_DAY.value,
            **{name: data.get(name, "")[:500] for name in ("von", "bis", "was", "notiz", "zweck", "nummer", "email")},
        },
        "parts": [
            *((part.value, say.gettext(_PART_NAMES[part]), say.hours(span)) for part, span in part_spans().items()),
            (DayPart.OWN.value, say.gettext(marked("Von … bis")), say.gettext(marked("eigene Zeiten"))),
        ],
        "any_of": [(kind.value, say.gettext(_ANY[kind])) for kind in kinds],
        "resources": [
            (resource.public_id, say.word(label(resource.kind, resource.name)))
            for resource in resources
            if moving is None or resource.public_id != moving.resource.public_id
        ],
        "purposes": [("", say.gettext(marked("wie üblich")))]
        + [(purpose.value, say.gettext(text)) for purpose, text in PURPOSE_NAMES.items()],
        "first_day": limits.first_day,
        "last_day": limits.last_day,
        "house_rules": rules,
        "rules_ticked": rules is not None and accepted_edition(data) == rules.edition,
        "key": token_urlsafe(16),
    }


_PART_NAMES = {
    DayPart.MORNING: marked("Vormittag"),
    DayPart.AFTERNOON: marked("Nachmittag"),
    DayPart.WHOLE_DAY: marked("Ganzer Tag"),
}


def accepted_edition(data: Mapping[str, str]) -> int | None:
    """The edition of the house rules that staff has read out, where it says so."""
    text = data.get("ausgabe", "")
    return int(text) if data.get("hausordnung") == "ja" and text.isascii() and text.isdigit() else None


def errors_of(refusal: Refusal, visitor: Visitor) -> dict[str, str]:
    """What a refusal says, by the name of the form's field."""
    return {_FIELDS.get(refusal.field or "", refusal.field or ""): visitor.speaker.refusal(refusal)}


async def show_guest(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    person: Guest,
    data: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    may_wait: bool = False,
    due: Money | None = None,
) -> Response[str]:
    """A person as the desk sees it: what is booked here and waited for, and the form for more.

    With `may_wait` the form has a second button, that puts the person in line. What is `due` stands on the first one.
    """
    ahead = await bookings_ahead(visitor.signed_in, person.id, visitor.now)
    done = single(request).get("getan", "")
    new = next((each for each in ahead if each.public_id == single(request).get("buchung")), None)
    context = await form_context(data, space, person.id, visitor) | {
        "space": space,
        "person": person,
        "said": data.get("wer", ""),
        "place": municipality_name(person.municipality),
        **await credit_at(person, space, visitor),
        "missed": await no_shows_here(visitor.signed_in, person.id, visitor.now) if person.is_known else 0,
        "lines": await _lines(ahead, space, visitor),
        "done": done if done in NOTICES else "",
        "notice": NOTICES.get(done, ""),
        "booked": (await _lines([new], space, visitor))[0] if new else None,
        "errors": errors or {},
        "may_wait": may_wait,
        "due": due,
        **await _of_its_operator(visitor, space, person, data),
        "waits": waiting_lines([place for place in await in_line(person.id) if place.space.id == space.id], visitor),
    }
    return await pages.show(request, visitor, "front_desk/person.html", context, status=status)


async def _of_its_operator(
    visitor: Visitor, space: SpaceCard, person: Guest, data: Mapping[str, str]
) -> dict[str, Any]:
    """Notes and a bar, for the operator's own staff alone; where the person is in reach the manager may bar him."""
    actor, operator = visitor.signed_in, space.operator.id
    if not may_see_notes(actor, space) or not person.is_known:
        return {"notes": None, "bar": None, "may_bar": False}
    return {
        "notes": await notes_on(actor, space, person.id),
        "note_typed": {name: text for name, text in data.items() if name.startswith("notiz")},
        "bar": await bar_standing(operator, person.id, visitor.now),
        "may_bar": actor.may(Action.MANAGE_OPERATOR, operator=operator),
    }


async def _lines(bookings: Sequence[BookingCard], space: SpaceCard, visitor: Visitor) -> list[Line]:
    urls = await series_urls(visitor, bookings)
    return [
        Line(
            booking,
            visitor.speaker.word(label(booking.resource.kind, booking.resource.name)),
            times_text(booking.starts_at, booking.ends_at, visitor),
            booking.space.id == space.id,
            urls.get(booking.id),
        )
        for booking in bookings
    ]


def municipality_name(key: str | None) -> str:
    """What people call the municipality with this official key; empty for none."""
    return next((each.name for each in gazetteer().municipalities if each.ags == key), "") if key else ""


@post("/theke/{slug:str}/leute/{person:str}/buchen")
async def book_for(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Books for the person; the same form sent twice books once."""
    space = await desk_space(slug, visitor)
    actor = visitor.signed_in
    whom = await guest(actor, person, visitor.now, data.get("wer", ""))
    wanted, errors = read_when(data, visitor)
    if wanted is None:
        return await show_guest(request, visitor, pages, space, whom, data, errors=errors, status=422)
    command = BookDesk(
        asked_place(data, space),
        *await asked_times(space, wanted, visitor),
        note=data.get("notiz", ""),
        purpose=Purpose(data["zweck"]) if data.get("zweck") in set(Purpose) else None,
        guest_phone=data.get("nummer", "").strip(),
        house_rules=accepted_edition(data),
        agreed_price=agreed_in(data),
    )

    async def book_once() -> Answer:
        booking = await book(actor, command, visitor.now, whom=whom.id)
        return Answer(201, booking.public_id.encode())

    refused: list[Refusal] = []

    def note(refusal: Refusal) -> Answer:
        refused.append(refusal)
        return Answer(429, b"")  # not kept: the same page may send another choice

    form = repr(sorted((name, value) for name, value in data.items() if name != "_csrf_token")).encode()
    key = f"desk-{data.get('schluessel', '')[:40] or token_urlsafe(8)}"
    answer = await once(actor.person, key, form, visitor.now, book_once, refused=note)
    if refused:
        [refusal] = refused
        if isinstance(refusal, NotFound):
            raise refusal
        return await show_guest(
            request,
            visitor,
            pages,
            space,
            whom,
            data,
            errors=errors_of(refusal, visitor),
            status=status_of(refusal),
            may_wait=isinstance(refusal, AlreadyTaken | NothingFree),
            due=changed_price(refusal),
        )
    return go(f"/theke/{slug}/leute/{whom.public_id}?getan=gebucht&buchung={answer.body.decode()}")


@get("/theke/{slug:str}/buchungen/{public_id:str}/zettel")
async def slip(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What the desk hands out to somebody without e-mail."""
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    day_url = f"/theke/{slug}?tag={booking.starts_at.date().isoformat()}#b-{public_id}"
    return await show_slip(request, visitor, pages, booking, day_url)


HANDLERS = [book_for, slip]
