"""Other people's contracts and accounts, for the network's people: looked at, adjusted, paused, changed."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.bookings.front_desk import Guest, find_people, guest
from app.bookings.membership_changes import let_rest, take_back_change
from app.identity.authentication import Visitor
from app.identity.queries import people
from app.identity.rules import Action
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.plans.accounts import adjust
from app.plans.concessions import ReasonNeeded
from app.plans.grants import Days
from app.plans.holdings import Account, account_of
from app.plans.order_documents import Paper
from app.plans.queries import MembershipCard, memberships_of
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.settings import Settings
from app.web.forms import NO_ERRORS, checked_id, done_once, notice, read_day, show_again
from app.web.home import FormData
from app.web.membership import held_by
from app.web.membership_changes import all_wrong, change_context, end_pause, extras_of, order_change
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff

NOTICES = {
    "geaendert": marked("Das Guthaben ist geändert."),
    "pause": marked("Die Pause ist eingetragen."),
    "weiter": marked("Die Pause ist beendet."),
    "tarif": marked("Der Wechsel ist eingetragen."),
    "bleibt": marked("Der Wechsel ist zurückgenommen."),
}
LONGEST_REASON: Final = 200
_PER_UNIT: Final[Mapping[Unit, int]] = {Unit.DESK_DAY: HALVES_OF_A_DAY, Unit.ROOM_MINUTE: 60, Unit.MONEY: 100}
_MOST: Final = 1000


class AmountUnreadable(BadInput):
    code = "amount_unreadable"
    text = marked("Bitte eine Zahl eintragen, etwa 2 oder −0,5.")


class PauseEndsBefore(BadInput):
    code = "pause_ends_before"
    text = marked("Der letzte Tag liegt vor dem ersten.")


@get("/netzwerk/menschen")
async def people_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Looks for the person whose contracts are meant."""
    actor = staff(visitor, Action.KEEP_CONTRACTS)
    await demand_charging()
    said = request.query_params.get("wer", "").strip()[:120]
    context = {"said": said, "found": await find_people(actor, said, visitor.now) if said else []}
    return await pages.show(request, visitor, "network/people.html", context)


