"""Reading in members and places from a file: upload, preview, and only then anything is written."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Actor
from app.inventory import resource_import
from app.inventory.resource_import import import_resources, plan_resources
from app.kernel.refusals import NotFound, Refusal, marked
from app.network import member_import
from app.network.importing import (
    ImportPlan,
    What,
    draft_of,
    drop_draft,
    keep_draft,
)
from app.network.member_import import import_members, plan_members
from app.network.queries import OperatorCard
from app.web.forms import checked_id, notice
from app.web.home import FormData
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go
from app.web.reading_in import LARGEST_UPLOAD, OUTCOME_NAMES, ReadingIn, template_file
from app.web.uploads import uploaded

NOTICES = {
    "eingelesen": marked("Eingelesen. Die hochgeladene Datei ist gelöscht."),
    "verworfen": marked("Verworfen. Nichts ist geändert, die Datei ist gelöscht."),
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What can be read in: how it is planned and done."""

    plan: Callable[[Actor, OperatorCard, str, datetime], Awaitable[ImportPlan]]
    run: Callable[[Actor, OperatorCard, str, str, datetime], Awaitable[ImportPlan]]


_KINDS: Final[Mapping[What, _Kind]] = {
    "members": _Kind(plan_members, import_members),
    "resources": _Kind(plan_resources, import_resources),
}


@get("/betreiber/{slug:str}/einlesen")
async def import_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    return await _reading(request, visitor, pages, operator).form(notice(request, NOTICES))


@get("/betreiber/{slug:str}/einlesen/mitglieder.csv")
async def members_template(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The headers to fill in."""
    await managed_operator_of(slug, visitor)
    return template_file(member_import.TEMPLATE, "mitglieder.csv")


@get("/betreiber/{slug:str}/einlesen/plaetze.csv")
async def resources_template(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The headers to fill in."""
    await managed_operator_of(slug, visitor)
    return template_file(resource_import.TEMPLATE, "plaetze.csv")


@post("/betreiber/{slug:str}/einlesen", request_max_body_size=LARGEST_UPLOAD)
async def upload_form(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Keeps the file and leads to what would happen. `was` says what is in it."""
    operator = await managed_operator_of(slug, visitor)
    content, typed = await uploaded(request, "file")
    what = next((what for what in _KINDS if what == typed.get("was")), None)
    if what is None:
        raise NotFound
    actor, own = visitor.signed_in, typed.get("own_members") == "ja"
    return await _reading(request, visitor, pages, operator).take(
        content,
        what,
        lambda: keep_draft(actor, operator, what, content, visitor.now, to_own_members=own),
        lambda draft: f"/betreiber/{operator.slug}/einlesen/{draft}",
    )


@get("/betreiber/{slug:str}/einlesen/{draft:str}")
async def preview_page(
    request: PageRequest,
    slug: FromPath[str],
    draft: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What would happen, row by row; nothing has happened yet."""
    operator = await managed_operator_of(slug, visitor)
    return await _preview(_reading(request, visitor, pages, operator), operator, checked_id(draft))


@post("/betreiber/{slug:str}/einlesen/{draft:str}")
async def import_form(
    request: PageRequest,
    slug: FromPath[str],
    draft: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Does what was shown, or with `was` = verwerfen throws the file away."""
    operator, public_id = await managed_operator_of(slug, visitor), checked_id(draft)
    if data.get("was") == "verwerfen":
        await drop_draft(visitor.signed_in, operator, public_id)
        return go(f"/betreiber/{operator.slug}/einlesen?getan=verworfen")
    kept = await draft_of(operator.id, public_id, visitor.now)
    actor, shown, reading = visitor.signed_in, data.get("stand", ""), _reading(request, visitor, pages, operator)
    return await reading.run(
        lambda: _KINDS[kept.what].run(actor, operator, public_id, shown, visitor.now),
        f"/betreiber/{operator.slug}/einlesen?getan=eingelesen",
        lambda refusal: _preview(reading, operator, public_id, refusal),
    )


def _reading(request: PageRequest, visitor: Visitor, pages: Pages, operator: OperatorCard) -> ReadingIn:
    return ReadingIn(request, visitor, pages, "operator", {"operator": operator}, OUTCOME_NAMES)


async def _preview(
    reading: ReadingIn, operator: OperatorCard, draft: str, refusal: Refusal | None = None
) -> Response[str]:
    actor, now = reading.visitor.signed_in, reading.visitor.now
    kept = await draft_of(operator.id, draft, now)
    plan = _KINDS[kept.what].plan
    return await reading.preview(lambda: plan(actor, operator, draft, now), kept.what, {"draft": kept}, refusal)


HANDLERS = [import_page, members_template, resources_template, upload_form, preview_page, import_form]
