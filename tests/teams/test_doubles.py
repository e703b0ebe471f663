"""A company that has an account already is known again, however it is written, and nobody can go through a list."""

from dataclasses import replace

import pytest

from app.platform.database import execute
from app.platform.rate_limits import TooMany
from app.teams.company import CompanyDetails
from app.teams.doubles import ASKED_BY_PERSON, CompanyKnown, demand_unknown, plain_name
from tests.selling import it_charges
from tests.teams.founding import BECKER, a_team
from tests.worlds import NOW, World

ADDRESS = "203.0.113.7"
VAT_ID = "DE136695976"
LEITWEG = "991-33333TEST-33"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Becker Maschinenbau GmbH", "BECKER  Maschinenbau"),
        ("Becker Maschinenbau GmbH & Co. KG", "Becker-Maschinenbau mbH"),
        ("Bäcker & Söhne e. K.", "Baecker und Soehne eK"),
        ("TV Mayen 1886 e.V.", "TV Mayen 1886"),
        ("Groß UG (haftungsbeschränkt)", "gross"),
        ("Café René", "Cafe Rene"),
    ],
)
def test_a_name_is_known_again_however_it_is_written(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Becker", "Bäcker"), ("Weber Elektro", "Weber"), ("AG Koblenz", "Koblenz Bau"), ("KG", "AG")]
)
def test_other_names_stay_others(one: str, other: str) -> None:
    assert plain_name(one) != plain_name(other)


async def asked(world: World, **more: str) -> str | None:
    """The field by which the company is known; None where it is not."""
    leitweg = more.pop("leitweg_id", "")
    try:
        details = CompanyDetails("Neu", replace(BECKER, **more), leitweg_id=leitweg)
        await demand_unknown(world.rolf.actor(), details, ADDRESS, NOW)
    except CompanyKnown as refusal:
        return refusal.field
    return None


async def test_it_is_known_by_its_numbers_and_by_name_and_postcode(world: World, undone: None) -> None:
    await it_charges()
    team = await a_team(world)
    await execute("UPDATE payer SET vat_id = $2 WHERE id = $1", team.payer, VAT_ID)
    await execute("UPDATE team SET leitweg_id = $2 WHERE id = $1", team.id, LEITWEG)
    other = {"company": "Kranz Bau", "postcode": "56068"}
    assert await asked(world) == "company"
    assert await asked(world, company="becker maschinenbau", street="Hauptstraße 1") == "company"
    assert await asked(world, postcode="56068") is None, "another place is another company"
    assert await asked(world, **other) is None
    assert await asked(world, **other, vat_id="de 136 695 976") == "vat_id"
    assert await asked(world, **other, leitweg_id=LEITWEG.lower()) == "leitweg_id"
    await execute("UPDATE team SET ended_at = $1", NOW)
    assert await asked(world) is None


async def test_nobody_goes_through_a_list_of_companies(world: World, undone: None) -> None:
    await it_charges()
    await a_team(world)
    for _ in range(ASKED_BY_PERSON.hits):
        await asked(world)
    with pytest.raises(TooMany):
        await asked(world)
