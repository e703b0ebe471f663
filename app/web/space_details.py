"""What a space says of itself: name, address, texts, contact, what is there; shown and saved by its manager."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import Conflict, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.gazetteer import gazetteer, place_names
from app.network.geography import Located, Position
from app.network.queries import SpaceCard
from app.network.rules import FEATURES
from app.network.space_setting import (
    LONGEST_LINE,
    LONGEST_TEXT,
    TEXTS,
    SpaceChangedMeanwhile,
    SpaceDetails,
    change_space,
    wrong_with,
)
from app.network.whereabouts import Address, PositionUnusable
from app.web.fact_form import read_facts, space_questions, typed_facts
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.maps import pin_map, point_pressed
from app.web.pages import PageRequest, Pages, go
from app.web.resources import version_in

NOTICES = {"angaben": marked("Gespeichert. Gäste sehen es sofort.")}
PRESS, PRESS_Y = "karte.x", "karte.y"
"""Where on the map it was pressed, in pixels."""

_DEGREES = re.compile(r"-?\d{1,3}(\.\d{1,12})?")


@get("/betrieb/{slug:str}/angaben")
async def details_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    context = _form(space, _typed(space), visitor) | {"notice": notice(request, NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/details.html", context)


def _typed(space: SpaceCard) -> dict[str, str]:
    typed = {name: getattr(space, name) for name in ("name", "slug", "street", "postcode", "place", "email", "phone")}
    for name in TEXTS:
        german, english = (getattr(space, name)[language] for language in ("de", "en"))
        typed |= {f"{name}_de": german, f"{name}_en": english if english != german else ""}
    typed |= {name: f"{getattr(space, name):.6f}".rstrip("0").rstrip(".") for name in ("lat", "lng")}
    return typed | typed_facts(space.features, space.lacking, space.measures)


def _form(space: SpaceCard, typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    return {
        "space": space,
        "typed": typed,
        "version": space.version,
        "questions": space_questions(visitor.speaker),
        "places": place_names(),
        "pin_view": pin_map(_centre(typed, space), _point(typed, "lat", "lng") or space),
        "is_pressed": PRESS in typed,
        "station": gazetteer().nearest_station(space.lat, space.lng),
        "longest_text": LONGEST_TEXT,
        "longest_line": LONGEST_LINE,
        "stands": (),
    }


def _point(data: Mapping[str, str], lat: str, lng: str) -> Position | None:
    """The point that two fields say, if they do."""
    degrees = [text for name in (lat, lng) if _DEGREES.fullmatch(text := data.get(name, "").strip().replace(",", "."))]
    return Position(float(degrees[0]), float(degrees[1])) if len(degrees) == 2 else None


def _centre(data: Mapping[str, str], space: SpaceCard) -> Located:
    """The middle of the map that was pressed, so that it stays; else where the space stands."""
    return _point(data, "mitte_lat", "mitte_lng") or space


def _pressed(data: Mapping[str, str], space: SpaceCard) -> dict[str, str]:
    """The form with the point under the press. The Enter key presses at 0, 0, which moves nothing."""
    x, y = (int(text) if (text := data.get(name, "")).isdecimal() and len(text) < 5 else 0 for name in (PRESS, PRESS_Y))
    if not (x or y):
        return dict(data)
    at = point_pressed(_centre(data, space), x, y)
    return {**data, "lat": f"{at.lat:.6f}", "lng": f"{at.lng:.6f}"}


def read_address(data: Mapping[str, str], refused: list[Refusal]) -> Address:
    """The address that a form says; a point that cannot be read goes to `refused`."""
    degrees: dict[str, float | None] = {}
    for name in ("lat", "lng"):
        text = data.get(name, "").strip().replace(",", ".")
        degrees[name] = float(text) if _DEGREES.fullmatch(text) else None
        if text and degrees[name] is None:
            refused.append(PositionUnusable(field=name))
    line = {name: " ".join(data.get(name, "").split())[: LONGEST_LINE + 1] for name in ("street", "postcode", "place")}
    return Address(line["street"], line["postcode"], line["place"], degrees["lat"], degrees["lng"])


def _read(data: Mapping[str, str], before: SpaceCard) -> tuple[SpaceDetails, list[Refusal]]:
    refused: list[Refusal] = []
    address = read_address(data, refused)
    facts = read_facts(data, FEATURES, refused)

    def both(name: str) -> tuple[str, str]:
        return data.get(f"{name}_de", "").strip(), data.get(f"{name}_en", "").strip()

    return (
        SpaceDetails(
            name=data.get("name", ""),
            slug=data.get("slug", before.slug).strip().lower() or before.slug,
            address=address,
            description=both("description"),
            directions=both("directions"),
            access=both("access"),
            email=data.get("email", "").strip(),
            phone=data.get("phone", "").strip(),
            features=facts.features,
            lacking=facts.lacking,
            measures=facts.measures,
        ),
        refused,
    )


@post("/betrieb/{slug:str}/angaben")
async def save_details(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Saves, or shows the form again with what is wrong; a stale one beside what holds now.

    A press on the map saves nothing: the form comes back with the pin there.
    """
    space = await operators_space(slug, visitor)
    if PRESS in data:
        context = _form(space, _pressed(data, space), visitor) | {"version": version_in(data), "errors": NO_ERRORS}
        return await pages.show(request, visitor, "operator/details.html", context)
    details, refused = _read(data, space)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    refused += [each for each in wrong_with(details, today) if each.field not in {one.field for one in refused}]
    if not refused:
        try:
            slug = await change_space(visitor.signed_in, space, details, version_in(data), today, visitor.now)
            return go(f"/betrieb/{slug}/angaben?getan=angaben")
        except Conflict as refusal:
            refused = [refusal]
    context = _form(space, data, visitor)
    if any(isinstance(each, SpaceChangedMeanwhile) for each in refused):
        context["stands"] = _differences(space, data, visitor)
    return await show_again(request, visitor, pages, "operator/details.html", context, refused)