@get("/netzwerk/menschen/{person:str}/vertraege")
async def contracts_page(
    request: PageRequest, person: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    somebody = await _somebody(person, visitor)
    context = await _contracts(somebody, visitor) | {"errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "network/contracts.html", context)


@post("/netzwerk/menschen/{person:str}/guthaben/{account:str}")
async def adjust_form(
    request: PageRequest,
    person: FromPath[str],
    account: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Gives or takes what is left, with a reason that the person reads."""
    somebody = await _somebody(person, visitor)
    found = await account_of(somebody.id, checked_id(account))
    if found is None or found.left is None:
        raise NotFound
    try:
        units, reason = _units(data.get("units", ""), found), data.get("reason", "").strip()
        if not 0 < len(reason) <= LONGEST_REASON:
            raise ReasonNeeded(field="reason", most=LONGEST_REASON)
        await adjust(visitor.signed_in, found.id, units, reason, visitor.now)
    except Refusal as refusal:
        refusal.field = f"{refusal.field}-{found.public_id}"
        context = await _contracts(somebody, visitor, {**data, "von": found.public_id}) | {"notice": ""}
        return await show_again(request, visitor, pages, "network/contracts.html", context, [refusal])
    return go(f"/netzwerk/menschen/{person}/vertraege?getan=geaendert")


@post("/netzwerk/menschen/{person:str}/vertraege/{membership:str}/pause")
async def staff_pause_form(
    request: PageRequest,
    person: FromPath[str],
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Any days that were agreed on, or the end of a pause."""
    somebody = await _somebody(person, visitor)
    card, today = await _contract(somebody, membership), local_day(visitor.now, ZONE)
    at = f"/netzwerk/menschen/{person}/vertraege"
    if data.get("was") == "beenden":
        await end_pause(card, visitor)
        return go(f"{at}?getan=weiter")
    try:
        first, last = read_day(data.get("first", ""), "first"), read_day(data.get("last", ""), "last")
        if last < first:
            raise PauseEndsBefore(field="last")
        await let_rest(visitor.signed_in, card, Days(first, last), visitor.now, today)
    except Refusal as refusal:
        refusal.field = f"{refusal.field}-{card.public_id}" if refusal.field else None
        context = await _contracts(somebody, visitor, {**data, "von": card.public_id}) | {"notice": ""}
        return await show_again(request, visitor, pages, "network/contracts.html", context, [refusal])
    return go(f"{at}?getan=pause")


@get("/netzwerk/menschen/{person:str}/vertraege/{membership:str}/tarif")
async def staff_change_page(
    request: PageRequest,
    person: FromPath[str],
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    somebody = await _somebody(person, visitor)
    card = await _contract(somebody, membership)
    query = {name: values[-1] for name, values in request.query_params.dict().items() if values}
    chosen = request.query_params.getall("dazu", [])
    context = await change_context(card, visitor, query, chosen) | _way(somebody, card)
    context |= {"errors": NO_ERRORS, "typed": {}}
    return await pages.show(request, visitor, "network/change.html", context)


@post("/netzwerk/menschen/{person:str}/vertraege/{membership:str}/tarif")
async def staff_change_form(
    request: PageRequest,
    person: FromPath[str],
    membership: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """What the person has ordered by telephone or in writing: kept and confirmed in the person's language."""
    somebody = await _somebody(person, visitor)
    card, actor, today = await _contract(somebody, membership), visitor.signed_in, local_day(visitor.now, ZONE)
    at = f"/netzwerk/menschen/{person}/vertraege"

    async def run() -> str:
        if data.get("was") == "bleiben":
            await take_back_change(actor, card, visitor.now, today)
            return f"{at}?getan=bleibt"
        language = (await people([somebody.id]))[somebody.id].language
        paper = Paper(pages.templates, settings.address, language)
        await order_change(card, visitor, data, paper, by_staff=True)
        return f"{at}?getan=tarif"

    done = await done_once(actor.person, f"staff-change-{card.public_id}", data, visitor.now, run)
    if isinstance(done, NotFound):
        raise done
    if isinstance(done, Refusal):
        context = await change_context(card, visitor, data, list(map(str, extras_of(data)))) | _way(somebody, card)
        wrong = await all_wrong(card, visitor, data, done)
        return await show_again(request, visitor, pages, "network/change.html", context | {"typed": data}, wrong)
    return go(done)


async def _somebody(public_id: str, visitor: Visitor) -> Guest:
    """The person, for who keeps contracts. Raises NotFound."""
    actor = staff(visitor, Action.KEEP_CONTRACTS)
    await demand_charging()
    return await guest(actor, checked_id(public_id), visitor.now)


async def _contract(person: Guest, public_id: str) -> MembershipCard:
    found = next((card for card in await memberships_of(person.id) if card.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


async def _contracts(person: Guest, visitor: Visitor, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    return await held_by(person.id, visitor) | {"person": person, "typed": typed or {}}


def _way(person: Guest, card: MembershipCard) -> dict[str, Any]:
    contracts = f"/netzwerk/menschen/{person.public_id}/vertraege"
    return {"person": person, "at": f"{contracts}/{card.public_id}", "back_url": contracts}


def _units(text: str, account: Account) -> int:
    """2 or −0,5 in the account's units. Raises AmountUnreadable."""
    try:
        said = Decimal(text.strip().replace("−", "-").replace(",", "."))
    except InvalidOperation as error:
        raise AmountUnreadable(field="units") from error
    units = said * _PER_UNIT[account.unit] if said.is_finite() else Decimal(0)
    if not units or units != units.to_integral_value() or abs(said) > _MOST:
        raise AmountUnreadable(field="units")
    return int(units)


HANDLERS = [
    people_page,
    contracts_page,
    adjust_form,
    staff_pause_form,
    staff_change_page,
    staff_change_form,
]
