"""One's own data: nothing that is held about a person is missing in the file, unless a reason is written."""

import msgspec
import pytest
from piccolo.conf.apps import Finder

from app.bookings.barring import BarGuest, bar_guest
from app.bookings.operations import BookDesk, book
from app.identity.own_data import Section
from app.network.member_notes import write_note
from app.network.queries import space_by_slug
from app.platform.database import fetch, fetch_value
from app.web.own_data import LEFT_OUT, SECTIONS
from tests.web.conftest import Site
from tests.worlds import NOW, World, house_rules_at, tomorrow


def personal_columns() -> set[str]:
    return {
        f"{table._meta.tablename}.{column._meta.db_column_name}"
        for table in Finder().get_table_classes()
        for column in table._meta.columns
        if (column._meta.help_text or "").startswith("personal")
    }


def test_every_personal_column_is_in_the_file_or_left_out_for_a_reason() -> None:
    covered = {column for section in SECTIONS for column in section.covers}
    columns = personal_columns()
    assert sorted(columns - covered - LEFT_OUT.keys()) == []
    assert sorted(LEFT_OUT.keys() - columns) == [], "no such column any more"
    assert sorted(LEFT_OUT.keys() & covered) == [], "it is in the file"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
async def test_a_section_holds_one_persons_rows_alone(world: World, section: Section) -> None:
    """Each statement runs, and finds nothing for nobody."""
    assert await fetch(section.sql, 0) == []


async def test_the_file_says_what_is_known_of_the_person_and_of_nobody_else(site: Site, world: World) -> None:
    mia = world.mia.actor()
    rules = await house_rules_at(world.polch)
    visit = BookDesk(
        world.polch["Nette"].public_id,
        tomorrow(8),
        tomorrow(12),
        "Am Fenster",
        house_rules=rules,
        people=2,
        guests=("Lea Weber",),
    )
    await book(mia, visit, NOW)
    foreign = BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(9), "Geheim")
    await book(world.gundula.actor(), foreign, NOW)
    polch = await space_by_slug(world.polch.slug, NOW)
    assert polch is not None
    await write_note(world.frida.actor(), polch, world.mia.id, "Braucht die Rampe.", NOW)
    await bar_guest(world.otto.actor(), world.operator, BarGuest(world.mia.public_id, "Laute Anrufe."), NOW)
    browser = await site.browser(world.mia)
    assert "Notizen, die Betreiber zu Ihnen geschrieben haben" in (await browser.get("/konto/daten")).text
    answer = await browser.post("/konto/daten")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="nahwerk-2026-11-24.json"'
    held = msgspec.json.decode(answer.content)
    assert held["account"][0]["email"] == "mia@example.org"
    [booking] = held["bookings"]
    assert (booking["note"], booking["guests"], booking["space"]) == ("Am Fenster", ["Lea Weber"], "RegioHub Polch")
    assert [note["text"] for note in held["notes"]] == ["Braucht die Rampe."]
    assert [bar["reason"] for bar in held["bars"]] == ["Laute Anrufe."]
    assert held["house_rules"][0]["edition"] == rules
    assert held["programs"][0]["name"] == "Test"
    assert len(held["sessions"]) == 1
    assert {entry["action"] for entry in held["trail"]} == {
        "booking.made",
        "member_note.written",
        "bar.made",
    }
    for other in ("Frida", "Otto", "Gundula", "Geheim", "password_hash", "token_hash"):
        assert other not in answer.text
    assert await fetch_value("SELECT actor FROM audit_entry WHERE action = 'person.data_taken'") == world.mia.id


async def test_it_takes_a_fresh_sign_in(site: Site, world: World) -> None:
    browser = await site.browser(world.mia)
    site.clock.at = NOW.replace(hour=NOW.hour + 1)
    for answer in (await browser.get("/konto/daten"), await browser.post("/konto/daten")):
        assert answer.headers["location"] == "/anmelden/erneut?weiter=%2Fkonto%2Fdaten"
