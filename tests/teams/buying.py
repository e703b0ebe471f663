"""What teams buy in the tests' network."""

from datetime import date, datetime

from app.plans.product_versions import new_product, put_on_sale
from app.plans.products import Offer, team_offer_on_sale
from app.plans.seats import SeatCard, give_seat, seats_of
from app.plans.team_contracts import TeamContractCard
from app.plans.team_purchases import TeamPurchase, begin_team_contract
from app.plans.terms import Audience, PassTerms, PlanTerms, TeamUse, Terms, Tier
from app.teams.queries import TeamCard
from tests.selling import TODAY
from tests.worlds import NOW, APerson

BUSINESS = (Audience.BUSINESS,)
SEAT = PlanTerms(
    name_de="Teamplatz",
    name_en="Team seat",
    audiences=BUSINESS,
    price=11900,
    desk_days=8,
    notice_days=30,
    for_teams=TeamUse.SEAT,
    tiers=(Tier(5, 10900), Tier(10, 9900)),
)
POOL = PlanTerms(
    name_de="Teamtage",
    name_en="Team days",
    audiences=BUSINESS,
    price=1600,
    desk_days=1,
    for_teams=TeamUse.POOL,
    tiers=(Tier(20, 1400),),
)
DAYS = PassTerms(
    name_de="Tage für alle",
    name_en="Days for all",
    audiences=BUSINESS,
    amount=10,
    price=15000,
    valid_months=12,
    for_teams=TeamUse.POOL,
)
TRIAL = PassTerms(
    name_de="Ausprobieren",
    name_en="Trial",
    audiences=BUSINESS,
    amount=10,
    price=0,
    valid_days=30,
    is_trial=True,
    for_teams=TeamUse.POOL,
)


async def sold_to_teams(terms: Terms, now: datetime = NOW) -> Offer:
    """The terms as a product that employers can buy."""
    public_id = await new_product(None, None, terms, now, now.date())
    await put_on_sale(None, public_id, now, now)
    offer = await team_offer_on_sale(public_id, now)
    assert offer is not None, "it is on sale, unless the network is free of charge"
    return offer


async def bought(
    team: TeamCard, terms: Terms, quantity: int = 1, starts_on: date = TODAY, now: datetime = NOW
) -> TeamContractCard:
    """The team has so many pieces of this."""
    assert team.purse is not None, "it pays"
    assert team.payer is not None, "it pays"
    purchase = TeamPurchase(team.purse, team.payer, await sold_to_teams(terms, now), quantity, starts_on)
    return await begin_team_contract(None, purchase, now, now.date())


async def seats(team: TeamCard, today: date = TODAY) -> list[SeatCard]:
    assert team.purse is not None, "it pays"
    return await seats_of(team.purse, today)


async def seated(team: TeamCard, *people: APerson, today: date = TODAY, now: datetime = NOW) -> None:
    """Each of these has one of the team's seats that were free."""
    free = [seat for seat in await seats(team, today) if seat.holder(today) is None]
    for seat, person in zip(free, people, strict=False):
        await give_seat(None, seat, person.id, now, today)
