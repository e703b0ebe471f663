"""What a front desk sees of somebody's accounts: those that hold where it stands."""

from typing import Any
from zoneinfo import ZoneInfo

from app.bookings.front_desk import Guest
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.wall_time import local_day
from app.network.charging import network_charges
from app.network.member_import import OpeningBalance, opening_balance_of
from app.network.queries import SpaceCard
from app.plans.concessions import concessions_of
from app.plans.holdings import accounts_of, passes_of
from app.plans.orders import documents_kept_at, documents_of
from app.web.holdings_view import account_rows


async def credit_at(person: Guest, space: SpaceCard, visitor: Visitor) -> dict[str, Any]:
    """What of the person's accounts holds at this space; where nothing costs anything, the days of a paper card."""
    if not person.is_known:
        return {"card": None, "credit": None}
    if not await network_charges():
        return {"card": await opening_balance_of(person.id, space.operator.id), "credit": None}
    actor, today = visitor.signed_in, local_day(visitor.now, ZoneInfo(space.time_zone))
    accounts = [
        one
        for one in await accounts_of(person.id, today)
        if one.holds_on(today) and one.scope.read().reaches(space.operator.id, space.id)
    ]
    found = await concessions_of(person.id)
    may_sell = actor.may(Action.SELL, operator=space.operator.id, space=space.id)
    kept = await documents_kept_at(person.id, space.operator.id, actor.person)
    return {
        "card": await _card_of_paper(person.id, space.operator.id),
        "credit": await account_rows(accounts, visitor),
        "asks": any(one.is_open for one in found),
        "may_sell": may_sell,
        "documents": [each for each in await documents_of(person.id) if each.public_id in kept] if may_sell else [],
        "may_keep": actor.may(Action.KEEP_CONTRACTS),
    }


async def _card_of_paper(person: int, operator: int) -> OpeningBalance | None:
    """The days of a paper card that did not become an account, because this operator is free of charge for good."""
    is_carried = any(one.seller == operator and one.product is None for one in await passes_of(person))
    return None if is_carried else await opening_balance_of(person, operator)
