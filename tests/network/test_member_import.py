"""Members read in: shown first, written at once, and never twice."""

from datetime import date, timedelta

import pytest

from app.identity.merging import merge_people
from app.kernel.refusals import NotFound
from app.network.grouping import groups_at, people_in
from app.network.importing import ImportChanged, Outcome, draft_of, forget_drafts, keep_draft
from app.network.managing import managed_operator
from app.network.member_import import OpeningBalance, import_members, opening_balance_of, plan_members
from app.network.queries import OperatorCard
from app.platform.database import fetch, fetch_value
from tests.worlds import NOW, World, a_world

FILE = """Name;E-Mail;Telefon;Resttage
Mia Hammes;MIA@example.org;;4
Erna Schmitz;;02654 1234;7
Karl Klein;karl@example.org;;
Oma Ohne;;;0
"""


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.fixture
async def polch(world: World) -> OperatorCard:
    return await managed_operator(world.otto.actor(), "polch")


async def planned(world: World, polch: OperatorCard, text: str, *, own: bool = False) -> tuple[str, dict[str, str]]:
    """The draft's id, and what would become of each line."""
    draft = await keep_draft(world.otto.actor(), polch, "members", text.encode(), NOW, to_own_members=own)
    plan = await plan_members(world.otto.actor(), polch, draft, NOW)
    return draft, {f"{row.line} {row.name}": row.outcome.value for row in plan.rows}


async def read_in(world: World, polch: OperatorCard, text: str, *, own: bool = False) -> None:
    otto = world.otto.actor()
    draft, _ = await planned(world, polch, text, own=own)
    await import_members(otto, polch, draft, (await plan_members(otto, polch, draft, NOW)).state, NOW)


async def people_there() -> int:
    return await fetch_value("SELECT count(*) FROM person")


async def test_nothing_is_written_before_and_the_same_file_again_changes_nothing(
    world: World, polch: OperatorCard
) -> None:
    before = await people_there()
    _, outcomes = await planned(world, polch, FILE, own=True)
    assert outcomes == {
        "2 Mia Hammes": "changed",
        "3 Erna Schmitz": "new",
        "4 Karl Klein": "new",
        "5 Oma Ohne": "new",
    }
    assert await people_there() == before
    await read_in(world, polch, FILE, own=True)
    assert await people_there() == before + 3
    [own] = await groups_at(polch.id)
    assert own.are_own_members
    assert len(await people_in(own.id)) == 4
    _, again = await planned(world, polch, FILE.replace("02654 1234", "+49 2654/1234"), own=True)
    assert set(again.values()) == {"same"}
    assert await opening_balance_of(world.mia.id, polch.id) == OpeningBalance(4, date(2026, 11, 24))
    assert await fetch("SELECT FROM outbox_event WHERE name LIKE 'person.%'") == [], "no mail follows"
    [erna] = await fetch("SELECT entered_at_space, email_confirmed_at FROM person WHERE name = 'Erna Schmitz'")
    assert (erna["entered_at_space"], erna["email_confirmed_at"]) == (world.polch.id, None)


async def test_every_wrong_row_says_why_and_is_left_out(world: World, polch: OperatorCard) -> None:
    text = "name;email;telefon;resttage;standort\n" + "\n".join(
        [
            "=HYPERLINK(1);;;;",
            "A;keine adresse;;;",
            "B;;anrufen;;",
            "C;;;7,5;",
            "D;;;;Andernach",
            ";;02654 99;;",
            "E;;;;regiohub-polch",
            "E;;;;",
            "F;=1+1@example.org;;;",
        ]
    )
    otto = world.otto.actor()
    draft = await keep_draft(otto, polch, "members", text.encode(), NOW)
    plan = await plan_members(otto, polch, draft, NOW)
    assert [(row.line, getattr(row.why, "code", "")) for row in plan.rows if row.outcome is Outcome.WRONG] == [
        (2, "formula_in_cell"),
        (3, "email_unusable"),
        (4, "phone_unusable"),
        (5, "card_days_unreadable"),
        (6, "import_space_unknown"),
        (7, "name_unusable"),
        (9, "row_twice"),
        (10, "formula_in_cell"),
    ]
    before = await people_there()
    await import_members(otto, polch, draft, plan.state, NOW)
    assert await people_there() == before + 1


async def test_what_changed_since_it_was_shown_is_shown_again(world: World, polch: OperatorCard) -> None:
    otto = world.otto.actor()
    draft, _ = await planned(world, polch, FILE)
    state = (await plan_members(otto, polch, draft, NOW)).state
    await read_in(world, polch, FILE)
    before = await people_there()
    with pytest.raises(ImportChanged):
        await import_members(otto, polch, draft, state, NOW)
    assert await people_there() == before


async def test_a_file_is_its_operators_alone_and_gone_after_a_day(world: World, polch: OperatorCard) -> None:
    draft, _ = await planned(world, polch, FILE)
    rival = await managed_operator(world.rolf.actor(), "andernach")
    with pytest.raises(NotFound):
        await plan_members(world.rolf.actor(), rival, draft, NOW)
    with pytest.raises(NotFound):
        await plan_members(world.rolf.actor(), polch, draft, NOW)
    with pytest.raises(NotFound):
        await draft_of(polch.id, draft, NOW + timedelta(days=1))
    assert await forget_drafts(NOW + timedelta(hours=23)) == 0
    assert await forget_drafts(NOW + timedelta(days=1)) == 1


async def test_two_cards_of_one_person_become_one(world: World, polch: OperatorCard) -> None:
    await read_in(world, polch, "name;telefon;resttage\nErna Schmitz;02654 1234;7\nErna Schmitz;02654 9999;2")
    first, second = [row["id"] for row in await fetch("SELECT id FROM person WHERE name = 'Erna Schmitz' ORDER BY id")]
    await merge_people(world.otto.actor(), first, second, NOW)
    assert await opening_balance_of(first, polch.id) == OpeningBalance(9, date(2026, 11, 24))
    assert await opening_balance_of(second, polch.id) is None
