"""What the demo network's people have bought, and that everything that was booked is paid for by it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.billing.queries import open_charges
from app.bookings.operations import BookDesk, book
from app.bookings.quoting import quote
from app.bookings.rules import AnyOf
from app.demo.cast import add_members
from app.demo.history import add_bookings
from app.identity.queries import actor_of_person, person_of_email
from app.identity.rules import Actor
from app.inventory.rules import Kind
from app.plans.accounts import accounts_out_of_balance, expire_past, use_up_past
from app.plans.announcing import open_offers_of
from app.plans.fixed_desks import desks_of_person
from app.plans.grants import Days
from app.plans.pausing import pause_ahead
from app.plans.products import offers_on_sale
from app.plans.purses import UNITS
from app.plans.queries import memberships_of
from app.plans.upkeep import settle_running
from app.platform.database import fetch, fetch_value
from tests.demo.conftest import THIS_MONTH, TUESDAY

HERE = ZoneInfo("Europe/Berlin")
MIDNIGHT, NOW = (datetime.combine(TUESDAY, time(hour), HERE) for hour in (0, 7))
COUNTED = ("charge", "entitlement", "entitlement_entry")


pytestmark = pytest.mark.usefixtures("undone_here")


async def counts() -> Mapping[str, int]:
    return {table: await fetch_value(f"SELECT count(*) FROM {table}") for table in COUNTED}


async def account(name: str) -> Actor:
    person = await person_of_email(f"{name}@demo.example")
    assert person is not None, name
    return await actor_of_person(person)


async def pays_tomorrow(name: str) -> tuple[str, str | None, int]:
    """What would pay for a desk in Polch tomorrow: its kind, its label, the price."""
    start = datetime.combine(TUESDAY + timedelta(days=1), time(9), HERE)
    wish = BookDesk(AnyOf("regiohub-polch", Kind.DESK), start, start + timedelta(hours=8))
    decision = (await quote(wish, NOW, person=(await account(name)).person)).decision
    assert decision is not None
    payment = decision.payment
    return payment.kind, payment.entitlement and payment.entitlement.label, payment.price.amount


async def test_the_network_and_two_operators_sell_plans_and_passes() -> None:
    offers = await offers_on_sale(NOW)
    sold = {(offer.seller_slug, offer.is_plan) for offer in offers}
    assert sold == {
        (None, True), (None, False), ("dorfwerk-maifeld", True), ("kulturbahnhof-untermosel", True)
    }  # fmt: skip
    assert sum(offer.is_plan for offer in offers if offer.seller is None) == 6
    assert await fetch_value("SELECT count(*) FROM product_version WHERE valid_from IS NULL") == 1


async def test_every_space_has_a_price_for_all_that_can_be_booked() -> None:
    assert not await fetch(
        "SELECT DISTINCT s.slug, r.kind FROM resource r JOIN space s ON s.id = r.space"
        " WHERE r.kind = ANY($1) AND NOT EXISTS (SELECT FROM price_list_entry p"
        " WHERE p.operator = s.operator AND p.kind = r.kind)",
        [kind.value for kind in UNITS],
    )


async def test_the_freelancer_has_three_days_left_this_month() -> None:
    assert await fetch_value(THIS_MONTH, TUESDAY) == 6


async def test_what_pays_for_each_of_the_accounts() -> None:
    assert await pays_tomorrow("freelancer") == ("entitlement", "Netz 8", 0)
    assert await pays_tomorrow("commuter") == ("entitlement", "Pendler 12", 0)
    assert await pays_tomorrow("employer") == ("entitlement", "Zehnerkarte", 0)
    assert await pays_tomorrow("guest") == ("money", None, 1900)


async def test_two_passes_are_near_their_end() -> None:
    rows = await fetch("SELECT left_units, ends_on FROM entitlement WHERE pass IS NOT NULL AND expired_at IS NULL")
    assert {row["ends_on"] for row in rows} <= {TUESDAY + timedelta(days=days) for days in (22, 23, 24)}
    assert all(0 < row["left_units"] < 6 for row in rows)
    assert len(rows) == 2


async def test_every_booking_says_what_paid_and_no_account_differs_from_its_rows() -> None:
    assert await accounts_out_of_balance() == []
    assert not await fetch_value(
        "SELECT count(*) FROM booking WHERE status <> 'cancelled' AND (paid_by = 'free'"
        " OR paid_by = 'entitlement' AND entitlement IS NULL OR price_amount > 0 AND charge IS NULL)"
    )
    assert not await fetch_value(
        "SELECT count(*) FROM booking b JOIN charge c ON c.id = b.charge WHERE c.amount <> b.price_amount"
    )
    assert not await fetch_value("SELECT count(*) FROM entitlement WHERE held_units > 0 AND ends_on < $1", TUESDAY)


async def test_the_night_finds_nothing_that_filling_has_left_out() -> None:
    """What was entered in bulk is what memberships, accounts and charges would have become by themselves."""
    before = await counts()
    await settle_running(MIDNIGHT, TUESDAY)
    assert (await use_up_past(MIDNIGHT, TUESDAY), await expire_past(MIDNIGHT, TUESDAY)) == (0, 0)
    assert await counts() == before


async def test_members_for_load_tests_have_unlimited_desks() -> None:
    await add_members(2, NOW)
    assert await pays_tomorrow("member0002") == ("entitlement", "Netz Voll", 0)
    start = datetime.combine(TUESDAY + timedelta(days=300), time(9), HERE)
    for _ in range(2):
        wanted = BookDesk(AnyOf("regiohub-polch", Kind.DESK), start, start + timedelta(hours=1))
        assert (await book(await account("member0001"), wanted, NOW)).paid_by == "entitlement"
    assert await add_members(2, NOW) == 0
    assert (
        await fetch_value(
            "SELECT count(*) FROM membership m JOIN person p ON p.id = m.person WHERE p.email LIKE 'member0%'"
        )
        == 2
    )


async def test_bookings_in_bulk_are_paid_where_somebody_has_an_unlimited_plan() -> None:
    before = await fetch_value("SELECT max(id) FROM booking")
    await add_bookings(300, TUESDAY, NOW, lambda _: None)
    rows = await fetch(
        "SELECT b.paid_by, count(*) AS n, bool_and(e.left_units IS NULL AND e.person = b.person) AS fits"
        " FROM booking b LEFT JOIN entitlement e ON e.id = b.entitlement WHERE b.id > $1 GROUP BY 1",
        before,
    )
    assert {row["paid_by"]: row["fits"] for row in rows}["entitlement"]
    assert await accounts_out_of_balance() == []


async def test_a_contract_lists_the_extras_that_were_chosen_with_their_price() -> None:
    rows = await fetch(
        "SELECT split_part(p.email, '@', 1) AS name, t.terms -> 'price' AS price,"
        " coalesce(jsonb_path_query_array(t.terms, '$.extras[*].name_de'), '[]') AS extras"
        " FROM membership m JOIN person p ON p.id = m.person JOIN membership_terms t ON t.membership = m.id"
        " WHERE p.email = ANY($1) ORDER BY p.email",
        ["commuter@demo.example", "freelancer@demo.example"],
    )
    assert [(row["name"], row["price"], row["extras"]) for row in rows] == [
        ("commuter", "19100", '["Schließfach"]'),
        ("freelancer", "11900", "[]"),
    ]


async def test_somebody_has_a_desk_of_her_own_and_leaves_it_to_others_on_two_days() -> None:
    ada = await account("accountant")
    [desk] = await desks_of_person(ada.person, TUESDAY)
    held = desk.held_days(TUESDAY)
    assert [day not in held for day in sorted(desk.released)] == [True, True]
    assert min(desk.released) > TUESDAY
    claims = await fetch_value("SELECT count(*) FROM claim WHERE reason = 'fixed_desk' AND holder = $1", desk.id)
    assert claims == len(held)


async def test_somebody_rests_and_pays_nothing_for_it() -> None:
    tilda = await account("telephone")
    [card] = await memberships_of(tilda.person)
    assert pause_ahead(card, TUESDAY) == Days(date(2026, 11, 1), date(2026, 12, 31))
    assert max(each.supply_from for each in await open_charges(tilda.person)) == date(2026, 10, 1)


async def test_the_freelancer_is_asked_about_newer_terms() -> None:
    [asked] = await open_offers_of((await account("freelancer")).person)
    assert (asked.valid_from, asked.terms.price, asked.agreed_before.price) == (date(2027, 2, 1), 12500, 11900)
