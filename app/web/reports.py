"""For the staff of a space: what was reported there, its answer, its state, and the desk blocked for today."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.clearing import AffectedChanged
from app.bookings.report_blocks import block_reported, plan_report_block
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.reports import (
    ABOUT_NAMES,
    LONGEST_TEXT,
    STATE_NAMES,
    AnswerMissing,
    Report,
    State,
    answer_report,
    photo_of_report,
    report_at,
    reports_at,
    set_state,
)
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.queries import SpaceCard, any_space
from app.platform.problems import status_of
from app.web.blockers import affected_row
from app.web.forms import NO_ERRORS, checked_id, notice
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go

NOTICES = {
    "stand": marked("Der Stand ist geändert."),
    "antwort": marked("Die Antwort geht per E-Mail hinaus."),
    "gesperrt": marked(
        "Bis heute Mitternacht gesperrt. Wer betroffen ist, hat eine E-Mail bekommen, soweit eine Adresse bekannt ist."
    ),
}
_SIGNS = {State.OPEN: "late", State.IN_HAND: "none", State.DONE: "free"}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as staff reads it; `sign` is a shape of parts/signs.html and its word."""

    report: Report
    about: str
    what: str
    at: str
    sign: tuple[str, str]


async def reports_space(slug: str, visitor: Visitor) -> SpaceCard:
    """The space whose reports the visitor looks after. For everybody else it has none: raises NotFound."""
    actor = visitor.signed_in
    space = await any_space(slug)
    if space is None or not actor.may(Action.ANSWER_REPORTS, operator=space.operator.id, space=space.id):
        raise NotFound
    return space


@get("/theke/{slug:str}/meldungen")
async def reports_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await reports_space(slug, visitor))


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """`typed` are answers by the report's id; where there are any, the refusal stands beside them."""
    rows = [_row(each, space, visitor) for each in await reports_at(space.id, visitor.now)]
    errors = {key: visitor.speaker.refusal(refusal) for key in typed} if refusal and typed else NO_ERRORS
    context = {
        "space": space,
        "waiting": [row for row in rows if row.report.state is not State.DONE],
        "done": [row for row in rows if row.report.state is State.DONE],
        "states": [(state.value, visitor.speaker.gettext(name)) for state, name in STATE_NAMES.items()],
        "notice": notice(request, NOTICES),
        "refusal": None if typed else refusal,
        "typed": typed or {},
        "errors": errors,
        "longest": LONGEST_TEXT,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "front_desk/reports.html", context, status=status)


def _row(report: Report, space: SpaceCard, visitor: Visitor) -> ReportRow:
    say = visitor.speaker
    return ReportRow(
        report,
        say.gettext(ABOUT_NAMES[report.about]),
        _what(report, visitor),
        say.word(report.created_at.astimezone(ZoneInfo(space.time_zone))),
        (_SIGNS[report.state], say.gettext(STATE_NAMES[report.state])),
    )


def _what(report: Report, visitor: Visitor) -> str:
    """Which resource it is about; nothing for the space as a whole."""
    if report.kind is None:
        return report.name or ""
    return visitor.speaker.word(label(report.kind, report.name or ""))


@get("/theke/{slug:str}/meldungen/{report:str}/bild")
async def report_photo(
    slug: FromPath[str], report: FromPath[str], visitor: NamedDependency[Visitor]
) -> Response[bytes]:
    """The photo, for the space's staff alone."""
    space = await reports_space(slug, visitor)
    photo = await photo_of_report(space.id, checked_id(report))
    return Response(photo, media_type="image/webp", headers={"Cache-Control": "private, no-store"})


@post("/theke/{slug:str}/meldungen/{report:str}/stand")
async def state_form(
    slug: FromPath[str], report: FromPath[str], visitor: NamedDependency[Visitor], data: FormData
) -> Redirect:
    """`stand` says how far it is."""
    space = await reports_space(slug, visitor)
    if data.get("stand") not in set(State):
        raise NotFound
    await set_state(visitor.signed_in, space, checked_id(report), State(data["stand"]), visitor.now)
    return go(f"/theke/{slug}/meldungen?getan=stand")


@post("/theke/{slug:str}/meldungen/{report:str}/antwort")
async def answer_form(
    request: PageRequest,
    slug: FromPath[str],
    report: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space, text = await reports_space(slug, visitor), data.get("antwort", "")
    try:
        await answer_report(visitor.signed_in, space, checked_id(report), text, visitor.now)
    except NotFound:
        raise
    except AnswerMissing as refusal:
        return await _show(request, visitor, pages, space, refusal, {report: text})
    except Refusal as refusal:
        return await _show(request, visitor, pages, space, refusal)
    return go(f"/theke/{slug}/meldungen?getan=antwort")


@get("/theke/{slug:str}/meldungen/{report:str}/sperren")
async def block_preview(
    request: PageRequest,
    slug: FromPath[str],
    report: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """Who is affected if the reported resource is blocked for today; nothing has happened yet."""
    return await _preview(request, visitor, pages, await reports_space(slug, visitor), checked_id(report))


async def _preview(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    public_id: str,
    refusal: Refusal | None = None,
) -> Response[str]:
    plan = await plan_report_block(visitor.signed_in, space, public_id, visitor.now)
    report = await report_at(space.id, public_id, visitor.now)
    context: dict[str, Any] = {
        "space": space,
        "report": report,
        "what": _what(report, visitor),
        "affected": [affected_row(each, {}, visitor) for each in plan.affected],
        "fixed": plan.fixed,
        "state": plan.state,
        "refusal": refusal,
    }
    status = status_of(refusal) if refusal else 200
    return await pages.show(request, visitor, "front_desk/report_block.html", context, status=status)


@post("/theke/{slug:str}/meldungen/{report:str}/sperren")
async def block_form(
    request: PageRequest,
    slug: FromPath[str],
    report: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Blocks at once where nobody is affected, and otherwise what the list with this `stand` said."""
    space, public_id = await reports_space(slug, visitor), checked_id(report)
    stand = data.get("stand", "")
    if not stand:
        plan = await plan_report_block(visitor.signed_in, space, public_id, visitor.now)
        if plan.affected or plan.fixed:
            return go(f"/theke/{slug}/meldungen/{public_id}/sperren")
        stand = plan.state
    try:
        await block_reported(visitor.signed_in, space, public_id, stand, visitor.now)
    except AffectedChanged as refusal:
        return await _preview(request, visitor, pages, space, public_id, refusal)
    return go(f"/theke/{slug}/meldungen?getan=gesperrt")


HANDLERS = [reports_page, report_photo, state_form, answer_form, block_preview, block_form]
