"""A team's contracts and pools: what runs, more or fewer pieces, notice, and how the pools stand."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.plans.grants import next_month
from app.plans.seats import surplus_seats
from app.plans.team_contracts import TeamContractCard, team_contract_of, team_contracts_of
from app.plans.team_pools import STATE_WORDS, pools_of
from app.plans.team_purchases import (
    TeamContractEnding,
    change_quantity,
    end_team_contract,
    last_day_by_notice,
    next_term,
    usable_quantity,
)
from app.plans.terms import PlanTerms, TeamUse
from app.plans.terms_said import name_of, price_said, term
from app.plans.tiers import of_pieces
from app.plans.uses import Unit, counted
from app.platform.settings import Settings
from app.teams.buying_queries import orders_of
from app.teams.ordering import larger, may_buy, offer_of, order_more
from app.teams.purchase_terms import prepared_for_team
from app.teams.queries import TeamCard
from app.teams.reading import business_reader
from app.teams.settings import team_settings
from app.web.figures import NumberUnreadable, read_number
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.team_shop import agreed_context, buying_team, paper_of, purse_and_payer, sent_number

_READS = (Action.MANAGE_TEAM, Action.SEE_TEAM)
NOTICES = {
    "weniger": marked("Vorgemerkt. Bis dahin bleibt alles, wie es ist."),
    "gekuendigt": marked("Gekündigt. Wen es betrifft, der bekommt selbst Bescheid."),
}


@get("/team/{team:str}/vertraege")
async def contracts_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await buying_team(visitor, team, *_READS)
    today, (purse, _) = local_day(visitor.now, ZONE), purse_and_payer(found)
    rows = [await _row(card, visitor) for card in reversed(await team_contracts_of(purse))]
    context = {
        "team": found,
        "running": [row for row in rows if not row["card"].is_over(today)],
        "over": [row for row in rows if row["card"].is_over(today)],
        "orders": [(order, name_of(order.terms, visitor.language)) for order in await orders_of(found.id)],
        "may_change": may_buy(visitor.signed_in, found) and not found.has_ended,
        "notice": notice(request, NOTICES),
    }
    return await pages.show(request, visitor, "team/contracts.html", context)


async def _row(card: TeamContractCard, visitor: Visitor) -> dict[str, Any]:
    today = local_day(visitor.now, ZONE)
    quantity = card.quantity_on(today)
    agreed = await prepared_for_team(offer_of(card), quantity, max(today, card.starts_on), today)
    reader = await business_reader(agreed, visitor.language, today)
    return {
        "card": card,
        "name": name_of(card.terms, visitor.language),
        "quantity": quantity,
        "price": price_said(of_pieces(card.terms, quantity), reader),
        "costs": agreed.costs,
        "tax": visitor.speaker.gettext(marked("netto")) if agreed.rate is not None else "",
        "coming": card.coming(today),
        "term": list(term(card.terms)) if isinstance(card.terms, PlanTerms) else [],
        "is_seat": card.use is TeamUse.SEAT,
    }


@get("/team/{team:str}/vertraege/{team_contract:str}")
async def contract_page(
    request: PageRequest,
    team: FromPath[str],
    team_contract: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """One contract; with `menge` what another number of pieces costs and from when it holds."""
    found, card = await _contract(visitor, team, team_contract, *_READS)
    context, refused = await _context(found, card, request.query_params, visitor)
    if refused:
        return await show_again(request, visitor, pages, "team/contract.html", context, refused)
    return await pages.show(request, visitor, "team/contract.html", context | {"errors": NO_ERRORS})


@post("/team/{team:str}/vertraege/{team_contract:str}")
async def change_form(
    request: PageRequest,
    team: FromPath[str],
    team_contract: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """More pieces are ordered as they were shown, fewer noted down for the next term."""
    found, card = await _contract(visitor, team, team_contract)
    today, now = local_day(visitor.now, ZONE), visitor.now
    context, refused = await _context(found, card, data, visitor)
    if found.has_ended or not card.is_plan:
        raise NotFound
    if not refused:
        wanted: int = context["wanted"]
        try:
            if wanted > card.quantity_on(today):
                paper = paper_of(pages, settings, visitor)
                order = await order_more(
                    visitor.signed_in, found, card, wanted, sent_number(data), data.get("stand", ""), paper, now, today
                )
                return go(f"/team/{found.public_id}/bestellungen/{order.public_id}?getan=bestellt")
            await change_quantity(visitor.signed_in, card, wanted, now, today)
            return go(f"/team/{found.public_id}/vertraege?getan=weniger")
        except Refusal as refusal:
            refused = [refusal]
    return await show_again(request, visitor, pages, "team/contract.html", context, refused)


@post("/team/{team:str}/vertraege/{team_contract:str}/kuendigen")
async def notice_form(team: FromPath[str], team_contract: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    """Gives notice; the page before has said until when it runs."""
    found, card = await _contract(visitor, team, team_contract)
    if found.has_ended or not card.is_plan:
        raise NotFound
    today = local_day(visitor.now, ZONE)
    await end_team_contract(visitor.signed_in, card, last_day_by_notice(card, today), visitor.now, today)
    return go(f"/team/{found.public_id}/vertraege?getan=gekuendigt")


@get("/team/{team:str}/kontingent")
async def pools_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    found = await buying_team(visitor, team, *_READS)
    today, (purse, _) = local_day(visitor.now, ZONE), purse_and_payer(found)
    low = (await team_settings(today))["pool_low_percent"]
    upcoming = next_month(next_month(today)) - timedelta(days=1)
    pools = await pools_of(purse, today, low, until=upcoming)
    context = {
        "team": found,
        "pools": pools,
        "rows": [
            {
                "account": one,
                "name": one.label[visitor.language],
                "granted": _in_words(one.unit, one.granted, visitor),
                "left": None if one.left is None else _in_words(one.unit, one.left, visitor),
                "state": one.state,
                "word": STATE_WORDS[one.state],
                "is_coming": one.starts_on > today,
            }
            for one in pools.accounts
        ],
        "low_percent": low,
        "may_change": may_buy(visitor.signed_in, found) and not found.has_ended,
    }
    return await pages.show(request, visitor, "team/pools.html", context)


def _in_words(unit: Unit, units: int, visitor: Visitor) -> str:
    """So many days or hours."""
    many = counted(unit, units) if unit is Unit.DESK_DAY else units / 60
    return visitor.speaker.word(int(many) if many == int(many) else float(many))


async def _contract(visitor: Visitor, team: str, contract: str, *actions: Action) -> tuple[TeamCard, TeamContractCard]:
    found = await buying_team(visitor, team, *actions)
    card = await team_contract_of(purse_and_payer(found)[0], checked_id(contract))
    if card is None:
        raise NotFound
    return found, card


async def _context(
    team: TeamCard, card: TeamContractCard, typed: Mapping[str, str], visitor: Visitor
) -> tuple[dict[str, Any], list[Refusal]]:
    today, refused = local_day(visitor.now, ZONE), list[Refusal]()
    held = card.coming(today).quantity if card.coming(today) else card.quantity_on(today)  # type: ignore[union-attr]
    wanted, agreed, ending = held, None, []
    from_day = today
    if "menge" in typed and card.is_plan:
        try:
            number = read_number({"menge": typed["menge"][:20]}, "menge")
            if number is None:
                raise NumberUnreadable(field="menge")
            wanted = usable_quantity(number)
            if card.ends_on is not None:
                raise TeamContractEnding(field="menge")
            if wanted > card.quantity_on(today):
                agreed = await larger(card, wanted, today)
            elif wanted < card.quantity_on(today):
                from_day = next_term(card, today)
                ending = await surplus_seats(card, wanted, from_day) if card.use is TeamUse.SEAT else []
        except Refusal as refusal:
            refused.append(refusal)
    context = await _row(card, visitor) | {
        "team": team,
        "typed": {"menge": typed.get("menge", str(held))[:20]},
        "wanted": wanted,
        "from_day": from_day,
        "ending": [(seat, seat.holder(today)) for seat in ending],
        "last_day": last_day_by_notice(card, today) if card.is_plan and card.ends_on is None else None,
        "may_change": may_buy(visitor.signed_in, team) and not team.has_ended,
        "more": None,
        "today": today,
    }
    if agreed is not None:
        context["more"] = await agreed_context(team, agreed, visitor)
    return context, refused


HANDLERS = [contracts_page, contract_page, change_form, notice_form, pools_page]
