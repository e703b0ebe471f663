"""What was ordered, and the documents of it as they were sent. Both stay readable, whatever is sold later; also by
staff, who print them for whoever has no e-mail."""

import re
from typing import Final
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath
from markupsafe import Markup

from app.billing.open_charges import open_charges_of
from app.bookings.front_desk import guest
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, marked
from app.plans.orders import DocumentCard, document_of, documents_kept_at, order_of
from app.plans.shown_prices import dues_said
from app.plans.terms import PlanTerms
from app.plans.terms_said import name_of
from app.web.forms import checked_id, network_time, way_on
from app.web.front_desk import desk_space
from app.web.pages import PageRequest, Pages
from app.web.staff import staff

_BODY: Final = re.compile(r"<body>(.*)</body>", re.DOTALL)
_ZONE: Final = ZoneInfo("Europe/Berlin")


@get("/mitgliedschaft/bestellt/{order:str}")
async def ordered_page(
    request: PageRequest, order: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Says what was ordered, what is due for it, and what comes next."""
    card = await order_of(visitor.signed_in.person, checked_id(order))
    if card is None:
        raise NotFound
    context = {
        "order": card,
        "name": name_of(card.terms, visitor.language),
        "is_plan": isinstance(card.terms, PlanTerms),
        "at": network_time(card.placed_at),
        "charges_due": await dues_said(
            await open_charges_of(card.payer, card.contract, visitor.language), card.audience
        ),
        "email": visitor.signed_in.email,
        "weiter": way_on(request.query_params),
    }
    return await pages.show(request, visitor, "joining/ordered.html", context)


@get("/mitgliedschaft/dokumente/{document:str}")
async def document_page(
    request: PageRequest, document: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The document inside the frame; with ?datei= the file itself, byte for byte as it was sent."""
    card = await document_of(visitor.signed_in.person, checked_id(document))
    if card is None:
        raise NotFound
    return await _answer(request, visitor, pages, card, "/mitgliedschaft", marked("Mitgliedschaft"))


@get("/netzwerk/menschen/{person:str}/dokumente/{document:str}")
async def document_of_person(
    request: PageRequest,
    person: FromPath[str],
    document: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """Somebody's document, for who keeps the network's contracts."""
    somebody = await guest(staff(visitor, Action.KEEP_CONTRACTS), checked_id(person), visitor.now)
    card = await document_of(somebody.id, checked_id(document))
    if card is None:
        raise NotFound
    here = f"/netzwerk/menschen/{somebody.public_id}/vertraege"
    return await _answer(request, visitor, pages, card, here, marked("Verträge"))


@get("/theke/{slug:str}/leute/{person:str}/dokumente/{document:str}")
async def document_at_counter(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    document: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The same at a counter, of what was sold there."""
    space, actor = await desk_space(slug, visitor), visitor.signed_in
    if not actor.may(Action.SELL, operator=space.operator.id, space=space.id):
        raise NotFound
    somebody, wanted = await guest(actor, checked_id(person), visitor.now), checked_id(document)
    kept = await documents_kept_at(somebody.id, space.operator.id, actor.person)
    card = await document_of(somebody.id, wanted) if wanted in kept else None
    if card is None:
        raise NotFound
    here = f"/theke/{slug}/leute/{somebody.public_id}"
    return await _answer(request, visitor, pages, card, here, marked("Zur Person"))


async def _answer(
    request: PageRequest, visitor: Visitor, pages: Pages, card: DocumentCard, back: str, back_name: str
) -> Response[str]:
    day = card.made_at.astimezone(_ZONE).date()
    if "datei" in request.query_params:
        headers = {
            "Content-Disposition": f'attachment; filename="{day.isoformat()}-{card.public_id}.html"',
            "Cache-Control": "private, no-store",
        }
        return Response(card.content, media_type=MediaType.HTML, headers=headers)
    found = _BODY.search(card.content)
    context = {
        "document": card,
        "at": network_time(card.made_at),
        "body": Markup(found[1] if found else ""),  # noqa: S704
        "file_url": f"{request.url.path}?datei=ja",
        "back_url": back,
        "back_name": back_name,
    }
    return await pages.show(request, visitor, "joining/document.html", context)


HANDLERS = [ordered_page, document_page, document_of_person, document_at_counter]
