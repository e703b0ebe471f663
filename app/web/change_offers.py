"""A member reads what would change and agrees, or keeps what is agreed. Without an answer nothing changes."""

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.network.queries import operators, the_network
from app.plans.announcing import ChangeOffer, OfferGone, answer, offer_of
from app.plans.order_documents import Paper
from app.plans.place_names import reader_of
from app.plans.shown_prices import taxes_on
from app.plans.terms import Audience
from app.plans.terms_said import lines_of, name_of, price_said, term
from app.platform.settings import Settings
from app.web.forms import checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE

NOTICES = {
    "zugestimmt": marked("Die neuen Bedingungen sind vereinbart. Sie bekommen sie auch per E-Mail."),
    "behalten": marked("Alles bleibt, wie es ist."),
}
_ADDRESS = "/mitgliedschaft/angebote/{offer:str}"


@get(_ADDRESS)
async def change_page(
    request: PageRequest, offer: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    person = visitor.signed_in.person
    await demand_charging()
    found = await offer_of(person, checked_id(offer))
    context = await _change(found, visitor) | {"errors": {}, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "tariffs/change.html", context)


async def _change(offer: ChangeOffer, visitor: Visitor) -> dict[str, Any]:
    """Line by line what is agreed and what would be, as the person's own price class has it."""
    today = local_day(visitor.now, ZONE)
    reader = replace(await reader_of(visitor.language, today), has_agreed=True)
    taxes = await taxes_on(today)
    old, new = offer.agreed_before, offer.terms
    before = {line.label: list(line.said) for line in lines_of(old.priced_for(offer.price_class), reader)}
    after = {line.label: list(line.said) for line in lines_of(new.priced_for(offer.price_class), reader)}
    seller = offer.card.seller
    names = {each.id: each.name for each in await operators()}
    network = await the_network()
    return {
        "offer": offer,
        "name": name_of(new, visitor.language),
        "rows": [
            (label, before.get(label, []), after.get(label, []), before.get(label) != after.get(label))
            for label in dict.fromkeys([*before, *after])
        ],
        "begins": offer.begins(today),
        "price": price_said(new.priced_for(offer.price_class), reader),
        "costs": new.price_for(offer.price_class) > 0,
        "term": list(term(new)),
        "tax": taxes.word(seller, new.tax_code, Audience.CONSUMER),
        "seller": names.get(seller, "") if seller is not None else (network.name if network else ""),
    }


@post(_ADDRESS)
async def answer_change(
    request: PageRequest,
    offer: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Agrees by one button, keeps what is agreed by the other; anything else is no answer."""
    actor = visitor.signed_in
    await demand_charging()
    public_id = checked_id(offer)
    found = await offer_of(actor.person, public_id)
    if data.get("antwort") not in ("zustimmen", "behalten"):
        return go(f"/mitgliedschaft/angebote/{public_id}")
    accepts = data["antwort"] == "zustimmen"
    try:
        paper = Paper(pages.templates, settings.address, visitor.language)
        await answer(actor, public_id, paper, visitor.now, local_day(visitor.now, ZONE), accepts=accepts)
    except OfferGone as refusal:
        context = await _change(found, visitor) | {"notice": ""}
        return await show_again(request, visitor, pages, "tariffs/change.html", context, [refusal])
    return go(f"/mitgliedschaft/angebote/{public_id}?getan={'zugestimmt' if accepts else 'behalten'}")


HANDLERS = [change_page, answer_change]
