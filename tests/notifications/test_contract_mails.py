"""The mails about a contract's end: the receipt at once, and when it ends."""

from dataclasses import replace

import pytest

from app.bookings.contract_ends import EndWish, end_contract
from app.bookings.declaration_settling import settle_by_rule
from app.bookings.operations import BookDesk, book
from app.plans.contracts import ContractCard
from app.plans.declarations import DeclarationKind, Declared, declare, put_aside
from app.platform.database import execute, fetch_value
from tests.contracts import a_bought_pass, a_membership
from tests.identity.conftest import HOME
from tests.notifications.conftest import Happen, Postman, text_of
from tests.worlds import NOW, World, tomorrow

NOTICE = Declared(DeclarationKind.ORDINARY, "Mia Hammes", "Acht Tage", "anders@example.org")


@pytest.fixture
async def membership(world: World) -> ContractCard:
    await execute("UPDATE network SET charges = true")
    return await a_membership(world, world.mia)


async def test_the_receipt_says_all_that_was_declared_to_the_address_that_was_given(
    world: World, postman: Postman, happens: Happen
) -> None:
    cause = replace(NOTICE, kind=DeclarationKind.FOR_CAUSE, reason="Seit Wochen zu.")
    for language, declared in (("de", cause), ("en", replace(NOTICE, kind=DeclarationKind.WITHDRAWAL))):
        card = await declare(declared, None, language, HOME, NOW)
        for _ in range(2):
            await happens("declaration.received", card.id)
    german, english = postman.mails
    assert german["To"] == "Mia Hammes <anders@example.org>"
    assert german["Subject"] == "Ihre Kündigung ist eingegangen"
    for line in (
        "Erklärung: Kündigung aus wichtigem Grund",
        "Grund: Seit Wochen zu.",
        "Vertrag: Acht Tage",
        "Ende des Vertrags: so früh wie möglich",
        "Eingegangen: 24. November 2026, 19:00 Uhr",
    ):
        assert line in text_of(german)
    assert english["Subject"] == "We have received your withdrawal"
    assert "Received: 24 November 2026, 19:00" in text_of(english)


async def test_the_holder_reads_when_it_ends_and_what_a_withdrawal_costs(
    world: World, postman: Postman, happens: Happen, membership: ContractCard
) -> None:
    await end_contract(world.mia.actor(), membership, EndWish(DeclarationKind.ORDINARY), None, NOW)
    await happens("membership.ended", membership.id)
    bought = await a_bought_pass(world, world.mia)
    await end_contract(world.mia.actor(), bought, EndWish(DeclarationKind.WITHDRAWAL), None, NOW)
    await happens("pass.withdrawn", bought.id)
    ended, withdrawn = postman.mails
    assert (ended["To"], ended["Subject"]) == ("Mia Hammes <mia@example.org>", "Acht Tage endet am 24. Dezember 2026")
    assert "Haben Sie nicht gekündigt?" in text_of(ended)
    assert withdrawn["Subject"] == "Widerrufen: Zehnerkarte"
    assert "berechnet wird nichts" in text_of(withdrawn)


async def test_who_loses_a_booking_by_it_reads_why(
    world: World, postman: Postman, happens: Happen, membership: ContractCard
) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await end_contract(world.mia.actor(), membership, EndWish(DeclarationKind.WITHDRAWAL), None, NOW)
    await happens("booking.cancelled", booking.id)
    [mail] = postman.mails
    assert "Der Vertrag, aus dem diese Buchung bezahlt war, endet vorher." in text_of(mail)


async def test_what_is_put_aside_is_answered_in_the_words_of_staff(
    world: World, postman: Postman, happens: Happen
) -> None:
    card = await declare(NOTICE, None, "de", HOME, NOW)
    await put_aside(world.nadja.actor(), card.public_id, "Bei uns gibt es diesen Vertrag nicht.", NOW)
    await happens("declaration.put_aside", card.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Zu Ihrer Kündigung"
    assert "Bei uns gibt es diesen Vertrag nicht." in text_of(mail)
    assert await fetch_value("SELECT count(*) FROM sent_mail WHERE email = 'anders@example.org'") == 1


async def test_who_has_withdrawn_from_a_booking_reads_what_is_charged_and_what_comes_back(
    world: World, postman: Postman, happens: Happen
) -> None:
    await execute("UPDATE network SET charges = true")
    await execute(
        "INSERT INTO price_list_entry (operator, kind, per_day, valid_from, entered_at)"
        " VALUES ($1, 'desk', 1900, '2026-01-01', $2)",
        world.operator,
        NOW,
    )
    wish = BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18), early_start=True)
    booking = await book(world.mia.actor(), wish, NOW)
    what = replace(NOTICE, kind=DeclarationKind.WITHDRAWAL, contract=booking.public_id, email="mia@example.org")
    card = await declare(what, None, "de", HOME, tomorrow(13))
    assert await settle_by_rule(card.id, tomorrow(13))
    await happens("declaration.withdrawn", card.id)
    [mail] = postman.mails
    text = text_of(mail).replace("\xa0", " ")
    assert (mail["To"], mail["Subject"]) == ("Mia Hammes <mia@example.org>", "Ihre Buchung ist widerrufen")
    for words in ("25. November 2026, RegioHub Polch", "werden 9,50 € berechnet", "innerhalb von 14 Tagen zurück"):
        assert words in text
