"""Price classes: asked for in one's own account, checked by the network's people or at a counter."""

from datetime import timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import guest
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.plans.concessions import (
    ASKED_FOR,
    ask_for_concession,
    check_concession,
    concessions_of,
    decline_concession,
    end_concession,
    give_concession,
    open_concessions,
    running_concessions,
)
from app.plans.terms import PRICE_CLASS_NAMES
from app.web.forms import NO_ERRORS, checked_id, notice, read_day, show_again
from app.web.front_desk import desk_space
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff

NOTICES = {
    "gefragt": marked("Danke. Sobald jemand den Nachweis gesehen hat, gilt die Ermäßigung."),
    "zurueck": marked("Die Ermäßigung ist beendet."),
    "geprueft": marked("Die Ermäßigung gilt."),
    "abgelehnt": marked("Die Ermäßigung ist abgelehnt, und die Person erfährt, warum."),
    "beendet": marked("Die Ermäßigung ist beendet."),
}
_CHOICES: Final = [(price_class.value, PRICE_CLASS_NAMES[price_class]) for price_class in ASKED_FOR]
_A_YEAR: Final = timedelta(days=365)


@get("/konto/ermaessigung")
async def own_concessions(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = visitor.signed_in
    await demand_charging()
    context = await _own(actor.person, visitor, {}) | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "account/concession.html", context)


@post("/konto/ermaessigung")
async def ask_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    actor = visitor.allowed(Action.MANAGE_OWN_ACCOUNT)
    await demand_charging()
    try:
        await ask_for_concession(actor, data.get("price_class", ""), data.get("proof", ""), visitor.now)
    except Refusal as refusal:
        context = await _own(actor.person, visitor, data) | {"notice": ""}
        return await show_again(request, visitor, pages, "account/concession.html", context, [refusal])
    return go("/konto/ermaessigung?getan=gefragt")


@post("/konto/ermaessigung/{concession:str}/beenden")
async def end_own(concession: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    actor = visitor.allowed(Action.MANAGE_OWN_ACCOUNT)
    await demand_charging()
    if concession not in {one.public_id for one in await concessions_of(actor.person)}:
        raise NotFound
    await end_concession(actor, concession, visitor.now)
    return go("/konto/ermaessigung?getan=zurueck")


async def _own(person: int, visitor: Visitor, typed: dict[str, str]) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    return {
        "concessions": await concessions_of(person),
        "today": today,
        "classes": PRICE_CLASS_NAMES,
        "choices": [(value, visitor.speaker.gettext(text)) for value, text in _CHOICES],
        "typed": typed,
    }


@get("/netzwerk/ermaessigungen")
async def all_concessions(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Those that wait for a look at the proof, and those that hold."""
    staff(visitor, Action.KEEP_CONTRACTS)
    await demand_charging()
    context = await _all(visitor, {}) | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "network/concessions.html", context)


@post("/netzwerk/ermaessigungen/{concession:str}")
async def decide_form(
    request: PageRequest,
    concession: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Checked, declined or ended, by the button that was pressed."""
    actor, today = staff(visitor, Action.KEEP_CONTRACTS), local_day(visitor.now, ZONE)
    await demand_charging()
    public_id, what = checked_id(concession), data.get("was", "")
    try:
        match what:
            case "geprueft":
                ends_on = read_day(data.get("ends_on", ""), "ends_on")
                await check_concession(actor, public_id, ends_on, visitor.now, today)
            case "abgelehnt":
                await decline_concession(actor, public_id, data.get("answer", ""), visitor.now)
            case "beendet":
                await end_concession(actor, public_id, visitor.now)
            case _:
                raise NotFound
    except NotFound:
        raise
    except Refusal as refusal:
        refusal.field = f"{refusal.field}-{public_id}"
        context = await _all(visitor, {**data, "von": public_id}) | {"notice": ""}
        return await show_again(request, visitor, pages, "network/concessions.html", context, [refusal])
    return go(f"/netzwerk/ermaessigungen?getan={what}")


async def _all(visitor: Visitor, typed: dict[str, str]) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    return {
        "waiting": await open_concessions(),
        "running": await running_concessions(today),
        "classes": PRICE_CLASS_NAMES,
        "in_a_year": (today + _A_YEAR).isoformat(),
        "typed": typed,
    }


@get("/theke/{slug:str}/leute/{person:str}/ermaessigung")
async def desk_concession(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The counter looks at a proof: of what the person has asked for, or of something else at these spaces."""
    context = await _at_desk(slug, person, visitor, {}) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "front_desk/concession.html", context)


@post("/theke/{slug:str}/leute/{person:str}/ermaessigung")
async def desk_concession_form(
    request: PageRequest,
    slug: FromPath[str],
    person: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """What was asked for holds where it was asked for; what is entered here holds at this operator's spaces."""
    context = await _at_desk(slug, person, visitor, data)
    actor, space, somebody = visitor.signed_in, context["space"], context["person"]
    today = local_day(visitor.now, ZONE)
    try:
        ends_on = read_day(data.get("ends_on", ""), "ends_on")
        asked = data.get("gefragt", "")
        if asked:
            if asked not in {one.public_id for one in context["waiting"]}:
                raise NotFound
            await check_concession(actor, asked, ends_on, visitor.now, today)
        else:
            entered = data.get("price_class", ""), data.get("proof", "")
            await give_concession(actor, somebody.id, space.operator.id, *entered, ends_on, visitor.now, today)
    except NotFound:
        raise
    except Refusal as refusal:
        return await show_again(request, visitor, pages, "front_desk/concession.html", context, [refusal])
    return go(f"/theke/{slug}/leute/{person}?getan=ermaessigung")


async def _at_desk(slug: str, person: str, visitor: Visitor, typed: dict[str, str]) -> dict[str, Any]:
    space = await desk_space(slug, visitor)
    await demand_charging()
    if not visitor.signed_in.may(Action.SELL, operator=space.operator.id, space=space.id):
        raise NotFound
    somebody = await guest(visitor.signed_in, checked_id(person), visitor.now)
    if not somebody.is_known:
        raise NotFound
    today = local_day(visitor.now, ZONE)
    found = await concessions_of(somebody.id)
    return {
        "space": space,
        "person": somebody,
        "waiting": [one for one in found if one.is_open],
        "running": [one for one in found if one.holds_on(today)],
        "classes": PRICE_CLASS_NAMES,
        "choices": [(value, visitor.speaker.gettext(text)) for value, text in _CHOICES],
        "in_a_year": (today + _A_YEAR).isoformat(),
        "typed": typed,
    }


HANDLERS = [
    own_concessions,
    ask_form,
    end_own,
    all_concessions,
    decide_form,
    desk_concession,
    desk_concession_form,
]
