"""Passes and day tickets sold at the counter."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import Guest, guest
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard, the_network
from app.plans.contract_words import includes, price_in_words
from app.plans.counter_sales import agreement_at_counter, offers_at, sell_at_counter
from app.plans.order_documents import Paper
from app.plans.orders import next_number
from app.plans.place_names import reader_of
from app.plans.terms_said import name_of
from app.platform.language import speaker
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, show_again
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE


class NothingChosen(Refusal):
    code = "nothing_chosen"
    text = marked("Bitte wählen Sie, was verkauft wird.")


@get("/theke/{slug:str}/gaeste/{person:str}/karte")
async def sell_page(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    space, whom = await _sold_to(slug, person, visitor)
    context = await _context(space, whom, visitor) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "front_desk/sell.html", context)


@post("/theke/{slug:str}/gaeste/{person:str}/karte")
async def sell_form(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    space, whom = await _sold_to(slug, person, visitor)
    number, today = data.get("nummer", ""), local_day(visitor.now, ZONE)
    paper = Paper(pages.templates, settings.address, speaker(whom.language).language)
    try:
        if not data.get("was"):
            raise NothingChosen(field="was")
        await sell_at_counter(
            visitor.signed_in,
            space,
            whom.id,
            data["was"],
            int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0,
            paper,
            visitor.now,
            today,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        context = await _context(space, whom, visitor)
        return await show_again(request, visitor, pages, "front_desk/sell.html", context, [refusal])
    return go(f"/theke/{slug}/leute/{whom.public_id}?getan=karte")


async def _sold_to(slug: str, person: str, visitor: Visitor) -> tuple[SpaceCard, Guest]:
    """The space where this visitor may sell, and a person in reach. Raises NotFound."""
    space, network = await desk_space(slug, visitor), await the_network()
    sells = network is not None and network.charges
    if not sells or not visitor.signed_in.may(Action.SELL, operator=space.operator.id, space=space.id):
        raise NotFound
    return space, await guest(visitor.signed_in, person, visitor.now)


async def _context(space: SpaceCard, whom: Guest, visitor: Visitor) -> dict[str, Any]:
    today, say = local_day(visitor.now, ZONE), visitor.speaker
    options, reader = [], await reader_of(visitor.language, today)
    for offer in await offers_at(space, whom.id, visitor.now, today):
        agreed = await agreement_at_counter(offer, whom.id, visitor.language, visitor.now, today)
        what = includes(offer.terms, reader, say)
        until = say.say(marked("gültig bis {day}"), day=say.day_of_year(agreed.ends_on))
        options.append(
            (offer.public_id, name_of(offer.terms, visitor.language), what, until, price_in_words(agreed, say))
        )
    return {"space": space, "person": whom, "options": options, "number": await next_number(whom.id)}


HANDLERS = [sell_page, sell_form]
