"""Publishing editions of a space's house rules."""

from datetime import timedelta

import pytest

from app.identity.audit import AuditFilter, audit_entries
from app.kernel.refusals import NotAllowed, NotFound
from app.network.house_rules import (
    LONGEST_TEXT,
    EditionTooEarly,
    HouseRulesEmpty,
    HouseRulesTooLong,
    house_rules_editions,
    house_rules_of,
    publish_house_rules,
)
from app.platform.database import execute
from app.platform.language import speaker
from tests.worlds import NOW, World, a_world

LATER = NOW + timedelta(days=7)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def test_an_edition_holds_from_its_day_until_the_next_one(world: World) -> None:
    otto, polch = world.otto.actor(), world.polch.id
    assert await house_rules_of(polch, NOW) is None
    first = await publish_house_rules(otto, polch, "Leise.\r\n\r\nRauchfrei.", "Quiet.", NOW, NOW)
    await publish_house_rules(otto, polch, "Leiser.", "", LATER, NOW)
    assert (first.edition, first.paragraphs("de"), first.paragraphs("en")) == (1, ["Leise.", "Rauchfrei."], ["Quiet."])
    before, after = await house_rules_of(polch, LATER - timedelta(seconds=1)), await house_rules_of(polch, LATER)
    assert before == first
    assert after is not None
    assert (after.edition, after.text["en"]) == (2, "Leiser.")  # rather German than nothing
    assert [edition.edition for edition in await house_rules_editions(polch)] == [2, 1]
    assert await house_rules_of(world.andernach.id, LATER) is None


async def test_who_published_it_stands_in_the_audit_trail(world: World) -> None:
    await publish_house_rules(world.otto.actor(), world.polch.id, "Leise.", "", NOW, NOW)
    acts, _ = await audit_entries(world.nadja.actor(), AuditFilter(action="house_rules."))
    [act] = acts
    assert (act.action, act.subject_kind, act.subject_id) == ("house_rules.published", "space", world.polch.id)
    assert (act.actor, act.details["edition"]) == (world.otto.id, 1)


async def test_only_who_runs_the_space_publishes(world: World) -> None:
    for person in (world.mia, world.frida, world.rolf):
        with pytest.raises(NotAllowed):
            await publish_house_rules(person.actor(), world.polch.id, "Meine.", "", NOW, NOW)
    assert await house_rules_editions(world.polch.id) == []
    await publish_house_rules(world.nadja.actor(), world.polch.id, "Vom Netzwerk.", "", NOW, NOW)


async def test_a_space_that_is_gone_has_no_house_rules_to_publish(world: World) -> None:
    await execute("UPDATE space SET retired_at = $2 WHERE id = $1", world.polch.id, NOW)
    for space in (world.polch.id, 999_999):
        with pytest.raises(NotFound):
            await publish_house_rules(world.nadja.actor(), space, "Leise.", "", NOW, NOW)


async def test_an_edition_neither_holds_in_the_past_nor_before_an_earlier_one(world: World) -> None:
    otto, polch = world.otto.actor(), world.polch.id
    with pytest.raises(EditionTooEarly) as raised:
        await publish_house_rules(otto, polch, "Leise.", "", NOW - timedelta(seconds=1), NOW)
    assert raised.value.field == "valid_from"
    assert speaker("de").refusal(raised.value).endswith("ab Di 24. November, 19:00 Uhr gelten.")  # where the space is
    await publish_house_rules(otto, polch, "Leise.", "", LATER, NOW)
    with pytest.raises(EditionTooEarly):
        await publish_house_rules(otto, polch, "Leiser.", "", LATER - timedelta(seconds=1), NOW)


@pytest.mark.parametrize(
    ("german", "english", "refusal", "field"),
    [
        (" \n\x00 ", "Quiet.", HouseRulesEmpty, "text_de"),
        ("x" * (LONGEST_TEXT + 1), "", HouseRulesTooLong, "text_de"),
        ("Leise.", "x" * (LONGEST_TEXT + 1), HouseRulesTooLong, "text_en"),
    ],
)
async def test_texts_that_are_no_house_rules(
    world: World, german: str, english: str, refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as raised:
        await publish_house_rules(world.otto.actor(), world.polch.id, german, english, NOW, NOW)
    assert raised.value.field == field  # type: ignore[attr-defined]
