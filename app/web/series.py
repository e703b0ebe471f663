"""Making a series: choosing when it comes back, seeing date by date what that gives, and booking it."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency

from app.bookings.early_start import EarlyStartNotAsked
from app.bookings.rules import HouseRulesNotAccepted
from app.bookings.series_making import make_series, preview_series
from app.bookings.series_plans import SeriesPlan
from app.bookings.usual_desk import usual_visit
from app.identity.authentication import Visitor
from app.identity.rules import Action, Actor
from app.inventory.queries import ResourceCard, resource_by_public_id, resources_of
from app.inventory.rules import label
from app.kernel.refusals import NotFound, Refusal, marked
from app.network.groups import organisations_of
from app.network.house_rules import edition_to_accept
from app.network.queries import SpaceCard, published_space
from app.network.school_holidays import school_holidays
from app.plans.nothing_pays import NothingPays
from app.plans.offering import with_offers
from app.platform.problems import status_of
from app.web.forms import done_once
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.paying_view import (
    agreed_in,
    asks_early_start,
    choices_of,
    demand_early_start,
    due_of_series,
    offer_lines,
)
from app.web.series_form import (
    DAILY,
    DATES,
    LAST_DAY,
    LEAVE_OUT,
    MONTHLY,
    MOST_DATES_ASKED,
    MOST_INTERVAL,
    ON_THE_DAY,
    ON_THE_WEEKDAY,
    OTHER_DESK,
    WEEKDAYS,
    WEEKLY,
    WEEKS,
    SeriesForm,
    from_habit,
    read_series,
)
from app.web.series_view import date_line

_FIELDS = {"rrule": "zahl", "starts_at": "ab", "ends_at": "bis"}
"""The form's names for what the operations call otherwise."""


