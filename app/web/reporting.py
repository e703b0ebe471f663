"""Where the sign in a space leads: anybody says what is broken, cold or dirty there, or asks; and the sign itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.inventory.linking import linked_at
from app.inventory.reports import ABOUT_NAMES, LONGEST_TEXT, NewReport, report
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.queries import SpaceCard
from app.platform.pictures import LARGEST_UPLOAD, LONGEST_SIDE, MOST_BYTES
from app.platform.qr_code import qr_drawing
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.front_desk import desk_space, single
from app.web.pages import PageRequest, Pages, go
from app.web.spaces import published
from app.web.uploads import uploaded

NOTICES = {"gemeldet": marked("Danke. Ihre Meldung ist beim Team des Standorts.")}


@get("/melden/{slug:str}")
async def report_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The form; `platz` says of which resource the sign was read."""
    space, asked = await published(slug, visitor), single(request)
    context = await _form(space, {"platz": asked.get("platz", "")}, visitor)
    context |= {"notice": notice(request, NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "space/report.html", context)


async def _form(space: SpaceCard, typed: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    say = visitor.speaker
    return {
        "space": space,
        "abouts": [(about.value, say.gettext(name)) for about, name in ABOUT_NAMES.items()],
        "things": [("", say.gettext(marked("Den ganzen Standort"))), *await _things(space, visitor)],
        "typed": typed,
        "longest": LONGEST_TEXT,
        "longest_side": LONGEST_SIDE,
        "megabytes": MOST_BYTES // 1024 // 1024,
    }


async def _things(space: SpaceCard, visitor: Visitor) -> Sequence[tuple[str, str]]:
    """By public ids what the space has in use."""
    say = visitor.speaker
    there = await linked_at(space.id)
    return [(each.public_id, say.word(label(each.kind, each.name)) if each.kind else each.name) for each in there]


@post("/melden/{slug:str}", request_max_body_size=LARGEST_UPLOAD)
async def report_form(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    space = await published(slug, visitor)
    photo, typed = await uploaded(request, "photo")
    wanted = NewReport(
        typed.get("about", ""), typed.get("said", ""), typed.get("platz", ""), typed.get("contact", ""), photo
    )
    try:
        await report(space, wanted, visitor.language, visitor.address, visitor.now)
    except Refusal as refusal:
        context = await _form(space, typed, visitor) | {"notice": ""}
        return await show_again(request, visitor, pages, "space/report.html", context, [refusal])
    return go(f"/melden/{space.slug}?getan=gemeldet")


@get("/theke/{slug:str}/meldeschild")
async def report_sign(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The sign to print: for the space, or with `platz` for one resource."""
    space = await desk_space(slug, visitor)
    things, chosen = await _things(space, visitor), single(request).get("platz", "")
    name = dict(things).get(chosen, "")
    if chosen and not name:
        raise NotFound
    url = f"{pages.settings.address}/melden/{space.slug}" + (f"?platz={chosen}" if chosen else "")
    context = {
        "space": space,
        "url": url,
        "code": qr_drawing(url),
        "name": name,
        "chosen": chosen,
        "things": [("", visitor.speaker.gettext(marked("Den ganzen Standort"))), *things],
    }
    return await pages.show(request, visitor, "front_desk/report_sign.html", context)


HANDLERS = [report_page, report_form, report_sign]
