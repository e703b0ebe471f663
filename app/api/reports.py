"""What was reported at a space, for its staff: to read, to answer, and to block what is broken."""

from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.blockers import AffectedShape, affected_shapes
from app.api.idempotent_writes import written
from app.api.managed import only_staff_at_space, staffed
from app.api.parameters import (
    Cursor,
    CursorUnknown,
    IdempotencyKey,
    Limit,
    SlugInPath,
    cursor_of,
    known_id,
    parts_of,
)
from app.api.problem_shapes import refusals
from app.api.shapes import Moment
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.report_blocks import block_reported, plan_report_block
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.inventory.reports import (
    About,
    Report,
    State,
    answer_report,
    latest_reports,
    photo_of_report,
    report_at,
    set_state,
)
from app.kernel.refusals import NotFound
from app.network.queries import SpaceCard

ReportInPath = Annotated[str, PathParameter(description="The report's id.")]
_ROOT: Final = "/api/v1/spaces/{slug:str}/reports"
_ONE: Final = f"{_ROOT}/{{report_id:str}}"


class ReportShape(msgspec.Struct, frozen=True):
    """Something that was reported; without `resource_id` of the space as a whole."""

    id: str
    about: About
    said: str
    resource_id: str | None
    has_photo: bool
    email: Annotated[str | None, Meta(description="Of who reported, where an answer is wanted.")]
    phone: str | None
    state: State
    created_at: Moment
    answer: str | None
    answered_at: Moment | None
    is_blocked: Annotated[bool, Meta(description="Whether the resource is blocked now.")]


class ReportList(msgspec.Struct, frozen=True):
    """Reports, the newest first. What is done is forgotten 30 days later."""

    items: list[ReportShape]
    next: str | None


class StateWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far it is."""

    state: State


class ReportAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What who reported is told by mail."""

    answer: Annotated[str, Meta(max_length=4000, description="At most 1000 characters.")]


class ReportBlockShape(msgspec.Struct, frozen=True):
    """What blocking would do; send `state` along to do it."""

    state: str
    affected: list[AffectedShape]


class ReportBlockWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The preview's `state`."""

    state: Annotated[str, Meta(max_length=64)]


@get(
    _ROOT,
    operation_id="list_reports",
    response_description="A page of the list.",
    summary="What was reported at a space",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    responses=refusals(403, 404, 422),
)
async def list_reports(
    *,
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    in_state: Annotated[State | None, QueryParameter(name="state", description="Only these; all without it.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ReportList:
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)
    before = await _key_of(cursor, space, visitor) if cursor else None
    found = await latest_reports(space.id, visitor.now, limit + 1, before=before, state=in_state)
    items = found[:limit]
    return ReportList(
        [_shape(report, space) for report in items], cursor_of(items[-1].public_id) if len(found) > limit else None
    )


@get(
    _ONE,
    operation_id="show_report",
    response_description="The report.",
    summary="One report",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_report(visitor: NamedDependency[Visitor], slug: SlugInPath, report_id: ReportInPath) -> ReportShape:
    return await _shown(await staffed(slug, visitor, Action.ANSWER_REPORTS), report_id, visitor)


@get(
    f"{_ONE}/photo",
    operation_id="show_report_photo",
    response_description="The picture, as WebP.",
    summary="The picture that came with a report",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    media_type="image/webp",
    responses=refusals(403, 404),
)
async def show_report_photo(
    visitor: NamedDependency[Visitor], slug: SlugInPath, report_id: ReportInPath
) -> Response[bytes]:
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)
    photo = await photo_of_report(space.id, known_id(report_id))
    return Response(photo, media_type="image/webp", headers={"Cache-Control": "private, no-store"})


@put(
    f"{_ONE}/state",
    operation_id="set_report_state",
    response_description="The report as it is now.",
    summary="Say how far a report is",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    dto=StrictJson[StateWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def set_report_state(
    visitor: NamedDependency[Visitor], slug: SlugInPath, report_id: ReportInPath, data: RequestBody[StateWanted]
) -> ReportShape:
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)
    await set_state(visitor.signed_in, space, known_id(report_id), data.state, visitor.now)
    return await _shown(space, report_id, visitor)


@post(
    f"{_ONE}/answer",
    operation_id="answer_report",
    response_description="The report as it is now.",
    summary="Answer a report",
    description="By mail, once. 404 also where nobody left an address.",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    dto=StrictJson[ReportAnswer],
    return_dto=None,
    status_code=200,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def answer(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    report_id: ReportInPath,
    data: RequestBody[ReportAnswer],
    idempotency_key: IdempotencyKey = None,
) -> Response[ReportShape]:
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)

    async def run() -> ReportShape:
        await answer_report(visitor.signed_in, space, known_id(report_id), data.answer, visitor.now)
        return await _shown(space, report_id, visitor)

    return await written(request, visitor, idempotency_key, 200, run)


@get(
    f"{_ONE}/block",
    operation_id="preview_report_block",
    response_description="What would happen.",
    summary="See what blocking the reported resource for today would do",
    description="Every booking in that time with what would become of it; nothing is changed. 404 also where there is "
    "nothing to block: the space as a whole, what is done, what is blocked already.",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def preview_report_block(
    visitor: NamedDependency[Visitor], slug: SlugInPath, report_id: ReportInPath
) -> ReportBlockShape:
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)
    plan = await plan_report_block(visitor.signed_in, space, known_id(report_id), visitor.now)
    return ReportBlockShape(plan.state, affected_shapes(plan))


@post(
    f"{_ONE}/block",
    operation_id="block_reported",
    response_description="The report, whose resource is blocked.",
    summary="Block the reported resource for today",
    description="Moves or cancels what is in the way as the preview says, each with its mail: all of it or nothing. "
    "409 where since the preview somebody has booked, cancelled or moved.",
    tags=["reports"],
    guards=only_staff_at_space(Action.ANSWER_REPORTS),
    security=SIGNED_IN,
    dto=StrictJson[ReportBlockWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def block(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    slug: SlugInPath,
    report_id: ReportInPath,
    data: RequestBody[ReportBlockWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[ReportShape]:
    space = await staffed(slug, visitor, Action.ANSWER_REPORTS)

    async def run() -> ReportShape:
        await block_reported(visitor.signed_in, space, known_id(report_id), data.state, visitor.now)
        return await _shown(space, report_id, visitor)

    return await written(request, visitor, idempotency_key, 201, run)


HANDLERS = [
    list_reports,
    show_report,
    show_report_photo,
    set_report_state,
    answer,
    preview_report_block,
    block,
]


async def _shown(space: SpaceCard, report_id: str, visitor: Visitor) -> ReportShape:
    return _shape(await report_at(space.id, known_id(report_id), visitor.now), space)


def _shape(report: Report, space: SpaceCard) -> ReportShape:
    zone = ZoneInfo(space.time_zone)
    return ReportShape(
        id=report.public_id,
        about=report.about,
        said=report.said,
        resource_id=report.resource,
        has_photo=report.has_photo,
        email=report.email,
        phone=report.phone,
        state=report.state,
        created_at=report.created_at.astimezone(zone),
        answer=report.answer or None,
        answered_at=report.answered_at.astimezone(zone) if report.answered_at else None,
        is_blocked=report.is_blocked,
    )


async def _key_of(cursor: str, space: SpaceCard, visitor: Visitor) -> int:
    """The key behind which a list goes on. Raises CursorUnknown."""
    [last] = parts_of(cursor, 1)
    try:
        return (await report_at(space.id, known_id(last), visitor.now)).id
    except NotFound as error:
        raise CursorUnknown(field="cursor") from error
