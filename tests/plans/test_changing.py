"""Pauses, changes of plan, price classes and cards of paper: what may be done, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.billing.operations import own_payer
from app.billing.payers import PayerDetails, PayerKind, keep_payer
from app.bookings.membership_changes import BookedInPause, MembersOrder, change_plan, let_rest
from app.bookings.operations import BookDesk, book
from app.kernel.refusals import NotFound, Refusal
from app.plans.accounts import accounts_out_of_balance, expire_past
from app.plans.accounts_ending import announce_endings
from app.plans.changing import (
    Change,
    MoreBooked,
    OtherPriceMeanwhile,
    change_to,
    coming_change,
    possible_changes,
)
from app.plans.concessions import (
    AskedAlready,
    ask_for_concession,
    check_concession,
    concessions_of,
    decline_concession,
    give_concession,
    open_concessions,
    price_classes_of,
)
from app.plans.contracts import running_contracts_of
from app.plans.grants import Days
from app.plans.holdings import accounts_of
from app.plans.memberships import Begun, begin, end, resume
from app.plans.ordering import Statements
from app.plans.orders import (
    OrderCard,
    document_of,
    documents_of,
    next_number,
    order_by_number,
    order_of_membership,
)
from app.plans.paper_cards import carry_paper_cards
from app.plans.passes import sell_pass
from app.plans.pausing import EndsBefore, PauseKnown, PauseOutOfReach, PauseTooLong, pause_asked, runs_again_from
from app.plans.product_versions import new_product, put_on_sale
from app.plans.products import Offer, offer_on_sale, offers_on_sale
from app.plans.queries import MembershipCard, membership_by_id
from app.plans.terms import Audience, Billed, PassTerms, PlanTerms, PriceClass
from app.plans.upkeep import settle_running
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_value
from tests.orders import PAPER, ordered
from tests.worlds import NOW, World, a_world, at, house_rules_at

TODAY = date(2026, 11, 24)
ORDER = MembersOrder(PAPER, Statements())
FOUR = PlanTerms(name_de="Vier Tage", name_en="Four days", price=7000, desk_days=4)
EIGHT = PlanTerms(
    name_de="Acht Tage", name_en="Eight days", price=12000, desk_days=8, concessions={PriceClass.STUDENT: 9000}
)
ENDLESS = PlanTerms(name_de="Jeden Tag", name_en="Every day", price=25000, unlimited_desks=True)
YEARLY = PlanTerms(name_de="Ein Jahr", name_en="A year", price=99000, desk_days=8, billed=Billed.YEARLY)
TEN = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=15000)


@dataclass(frozen=True, slots=True)
class Sold:
    """The plans on sale by their names."""

    world: World
    offers: dict[str, Offer]

    async def join(self, name: str, day: date = date(2026, 11, 1)) -> MembershipCard:
        offer, person = self.offers[name], self.world.mia.id
        assert isinstance(offer.terms, PlanTerms)
        payer = await own_payer(person, NOW)
        begun = Begun(person, payer, None, offer.version, offer.terms, PriceClass.NORMAL, day)
        return await begin(None, begun, NOW, TODAY)

    def change(self, card: MembershipCard, name: str, *classes: PriceClass, today: date = TODAY) -> Change:
        return change_to(card, self.offers[name], frozenset(), classes, today)


@pytest.fixture
async def sold(undone: None) -> Sold:
    world = await a_world()
    await execute("UPDATE network SET charges = true")
    offers = {}
    for terms in (FOUR, EIGHT, ENDLESS, YEARLY):
        public_id = await new_product(None, None, terms, NOW, TODAY)
        await put_on_sale(None, public_id, NOW, NOW)
        offer = await offer_on_sale(public_id, NOW)
        assert offer is not None
        offers[terms.name_de] = offer
    return Sold(world, offers)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


async def card_of(card: MembershipCard) -> MembershipCard:
    again = await membership_by_id(card.id)
    assert again is not None
    return again


async def change_order(sold: Sold, card: MembershipCard, name: str, price: int) -> OrderCard:
    """What the order of a change keeps, ordered at once."""
    mia, order = sold.world.mia, MembersOrder(PAPER, Statements(asks_early_start=True))
    await change_plan(mia.actor(), card, sold.change(card, name), price, NOW, TODAY, order)
    placed = await order_by_number(mia.id, await next_number(mia.id) - 1)
    assert placed is not None
    assert placed.is_change
    return placed


async def booked(world: World, *days: date) -> None:
    rules = await house_rules_at(world.polch)
    for day in days:
        wish = BookDesk(world.polch["1"].public_id, at(day, 13), at(day, 17), house_rules=rules)
        await book(world.mia.actor(), wish, NOW)


async def dues() -> Sequence[tuple[date, int]]:
    rows = await fetch("SELECT supply_from AS day, sum(amount)::int AS due FROM charge GROUP BY 1 ORDER BY 1")
    return [(row["day"], row["due"]) for row in rows if row["due"]]


async def spendable(world: World, day: date) -> list[int | None]:
    return [one.left for one in await accounts_of(world.mia.id, day) if one.holds_on(day)]


def refused(card: MembershipCard, first: date, months: int, today: date = TODAY) -> type[Refusal] | None:
    try:
        pause_asked(card, first, months, today)
    except Refusal as refusal:
        return type(refusal)
    return None


async def test_a_pause_is_of_whole_months_and_three_a_year_at_most(sold: Sold) -> None:
    card = await sold.join("Acht Tage")
    assert pause_asked(card, date(2026, 12, 1), 3, TODAY) == Days(date(2026, 12, 1), date(2027, 2, 28))
    assert refused(card, date(2026, 12, 1), 4) is None, "one of this year, three of the next"
    assert refused(card, date(2026, 12, 1), 5) is PauseTooLong
    for first in (date(2026, 11, 1), date(2026, 12, 2), date(2027, 6, 1)):
        assert refused(card, first, 1) is PauseOutOfReach
    ended = await end(None, card.id, date(2026, 12, 31), "notice", NOW, TODAY)
    assert refused(ended, date(2026, 12, 1), 1) is EndsBefore


async def test_what_rests_grants_and_costs_nothing_and_runs_again(sold: Sold) -> None:
    card = await sold.join("Acht Tage")
    actor = sold.world.mia.actor()
    rests = Days(date(2026, 12, 1), date(2027, 1, 31))
    card = await let_rest(actor, card, rests, NOW, TODAY)
    assert refused(card, date(2027, 3, 1), 1) is PauseKnown
    for day in (date(2026, 12, 1), date(2027, 1, 2), date(2027, 2, 1)):
        await settle_running(noon(day), day)
        await expire_past(noon(day), day)
    assert await dues() == [(date(2026, 11, 1), 12000), (date(2027, 2, 1), 12000)]
    assert await spendable(sold.world, date(2027, 1, 2)) == []
    assert await spendable(sold.world, date(2027, 2, 1)) == [16]
    assert runs_again_from(rests, TODAY) == date(2026, 12, 1)
    assert runs_again_from(rests, date(2026, 12, 5)) == date(2027, 1, 1)


async def test_a_pause_that_is_taken_back_leaves_everything_as_it_was(sold: Sold) -> None:
    card = await sold.join("Jeden Tag")
    for _ in range(2):
        await let_rest(sold.world.mia.actor(), card, Days(date(2026, 12, 1), date(2026, 12, 31)), NOW, TODAY)
        assert await spendable(sold.world, date(2026, 12, 5)) == []
        assert await spendable(sold.world, date(2027, 1, 1)) == [None]
        card = await resume(None, card.id, date(2026, 12, 1), NOW, TODAY)
        assert await spendable(sold.world, date(2026, 12, 5)) == [None]
        assert await spendable(sold.world, date(2027, 1, 1)) == [None]


async def test_who_has_booked_with_it_has_to_give_that_back_before_it_rests(sold: Sold) -> None:
    card = await sold.join("Jeden Tag")
    await booked(sold.world, date(2026, 12, 8))
    with pytest.raises(BookedInPause) as refusal:
        await let_rest(sold.world.mia.actor(), card, Days(date(2026, 12, 1), date(2026, 12, 31)), NOW, TODAY)
    assert refusal.value.facts["days"] == [date(2026, 12, 8)]
    await let_rest(sold.world.mia.actor(), card, Days(date(2027, 1, 1), date(2027, 1, 31)), NOW, TODAY)


async def test_plans_of_the_same_seller_and_rhythm_can_be_changed_to(sold: Sold) -> None:
    card = await sold.join("Acht Tage")
    offers = await offers_on_sale(NOW)
    found = possible_changes(card, offers, Audience.CONSUMER, sold.offers["Acht Tage"].public_id)
    assert [offer.terms.name_de for offer in found] == ["Vier Tage", "Jeden Tag"]


async def test_more_holds_at_once_and_costs_the_difference_of_the_days_left(sold: Sold) -> None:
    card = await sold.join("Acht Tage")
    change = sold.change(card, "Jeden Tag")
    assert (change.is_at_once, change.valid_from, change.after.amount) == (True, TODAY, 25000)
    # 7 of 30 days at 130,00 more
    assert change.due_now.amount == 3033
    assert change.granted_after[Unit.DESK_DAY] is None
    with pytest.raises(OtherPriceMeanwhile):
        await change_plan(sold.world.mia.actor(), card, change, 24000, NOW, TODAY, ORDER)
    await change_plan(sold.world.mia.actor(), card, change, 25000, NOW, TODAY, ORDER)
    assert sum(due for _, due in await dues()) == 12000 + 3033
    assert None in await spendable(sold.world, TODAY)
    assert await spendable(sold.world, date(2026, 12, 1)) == [None]
    assert await accounts_out_of_balance() == []


async def test_what_the_member_orders_is_kept_with_statement_sum_and_document(sold: Sold) -> None:
    card, mia = await sold.join("Acht Tage"), sold.world.mia
    assert (await change_order(sold, card, "Jeden Tag", 25000)).early_start_at == NOW
    [line] = await documents_of(mia.id)
    document = await document_of(mia.id, line.public_id)
    assert document is not None
    content = " ".join(document.content.split())
    for words in (
        "Bestätigung Ihres Tarifwechsels", "Acht Tage, 120,00 € im Monat", "250,00 € im Monat",
        "Für den laufenden Zeitraum dazu</dt><dd>30,33 €", "Der neue Tarif soll sofort beginnen.",
        "Widerrufsbelehrung",
    ):  # fmt: skip
        assert words in content, words
    assert await fetch("SELECT FROM outbox_event WHERE name = 'membership.changed' AND payload ? 'told'")


async def test_the_order_a_membership_began_with_stays_its_order(sold: Sold) -> None:
    """The second order changes neither what a withdrawal reads nor how often the contract is found."""
    mia = sold.world.mia
    home = PayerDetails(
        PayerKind.PERSON, "Mia Hammes", street="Markt 1", postcode="56751", place="Polch", email="mia@example.org"
    )
    await keep_payer(mia.id, home, NOW)
    await ordered(mia.actor(), sold.offers["Vier Tage"], NOW)
    [contract] = await running_contracts_of(mia.id, TODAY)
    card = await membership_by_id(contract.id)
    assert card is not None
    changed = await change_order(sold, card, "Acht Tage", 12000)
    [found] = await running_contracts_of(mia.id, TODAY)
    assert found.stated == contract.stated
    first = await order_of_membership(card.id)
    assert first is not None
    assert (first.number, changed.number, first.difference) == (1, 2, None)
    assert changed.price.amount == 12000


async def test_a_change_on_the_day_on_which_a_month_was_granted_makes_it_unlimited(sold: Sold) -> None:
    card = await sold.join("Acht Tage", TODAY)
    card = await change_plan(sold.world.mia.actor(), card, sold.change(card, "Jeden Tag"), 25000, NOW, TODAY, ORDER)
    assert None in await spendable(sold.world, TODAY)


async def test_less_holds_from_the_next_term_on_and_can_be_taken_back_by_another_choice(sold: Sold) -> None:
    card = await sold.join("Acht Tage", date(2026, 11, 15))
    change = sold.change(card, "Vier Tage")
    assert (change.is_at_once, change.valid_from) == (False, date(2027, 1, 1)), "the first term ends on 14 December"
    assert (change.due_now.amount, change.costs) == (0, False)
    card = await change_plan(sold.world.mia.actor(), card, change, 7000, NOW, TODAY, ORDER)
    coming = coming_change(card, TODAY)
    assert coming is not None
    assert coming.terms.name_de == "Vier Tage"
    card = await change_plan(sold.world.mia.actor(), card, sold.change(card, "Jeden Tag"), 25000, NOW, TODAY, ORDER)
    for day in (TODAY, date(2027, 1, 1), date(2027, 3, 1)):
        held = card.timeline.on(day)
        assert held is not None
        assert held.terms.name_de == "Jeden Tag"


async def test_nothing_stays_paid_that_the_smaller_plan_does_not_hold(sold: Sold) -> None:
    card = await sold.join("Jeden Tag", date(2026, 10, 1))
    await booked(sold.world, *(date(2026, 12, day) for day in (1, 2, 3, 4, 7)))
    with pytest.raises(MoreBooked) as refusal:
        await change_plan(sold.world.mia.actor(), card, sold.change(card, "Vier Tage"), 7000, NOW, TODAY, ORDER)
    assert refusal.value.facts["days"] == [date(2026, 12, 7)]
    await change_plan(sold.world.mia.actor(), card, sold.change(card, "Acht Tage"), 12000, NOW, TODAY, ORDER)


async def test_a_price_class_counts_once_staff_has_seen_the_proof_and_until_its_day(sold: Sold) -> None:
    world = sold.world
    await ask_for_concession(world.mia.actor(), "student", "Schülerausweis", NOW)
    with pytest.raises(AskedAlready):
        await ask_for_concession(world.mia.actor(), "student", "Schülerausweis", NOW)
    assert await price_classes_of(world.mia.id, None, TODAY) == []
    [asked] = await open_concessions()
    await check_concession(world.tilda.actor(), asked.public_id, date(2027, 7, 31), NOW, TODAY)
    assert await open_concessions() == []
    classes = await price_classes_of(world.mia.id, None, date(2027, 7, 31))
    assert classes == [PriceClass.STUDENT]
    assert await price_classes_of(world.mia.id, None, date(2027, 8, 1)) == []
    card = await sold.join("Vier Tage")
    assert sold.change(card, "Acht Tage", *classes).after.amount == 9000
    with pytest.raises(NotFound):
        await check_concession(world.tilda.actor(), asked.public_id, date(2028, 7, 31), NOW, TODAY)


async def test_a_counter_gives_a_price_class_at_its_operator_alone(sold: Sold) -> None:
    world = sold.world
    frida, until = world.frida.actor(), date(2027, 1, 31)
    given = (world.mia.id, world.operator, "club", "Vereinsausweis", until, NOW, TODAY)
    await give_concession(frida, *given)
    assert await price_classes_of(world.mia.id, world.operator, TODAY) == [PriceClass.CLUB]
    assert await price_classes_of(world.mia.id, world.rival_operator, TODAY) == []
    with pytest.raises(NotFound):
        await give_concession(frida, world.mia.id, None, "student", "Ausweis", until, NOW, TODAY)


async def test_who_is_declined_reads_why(sold: Sold) -> None:
    world = sold.world
    await ask_for_concession(world.mia.actor(), "resident", "Personalausweis", NOW)
    [asked] = await open_concessions()
    await decline_concession(world.tilda.actor(), asked.public_id, "Wohnt außerhalb.", NOW)
    [card] = await concessions_of(world.mia.id)
    assert (card.is_open, card.answer) == (False, "Wohnt außerhalb.")


async def test_days_of_a_paper_card_become_an_account_once(sold: Sold) -> None:
    world = sold.world
    await execute(
        "INSERT INTO opening_balance (person, operator, days, as_of) VALUES ($1, $2, 7, $3)",
        world.mia.id,
        world.operator,
        TODAY,
    )
    await execute("UPDATE network SET charges = false")
    assert await carry_paper_cards(NOW, TODAY) == 0
    await execute("UPDATE network SET charges = true")
    assert [await carry_paper_cards(NOW, TODAY) for _ in range(2)] == [1, 0]
    [account] = await accounts_of(world.mia.id, TODAY)
    assert (account.left, account.label["de"], account.ends_on) == (
        14,
        "Papierkarte Genossenschaft Maifeld",
        date(2029, 12, 31),
    )
    await booked(world, date(2026, 12, 8))
    await execute("UPDATE opening_balance SET days = 9")
    await carry_paper_cards(NOW, TODAY)
    assert await spendable(world, TODAY) == [16], "9 days less the one that is booked"
    assert await fetch_value("SELECT count(*) FROM charge") == 0
    assert await accounts_out_of_balance() == []


async def test_a_day_ticket_of_the_same_operator_is_no_card_of_paper(sold: Sold) -> None:
    world = sold.world
    await execute(
        "INSERT INTO opening_balance (person, operator, days, as_of) VALUES ($1, $2, 7, $3)",
        world.mia.id,
        world.operator,
        TODAY,
    )
    await carry_paper_cards(NOW, TODAY)
    ticket = PassTerms(name_de="Tageskarte", name_en="Day ticket", amount=1, price=1500)
    offer = Offer(0, "tageskarte", world.operator, "Genossenschaft Maifeld", None, 0, 0, ticket)
    payer = await own_payer(world.mia.id, NOW)
    await sell_pass(None, world.mia.id, payer, offer, PriceClass.NORMAL, NOW, TODAY, TODAY, TODAY)
    assert await carry_paper_cards(NOW, TODAY) == 0
    assert sorted(account.left or 0 for account in await accounts_of(world.mia.id, TODAY)) == [2, 14]


async def test_a_pass_that_ends_soon_is_announced_once(sold: Sold) -> None:
    world = sold.world
    public_id = await new_product(None, None, TEN, NOW, TODAY)
    await put_on_sale(None, public_id, NOW, NOW)
    offer = await offer_on_sale(public_id, NOW)
    assert offer is not None
    payer = await own_payer(world.mia.id, NOW)
    await sell_pass(None, world.mia.id, payer, offer, PriceClass.NORMAL, NOW, TODAY)
    told = [await announce_endings(noon(day), day) for day in (TODAY, date(2029, 11, 30), date(2029, 12, 1))]
    assert told == [0, 0, 1]
    assert await announce_endings(noon(date(2029, 12, 2)), date(2029, 12, 2)) == 0
    assert await accounts_of(world.mia.id, date(2029, 12, 31) + timedelta(days=1)) == []