@get("/woche/wiederholen")
async def series_form_page(
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
    return await pages.show(request, visitor, "series/make.html", {"form": None})


@post("/woche/wiederholen")
async def book_series(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[Any]:
    """Books the dates that were shown, all or none."""
    actor = visitor.allowed(Action.BOOK_OWN)
    form = read_series(data, visitor)
    if form.booking is None:
        return await _show(request, visitor, pages, actor, data, None)
    space, _, _ = await _bookable(form.platz, visitor)
    edition = data.get("ausgabe", "")
    house_rules = int(edition) if "hausordnung" in data and edition.isascii() and edition.isdigit() else None
    command = form.command(
        ZoneInfo(space.time_zone),
        house_rules=house_rules,
        shown=data.get("stand", ""),
        agreed_price=agreed_in(data),
        early_start=asks_early_start(data),
    )
    try:
        if not form.fuer:
            await demand_early_start(data, actor.person, command.booking.starts_at, visitor.now)
    except EarlyStartNotAsked as refusal:
        return await _show(request, visitor, pages, actor, data, refusal)

    async def run() -> str:
        return (await make_series(actor, command, visitor.now)).series.public_id

    made = await done_once(actor.person, "series", data, visitor.now, run)
    if isinstance(made, NotFound):
        raise made
    if isinstance(made, Refusal):
        return await _show(request, visitor, pages, actor, data, made)
    return go(f"/woche/serien/{made}?neu=1")


async def _bookable(resource: str, visitor: Visitor) -> tuple[SpaceCard, ResourceCard, list[ResourceCard]]:
    """The space, the resource and all of its kind there. Raises NotFound for what nobody can book."""
    wanted = await resource_by_public_id(resource)
    space = await published_space(wanted.space, visitor.now) if wanted else None
    if wanted is None or space is None:
        raise NotFound
    return space, wanted, await resources_of(space.id, wanted.kind)


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    actor: Actor,
    fields: Mapping[str, str],
    refusal: Refusal | None,
) -> Response[str]:
    """The form with its dates, or with what is wrong with it. Raises NotFound where nobody can book that resource."""
    form, plan = read_series(fields, visitor), None
    space, wanted, resources = await _bookable(form.platz, visitor)
    errors = dict(form.errors)
    if form.booking is not None:
        try:
            plan = await preview_series(actor, form.command(ZoneInfo(space.time_zone)), visitor.now, visitor.language)
        except NotFound:
            raise
        except Refusal as unusable:
            errors[_field(unusable, form)] = visitor.speaker.refusal(unusable)
    organisations = [one for one in await organisations_of(actor.person) if one.operator == space.operator.id]
    context = {
        "form": form,
        "errors": errors,
        "space": space,
        "what": label(wanted.kind, wanted.name),
        **_choices(form, resources, visitor),
        "organisations": [("", visitor.speaker.gettext(marked("für mich")))]
        + [(one.public_id, one.name) for one in organisations],
        "has_school_holidays": bool(school_holidays(space.holiday_region)),
        "plan": plan,
        "lines": _lines(plan, form, visitor) if plan else [],
        "rules": await edition_to_accept(space.id, actor.person, visitor.now) if plan else None,
        "unaccepted": isinstance(refusal, HouseRulesNotAccepted),
        "refusal": refusal,
        **(await _paying(plan, form, actor, refusal, visitor) if plan else {}),
        "key": token_urlsafe(16),
    }
    status = status_of(refusal) if refusal else 422 if errors else 200
    return await pages.show(request, visitor, "series/make.html", context, status=status)


async def _paying(
    plan: SeriesPlan, form: SeriesForm, actor: Actor, refusal: Refusal | None, visitor: Visitor
) -> dict[str, Any]:
    """What the dates cost together, who sells, what else could pay and what could be bought for dates that nothing
    pays."""
    unpaid = next((why for _, why in plan.conflicts if isinstance(why, NothingPays)), None)
    offers = await with_offers(unpaid, actor.person, visitor.now, visitor.language) if unpaid else None
    due = await due_of_series(plan.dates, actor.person, visitor, refusal, for_organisation=bool(form.fuer))
    return {"due": due, "pays": choices_of(plan.ways, visitor.speaker), "offers": offer_lines(offers)}


def _field(refusal: Refusal, form: SeriesForm) -> str:
    field = _FIELDS.get(refusal.field or "", "ab")
    return "bis_tag" if field == "zahl" and form.ende == LAST_DAY else field


def _lines(plan: SeriesPlan, form: SeriesForm, visitor: Visitor) -> list[object]:
    return [date_line(date, plan.wanted, form.on_conflict, visitor) for date in plan.dates]


def _choices(form: SeriesForm, resources: list[ResourceCard], visitor: Visitor) -> Mapping[str, object]:
    """What the fields offer."""
    say = visitor.speaker.gettext
    names = visitor.speaker.locale.days["format"]["wide"]
    return {
        "weekdays": [(name, names[weekday - 1], weekday in form.weekdays) for name, weekday in WEEKDAYS.items()],
        "desks": [
            (resource.public_id, visitor.speaker.word(label(resource.kind, resource.name))) for resource in resources
        ],
        "rhythms": [
            (DAILY, say(marked("täglich"))),
            (WEEKLY, say(marked("wöchentlich"))),
            (MONTHLY, say(marked("monatlich"))),
        ],
        "monthly": [
            (ON_THE_DAY, say(marked("am gleichen Datum"))),
            (ON_THE_WEEKDAY, say(marked("am gleichen Wochentag"))),
        ],
        "ends": [
            (WEEKS, say(marked("nach so vielen Wochen"))),
            (DATES, say(marked("nach so vielen Terminen"))),
            (LAST_DAY, say(marked("an einem Tag"))),
        ],
        "when_taken": [(OTHER_DESK, say(marked("anderer Platz"))), (LEAVE_OUT, say(marked("diese auslassen")))],
        "most_interval": MOST_INTERVAL,
        "most_dates": MOST_DATES_ASKED,
    }


HANDLERS = [series_form_page, book_series]
