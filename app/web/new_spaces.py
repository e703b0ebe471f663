"""A new space: set up by its operator's manager, or published during one call by the network's telephone."""

from collections.abc import Mapping, Sequence
from secrets import token_urlsafe
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.hours_setting import USUAL_WEEK, SetWeek
from app.inventory.hours_setting import wrong_with as wrong_with_hours
from app.inventory.publishing import (
    NewOperator,
    SpaceToBe,
    publish_by_phone,
    set_up_space,
    wrong_on_the_phone,
    wrong_with_space,
)
from app.kernel.refusals import Refusal
from app.network.gazetteer import place_names
from app.network.operators import operator_record
from app.network.queries import OperatorCard, SpaceCard, any_space, operators
from app.network.space_setting import NewSpace
from app.web.fact_form import read_figure
from app.web.forms import NO_ERRORS, done_once, show_again
from app.web.home import FormData
from app.web.hours_form import WEEKDAY_NAMES, read_week, typed_week, week_field
from app.web.managing import managed_operator_of, spaces_of
from app.web.pages import PageRequest, Pages, go
from app.web.space_details import read_address
from app.web.staff import staff

_NEW = ""
"""What the choice of an operator says for one that is new."""


def _read(data: Mapping[str, str]) -> tuple[SpaceToBe, list[Refusal]]:
    """What the form says of the space, and what of it cannot be read."""
    refused: list[Refusal] = []
    address = read_address(data, refused)
    new = NewSpace(data.get("name", ""), address, data.get("email", "").strip(), data.get("phone", "").strip())
    week = read_week(data, refused)
    wanted = SpaceToBe(new, week, read_figure(data, "desks", refused) or 0)
    return wanted, refused + wrong_with_hours(SetWeek(week))


def _with(refused: list[Refusal], more: Sequence[Refusal]) -> list[Refusal]:
    """All of the first, and of the others those of further fields."""
    return refused + [each for each in more if each.field not in {one.field for one in refused}]


def _form(typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    say = visitor.speaker
    return {
        "typed": typed,
        "places": place_names(),
        "key": typed.get("schluessel") or token_urlsafe(12),
        "weekdays": [(week_field(number), say.gettext(text)) for number, text in enumerate(WEEKDAY_NAMES, 1)],
    }


_BLANK = {**typed_week(USUAL_WEEK), "desks": ""}


@get("/betreiber/{slug:str}/standorte/neu")
async def new_space(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    typed = _BLANK | {"phone": operator.phone, "email": operator.email}
    if not await spaces_of(operator, visitor):
        entity = (await operator_record(visitor.signed_in, slug, visitor.now)).entity
        typed |= {"street": entity.street, "postcode": entity.postcode, "place": entity.place}
    context = _form(typed, visitor) | {"operator": operator, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/new_space.html", context)


@post("/betreiber/{slug:str}/standorte/neu")
async def set_it_up(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    operator = await managed_operator_of(slug, visitor)
    wanted, refused = _read(data)
    refused = _with(refused, wrong_with_space(wanted))
    if refused:
        context = _form(data, visitor) | {"operator": operator}
        return await show_again(request, visitor, pages, "operator/new_space.html", context, refused)
    actor = visitor.signed_in

    async def run() -> str:
        return (await set_up_space(actor, operator, wanted, visitor.now)).slug

    made = await done_once(actor.person, "space", data, visitor.now, run)
    if isinstance(made, Refusal):
        raise made
    return go(f"/betrieb/{made}/veroeffentlichen?getan=neu")


@get("/netzwerk/neuer-standort")
async def by_phone(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """One form for one call; `standort` names the space that was published by the form before."""
    staff(visitor, Action.PUBLISH_BY_PHONE)
    slug = request.query_params.get("standort", "")
    published: SpaceCard | None = await any_space(slug) if slug else None
    context = await _phone_form(_BLANK, visitor) | {"published": published, "errors": NO_ERRORS}
    return await pages.show(request, visitor, "staff/new_space.html", context)


async def _phone_form(typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    known = [(operator.slug, operator.name) for operator in await operators()]
    return _form(typed, visitor) | {"operators": known, "published": None}


@post("/netzwerk/neuer-standort")
async def publish_it(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    actor = staff(visitor, Action.PUBLISH_BY_PHONE)
    wanted, refused = _read(data)
    whose = await _whose(data)
    refused = _with(refused, wrong_on_the_phone(whose, wanted))
    if refused:
        context = await _phone_form(data, visitor)
        return await show_again(request, visitor, pages, "staff/new_space.html", context, refused)

    async def run() -> str:
        return (await publish_by_phone(actor, whose, wanted, visitor.now)).slug

    made = await done_once(actor.person, "phone-space", data, visitor.now, run)
    if isinstance(made, Refusal):
        raise made
    return go(f"/netzwerk/neuer-standort?standort={made}")


async def _whose(data: Mapping[str, str]) -> OperatorCard | NewOperator:
    chosen = data.get("whose", _NEW)
    known = next((operator for operator in await operators() if operator.slug == chosen), None)
    return known or NewOperator(data.get("operator", "").strip()[:200])


HANDLERS = [new_space, set_it_up, by_phone, publish_it]
