"""Ids for the pages of a company's account in which there is something of everything."""

from datetime import datetime, timedelta

from app.billing.payers import PayerDetails, PayerKind
from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_booking import BookForTeam, book_for_team
from app.identity.queries import actor_of_person
from app.identity.rules import Actor
from app.network.charging import network_charges
from app.plans.limits import Amounts, LimitShape
from app.plans.products import team_offers_on_sale
from app.plans.seats import seats_of
from app.plans.team_purchases import TeamPurchase, begin_team_contract
from app.platform.database import execute, fetch_value
from app.platform.random_ids import new_public_id
from app.teams.agreements import RecordAgreement, record_agreement
from app.teams.company import CompanyDetails
from app.teams.cost_centres import add_cost_centre
from app.teams.limit_requests import AskForMore, ask_for_more
from app.teams.limits import limit_everybody, limit_one
from app.teams.operations import JoinedBy, found_team, join_team
from app.teams.people_import import keep_upload
from app.teams.queries import TeamCard, members_of
from app.teams.quotes import make_quote
from app.teams.team_days import propose_day
from tests.browser.of_joining import ways_in

_PAYER = PayerDetails(
    PayerKind.TEAM, "Berta Becker", "Becker GmbH", "Industriestraße 5", "56727", "Mayen", "rechnung@becker.example"
)


async def team_of(member: int, key: bytes, now: datetime) -> dict[str, str]:
    """A team that the member manages and belongs to, with limits, a cost centre, a provider and an agreement, and ways
    into two others; without a payer where nothing costs anything."""
    actor = await actor_of_person(member)
    details = CompanyDetails("Becker", _PAYER if await network_charges() else None)
    team = await found_team(actor, details, now)
    place = await join_team(None, team, member, JoinedBy.MANAGER, now, now.date())
    actor = await actor_of_person(member)
    later = next(day for n in range(14, 21) if (day := now.date() + timedelta(days=n)).weekday() == 1)
    there, days = Wanted(later, DayPart.WHOLE_DAY), [later, later + timedelta(days=1)]
    ids = {
        "team": team.public_id,
        "team_member": place.public_id,
        "act": await book_for_team(actor, team, BookForTeam(await members_of(team.id), ["regiohub-mayen"], there), now),
        "upload": await keep_upload(team, b"e-mail\nuwe@becker.example", now),
        "team_day": await propose_day(actor, team, "Planung", days, now, now.date()),
        **await ways_in(member, details, key, now),
    }
    await _agreed(actor, team, now)
    if team.payer is None:
        return ids
    limits = LimitShape(desk_halves=16, room_minutes=600, money=12_000, weekdays=[0, 1, 2, 3])
    await limit_everybody(actor, team, limits, now, now.date())
    await limit_one(actor, team, place, LimitShape(desk_halves=20), now, now.date())
    wanted = AskForMore(now.date().replace(day=1), Amounts(desk_halves=2))
    return {
        **ids,
        **await _bought(actor, team, now),
        "request_id": (await ask_for_more(actor, team, wanted, now, now.date())).public_id,
        "cost_centre": await add_cost_centre(actor, team, "4711", "Vertrieb", now),
    }


async def _agreed(actor: Actor, team: TeamCard, now: datetime) -> None:
    """With the works council, about names; and how people sign in at their company."""
    shows = ("desk_day",)
    agreement = RecordAgreement("Betriebsvereinbarung 3/2026", "Firma und Betriebsrat", now.date(), shows)
    await record_agreement(actor, team, agreement, now, now.date())
    await execute(
        "INSERT INTO identity_provider (public_id, team, issuer, client_id, secret, made_at)"
        " VALUES ($1, $2, 'https://login.becker.example', 'nahwerk', '', $3)",
        new_public_id(),
        team.id,
        now,
    )


async def _bought(actor: Actor, team: TeamCard, now: datetime) -> dict[str, str]:
    """A seat with its contract and order, and a quote for another one."""
    today = now.date()
    assert team.purse is not None, "it pays"
    assert team.payer is not None, "it pays"
    offer = next(one for one in await team_offers_on_sale(now) if one.is_plan)
    contract = await begin_team_contract(None, TeamPurchase(team.purse, team.payer, offer, 1, today), now, today)
    order: int = await fetch_value(
        "INSERT INTO team_order (public_id, team, number, team_contract, quantity, starts_on, amount, shown, placed_by,"
        " placed_at) VALUES ('bestellung', $1, 1, $2, 1, $3, 11900, 'x', $4, $5) RETURNING id",
        team.id,
        contract.id,
        today,
        actor.person,
        now,
    )
    await execute(
        "INSERT INTO team_document (public_id, team_order, title, language, content, made_at)"
        " VALUES ('bestaetigung', $1, 'Bestätigung', 'de', '<p>Ein Platz</p>', $2)",
        order,
        now,
    )
    [seat, *_] = await seats_of(team.purse, today)
    return {
        "team_product": offer.public_id,
        "team_contract": contract.public_id,
        "team_order": "bestellung",
        "quote": (await make_quote(actor, team, offer, 1, "http://127.0.0.1", "de", now, today)).public_id,
        "seat": seat.public_id,
    }
