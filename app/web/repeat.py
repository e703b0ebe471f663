"""Booking the same time again and again: choosing weekdays, seeing date by date what that gives, and booking it."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.queries import bookings_of_group
from app.bookings.repeat_booking import RepeatPlan, book_repeat, plan_repeat, repeatable
from app.bookings.repeats import MOST_WEEKS
from app.bookings.rules import HouseRulesNotAccepted
from app.bookings.usual_desk import usual_visit
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal
from app.network.house_rules import edition_to_accept
from app.platform.idempotency import Answer, once
from app.platform.problems import status_of
from app.web.forms import checked_id
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.repeat_view import LEAVE_OUT, OTHER_DESK, WEEKDAYS, from_habit, line_of, read_repeat
from app.web.week_view import booking_line


@get("/woche/wiederholen")
async def repeat_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The form and the dates that it gives; before anything is chosen, as the person's habit would fill it in."""
    actor = visitor.allowed(Action.BOOK_OWN)
    fields = {name: values[-1] for name, values in request.query_params.dict().items()}
    if "platz" in fields:
        return await _show(request, visitor, pages, actor, fields, None)
    usual = await usual_visit(actor.person, visitor.now)
    if usual is not None:
        habit, latest = usual
        try:
            return await _show(request, visitor, pages, actor, from_habit(habit, latest.resource.public_id), None)
        except NotFound:  # what was usual is no more
            usual = None
    return await pages.show(request, visitor, "week/repeat.html", {"form": None})


@post("/woche/wiederholen")
async def book_dates(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """Books the dates that were shown, all or none; the same form sent twice books once."""
    actor = visitor.allowed(Action.BOOK_OWN)
    repeat = read_repeat(data, visitor).repeat
    if repeat is None:
        return await _show(request, visitor, pages, actor, data, None)
    edition = data.get("ausgabe", "")
    house_rules = int(edition) if "hausordnung" in data and edition.isascii() and edition.isdigit() else None

    async def book_once() -> Answer:
        group = await book_repeat(actor, repeat, data.get("stand", ""), visitor.now, house_rules)
        return Answer(201, group.encode())

    refused: list[Refusal] = []

    def note(refusal: Refusal) -> Answer:
        refused.append(refusal)
        return Answer(429, b"")  # not kept: another choice may follow from the same page

    answer = await once(
        actor.person,
        f"repeat-{data.get('schluessel', '')[:40] or token_urlsafe(8)}",
        repr(sorted((name, value) for name, value in data.items() if name != "_csrf_token")).encode(),
        visitor.now,
        book_once,
        refused=note,
    )
    if refused:
        return await _show(request, visitor, pages, actor, data, refused[0])
    return go(f"/woche/wiederholt/{answer.body.decode()}")


@get("/woche/wiederholt/{group:str}")
async def repeated_page(
    request: PageRequest, group: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """What was booked together, each a booking of its own."""
    person = visitor.allowed(Action.SEE_OWN_BOOKINGS).person
    bookings = await bookings_of_group(person, checked_id(group))
    if not bookings:
        raise NotFound
    context = {"lines": [booking_line(booking, visitor) for booking in bookings]}
    return await pages.show(request, visitor, "week/repeated.html", context)


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    actor: Actor,
    fields: Mapping[str, str],
    refusal: Refusal | None,
) -> Response[str]:
    """The form with its dates, or with what is wrong with it. Raises NotFound where nobody can book that resource."""
    form = read_repeat(fields, visitor)
    plan: RepeatPlan | None = None
    if form.repeat is not None:
        plan = await plan_repeat(actor.person, form.repeat, visitor.now, visitor.language)
        space, wanted, resources = plan.space, plan.wanted, plan.resources
    else:
        space, wanted, resources = await repeatable(form.platz, visitor.now)
    names = visitor.speaker.locale.days["format"]["wide"]
    context = {
        "form": form,
        "space": space,
        "what": label(wanted.kind, wanted.name),
        "weekdays": [(name, names[weekday - 1], weekday in form.weekdays) for name, weekday in WEEKDAYS.items()],
        "desks": [
            (resource.public_id, visitor.speaker.word(label(resource.kind, resource.name))) for resource in resources
        ],
        "when_taken": (OTHER_DESK, LEAVE_OUT),
        "most_weeks": MOST_WEEKS,
        "plan": plan,
        "lines": [line_of(day, wanted, visitor) for day in plan.days] if plan else [],
        "rules": await edition_to_accept(space.id, actor.person, visitor.now) if plan else None,
        "unaccepted": isinstance(refusal, HouseRulesNotAccepted),
        "refusal": refusal,
        "key": token_urlsafe(16),
    }
    status = status_of(refusal) if refusal else 422 if form.errors else 200
    return await pages.show(request, visitor, "week/repeat.html", context, status=status)


HANDLERS = [repeat_page, book_dates, repeated_page]
