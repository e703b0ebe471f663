"""A membership with a fixed desk, for tests."""

from datetime import date, datetime, time

import msgspec

from app.billing.operations import own_payer
from app.plans.fixed_desks import FixedDesk, desk_by_id
from app.plans.memberships import Begun, begin
from app.plans.queries import MembershipCard
from app.plans.terms import PlanTerms, PriceClass
from app.platform.database import fetch, fetch_value
from tests.worlds import HERE, NOW, APerson, AResource

FIXED = PlanTerms(
    name_de="Fester Platz",
    name_en="Own desk",
    price=30000,
    fixed_desk=True,
    release_credit=500,
    first_term_months=6,
)
TODAY = date(2026, 11, 24)


async def a_version() -> int:
    key: int = await fetch_value(
        "WITH p AS (INSERT INTO product (public_id, kind, created_at) VALUES (md5(random()::text), 'plan', now())"
        " RETURNING id) INSERT INTO product_version (product, number, terms, made_at)"
        " SELECT id, 1, $1::jsonb, now() FROM p RETURNING id",
        msgspec.json.encode(FIXED).decode(),
    )
    return key


async def a_member(person: APerson, starts_on: date = TODAY, terms: PlanTerms = FIXED) -> MembershipCard:
    payer = await own_payer(person.id, NOW)
    begun = Begun(person.id, payer, None, await a_version(), terms, PriceClass.NORMAL, starts_on)
    return await begin(person.actor(), begun, NOW, TODAY)


async def held(resource: AResource, day: date) -> bool:
    """Whether a fixed desk's claim holds noon of that day."""
    noon = datetime.combine(day, time(12), HERE)
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM claim WHERE resource = $1 AND reason = 'fixed_desk' AND starts_at <= $2"
        " AND ends_at > $2)",
        resource.id,
        noon,
    )
    return found


async def claims_of(desk: FixedDesk) -> int:
    """How many claims hold it."""
    return len(await fetch("SELECT FROM claim WHERE holder = $1 AND reason = 'fixed_desk'", desk.id))


async def again(desk: FixedDesk) -> FixedDesk:
    found = await desk_by_id(desk.id)
    assert found is not None
    return found
