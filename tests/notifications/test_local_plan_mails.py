"""An operator hears that somebody ends what it sells itself."""

import pytest

from app.bookings.contract_ends import EndWish, end_contract
from app.plans.contracts import ContractCard, ContractKind
from app.plans.declarations import DeclarationKind
from app.platform.database import execute
from tests.contracts import a_bought_pass, a_membership, contract
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.worlds import NOW, World


async def local(world: World, *, is_pass: bool = False) -> ContractCard:
    """Mia's contract about something that the operator at Polch sells."""
    await execute("UPDATE network SET charges = true")
    made = await (a_bought_pass if is_pass else a_membership)(world, world.mia)
    kind = ContractKind.PASS if is_pass else ContractKind.MEMBERSHIP
    await execute(f"UPDATE {kind} SET seller = $2 WHERE id = $1", made.id, world.operator)
    return await contract(kind, made.id)


async def told(postman: Postman, happens: Happen, event: str, key: int) -> list[tuple[str, str]]:
    """To whom which subject went, but for the holder's own mail."""
    await happens(event, key)
    await happens(event, key)
    found = [(str(mail["To"]), str(mail["Subject"])) for mail in postman.mails]
    return [each for each in found if "mia@example.org" not in each[0]]


async def test_who_keeps_its_plans_reads_who_has_given_notice_and_for_when(
    world: World, postman: Postman, happens: Happen
) -> None:
    card = await local(world)
    await end_contract(world.mia.actor(), card, EndWish(DeclarationKind.ORDINARY), None, NOW)
    found = await told(postman, happens, "membership.ended", card.id)
    assert found == [(f"{world.otto.name} <{world.otto.email}>", "Mia Hammes hat gekündigt: Acht Tage")]
    text = text_of(next(mail for mail in postman.mails if world.otto.email in mail["To"]))
    assert "Der letzte Tag ist der 24. Dezember 2026." in text
    assert card.public_id in text
    assert f"{ADDRESS}/betreiber/" in text


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (DeclarationKind.FOR_CAUSE, "Mia Hammes hat aus wichtigem Grund gekündigt: Acht Tage"),
        (DeclarationKind.WITHDRAWAL, "Mia Hammes hat widerrufen: Acht Tage"),
    ],
)
async def test_how_it_ends_is_said(
    world: World, postman: Postman, happens: Happen, kind: DeclarationKind, subject: str
) -> None:
    card = await local(world)
    await end_contract(world.nadja.actor(), card, EndWish(kind), None, NOW)
    assert [each[1] for each in await told(postman, happens, "membership.ended", card.id)] == [subject]


async def test_so_it_is_with_a_pass(world: World, postman: Postman, happens: Happen) -> None:
    card = await local(world, is_pass=True)
    await end_contract(world.mia.actor(), card, EndWish(DeclarationKind.WITHDRAWAL), None, NOW)
    found = await told(postman, happens, "pass.withdrawn", card.id)
    assert [each[1] for each in found] == ["Mia Hammes hat widerrufen: Zehnerkarte"]


async def test_what_the_network_sells_concerns_no_operator(world: World, postman: Postman, happens: Happen) -> None:
    card = await local(world)
    await execute("UPDATE membership SET seller = NULL")
    await end_contract(world.mia.actor(), card, EndWish(DeclarationKind.ORDINARY), None, NOW)
    assert await told(postman, happens, "membership.ended", card.id) == []
