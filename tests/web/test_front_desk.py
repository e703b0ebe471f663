"""The front desk and the network's telephone, as Frida, Tilda and the people they serve see it."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.bookings.operations import BookDesk, book
from app.bookings.rules import AnyOf
from app.identity.merging import standing_record
from app.identity.operations import NewPerson, create_people
from app.identity.queries import people
from app.identity.rules import Grant, Role
from app.inventory.rules import Kind
from app.platform.database import execute, fetch_row, fetch_value
from tests.identity.conftest import mailed
from tests.web.conftest import Browser, Site
from tests.worlds import NOW, TOMORROW, APerson, World, a_person, tomorrow

POLCH = "/theke/regiohub-polch"
THAT_DAY = f"{POLCH}?tag={TOMORROW}"


@dataclass(frozen=True, slots=True)
class Erna:
    """Somebody with a telephone number and nothing else, entered at Polch."""

    id: int
    public_id: str

    @property
    def page(self) -> str:
        return f"{POLCH}/leute/{self.public_id}"


async def entered(name: str, world: World, phone: str | None = None) -> Erna:
    keys = await create_people([NewPerson(name, phone=phone, operator=world.operator, space=world.polch.id)], NOW)
    return Erna(keys[0], (await people(keys))[keys[0]].public_id)


@pytest.fixture
async def erna(world: World) -> Erna:
    return await entered("Erna Schmitz", world, "02654 1234")


@pytest.fixture
async def frida(site: Site, world: World) -> Browser:
    return await site.browser(world.frida)


@pytest.fixture
async def tilda(site: Site, world: World) -> Browser:
    person: APerson = await a_person("Tilda Roth", "tilda@example.org", Grant(Role.TELEPHONE, "network", None))
    return await site.browser(person)


async def booked(world: World, starts: int = 8, ends: int = 12, **more: object) -> str:
    """Mia's desk tomorrow; its id."""
    command = BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(starts), tomorrow(ends), **more)  # type: ignore[arg-type]
    return (await book(world.mia.actor(), command, NOW)).public_id


def the_form(**changes: str) -> dict[str, str]:
    return {"tag": TOMORROW.isoformat(), "zeit": "vormittag", "was": "desk", "schluessel": "k1", **changes}


async def test_the_menu_leads_staff_to_the_desk_and_nobody_else(site: Site, world: World, tilda: Browser) -> None:
    for person, sees in ((world.frida, True), (world.nadja, True), (world.mia, False)):
        page = (await (await site.browser(person)).get("/woche")).text
        assert ('href="/theke"' in page) is sees, person.name
    assert 'href="/theke"' in (await tilda.get("/woche")).text


async def test_with_one_space_there_is_nothing_to_choose(frida: Browser, tilda: Browser) -> None:
    assert (await frida.get("/theke")).headers["location"] == POLCH
    page = await tilda.get("/theke")
    assert page.status_code == 200
    assert "Alte Post Andernach" in page.text


async def test_who_is_no_staff_finds_no_desk(site: Site, world: World) -> None:
    assert (await (await site.browser(world.mia)).get("/theke")).status_code == 404


async def test_the_telephone_looks_for_a_space_near_a_place(tilda: Browser, world: World, erna: Erna) -> None:
    for n in range(3):
        await execute(
            "INSERT INTO space (slug, operator, name, street, postcode, place, municipality, lat, lng, published_at)"
            " SELECT slug || $2, operator, name || $2, street, postcode, place, municipality, lat, lng, published_at"
            " FROM space WHERE id = $1",
            world.andernach.id,
            str(n),
        )
    page = (await tilda.get(f"/theke?ort=56751&tag={TOMORROW}&zeit=vormittag&art=desk&fuer={erna.public_id}")).text
    assert "Nach Entfernung von" in page
    assert re.search(r"<b[^>]*>3</b> von 3 frei", page)
    assert f"{erna.page}?tag={TOMORROW}" in page
    refused = await tilda.get("/theke?ort=Atlantis")
    assert refused.status_code == 422
    assert "Diesen Ort kennen wir nicht" in refused.text


