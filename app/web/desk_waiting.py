"""The waiting list at the front desk: putting somebody in line, and taking him out again."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.front_desk import Guest, guest
from app.bookings.offers import leave_line
from app.bookings.rules import Purpose
from app.bookings.waiting_list import JoinLine, join_line
from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound, Refusal
from app.platform.problems import status_of
from app.web.desk_bookings import accepted_edition, asked_place, asked_times, errors_of, show_guest
from app.web.forms import checked_id
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import read_when


@post("/theke/{slug:str}/leute/{person:str}/warten")
async def wait_for(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[Any]:
    """The form of booking, sent by its other button: what was not free is waited for."""
    space = await desk_space(slug, visitor)
    whom = await guest(visitor.signed_in, person, visitor.now, data.get("wer", ""))
    wanted, errors = read_when(data, visitor)
    if wanted is None:
        return await show_guest(request, visitor, pages, space, whom, data, errors=errors, status=422)
    command = JoinLine(
        asked_place(data, space),
        *await asked_times(space, wanted, visitor),
        note=data.get("notiz", ""),
        purpose=Purpose(data["zweck"]) if data.get("zweck") in set(Purpose) else None,
        guest_phone=data.get("nummer", "").strip(),
        house_rules=accepted_edition(data),
    )
    try:
        await join_line(visitor.signed_in, command, visitor.now, whom=whom.id)
    except NotFound:
        raise
    except Refusal as refusal:
        said = errors_of(refusal, visitor)
        return await show_guest(
            request, visitor, pages, space, whom, data, errors=said, status=status_of(refusal), may_wait=True
        )
    return go(_person_url(slug, whom, data, "wartet"))


@post("/theke/{slug:str}/leute/{person:str}/warteliste/{waiting_id:str}/austragen")
async def leave_for(
    slug: FromPath[str],
    person: FromPath[str],
    waiting_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    data: FormData,
) -> Response[Any]:
    await desk_space(slug, visitor)
    whom = await guest(visitor.signed_in, person, visitor.now, data.get("wer", ""))
    await leave_line(visitor.signed_in, checked_id(waiting_id), visitor.now, whom=whom.id)
    return go(_person_url(slug, whom, data, "ausgetragen"))


def _person_url(slug: str, whom: Guest, data: Mapping[str, str], done: str) -> str:
    """Back to the person, who may be out of reach but for the number or address that was said."""
    said = {"wer": data["wer"]} if data.get("wer") else {}
    return f"/theke/{slug}/leute/{whom.public_id}?{urlencode({'getan': done} | said)}"


HANDLERS = [wait_for, leave_for]
