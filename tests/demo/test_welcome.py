"""First-visit cards and house rules of the demo network, and that whoever tries it can book at once."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.rules import AnyOf, HouseRulesNotAccepted
from app.demo.cast import ACCOUNTS, add_members
from app.demo.content.spaces import demo_spaces
from app.demo.content.welcome import demo_first_visits, demo_house_rules
from app.demo.welcome import RULES_HOLD_SINCE
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_person, person_of_email
from app.inventory.rules import Kind
from app.network.first_visit import Door, card_text, codes_of, first_visit_of
from app.network.house_rules import house_rules_of
from app.network.queries import published_spaces
from app.platform.database import fetch, fetch_value
from app.platform.language import speaker
from tests.demo.conftest import TUESDAY

HERE = ZoneInfo("Europe/Berlin")
NOW = datetime.combine(TUESDAY, time(7), HERE)
SLUGS = sorted(space.slug for space in demo_spaces())

pytestmark = pytest.mark.usefixtures("filled")


def tomorrow(slug: str) -> BookDesk:
    starts = datetime.combine(TUESDAY + timedelta(days=1), time(8), HERE)
    return BookDesk(AnyOf(slug, Kind.DESK), starts, starts + timedelta(hours=1))


async def may_book(person: int, slug: str) -> bool:
    """Whether the house rules let the person book there without being asked."""
    try:
        await book(await actor_of_person(person), tomorrow(slug), NOW)
    except HouseRulesNotAccepted:
        return False
    return True


def test_every_space_has_a_card_of_its_own() -> None:
    cards = demo_first_visits()
    assert sorted(cards) == SLUGS
    assert {card.door for card in cards.values()} == set(Door)
    assert all(bool(card.code) == (card.door in (Door.CODE, Door.KEY_BOX)) for card in cards.values())
    for each in ("wifi_password", "host_phone", "code"):
        said = [value for card in cards.values() if (value := getattr(card, each))]
        assert len(set(said)) == len(said), each
    assert all(re.fullmatch(r"0221 4710 \d{3}", card.host_phone) for card in cards.values())
    assert all(card.wifi_password.startswith("demo-") for card in cards.values())


def test_a_card_names_only_booths_that_the_space_has() -> None:
    for space in demo_spaces():
        phoning = demo_first_visits()[space.slug].phoning.de
        booths = [resource.name for resource in space.resources if resource.kind == "booth"]
        assert any(name in phoning for name in booths), space.slug


@pytest.mark.parametrize("language", ["de", "en"])
async def test_cards_are_whole_in_both_languages(language: str) -> None:
    for space in await published_spaces(NOW):
        card = await first_visit_of(space.id)
        assert card is not None
        told = card_text(card, await codes_of(space.id), speaker(language))
        assert len(told.on_arrival) == 4
        assert len(told.in_the_house) == 3
        assert told.door
        assert told.host
        assert told.host_phone
        assert space.postcode in told.emergency_address


async def test_a_village_space_without_staff_has_a_key_box() -> None:
    row = await fetch(
        "SELECT f.door FROM first_visit f JOIN space s ON s.id = f.space WHERE s.slug = 'dorfbuero-monreal'"
    )
    assert [each["door"] for each in row] == ["key_box"]


async def test_house_rules_have_held_for_a_month_and_name_space_and_operator() -> None:
    for space in await published_spaces(NOW):
        rules = await house_rules_of(space.id, NOW)
        assert rules is not None
        assert rules.valid_from == datetime.combine(TUESDAY, time(), HERE).astimezone(UTC) - RULES_HOLD_SINCE
        for language in ("de", "en"):
            assert len(rules.paragraphs(language)) >= 6
            assert space.name in rules.text[language]
            assert space.operator.name in rules.text[language]
            assert "{" not in rules.text[language]
    assert len({text.de for text in demo_house_rules().values()}) == 4


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.email)
async def test_every_account_books_everywhere_without_being_asked(undone_here: None, account: object) -> None:
    person = await person_of_email(account.email)  # type: ignore[attr-defined]
    assert person is not None
    missing = await fetch_value(
        "SELECT count(*) FROM space s WHERE NOT EXISTS ("
        "SELECT FROM house_rules_acceptance a WHERE a.space = s.id AND a.person = $1 AND a.edition = 1)",
        person,
    )
    assert missing == 0
    assert await may_book(person, "regiohub-polch")
    assert await may_book(person, "dorfbuero-monreal")


async def test_members_of_a_standing_network_book_everywhere_and_whoever_signs_up_is_asked(undone_here: None) -> None:
    assert await add_members(3, NOW) == 3
    member = await person_of_email("member0003@demo.example")
    assert member is not None
    assert await may_book(member, "regiohub-mayen")
    assert await fetch_value("SELECT count(*) FROM house_rules_acceptance WHERE person = $1", member) == len(SLUGS)
    [stranger] = await create_people([NewPerson("Nora Neu", "nora@example.org", is_confirmed=True)], NOW)
    assert not await may_book(stranger, "regiohub-mayen")
