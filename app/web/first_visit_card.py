"""The first-visit card of a space with its codes, as its manager writes it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal, marked
from app.network.first_visit import Door
from app.network.first_visit_setting import (
    LONGEST,
    LONGEST_CODE,
    CardChangedMeanwhile,
    WrittenCard,
    set_first_visit,
    written_card,
    wrong_with,
)
from app.network.queries import SpaceCard
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.resources import version_in

NOTICES = {"karte": marked("Gespeichert. Codes und Nummern sieht nur, wer gebucht hat.")}
DOORS: Mapping[Door, str] = {
    Door.OPEN: marked("Die Tür ist offen"),
    Door.BELL: marked("Klingeln"),
    Door.CODE: marked("Code an der Tür"),
    Door.KEY_BOX: marked("Schlüsselkasten mit Code"),
    Door.KEY_RING: marked("Schlüssel vor Ort"),
}


@get("/betrieb/{slug:str}/erster-besuch")
async def card_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    space = await operators_space(slug, visitor)
    written = await written_card(space, visitor.signed_in)
    typed = asdict(written[0]) if written else asdict(WrittenCard())
    context = _form(space, typed, written[1] if written else 0, visitor)
    context |= {"notice": notice(request, NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/first_visit.html", context)


def _form(space: SpaceCard, typed: Mapping[str, str], version: int, visitor: Visitor) -> dict[str, Any]:
    say = visitor.speaker.gettext
    return {
        "space": space,
        "typed": typed,
        "version": version,
        "doors": [(door.value, say(text)) for door, text in DOORS.items()],
        "longest": LONGEST,
        "longest_code": LONGEST_CODE,
        "stands": {},
    }


@post("/betrieb/{slug:str}/erster-besuch")
async def save_card(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space, actor = await operators_space(slug, visitor), visitor.signed_in
    texts = {name: data.get(name, "").strip() for name in WrittenCard.__dataclass_fields__ if name != "door"}
    door = Door(data["door"]) if data.get("door") in set(Door) else Door.OPEN
    card = WrittenCard(door=door, **texts)
    refused: list[Refusal] = wrong_with(card)
    if not refused:
        try:
            await set_first_visit(actor, space, card, version_in(data), visitor.now)
            return go(f"/betrieb/{slug}/erster-besuch?getan=karte")
        except CardChangedMeanwhile as refusal:
            refused = [refusal]
    written = await written_card(space, actor)
    context = _form(space, asdict(card), written[1] if written else 0, visitor)
    if written and isinstance(refused[0], CardChangedMeanwhile):
        now, typed = asdict(written[0]), asdict(card)
        context["stands"] = {name: text for name, text in now.items() if text != typed[name]}
        if written[0].door is not card.door:
            context["stands"]["door"] = visitor.speaker.gettext(DOORS[written[0].door])
    return await show_again(request, visitor, pages, "operator/first_visit.html", context, refused)


HANDLERS = [card_page, save_card]