async def test_the_day_shows_who_comes_with_what_can_be_done(frida: Browser, world: World) -> None:
    booking = await booked(world, note="Komme mit Hund")
    page = (await frida.get(THAT_DAY)).text
    assert "Mittwoch, 25. November" in page
    assert "Mia Hammes" in page
    assert "Komme mit Hund" in page
    for act in ("verschieben", "absagen", "zettel"):
        assert f"{POLCH}/buchungen/{booking}/{act}" in page
    assert f"{booking}/da" not in page, "nobody arrives the evening before"
    assert "An diesem Tag hat noch niemand gebucht." in (await frida.get(POLCH)).text


async def test_a_day_that_is_none_is_refused(frida: Browser) -> None:
    page = await frida.get(f"{POLCH}?tag=morgen")
    assert page.status_code == 422
    assert "Bitte ein Datum wählen" in page.text


async def test_a_past_day_can_be_looked_at(frida: Browser) -> None:
    assert (await frida.get(f"{POLCH}?tag=2026-11-02")).status_code == 200


async def test_the_desk_says_who_has_arrived_and_who_is_missing(site: Site, world: World) -> None:
    booking = await booked(world, starts=9)
    site.clock.at = tomorrow(9, 30)
    frida = await site.browser(world.frida)
    page = (await frida.get(POLCH)).text
    assert "fehlt seit 30 Min." in page
    answer = await frida.post(f"{POLCH}/buchungen/{booking}/da")
    assert answer.headers["location"].startswith(f"{THAT_DAY}&getan=da")
    assert "ist da" in (await frida.get(answer.headers["location"])).text
    assert await fetch_value("SELECT status FROM booking") == "checked_in"


async def test_arriving_too_early_is_refused_with_its_reason(frida: Browser, world: World) -> None:
    booking = await booked(world)
    page = await frida.post(f"{POLCH}/buchungen/{booking}/da")
    assert page.status_code == 422
    assert "Das ging nicht" in page.text


async def test_a_guest_s_number_is_on_the_list_and_the_sheet_that_day_alone(site: Site, world: World) -> None:
    await booked(world, guest_phone="0171 234567")
    paths = (THAT_DAY, f"{POLCH}/tag?tag={TOMORROW}")
    for now, shown in ((NOW, False), (tomorrow(7), True), (tomorrow(7) + timedelta(days=1), False)):
        site.clock.at = now
        frida = await site.browser(world.frida)
        for path in paths:
            assert ("0171 234567" in (await frida.get(path)).text) is shown, (path, now)


async def test_the_sheet_is_a_table_with_boxes_and_what_is_taken(frida: Browser, world: World) -> None:
    await booked(world)
    await execute("UPDATE booking SET purpose = 'course'")
    page = (await frida.get(f"{POLCH}/tag?tag={TOMORROW}")).text
    [guests, board, _] = re.findall(r"<table.*?</table>", page, re.S)
    assert '<th scope="row">Mia Hammes</th>' in guests
    assert "noch nicht da" in guests
    assert "Kurs" in guests
    assert board.count('<th scope="row">') == 5
    assert "8–12 Uhr" in board


async def test_a_telephone_booking_is_three_steps(frida: Browser, erna: Erna, world: World) -> None:
    found = (await frida.get(f"{POLCH}/leute?wer=02654+1234")).text
    assert erna.page in found
    page = (await frida.get(erna.page)).text
    fields = dict(re.findall(r'name="(tag|schluessel)"[^>]* value="([^"]+)"', page))
    assert fields["tag"] == TOMORROW.isoformat(), "tomorrow is filled in"
    assert re.search(r'<option value="desk"( selected)?>Bester freier Schreibtisch', page)
    answer = await frida.post(f"{erna.page}/buchen", was="desk", zeit="ganz", **fields)
    done = (await frida.get(answer.headers["location"])).text
    assert "Gebucht: Mi 25. November, 8–18 Uhr, Platz 1" in done
    assert "/zettel" in done
    row = await fetch_row("SELECT person, made_by FROM booking")
    assert row
    assert tuple(row.values()) == (erna.id, world.frida.id)


async def test_the_same_form_sent_twice_books_once(frida: Browser, erna: Erna) -> None:
    first = await frida.post(f"{erna.page}/buchen", **the_form())
    again = await frida.post(f"{erna.page}/buchen", **the_form())
    assert first.headers["location"] == again.headers["location"]
    assert await fetch_value("SELECT count(*) FROM booking") == 1


