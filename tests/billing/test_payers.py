"""Who documents go to: what is asked of a person and of a business, and that it is kept for the next time."""

import pytest

from app.billing.payers import PayerDetails, PayerKind, checked, keep_payer, payer_of
from app.billing.vat_ids import VatIdUnusable, usable_vat_id
from app.platform.database import fetch_row, fetch_value
from tests.worlds import NOW, World, a_world

MIA = PayerDetails(PayerKind.PERSON, "Mia Hammes", "", "Am Markt 1", "56751", "Polch", "mia@example.org")


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("DE136695976", "DE136695976"),
        ("de 136 695 976", "DE136695976"),
        ("LU12345678", "LU12345678"),
        ("ATU12345678", "ATU12345678"),
        ("", ""),
    ],
)
def test_a_vat_id_is_read_as_people_write_it(typed: str, kept: str) -> None:
    assert usable_vat_id(typed) == kept


@pytest.mark.parametrize("typed", ["DE136695977", "DE13669597", "12/345/67890", "US123456789", "DE١٣٦٦٩٥٩٧٦"])
def test_what_cannot_be_a_vat_id_is_refused(typed: str) -> None:
    with pytest.raises(VatIdUnusable):
        usable_vat_id(typed)


def test_every_field_that_is_missing_is_named() -> None:
    _, refusals = checked(PayerDetails(PayerKind.BUSINESS, " ", vat_id="?", postcode="5675"))
    assert [refusal.field for refusal in refusals] == [
        *("name", "email", "vat_id"),
        *("company", "street", "place", "postcode"),
    ]


def test_a_person_has_no_company() -> None:
    kept, refusals = checked(PayerDetails(PayerKind.PERSON, "Mia", "GmbH", "A 1", "56751", "Polch", "m@x.example", "?"))
    assert (kept.company, kept.vat_id, refusals) == ("", "", [])
    assert kept.lines == ["Mia", "A 1", "56751 Polch"]


async def test_an_address_is_kept_and_changed_and_each_kind_has_its_own(world: World) -> None:
    business = PayerDetails(PayerKind.BUSINESS, "Mia", "Hammes GmbH", "B 2", "56751", "Polch", "m@x.example")
    first = await keep_payer(world.mia.id, MIA, NOW)
    assert await keep_payer(world.mia.id, business, NOW) != first
    moved = PayerDetails(PayerKind.PERSON, "Mia Hammes", "", "Am Bach 9", "56727", "Mayen", "mia@example.org")
    assert await keep_payer(world.mia.id, moved, NOW) == first
    assert await keep_payer(world.mia.id, moved, NOW) == first
    known = await payer_of(world.mia.id, PayerKind.PERSON)
    assert known is not None
    assert (known.details, known.is_complete) == (moved, True)
    row = await fetch_row("SELECT version FROM payer WHERE id = $1", first)
    assert row is not None
    assert row["version"] == 2
    assert await fetch_value("SELECT count(*) FROM payer") == 2
    assert await payer_of(world.gundula.id, PayerKind.PERSON) is None
