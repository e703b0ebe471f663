"""GET /api/v1/plans."""

import httpx

from app.plans.purses import ScopeShape
from app.plans.terms import PassTerms
from app.platform.database import execute
from tests.selling import EIGHT, it_charges, on_sale
from tests.worlds import World


async def test_what_is_on_sale_with_price_seller_and_where_it_holds(anyone: httpx.AsyncClient, world: World) -> None:
    await it_charges()
    plan = await on_sale(EIGHT)
    local = PassTerms(
        name_de="Zehn", name_en="Ten", amount=10, price=15000, scope=ScopeShape(spaces=[world.polch.id], weekdays=[4])
    )
    await on_sale(local, seller=world.operator)
    answer = await anyone.get("/api/v1/plans", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.json()["next"] is None
    first, second = answer.json()["items"]
    assert first["id"] == plan.public_id
    assert (first["kind"], first["name"], first["billed"]) == ("plan", "Eight days", "month")
    assert first["seller"] == {"kind": "network", "name": "Verein Testnetz"}
    assert first["price"] == {"amount": 11900, "currency": "EUR"}
    assert first["price_net"] == {"amount": 10000, "currency": "EUR"}
    assert (first["tax"], first["desk_days"], first["first_term_months"]) == ("included", 8, 1)
    assert first["beyond_desk"] == {"day": {"amount": 1200, "currency": "EUR"}, "half_day": None, "hour": None}
    assert first["url"] == f"http://nahwerk.example/beitreten/{plan.public_id}"
    assert (second["kind"], second["tax"], second["price_net"]["amount"]) == ("pass", "not_said", 15000)
    assert second["valid_at"] == {
        "operators": [],
        "spaces": ["regiohub-polch"],
        "weekdays": [5],
        "opens": None,
        "closes": None,
    }


async def test_a_network_that_is_free_of_charge_sells_nothing(anyone: httpx.AsyncClient, world: World) -> None:
    await it_charges()
    await on_sale(EIGHT)
    await execute("UPDATE network SET charges = false")
    assert (await anyone.get("/api/v1/plans")).json() == {"items": [], "next": None, "for_teams": []}