async def test_a_certain_place_with_own_times_purpose_note_and_number(frida: Browser, erna: Erna, world: World) -> None:
    form = the_form(zeit="eigen", von="10:00", bis="11:30", was=world.polch["Nette"].public_id)
    await frida.post(f"{erna.page}/buchen", **form, zweck="club", notiz="Chorprobe", nummer="0171 234567")
    row = await fetch_row("SELECT starts_at, ends_at, resource, purpose, note, guest_phone FROM booking")
    assert row
    assert tuple(row.values()) == (
        tomorrow(10), tomorrow(11, 30), world.polch["Nette"].id, "club", "Chorprobe", "0171 234567",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"tag": "2026-11-29"}, "", "ist am So 29. November geschlossen"),
        ({"tag": "2026-11-01"}, "tag", "Dieser Tag ist schon vorbei."),
        ({"zeit": "eigen", "von": "17:00", "bis": "20:00"}, "", "nur 8–18 Uhr offen"),
        ({"zeit": "eigen", "von": "", "bis": ""}, "von", "Bitte Anfang und Ende eintragen"),
        ({"nummer": "ruf an"}, "nummer", "Das ist keine Telefonnummer"),
    ],
)
async def test_a_refusal_stands_beside_its_field_and_keeps_the_input(
    frida: Browser, erna: Erna, changes: dict[str, str], field: str, said: str
) -> None:
    page = await frida.post(f"{erna.page}/buchen", **the_form(notiz="bleibt stehen", **changes))
    assert page.status_code == 422
    assert said in page.text
    assert "bleibt stehen" in page.text
    assert not field or f'id="{field}-fehler"' in page.text
    assert await fetch_value("SELECT count(*) FROM booking") == 0


async def test_a_taken_place_names_the_others(frida: Browser, erna: Erna, world: World) -> None:
    await booked(world)
    page = await frida.post(f"{erna.page}/buchen", **the_form(was=world.polch["1"].public_id))
    assert page.status_code == 409
    assert "Frei sind noch: 2 und 3." in page.text


async def test_house_rules_are_read_out_once(frida: Browser, erna: Erna, world: World) -> None:
    await execute(
        "INSERT INTO house_rules (space, edition, text_de, valid_from) VALUES ($1, 1, 'Bitte leise.', $2)",
        world.polch.id,
        NOW,
    )
    page = (await frida.get(erna.page)).text
    assert "Hausordnung vorgelesen oder ausgehändigt" in page
    assert "Bitte leise." in page
    refused = await frida.post(f"{erna.page}/buchen", **the_form(ausgabe="1"))
    assert refused.status_code == 422
    assert 'id="hausordnung-fehler"' in refused.text
    await frida.post(f"{erna.page}/buchen", **the_form(ausgabe="1", hausordnung="ja"))
    assert await fetch_value("SELECT count(*) FROM booking") == 1
    assert "Hausordnung vorgelesen" not in (await frida.get(erna.page)).text


async def test_moving_and_cancelling_for_somebody(frida: Browser, erna: Erna, world: World) -> None:
    answer = await frida.post(f"{erna.page}/buchen", **the_form())
    booking = answer.headers["location"].partition("buchung=")[2]
    page = (await frida.get(f"{POLCH}/buchungen/{booking}/verschieben")).text
    assert "Derselbe: Platz 1" in page
    assert 'value="08:00"' in page
    same_desk = world.polch["1"].public_id
    form = the_form(zeit="nachmittag", was=same_desk)
    moved = await frida.post(f"{POLCH}/buchungen/{booking}/verschieben", **form)
    assert moved.headers["location"].startswith(f"{THAT_DAY}&getan=verschoben")
    assert await fetch_value("SELECT starts_at FROM booking") == tomorrow(13)
    refused = await frida.post(f"{POLCH}/buchungen/{booking}/verschieben", **the_form(tag="2026-11-29", was=same_desk))
    assert refused.status_code == 422

    assert "Bitte selbst Bescheid sagen" in (await frida.get(f"{POLCH}/buchungen/{booking}/absagen")).text
    await frida.post(f"{POLCH}/buchungen/{booking}/absagen")
    row = await fetch_row("SELECT status, reason FROM booking")
    assert row
    assert tuple(row.values()) == ("cancelled", "by_front_desk")


