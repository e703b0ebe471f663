"""An operator's price list: what holds, what is to come, what was, and a form for the next entry."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.billing.rules import TAX_CODE_NAMES, TaxCode
from app.identity.authentication import Visitor
from app.inventory.queries import resources_of
from app.inventory.rules import KIND_PLURALS, Kind, label
from app.kernel.money import Money
from app.kernel.refusals import NotFound, Phrase, Refusal, marked, phrase
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.network.queries import OperatorCard, SpaceCard
from app.plans.price_lists import FIGURES, PriceMissing, PriceRow, check_price, enter_price, holding, price_history
from app.plans.terms import PRICE_CLASS_NAMES, PriceClass
from app.web.figures import read_amount
from app.web.forms import NO_ERRORS, notice, read_day, show_again
from app.web.home import FormData
from app.web.managing import managed_operator_of, spaces_of
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES = {
    "preis": marked("Der Preis ist eingetragen. Was schon gebucht ist, behält seinen."),
    "beendet": marked("Der Preis endet. Es gilt wieder, was für mehr Plätze eingetragen ist."),
}
_FIELDS = ("place", "price_class", *FIGURES, "tax_code", "valid_from")
_SEPARATOR = "/"


@get("/betreiber/{slug:str}/preise")
async def price_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await _seller(slug, visitor)
    typed = {"valid_from": local_day(visitor.now, ZONE).isoformat(), "tax_code": TaxCode.STANDARD.value}
    context = await _list(operator, typed, visitor)
    return await pages.show(
        request, visitor, "operator/prices.html", context | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    )


async def _seller(slug: str, visitor: Visitor) -> OperatorCard:
    operator = await managed_operator_of(slug, visitor)
    await demand_charging(operator.id)
    return operator


async def _targets(
    operator: OperatorCard, visitor: Visitor
) -> dict[str, tuple[Phrase | str, Kind, int | None, int | None]]:
    """What an entry can be about: each kind everywhere, at a space, and each resource; by the value in the form."""
    found: dict[str, tuple[Phrase | str, Kind, int | None, int | None]] = {}
    at: list[tuple[SpaceCard, Any]] = [
        (space, await resources_of(space.id)) for space in await spaces_of(operator, visitor)
    ]
    for kind in Kind:
        if any(resource.kind is kind for _, resources in at for resource in resources):
            text = marked("{kind}, alle Standorte")
            found[kind.value] = (phrase(text, kind=phrase(KIND_PLURALS[kind])), kind, None, None)
    for space, resources in at:
        for kind in [each for each in Kind if any(resource.kind is each for resource in resources)]:
            said = phrase("{kind}, {space}", kind=phrase(KIND_PLURALS[kind]), space=space.name)
            found[f"{kind}{_SEPARATOR}{space.slug}"] = (said, kind, space.id, None)
        for resource in resources:
            said = phrase("{name}, {space}", name=label(resource.kind, resource.name), space=space.name)
            found[resource.public_id] = (said, resource.kind, space.id, resource.id)
    return found


async def _list(operator: OperatorCard, typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    today, say = local_day(visitor.now, ZONE), visitor.speaker
    targets = await _targets(operator, visitor)
    names = {(kind, space, resource): (value, said) for value, (said, kind, space, resource) in targets.items()}
    history = await price_history(operator.id)
    current = holding(history, today)

    def row(price: PriceRow) -> dict[str, Any]:
        value, said = names.get((price.kind, price.space, price.resource), ("", phrase(KIND_PLURALS[price.kind])))
        return {
            "value": value,
            "what": said,
            "who": PRICE_CLASS_NAMES[price.price_class] if price.price_class is not PriceClass.NORMAL else "",
            "price_class": price.price_class.value,
            "cells": [Money(amount) if amount is not None else None for amount in figures(price)],
            "ends": price.ends,
            "from": price.valid_from,
        }

    order = list(names)
    current.sort(key=lambda one: (order.index(one.place[:3]) if one.place[:3] in order else -1, one.price_class))
    return {
        "operator": operator,
        "current": [row(one) for one in current],
        "coming": [row(one) for one in reversed(history) if one.valid_from > today],
        "history": [row(one) for one in history if one.valid_from <= today and one not in current],
        "places": [(value, say.word(said)) for value, (said, *_) in targets.items()],
        "classes": [(each.value, say.gettext(text)) for each, text in PRICE_CLASS_NAMES.items()],
        "tax_codes": [(code.value, say.gettext(text)) for code, text in TAX_CODE_NAMES.items()],
        "typed": dict.fromkeys(_FIELDS, "") | {name: typed[name][:40] for name in _FIELDS if name in typed},
    }


def figures(price: PriceRow) -> Sequence[int | None]:
    """Day, half day, hour."""
    return price.per_day, price.per_half_day, price.per_hour


@post("/betreiber/{slug:str}/preise")
async def enter(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """A further entry; with `womit` = enden one without figures."""
    operator, today = await _seller(slug, visitor), local_day(visitor.now, ZONE)
    ends = data.get("womit") == "enden"
    row, refused = await _read(operator, data, visitor, ends=ends)
    if not refused and row is not None:
        refused = [*check_price(row, today)]
    if refused or row is None:
        context = await _list(operator, data, visitor) | {"notice": ""}
        return await show_again(request, visitor, pages, "operator/prices.html", context, refused)
    await enter_price(visitor.signed_in, operator.id, row, visitor.now, today)
    return go(f"/betreiber/{slug}/preise?getan={'beendet' if ends else 'preis'}")


async def _read(
    operator: OperatorCard, data: Mapping[str, str], visitor: Visitor, *, ends: bool
) -> tuple[PriceRow | None, list[Refusal]]:
    """The entry that the form says, or what of it cannot be read. Raises NotFound for what is not the operator's."""
    targets = await _targets(operator, visitor)
    if data.get("place", "") not in targets:
        raise NotFound
    _, kind, space, resource = targets[data["place"]]
    refused: list[Refusal] = []
    amounts: dict[str, Any] = {}
    day = local_day(visitor.now, ZONE)
    for name in FIGURES:
        try:
            amounts[name] = None if ends else read_amount(data, name)
        except Refusal as refusal:
            refused.append(refusal)
    if not ends:
        try:
            day = read_day(data.get("valid_from", "").strip(), "valid_from")
        except Refusal as refusal:
            refused.append(refusal)
        if not refused and not any(amount is not None for amount in amounts.values()):
            refused.append(PriceMissing(field="per_day"))
    if refused:
        return None, refused
    price_class = PriceClass(data["price_class"]) if data.get("price_class") in set(PriceClass) else PriceClass.NORMAL
    code = TaxCode(data["tax_code"]) if data.get("tax_code") in set(TaxCode) else TaxCode.STANDARD
    return PriceRow(kind, space, resource, price_class, **amounts, valid_from=day, tax_code=code), []


HANDLERS = [price_page, enter]
