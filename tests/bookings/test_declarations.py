"""Declarations that end contracts: taken from anybody, settled by rule or by staff, and nobody learns who has one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.bookings.contract_ends import EndWish
from app.bookings.declaration_settling import fitting, settle_by_rule, settle_by_staff, wish_of
from app.identity.rules import EmailUnusable, NameUnusable
from app.kernel.refusals import NotFound, Refusal
from app.plans.declarations import (
    FROM_ADDRESS,
    AnswerMissing,
    CauseMissing,
    ContractMissing,
    DeclarationCard,
    DeclarationKind,
    Declared,
    EndInThePast,
    Outcome,
    SettledAlready,
    declaration_by_id,
    declare,
    forget_declarations,
    open_declarations,
    put_aside,
    receipt_of,
    receipt_token,
    wrong_in,
)
from app.plans.ending import EndedBecause
from app.platform.database import fetch, fetch_value
from app.platform.rate_limits import TooMany
from tests.contracts import a_bought_pass, a_membership, again, charged
from tests.identity.conftest import HOME, KEY
from tests.selling import a_charging_world
from tests.worlds import NOW, World

MIAS = Declared(DeclarationKind.ORDINARY, "Mia Hammes", "Tarif Acht Tage", "Mia@Example.org", form_key="1")
WITHDRAWN = replace(MIAS, kind=DeclarationKind.WITHDRAWAL)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_charging_world()


async def declared(what: Declared = MIAS, address: str = HOME) -> DeclarationCard:
    return await declare(what, None, "de", address, NOW)


async def after_the_rule(what: Declared) -> DeclarationCard:
    card = await declared(what)
    await settle_by_rule(card.id, NOW)
    settled = await declaration_by_id(card.id)
    assert settled is not None
    return settled


async def test_mail_name_and_contract_together_end_it_at_once(world: World) -> None:
    membership = await a_membership(world, world.mia)
    card = await after_the_rule(MIAS)
    assert (card.outcome, card.person, card.contract_id) == (Outcome.ENDED, world.mia.id, membership.public_id)
    assert (await again(membership)).last_day == date(2026, 12, 24)
    second = await after_the_rule(replace(MIAS, form_key="2"))
    assert second.outcome is Outcome.ENDED
    assert (await again(membership)).last_day == date(2026, 12, 24)


@pytest.mark.parametrize(
    "what",
    [
        replace(MIAS, email="gundula@example.org"),
        replace(MIAS, name="Mia H."),
        replace(MIAS, contract="Mein Vertrag"),
        replace(MIAS, kind=DeclarationKind.FOR_CAUSE, reason="Immer zu."),
    ],
    ids=["mail", "name", "contract", "cause"],
)
async def test_what_leaves_a_doubt_waits_for_staff(world: World, what: Declared) -> None:
    membership = await a_membership(world, world.mia)
    assert (await after_the_rule(what)).outcome is None
    assert (await again(membership)).last_day is None


async def test_of_two_contracts_the_number_says_which(world: World) -> None:
    first, second = await a_membership(world, world.mia), await a_membership(world, world.mia)
    assert (await after_the_rule(MIAS)).outcome is None
    card = await after_the_rule(replace(MIAS, contract=f"Nr. {second.public_id.upper()}."))
    assert card.contract_id == second.public_id
    assert (await again(first)).noticed_at is None


async def test_a_withdrawal_that_came_in_time_holds_from_then_and_a_late_one_waits(world: World) -> None:
    membership = await a_membership(world, world.mia)
    late = await declare(WITHDRAWN, None, "de", HOME, NOW + timedelta(days=15))
    assert not await settle_by_rule(late.id, NOW + timedelta(days=15))
    in_time = await declared(replace(WITHDRAWN, form_key="2"))
    assert await settle_by_rule(in_time.id, NOW + timedelta(days=15))
    withdrawn = await again(membership)
    assert (withdrawn.ended_because, withdrawn.last_day) == (EndedBecause.WITHDRAWN_FREE, NOW.date())
    assert sum(await charged()) == 0


async def test_notice_counts_from_the_day_on_which_it_came_in(world: World) -> None:
    membership = await a_membership(world, world.mia)
    card = await declared(replace(MIAS, contract="?"))
    later = NOW + timedelta(days=10)
    await settle_by_staff(world.tilda.actor(), card.public_id, membership.public_id, wish_of(card), None, later)
    assert (await again(membership)).last_day == date(2026, 12, 24)


async def test_who_is_signed_in_needs_no_proof_of_the_address(world: World) -> None:
    bought = await a_bought_pass(world, world.mia)
    elsewhere = replace(MIAS, contract="Zehnerkarte", email="post@anderswo.example", name="Mia")
    card = await declare(elsewhere, world.mia.actor(), "de", HOME, NOW)
    assert await settle_by_rule(card.id, NOW)
    assert (await again(bought)).noticed_at == NOW
    foreign = await declare(replace(elsewhere, form_key="2"), world.gundula.actor(), "de", HOME, NOW)
    assert not await settle_by_rule(foreign.id, NOW)


async def test_the_same_form_twice_is_one_declaration(world: World) -> None:
    first, second = await declared(), await declared()
    assert first.id == second.id
    assert (await declared(replace(MIAS, form_key="2"))).id != first.id
    assert await fetch_value("SELECT count(*) FROM outbox_event WHERE name = 'declaration.received'") == 2


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        (replace(MIAS, name=" "), NameUnusable),
        (replace(MIAS, contract="x" * 301), ContractMissing),
        (replace(MIAS, email="mia"), EmailUnusable),
        (replace(MIAS, wished_end=date(2026, 11, 23)), EndInThePast),
        (replace(MIAS, kind=DeclarationKind.FOR_CAUSE), CauseMissing),
    ],
)
def test_what_is_missing_is_said_beside_its_field(what: Declared, refusal: type[Refusal]) -> None:
    assert [type(each) for each in wrong_in(what, NOW.date())] == [refusal]
    assert all(each.field for each in wrong_in(what, NOW.date()))


async def test_one_address_declares_only_so_often(world: World) -> None:
    for number in range(FROM_ADDRESS.hits):
        await declared(replace(MIAS, form_key=str(number)))
    with pytest.raises(TooMany):
        await declared(replace(MIAS, form_key="more"))
    await declared(replace(MIAS, form_key="more"), address="198.51.100.7")


async def test_the_receipt_opens_with_its_address_alone_and_for_a_month(world: World) -> None:
    card = await declared()
    token = receipt_token(card.public_id, KEY)
    assert (await receipt_of(token, KEY, NOW + timedelta(days=29))).id == card.id
    for wrong, at in ((card.public_id, NOW), (token[:-1] + "0", NOW), (token, NOW + timedelta(days=31))):
        with pytest.raises(NotFound):
            await receipt_of(wrong, KEY, at)


async def test_staff_settles_what_waits_and_only_once(world: World) -> None:
    membership = await a_membership(world, world.mia)
    card = await declared(replace(MIAS, contract="Mein Vertrag"))
    assert [each.public_id for each in (await fitting(card, NOW)).all] == [membership.public_id]
    wish = EndWish(DeclarationKind.ORDINARY, date(2026, 11, 30), is_agreed=True)
    for person in (world.mia, world.otto, world.frida):
        with pytest.raises(NotFound):
            await settle_by_staff(person.actor(), card.public_id, membership.public_id, wish, "", NOW)
    tilda = world.tilda.actor()
    await settle_by_staff(tilda, card.public_id, membership.public_id, wish, None, NOW)
    assert (await again(membership)).last_day == date(2026, 11, 30)
    assert await open_declarations(tilda) == []
    with pytest.raises(SettledAlready):
        await put_aside(tilda, card.public_id, "Doch nicht.", NOW)


async def test_what_is_put_aside_says_why_and_is_forgotten_after_a_year(world: World) -> None:
    card = await declared()
    nadja = world.nadja.actor()
    with pytest.raises(AnswerMissing):
        await put_aside(nadja, card.public_id, " ", NOW)
    await put_aside(nadja, card.public_id, "Bei uns gibt es diesen Vertrag nicht.", NOW)
    trail = await fetch("SELECT actor FROM audit_entry WHERE action = 'declaration.put_aside'")
    assert [row["actor"] for row in trail] == [nadja.person]
    assert await forget_declarations(NOW + timedelta(days=364)) == 0
    assert await forget_declarations(NOW + timedelta(days=366)) == 1


async def test_what_was_declared_cannot_be_changed(world: World) -> None:
    for column, may in (("contract", False), ("received_at", False), ("outcome", True)):
        assert may == await fetch_value(
            "SELECT has_column_privilege('nahwerk_app', 'declaration', $1, 'UPDATE')", column
        )