async def test_the_slip_names_whom_it_is_for_and_a_way_without_internet(frida: Browser, erna: Erna) -> None:
    answer = await frida.post(f"{erna.page}/buchen", **the_form())
    booking = answer.headers["location"].partition("buchung=")[2]
    page = await frida.get(f"{POLCH}/buchungen/{booking}/zettel")
    assert page.status_code == 200
    assert "Erna Schmitz" in page.text
    assert "Verschieben oder absagen: am Telefon" in page.text


async def test_a_new_person_needs_a_name_alone_and_can_book_at_once(frida: Browser, world: World) -> None:
    none = (await frida.get(f"{POLCH}/leute?wer=Josef+Clemens")).text
    assert "Niemand gefunden" in none
    assert "/leute/neu?name=Josef+Clemens" in none
    answer = await frida.post(f"{POLCH}/leute/neu", name="Josef Clemens", phone="", email="", language="de")
    page = answer.headers["location"]
    assert "Eingetragen" in (await frida.get(page)).text
    await frida.post(f"{page.partition('?')[0]}/buchen", **the_form())
    row = await fetch_row(
        "SELECT p.name, p.email, p.entered_by_operator, p.entered_at_space"
        " FROM booking b JOIN person p ON p.id = b.person"
    )
    assert row
    assert tuple(row.values()) == ("Josef Clemens", None, world.operator, world.polch.id)


async def test_what_is_wrong_with_a_new_person_is_said_at_once(frida: Browser) -> None:
    page = await frida.post(f"{POLCH}/leute/neu", name="?", phone="ruf an", email="post@", language="de")
    assert page.status_code == 422
    for field in ("name", "phone", "email"):
        assert f'id="{field}-fehler"' in page.text
    assert 'value="ruf an"' in page.text


async def test_a_known_number_asks_whether_it_is_the_same_person(frida: Browser, erna: Erna) -> None:
    fields = {"name": "Karl Schmitz", "phone": "+49 2654 1234", "email": "", "language": "de"}
    page = await frida.post(f"{POLCH}/leute/neu", **fields)
    assert page.status_code == 409
    assert erna.page in page.text
    answer = await frida.post(f"{POLCH}/leute/neu", **fields, trotzdem="ja")
    assert answer.status_code == 303, "two people may share a telephone"


async def test_an_address_in_use_leads_to_its_person(frida: Browser, world: World) -> None:
    page = await frida.post(f"{POLCH}/leute/neu", name="Gundula", phone="", email="gundula@example.org", language="de")
    assert page.status_code == 409
    assert "Gundula Gast" in page.text
    assert f"{world.gundula.public_id}?wer=gundula%40example.org" in page.text
    again = {"name": "Gundula", "phone": "", "email": "gundula@example.org", "language": "de", "trotzdem": "ja"}
    assert (await frida.post(f"{POLCH}/leute/neu", **again)).status_code == 409


async def test_a_stranger_who_says_the_address_is_booked_for_and_stays_a_name(frida: Browser, world: World) -> None:
    page = f"{POLCH}/leute/{world.gundula.public_id}"
    assert (await frida.get(page)).status_code == 404
    said = "gundula@example.org"
    shown = (await frida.get(page, params={"wer": said})).text
    assert "Gundula Gast" in shown
    assert "Kontakt" not in shown
    answer = await frida.post(f"{page}/buchen", **the_form(wer=said))
    assert "Gebucht" in (await frida.get(answer.headers["location"])).text
    assert (await frida.post(f"{page}/buchen", **the_form(wer="x", schluessel="k2"))).status_code == 303, "a guest now"


async def test_many_tries_at_numbers_are_refused(frida: Browser) -> None:
    for _ in range(60):
        await frida.get(f"{POLCH}/leute?wer=0171+0000000")
    page = await frida.get(f"{POLCH}/leute?wer=0171+0000000")
    assert page.status_code == 429
    assert "Retry-After" in page.headers


async def test_an_address_comes_later_and_its_owner_gets_in(frida: Browser, erna: Erna, site: Site) -> None:
    await frida.post(f"{erna.page}/buchen", **the_form())
    refused = await frida.post(f"{erna.page}/email", email="erna@")
    assert refused.status_code == 422
    assert 'id="email-fehler"' in refused.text
    answer = await frida.post(f"{erna.page}/email", email="erna@dorf.example")
    page = (await frida.get(answer.headers["location"])).text
    assert "Link unterwegs an erna@dorf.example" in page
    token = (await mailed("person.email_given")).token
    owner = await site.browser()
    shown = await owner.get("/eintrag-bestaetigen", params={"token": token})
    assert "erna@dorf.example" in shown.text
    entered_now = await owner.post("/eintrag-bestaetigen", token=token)
    assert entered_now.headers["location"] == "/woche"
    assert "RegioHub Polch" in (await owner.get("/woche")).text
    assert (await owner.get("/eintrag-bestaetigen", params={"token": token})).status_code == 422


