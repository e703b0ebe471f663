"""Taking all data of an operator along: what is in it, ordering it, how far it is, and the files that lie ready."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File, Redirect

from app.identity.authentication import Visitor
from app.identity.rules import FreshSignInNeeded
from app.kernel.refusals import Refusal, marked
from app.leaving.contents import TABLES
from app.leaving.operations import (
    drop_export,
    exports_of,
    leaving_operator,
    order_export,
    take_export,
)
from app.leaving.rules import OF_MONEY, ExportState, ExportUnderWay, kept_for
from app.network.queries import OperatorCard, operator_by_slug
from app.platform.language import Speaker
from app.platform.problems import status_of
from app.platform.rate_limits import TooMany
from app.web.forms import NO_ERRORS, checked_id, network_time, notice
from app.web.pages import PageRequest, Pages, go
from app.web.sign_in import sign_in_again_first

NOTICES = {
    "geloescht": marked("Gelöscht. Die Datei gibt es nicht mehr."),
}
STATES: Final = {
    ExportState.FAILED: ("late", marked("nicht gelungen")),
    ExportState.DELETED: ("not", marked("gelöscht")),
}


@dataclass(frozen=True, slots=True)
class LeftOperator:
    """One that has no pages of its own any more; the network's administrators look after what it leaves."""

    slug: str
    name: str


_LOOKS_EVERY: Final = 3
"""Seconds after which the page looks how far it is."""

_MEGABYTE: Final = 1_000_000


@get("/betreiber/{slug:str}/mitnehmen")
async def leaving_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    operator = await leaving_operator(visitor.signed_in, slug)
    return await _show(request, visitor, pages, operator, None)


@post("/betreiber/{slug:str}/mitnehmen")
async def order_form(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    operator = await leaving_operator(visitor.signed_in, slug)
    try:
        await order_export(visitor.signed_in, operator, visitor.now)
    except (ExportUnderWay, TooMany) as refusal:
        return await _show(request, visitor, pages, operator, refusal)
    return go(_path(operator))


@post("/betreiber/{slug:str}/mitnehmen/{export:str}/datei")
async def take_form(
    slug: FromPath[str], export: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> File | Redirect:
    """The file, to who has signed in just now."""
    operator = await leaving_operator(visitor.signed_in, slug)
    folder = pages.settings.exports_folder
    try:
        path = await take_export(visitor.signed_in, operator, checked_id(export), folder, visitor.now)
    except FreshSignInNeeded:
        return sign_in_again_first(_path(operator))
    return File(
        path,
        filename=f"{operator.slug}-{path.stem}.zip",
        media_type="application/zip",
        content_disposition_type="attachment",
        headers={"Cache-Control": "private, no-store"},
        status_code=200,
    )


@post("/betreiber/{slug:str}/mitnehmen/{export:str}/loeschen")
async def drop_form(
    slug: FromPath[str], export: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Redirect:
    operator = await leaving_operator(visitor.signed_in, slug)
    folder = pages.settings.exports_folder
    await drop_export(visitor.signed_in, operator, checked_id(export), folder, visitor.now)
    return go(f"{_path(operator)}?getan=geloescht")


async def _show(
    request: PageRequest, visitor: Visitor, pages: Pages, operator: OperatorCard, refusal: Refusal | None
) -> Response[str]:
    exports = await exports_of(operator)
    has_left = await operator_by_slug(operator.slug) is None
    context: dict[str, Any] = {
        "operator": LeftOperator(operator.slug, operator.name) if has_left else operator,
        "back_to": f"/netzwerk/betreiber/{operator.slug}" if has_left else f"/betreiber/{operator.slug}",
        "tables": TABLES,
        "of_money": OF_MONEY,
        "under_way": next((export for export in exports if export.is_under_way), None),
        "exports": [export for export in exports if not export.is_under_way],
        "states": STATES,
        "looks_every": _LOOKS_EVERY,
        "size": lambda size: _size(size, visitor.speaker),
        "kept": kept_for(visitor.now.date()),
        "local": network_time,
        "at": visitor.now,
        "notice": notice(request, NOTICES),
        "errors": {"": visitor.speaker.refusal(refusal)} if refusal else NO_ERRORS,
    }
    headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "operator/leaving.html", context, status=status, headers=headers)


def _size(size: int, says: Speaker) -> str:
    """0,4 MB, which stays in one line."""
    return f"{says.word(max(size / _MEGABYTE, 0.1))}\N{NO-BREAK SPACE}MB"


def _path(operator: OperatorCard) -> str:
    return f"/betreiber/{operator.slug}/mitnehmen"


HANDLERS = [leaving_page, order_form, take_form, drop_form]
