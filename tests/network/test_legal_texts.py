"""Legal texts: drafts that nobody sees, versions that stay, and what changed between two."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.kernel.refusals import NotAllowed
from app.network.legal_texts import (
    Change,
    LegalTextEmpty,
    ValidFromPast,
    VersionThere,
    difference,
    keep_draft,
    publish_text,
    read,
    version_of_day,
    versions_of,
    written,
)
from app.network.queries import LegalSection, legal_document
from app.network.settings import NetworkSettings, change_settings, check_settings, network_settings
from tests.identity.conftest import trail
from tests.worlds import NOW, World, a_world

TODAY, NEW_YEAR = date(2026, 11, 24), date(2027, 1, 1)
TEXTS = {"de": "# Wer wir sind\n\nVerein Testnetz\n\n\nMayen", "en": "# Who we are\n\nVerein Testnetz"}


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


def test_what_is_written_is_read_again() -> None:
    sections = read("Vorweg\neine Zeile\n\n# Erstens\r\n\r\nText\n\n# Zweitens")
    assert sections == [
        LegalSection("", ["Vorweg eine Zeile"]),
        LegalSection("Erstens", ["Text"]),
        LegalSection("Zweitens", []),
    ]
    assert read(written(sections)) == sections
    assert read(" \n\n ") == []


def test_the_difference_says_what_came_and_went() -> None:
    assert difference(read("# A\n\neins\n\nzwei"), read("# A\n\nzwei\n\ndrei")) == [
        (Change.SAME, "# A"),
        (Change.GONE, "eins"),
        (Change.SAME, "zwei"),
        (Change.NEW, "drei"),
    ]


async def test_a_draft_is_seen_by_nobody_and_becomes_a_version(world: World) -> None:
    nadja = world.nadja.actor()
    await keep_draft(nadja, "imprint", {"de": "Vorläufig", "en": ""}, NOW)
    assert await legal_document("imprint", "de", NOW + timedelta(days=999)) is None
    assert [version.day for version in await versions_of("imprint")] == [None]
    await publish_text(nadja, "imprint", TEXTS, TODAY, NOW)
    document = await legal_document("imprint", "de", NOW)
    assert document
    assert document.sections == [LegalSection("Wer wir sind", ["Verein Testnetz", "Mayen"])]
    assert [version.day for version in await versions_of("imprint")] == [TODAY]


async def test_a_version_for_later_holds_later_and_the_old_one_stays_readable(world: World) -> None:
    nadja = world.nadja.actor()
    await publish_text(nadja, "terms", TEXTS, TODAY, NOW)
    await publish_text(nadja, "terms", {"de": "Neu", "en": "New"}, NEW_YEAR, NOW)
    midnight = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    for at, text in ((NOW, "Verein Testnetz"), (midnight - timedelta(seconds=1), "Verein Testnetz"), (midnight, "New")):
        document = await legal_document("terms", "en", at)
        assert document
        assert document.sections[-1].paragraphs == [text]
    old = await version_of_day("terms", TODAY, "en")
    assert old
    assert old.sections[0].heading == "Who we are"
    assert await version_of_day("terms", date(2026, 12, 1), "en") is None


async def test_what_cannot_be_published(world: World) -> None:
    nadja = world.nadja.actor()
    with pytest.raises(LegalTextEmpty) as empty:
        await publish_text(nadja, "terms", {"de": "Nur deutsch", "en": " "}, TODAY, NOW)
    assert empty.value.field == "text_en"
    with pytest.raises(ValidFromPast):
        await publish_text(nadja, "terms", TEXTS, TODAY - timedelta(days=1), NOW)
    await publish_text(nadja, "terms", TEXTS, NEW_YEAR, NOW)
    with pytest.raises(VersionThere):
        await publish_text(nadja, "terms", TEXTS, NEW_YEAR, NOW)
    for person in (world.otto, world.tilda):
        with pytest.raises(NotAllowed):
            await keep_draft(person.actor(), "terms", TEXTS, NOW)
        with pytest.raises(NotAllowed):
            await publish_text(person.actor(), "terms", TEXTS, TODAY, NOW)


GOOD = NetworkSettings("Netz", "Verein", "02651 123", "Mo–Fr", "", "a@b.example", "Markt 1", "56727", "Mayen", "", "")


async def test_settings_change_and_say_what(world: World) -> None:
    nadja = world.nadja.actor()
    await change_settings(nadja, GOOD, NOW)
    assert await network_settings(nadja) == GOOD
    [entry] = await trail("network.settings_changed")
    assert entry["details"] == {
        "fields": [
            "name",
            "association",
            "phone_hours_de",
            "email",
            "street",
            "postcode",
            "place",
            "tagline_de",
            "tagline_en",
        ]
    }
    with pytest.raises(NotAllowed):
        await change_settings(world.otto.actor(), GOOD, NOW)


def test_settings_are_refused_field_by_field() -> None:
    wrong = NetworkSettings(" ", "x" * 161, "anrufen", "", "", "post", "", "", "", "", "")
    found = check_settings(wrong, sells=False)
    assert [refusal.field for refusal in found] == ["name", "association", "phone", "email"]


@pytest.mark.parametrize(
    ("address", "sells", "missing"),
    [
        (("", "", ""), False, []),
        (("", "", ""), True, ["street", "postcode", "place"]),
        (("Markt 1", "", "Mayen"), False, ["postcode"]),
        (("Markt 1", "56727", "Mayen"), True, []),
    ],
)
def test_half_an_address_is_none_and_who_sells_has_one(
    address: tuple[str, str, str], sells: bool, missing: list[str]
) -> None:
    street, postcode, place = address
    settings = replace(GOOD, street=street, postcode=postcode, place=place)
    assert [refusal.field for refusal in check_settings(settings, sells=sells)] == missing