async def test_an_account_takes_the_record_in_but_the_link_is_no_key_to_it(
    frida: Browser, erna: Erna, site: Site, world: World
) -> None:
    await frida.post(f"{erna.page}/buchen", **the_form())
    await frida.post(f"{erna.page}/email", email="gundula@example.org")
    owner = await site.browser()
    answer = await owner.post("/eintrag-bestaetigen", token=(await mailed("person.email_given")).token)
    assert answer.headers["location"].startswith("/anmelden?getan=zusammengefuehrt")
    assert owner.session is None
    assert await standing_record(erna.id) == world.gundula.id
    assert await fetch_value("SELECT person FROM booking") == world.gundula.id
    old_page = await frida.get(erna.page)
    assert old_page.headers["location"].endswith(world.gundula.public_id)


async def test_two_records_are_merged_after_a_look_at_both(frida: Browser, erna: Erna, world: World) -> None:
    double = await entered("E. Schmitz", world)
    await frida.post(f"{double.page}/buchen", **the_form())
    search = (await frida.get(f"{erna.page}/zusammenfuehren?wer=Schmitz")).text
    assert f"anderer={double.public_id}" in search
    assert f"anderer={erna.public_id}" not in search
    both = (await frida.get(f"{erna.page}/zusammenfuehren?anderer={double.public_id}")).text
    assert "Bleibt" in both
    assert "Geht darin auf" in both
    answer = await frida.post(f"{erna.page}/zusammenfuehren", anderer=double.public_id)
    assert "Die beiden Einträge sind jetzt einer." in (await frida.get(answer.headers["location"])).text
    assert await fetch_value("SELECT person FROM booking") == erna.id


async def test_an_account_is_not_merged_away_even_by_the_telephone(tilda: Browser, erna: Erna, world: World) -> None:
    page = await tilda.post(f"{erna.page}/zusammenfuehren", anderer=world.gundula.public_id)
    assert page.status_code == 409
    assert "eigenes Konto" in page.text
    same = await tilda.post(f"{erna.page}/zusammenfuehren", anderer=erna.public_id)
    assert same.status_code == 422


async def test_a_desk_of_another_operator_finds_nothing_by_way_of_its_own_space(
    site: Site, world: World, erna: Erna
) -> None:
    booking, own = await booked(world), "/theke/alte-post-andernach"
    rolf = await site.browser(world.rolf)
    assert (await rolf.get(own)).status_code == 200
    for person in (erna.public_id, world.mia.public_id):
        assert (await rolf.get(f"{own}/leute/{person}")).status_code == 404
        assert (await rolf.get(f"{own}/leute/{person}/zusammenfuehren")).status_code == 404
        for form in ("buchen", "email", "zusammenfuehren"):
            answer = await rolf.post(f"{own}/leute/{person}/{form}", **the_form(), email="r@x.example", anderer=person)
            assert answer.status_code == 404, form
    for act in ("verschieben", "absagen", "zettel"):
        assert (await rolf.get(f"{own}/buchungen/{booking}/{act}")).status_code == 404
    for act in ("da", "verschieben", "absagen"):
        assert (await rolf.post(f"{own}/buchungen/{booking}/{act}", **the_form())).status_code == 404
    for name in ("Erna", "Mia"):
        assert "Niemand gefunden" in (await rolf.get(f"{own}/leute?wer={name}")).text
    assert await fetch_value("SELECT status FROM booking") == "confirmed"


async def test_the_telephone_reaches_every_space_and_none_of_the_administration(tilda: Browser, erna: Erna) -> None:
    answer = await tilda.post(f"/theke/alte-post-andernach/leute/{erna.public_id}/buchen", **the_form())
    assert answer.status_code == 303
    assert (await tilda.get("/netzwerk")).status_code == 404
    assert (await tilda.get("/netzwerk/protokoll")).status_code == 404
    assert (await tilda.get("/kalender")).status_code == 200
