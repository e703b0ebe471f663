"""Reading in members and places from a file: upload, preview, and only then anything is written."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Actor
from app.inventory import resource_import
from app.inventory.resource_import import import_resources, plan_resources
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network import member_import
from app.network.importing import (
    ImportChanged,
    ImportPlan,
    Outcome,
    What,
    draft_of,
    drop_draft,
    keep_draft,
)
from app.network.member_import import import_members, plan_members
from app.network.queries import OperatorCard
from app.platform.csv_tables import MOST_BYTES, MOST_ROWS, TableUnreadable, written_table
from app.platform.problems import status_of
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go
from app.web.uploads import uploaded

NOTICES = {
    "eingelesen": marked("Eingelesen. Die hochgeladene Datei ist gelöscht."),
    "verworfen": marked("Verworfen. Nichts ist geändert, die Datei ist gelöscht."),
}
OUTCOME_NAMES: Final[Mapping[Outcome, str]] = {
    Outcome.NEW: marked("neu"),
    Outcome.CHANGED: marked("geändert"),
    Outcome.SAME: marked("schon da"),
    Outcome.WRONG: marked("Fehler"),
}
_SIGNS: Final = {Outcome.NEW: "free", Outcome.CHANGED: "none", Outcome.SAME: "none", Outcome.WRONG: "late"}
_LARGEST_UPLOAD: Final = MOST_BYTES + 64 * 1024


@dataclass(frozen=True, slots=True)
class _Kind:
    """What can be read in: how it is planned and done."""

    plan: Callable[[Actor, OperatorCard, str, datetime], Awaitable[ImportPlan]]
    run: Callable[[Actor, OperatorCard, str, str, datetime], Awaitable[ImportPlan]]


_KINDS: Final[Mapping[What, _Kind]] = {
    "members": _Kind(plan_members, import_members),
    "resources": _Kind(plan_resources, import_resources),
}


def _context(operator: OperatorCard) -> dict[str, Any]:
    return {"operator": operator, "most": MOST_ROWS, "kilobytes": MOST_BYTES // 1024}


@get("/betreiber/{slug:str}/einlesen")
async def import_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await managed_operator_of(slug, visitor)
    context = _context(operator) | {"notice": notice(request, NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "operator/import.html", context)


@get("/betreiber/{slug:str}/einlesen/mitglieder.csv")
async def members_template(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The headers to fill in."""
    await managed_operator_of(slug, visitor)
    return _as_file(member_import.TEMPLATE, "mitglieder.csv")


@get("/betreiber/{slug:str}/einlesen/plaetze.csv")
async def resources_template(slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The headers to fill in."""
    await managed_operator_of(slug, visitor)
    return _as_file(resource_import.TEMPLATE, "plaetze.csv")


def _as_file(rows: list[list[str]], name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(written_table(rows), media_type="text/csv; charset=utf-8", headers=headers)


@post("/betreiber/{slug:str}/einlesen", request_max_body_size=_LARGEST_UPLOAD)
async def upload_form(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Keeps the file and leads to what would happen. `was` says what is in it."""
    operator = await managed_operator_of(slug, visitor)
    content, typed = await uploaded(request, "file")
    what = next((what for what in _KINDS if what == typed.get("was")), None)
    if what is None:
        raise NotFound
    try:
        if not content:
            raise TableUnreadable
        own = typed.get("own_members") == "ja"
        draft = await keep_draft(visitor.signed_in, operator, what, content, visitor.now, to_own_members=own)
    except Refusal as refusal:
        refusal.field = what
        return await _again(request, visitor, pages, operator, refusal)
    return go(f"/betreiber/{operator.slug}/einlesen/{draft}")


async def _again(
    request: PageRequest, visitor: Visitor, pages: Pages, operator: OperatorCard, refusal: Refusal
) -> Response[str]:
    return await show_again(
        request, visitor, pages, "operator/import.html", _context(operator) | {"notice": ""}, [refusal]
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
    return await _preview(request, visitor, pages, await managed_operator_of(slug, visitor), checked_id(draft))


async def _preview(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    operator: OperatorCard,
    draft: str,
    refusal: Refusal | None = None,
) -> Response[str]:
    kept = await draft_of(operator.id, draft, visitor.now)
    try:
        plan = await _KINDS[kept.what].plan(visitor.signed_in, operator, draft, visitor.now)
    except BadInput as unreadable:
        unreadable.field = kept.what
        return await _again(request, visitor, pages, operator, unreadable)
    say = visitor.speaker
    context = {
        "operator": operator,
        "draft": kept,
        "plan": plan,
        "counts": [(_SIGNS[one], say.gettext(name), plan.count(one)) for one, name in OUTCOME_NAMES.items()],
        "rows": [(row, _SIGNS[row.outcome], say.gettext(OUTCOME_NAMES[row.outcome])) for row in plan.rows],
        "wrong": plan.count(Outcome.WRONG),
        "refusal": refusal,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/import_preview.html", context, status=status)


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
    try:
        await _KINDS[kept.what].run(visitor.signed_in, operator, public_id, data.get("stand", ""), visitor.now)
    except (ImportChanged, BadInput) as refusal:
        return await _preview(request, visitor, pages, operator, public_id, refusal)
    return go(f"/betreiber/{operator.slug}/einlesen?getan=eingelesen")


HANDLERS = [import_page, members_template, resources_template, upload_form, preview_page, import_form]