def _differences(space: SpaceCard, data: Mapping[str, str], visitor: Visitor) -> list[tuple[str, str]]:
    """What holds now where the form says something else: the field's name and its value."""
    say = visitor.speaker.gettext
    names = {name: say(text) for name, text in _FIELD_NAMES.items()}
    names |= {each.field: each.name for each in space_questions(visitor.speaker)}
    answers = {value: text for each in space_questions(visitor.speaker) for value, text in each.answers}
    now = _typed(space)
    return [
        (names[field], answers.get(now[field], now[field]) or "–")
        for field in names
        if field in now and now[field] != data.get(field, now[field]).strip()
    ]


_FIELD_NAMES: Mapping[str, str] = {
    "name": marked("Name"),
    "slug": marked("Adresse der Seite"),
    "street": marked("Straße und Hausnummer"),
    "postcode": marked("Postleitzahl"),
    "place": marked("Ort"),
    "lat": marked("Breite"),
    "lng": marked("Länge"),
    "phone": marked("Telefon"),
    "email": marked("E-Mail"),
    "description_de": marked("Beschreibung"),
    "description_en": marked("Beschreibung auf Englisch"),
    "directions_de": marked("Anfahrt"),
    "directions_en": marked("Anfahrt auf Englisch"),
    "access_de": marked("So kommen Sie hinein"),
    "access_en": marked("So kommen Sie hinein, auf Englisch"),
    "internet_mbit": marked("Internet, gemessen in Mbit/s"),
    "internet_measured_on": marked("Gemessen am"),
    "door_width_cm": marked("Breite der schmalsten Tür, in cm"),
    "threshold_cm": marked("Höchste Schwelle, in cm"),
}

HANDLERS = [details_page, save_details]
