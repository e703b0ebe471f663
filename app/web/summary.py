"""From a choice to a booking: the summary and its button."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency

from app.bookings.operations import BookDesk, Quote, book, quote
from app.bookings.rules import AlreadyTaken, AnyOf, DayPart
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.queries import SpaceClock, hours_of
from app.inventory.rules import FEATURES, KIND_NAMES, Kind, label
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.queries import SpaceCard
from app.platform.idempotency import Answer, once
from app.platform.problems import status_of
from app.web.filters import words_of
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go, here, sign_in_first
from app.web.search_form import read_when, time_parts
from app.web.spaces import published
from app.web.way_back import way_back
from app.web.week_view import times_text


class ChoiceIncomplete(BadInput):
    """The address or form does not say what shall be booked when."""

    code = "choice_incomplete"
    text = marked("Aus dieser Adresse geht nicht hervor, was wann gebucht werden soll. Bitte wählen Sie neu.")


@get("/buchen")
async def summary(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[Any]:
    """What would be booked, and what it costs. Also without an account, which is asked for with the button."""
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    space = await published(query.get("standort", ""), visitor)
    wanted, _ = read_when(query, visitor)
    kind = Kind(query["art"]) if query.get("art") in set(Kind) else Kind.DESK
    if wanted is None:
        raise ChoiceIncomplete
    clock = SpaceClock(space.id, space.time_zone, space.holiday_region, space.open_on_holidays)
    hours = (await hours_of([clock], wanted.day, wanted.day, visitor.language))[space.id]
    window = wanted.at(hours, visitor.now)
    if window is None:
        again = [*time_parts(wanted).items(), ("art", kind), *way_back(request.query_params).pairs]
        return go(f"/standorte/{space.slug}?{urlencode(again)}#plan")
    what = query.get("platz") or _any_of(space, kind, request)
    command = BookDesk(what, window.starts_at, window.ends_at)
    return await _show_summary(request, visitor, pages, space, command, kind)


@post("/buchen")
async def confirm(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """Books what the summary showed; the same form sent twice books once.

    The form says what is booked, its address how it was chosen: that leads back to the choice.
    """
    if visitor.actor is None:
        return sign_in_first(here(request) if request.url.query else "/")
    actor = visitor.allowed(Action.BOOK_OWN)
    space = await published(data.get("standort", ""), visitor)
    kind = Kind(data["art"]) if data.get("art") in set(Kind) else Kind.DESK
    what = data.get("platz") or _any_of(space, kind, request)
    command = BookDesk(what, read_instant(data, "beginn"), read_instant(data, "ende"), data.get("notiz", ""))

    async def book_once() -> Answer:
        booking = await book(actor, command, visitor.now)
        return Answer(201, booking.public_id.encode())

    refused: list[Refusal] = []

    def note(refusal: Refusal) -> Answer:
        refused.append(refusal)
        return Answer(429, b"")  # not kept: another choice may follow from the same page

    form = repr(sorted((name, value) for name, value in data.items() if name != "_csrf_token")).encode()
    answer = await once(
        actor.person,
        f"page-{data.get('schluessel', '')[:40] or token_urlsafe(8)}",
        form,
        visitor.now,
        book_once,
        refused=note,
    )
    if refused:
        return await _show_summary(request, visitor, pages, space, command, kind, refused[0])
    return go(f"/buchungen/{answer.body.decode()}?neu=1")


async def _show_summary(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    command: BookDesk,
    kind: Kind,
    refusal: Refusal | None = None,
) -> Response[str]:
    quoted: Quote = await quote(command, visitor.now, visitor.language)
    refusal = refusal or quoted.refusal
    if isinstance(refusal, NotFound):
        raise refusal
    starts, ends = (
        at.astimezone(quoted.space.zone if quoted.space else None) for at in (command.starts_at, command.ends_at)
    )
    chosen = command.what if isinstance(command.what, str) else ""
    times = _chosen_times(request, visitor) or exact_times(starts, ends)
    choice = [*times.items(), ("art", kind.value), *way_back(request.query_params).pairs]
    place = [("platz", chosen)] if chosen else []
    this_page = f"/buchen?{urlencode([('standort', space.slug), *choice, *place])}"
    alternatives = refusal.facts.get("alternatives", []) if isinstance(refusal, AlreadyTaken) else []
    context = {
        "space": space,
        "command": command,
        "quoted": quoted,
        "any_of": isinstance(command.what, AnyOf),
        "label": label(quoted.resource.kind, quoted.resource.name) if quoted.resource else None,
        "kind_name": visitor.speaker.gettext(KIND_NAMES[kind]),
        "features": features_text(quoted.resource.features, visitor) if quoted.resource else "",
        "kind": kind,
        "starts": starts,
        "times": times_text(starts, ends, visitor),
        "chosen": chosen,
        "key": token_urlsafe(16),
        "refusal": refusal,
        "alternatives": [
            (label(kind, name), f"/buchen?{urlencode([('standort', space.slug), *choice, ('platz', public_id)])}")
            for public_id, name in (alternatives if isinstance(alternatives, list) else [])
        ],
        "this_page": this_page,
        "back_url": f"/standorte/{space.slug}?{urlencode([*choice, *place])}#plan",
        "sign_in_url": f"/anmelden?{urlencode({'weiter': this_page})}",
        "sign_up_url": f"/registrieren?{urlencode({'weiter': this_page})}",
    }
    return await pages.show(
        request, visitor, "booking/summary.html", context, status=status_of(refusal) if refusal else 200
    )


def _any_of(space: SpaceCard, kind: Kind, request: PageRequest) -> AnyOf:
    """Any of the kind there that passes the filters of the address."""
    return AnyOf(space.slug, kind, words_of(way_back(request.query_params).marks, kind))


def _chosen_times(request: PageRequest, visitor: Visitor) -> dict[str, str]:
    """Day and part of the day as the address has them; nothing where it has none."""
    query = {name: values[-1] for name, values in request.query_params.dict().items()}
    wanted, _ = read_when(query, visitor) if query.keys() & {"tag", "zeit"} else (None, {})
    return time_parts(wanted) if wanted else {}


def exact_times(starts: datetime, ends: datetime) -> dict[str, str]:
    """The fields for exactly this time."""
    return {
        "tag": starts.date().isoformat(),
        "zeit": DayPart.OWN.value,
        "von": f"{starts:%H:%M}",
        "bis": f"{ends:%H:%M}" if ends.date() == starts.date() else "24:00",
    }


def features_text(features: tuple[str, ...], visitor: Visitor) -> str:
    """What a resource has, in one line."""
    return ", ".join(visitor.speaker.gettext(text) for feature, text in FEATURES.items() if feature in features)


def read_instant(data: dict[str, str], field: str) -> datetime:
    """The instant in a form's hidden field. Raises ChoiceIncomplete."""
    try:
        at = datetime.fromisoformat(data.get(field, ""))
    except ValueError as error:
        raise ChoiceIncomplete from error
    if at.tzinfo is None:
        raise ChoiceIncomplete
    return at


HANDLERS = [summary, confirm]
