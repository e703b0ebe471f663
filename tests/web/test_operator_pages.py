"""An operator's pages: rules, links, blockers, groups and clubs, as somebody presses through them."""

import re
from datetime import timedelta

from app.bookings.operations import BookDesk, book
from app.inventory.booking_rules import BookingRules, Who
from app.inventory.rule_setting import RulesFor, set_rules, stated_rules
from app.inventory.rules import Kind
from app.network.managing import managed_space
from app.platform.database import execute, fetch, fetch_value
from app.web.rule_form import ORDER
from tests.web.conftest import Site
from tests.worlds import NOW, TOMORROW, World, a_resource, rules_at, tomorrow

RULES = {
    "version": "0",
    "shortest": "60",
    "longest": "240",
    "grid": "60",
    "day_parts": "",
    "buffer_before": "0",
    "buffer_after": "15",
    "days_ahead": "30",
    "own_members_days": "0",
    "notice": "1,5",
    "outside_hours": "nobody",
    "who": "everyone",
    "most_open": "",
    "most_guests": "",
    "needs_approval": "ja",
    "decide_within": "24",
    "cancel_before": "2",
    "no_show_after": "",
}
SPACE_PAGE = f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=eigen&von=09:00&bis=09:30&art=room"


async def test_rules_are_set_in_a_form_and_read_by_guests(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    form = await otto.get("/betrieb/regiohub-polch/regeln/room")
    assert 'name="shortest" type="text" value="15"' in form.text
    saved = await otto.post("/betrieb/regiohub-polch/regeln/room", **RULES)
    assert saved.headers["location"] == "/betrieb/regiohub-polch/regeln?getan=regeln"
    overview = await otto.get(saved.headers["location"])
    words = "zur vollen Stunde · mindestens 1 Stunde · höchstens 4 Stunden · 15 Minuten danach bleiben frei"
    assert words in overview.text
    assert "spätestens 1 Stunde und 30 Minuten vorher" in overview.text
    [stated] = await stated_rules(world.polch.id)
    assert (stated.rules.notice, stated.rules.needs_approval) == (timedelta(minutes=90), True)

    page = await (await site.browser()).get(SPACE_PAGE)
    assert words in page.text
    assert "Hier beginnen und enden Buchungen zur vollen Stunde." in page.text, "the rule that refuses, not 'taken'"
    assert "so nicht buchbar" in page.text


async def test_what_is_wrong_stands_beside_its_field_and_the_input_stays(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    wrong = RULES | {"shortest": "viel", "longest": "20", "day_parts": "12-8", "who": "groups"}
    again = await otto.post("/betrieb/regiohub-polch/regeln/room", **wrong)
    assert again.status_code == 422
    for field in ("shortest", "longest", "day_parts", "groups"):
        assert f'id="{field}-fehler"' in again.text, field
    assert 'value="viel"' in again.text
    assert await stated_rules(world.polch.id) == []


async def test_mistakes_are_listed_in_the_order_of_the_fields(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    wrong = RULES | {"most_guests": "x", "shortest": "x", "notice": "x", "day_parts": "12-8", "no_show_after": "x"}
    again = await otto.post("/betrieb/regiohub-polch/regeln/room", **wrong)
    listed = re.findall(r'href="#(\w+)"', again.text)
    expected = ["shortest", "day_parts", "notice", "most_guests", "no_show_after"]
    assert [name for name in listed if name in expected] == expected
    fields = re.findall(r'<(?:input|select|fieldset)[^>]* id="(\w+)"', again.text)
    assert [name for name in fields if name in ORDER] == list(ORDER)


FOLD = re.compile(r'<details class="nw-more"( open)?><summary>(.*?)</summary>')


async def test_what_few_spaces_say_is_folded_until_it_says_something(site: Site, world: World) -> None:
    otto, form = await site.browser(world.otto), "/betrieb/regiohub-polch/regeln/room"
    folds = {name: bool(is_open) for is_open, name in FOLD.findall((await otto.get(form)).text)}
    assert len(folds) == 5
    assert not any(folds.values())
    await otto.post(form, **RULES)
    text = (await otto.get(form)).text
    assert [name for is_open, name in FOLD.findall(text) if is_open] == ["Teile des Tages und Zeit dazwischen"]
    again = await otto.post(form, **RULES | {"who": "groups", "no_show_after": "5"})
    assert {"Bestimmte Gruppen", "Wenn niemand kommt"} <= {n for is_open, n in FOLD.findall(again.text) if is_open}


async def test_a_blockers_form_opens_what_was_filled_in(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fresh = await otto.get("/betrieb/regiohub-polch/sperren/neu")
    assert [bool(is_open) for is_open, _ in FOLD.findall(fresh.text)] == [False, False]
    assert "Ohne Auswahl wird der ganze Standort gesperrt." in fresh.text
    fields = block_fields(world, grund="") | {"wochentag-3": "ja"}
    again = await otto.get("/betrieb/regiohub-polch/sperren/pruefen", params=fields)
    assert [bool(is_open) for is_open, _ in FOLD.findall(again.text)] == [True, True]
    assert 'id="wiederholt-fehler"' in again.text


async def test_a_stale_form_shows_what_holds_and_what_was_typed(site: Site, world: World) -> None:
    space = await managed_space(world.otto.actor(), world.polch.slug)
    await set_rules(world.otto.actor(), RulesFor(space, Kind.ROOM), BookingRules(shortest=timedelta(hours=2)), 0, NOW)
    again = await (await site.browser(world.otto)).post("/betrieb/regiohub-polch/regeln/room", **RULES)
    assert again.status_code == 409
    assert "mindestens 2 Stunden" in again.text
    assert 'value="1,5"' in again.text
    assert 'name="version" value="1"' in again.text


async def test_rules_are_lifted_again(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    await otto.post("/betrieb/regiohub-polch/regeln/room", **RULES)
    stale = await otto.post("/betrieb/regiohub-polch/regeln/room/aufheben", version="7")
    assert stale.status_code == 409
    await otto.post("/betrieb/regiohub-polch/regeln/room/aufheben", version="1")
    assert await stated_rules(world.polch.id) == []


async def test_a_group_is_made_filled_and_named_in_rules(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    made = await otto.post("/betrieb/regiohub-polch/gruppen", name="Chor", own_members="ja")
    group = made.headers["location"].partition("?")[0]
    found = await otto.get(f"{group}?wer=Hammes")
    assert "Mia Hammes" in found.text
    await otto.post(f"{group}/leute", person=world.mia.public_id, wer="Hammes")
    assert "Mia Hammes" in (await otto.get(group)).text
    box = f"gruppe-{group.rpartition('/')[2]}"
    await otto.post("/betrieb/regiohub-polch/regeln/room", **{**RULES, "who": "groups", box: "ja"})
    [stated] = await stated_rules(world.polch.id)
    assert stated.rules.who is Who.GROUPS
    assert "nur für Chor" in (await (await site.browser()).get(SPACE_PAGE)).text
    again = await otto.post("/betrieb/regiohub-polch/gruppen", name="chor")
    assert again.status_code == 409
    await otto.post(f"{group}/leute/{world.mia.public_id}/entfernen")
    assert "Noch niemand." in (await otto.get(group)).text


async def test_a_stranger_cannot_be_taken_into_a_group(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    made = await otto.post("/betrieb/regiohub-polch/gruppen", name="Chor")
    group = made.headers["location"].partition("?")[0]
    assert (await otto.post(f"{group}/leute", person=world.gundula.public_id)).status_code == 404
    exactly = await otto.post(f"{group}/leute", person=world.gundula.public_id, wer="gundula@example.org")
    assert exactly.status_code == 303, "who says the whole address may mean the person"


async def test_a_club_is_entered_and_changes_its_responsible_person(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    search = await otto.get("/betrieb/regiohub-polch/vereine?name=TV+Polch&wer=gundula%40example.org")
    assert "Verein eintragen" in search.text
    fields = {"name": "TV Polch", "wer": "gundula@example.org", "person": world.gundula.public_id}
    made = await otto.post("/betrieb/regiohub-polch/vereine", **fields)
    club = made.headers["location"].partition("?")[0]
    assert "Verantwortlich ist Gundula Gast." in (await otto.get(club)).text
    await otto.post(f"{club}/verantwortlich", person=world.mia.public_id, wer="mia@example.org")
    assert "Verantwortlich ist Mia Hammes." in (await otto.get(club)).text
    await otto.post(f"{club}/aufloesen")
    assert (await otto.get(club)).status_code == 404


async def test_a_room_brings_equipment_and_says_so(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    await otto.post("/betrieb/regiohub-polch/ausstattung", name="Beamer")
    again = await otto.post("/betrieb/regiohub-polch/ausstattung", name="beamer")
    assert again.status_code == 422
    room = world.polch["Nette"].public_id
    form = await otto.get(f"/betrieb/regiohub-polch/verbunden/{room}")
    box = re.search(r'name="(teil-\w+)" value="ja"[^>]*>\s*<label[^>]*>Beamer', form.text)
    assert box
    await otto.post(f"/betrieb/regiohub-polch/verbunden/{room}", **{box[1]: "ja"})
    assert "mit Beamer" in (await (await site.browser()).get(SPACE_PAGE)).text
    in_use = await otto.post(f"/betrieb/regiohub-polch/ausstattung/{box[1].removeprefix('teil-')}/entfernen")
    assert in_use.status_code == 409


async def test_a_circle_of_parts_is_refused(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    room, booth = world.polch["Nette"].public_id, world.polch["K1"].public_id
    await otto.post(f"/betrieb/regiohub-polch/verbunden/{room}", **{f"teil-{booth}": "ja"})
    again = await otto.post(f"/betrieb/regiohub-polch/verbunden/{booth}", **{f"teil-{room}": "ja"})
    assert again.status_code == 422
    assert "kann nicht Teil von sich selbst sein" in again.text


def block_fields(world: World, **more: str) -> dict[str, str]:
    return {
        "art": "sperre",
        "grund": "Heizung",
        "tag": TOMORROW.isoformat(),
        "von": "08:00",
        "bis": "18:00",
        f"platz-{world.polch['1'].public_id}": "ja",
        **more,
    }


async def test_time_is_blocked_after_seeing_who_is_affected(site: Site, world: World) -> None:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    otto = await site.browser(world.otto)
    fields = block_fields(world)
    preview = await otto.get("/betrieb/regiohub-polch/sperren/pruefen", params=fields)
    assert "1 Buchung ist betroffen" in preview.text
    assert "Mia Hammes" in preview.text
    assert "auf Platz 2" in preview.text
    assert await fetch_value("SELECT count(*) FROM blocker") == 0, "looking changes nothing"
    state = re.search(r'name="stand" value="(\w+)"', preview.text)
    assert state
    stale = await otto.post("/betrieb/regiohub-polch/sperren", **fields, stand="x")
    assert stale.status_code == 409
    choice = {f"buchung-{booking.public_id}": "cancel"}
    done = await otto.post("/betrieb/regiohub-polch/sperren", **fields, stand=state[1], **choice)
    assert done.headers["location"].endswith("/sperren?getan=gesperrt")
    row = (await fetch("SELECT status, reason FROM booking WHERE id = $1", booking.id))[0]
    assert (row["status"], row["reason"]) == ("cancelled", "blocked")
    listed = await otto.get("/betrieb/regiohub-polch/sperren")
    assert "Mi 25. November 2026, 8–18 Uhr" in listed.text
    assert "Platz 1 · Heizung" in listed.text
    lift = re.search(r'action="(/betrieb/regiohub-polch/sperren/\w+/aufheben)"', listed.text)
    assert lift
    await otto.post(lift[1])
    assert "Keine Sperre steht an." in (await otto.get("/betrieb/regiohub-polch/sperren")).text


async def test_a_weekly_blocker_is_said_in_words(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fields = block_fields(world, wiederholt="2027-01-31", bis="09:00") | {"wochentag-3": "ja", "wochentag-5": "ja"}
    preview = await otto.get("/betrieb/regiohub-polch/sperren/pruefen", params=fields)
    assert "jeden Mittwoch und Freitag, 8–9 Uhr, bis 31. Januar 2027" in preview.text
    assert "Zusammen 20 Termine." in preview.text


async def test_a_form_with_mistakes_comes_back_with_its_input(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fields = block_fields(world, grund="", von="spät")
    again = await otto.get("/betrieb/regiohub-polch/sperren/pruefen", params=fields)
    assert again.status_code == 422
    assert 'id="grund-fehler"' in again.text
    assert 'id="von-fehler"' in again.text
    past = await otto.get("/betrieb/regiohub-polch/sperren/pruefen", params=block_fields(world, tag="2026-11-20"))
    assert past.status_code == 422
    assert 'id="bis-fehler"' in past.text


async def test_days_are_closed_and_guests_read_why(site: Site, world: World) -> None:
    otto = await site.browser(world.otto)
    fields = {"art": "schliesstag", "grund": "Betriebsausflug", "ersttag": TOMORROW.isoformat()}
    preview = await otto.get("/betrieb/regiohub-polch/sperren/pruefen", params=fields)
    state = re.search(r'name="stand" value="(\w+)"', preview.text)
    assert state
    done = await otto.post("/betrieb/regiohub-polch/sperren", **fields, stand=state[1])
    assert done.headers["location"].endswith("getan=geschlossen")
    page = await (await site.browser()).get(f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=ganz")
    assert "geschlossen: Betriebsausflug" in page.text


async def test_a_room_is_booked_round_the_clock_where_its_rules_say_so(site: Site, world: World) -> None:
    otto, mia = await site.browser(world.otto), await site.browser(world.mia)
    night = f"tag={TOMORROW}&zeit=eigen&von=20:00&bis=22:00&art=room"
    before = await mia.get(f"/standorte/regiohub-polch?{night}")
    assert 'name="platz" value="' + world.polch["Nette"].public_id not in before.text
    rules = RULES | {"outside_hours": "everyone", "needs_approval": ""}
    await otto.post("/betrieb/regiohub-polch/regeln/room", **rules)
    page = await mia.get(f"/standorte/regiohub-polch?{night}")
    assert f'value="{world.polch["Nette"].public_id}"' in page.text
    assert "rund um die Uhr" in page.text
    summary = await mia.get(f"/buchen?standort=regiohub-polch&{night}&platz={world.polch['Nette'].public_id}")
    assert "Raum buchen" in summary.text
    assert "bis Mi 25. November, 18:00 Uhr, danach zählt die Buchung" in summary.text
    found = await mia.get(f"/plaetze?ort=Polch&{night}")
    assert "außerhalb der Öffnungszeiten, rund um die Uhr buchbar" in found.text
    assert f"/standorte/regiohub-polch?{night.replace('&', '&amp;').replace(':', '%3A')}" in found.text


async def test_only_managers_have_an_operators_page(site: Site, world: World) -> None:
    for person in (world.mia, world.frida):
        browser = await site.browser(person)
        assert (await browser.get("/betrieb")).status_code == 404
        assert "/betrieb" not in (await browser.get("/woche")).text
    otto = await site.browser(world.otto)
    assert (await otto.get("/betrieb")).headers["location"] == "/betrieb/regiohub-polch"
    nadja = await (await site.browser(world.nadja)).get("/betrieb")
    assert "RegioHub Polch" in nadja.text
    assert "Alte Post Andernach" in nadja.text


async def test_a_refusal_speaks_of_what_was_chosen_or_says_that_rules_differ(site: Site, world: World) -> None:
    other = await a_resource(world.polch.id, Kind.ROOM, "Elz", order=9)
    await rules_at(world.polch, Kind.ROOM, world.polch["Nette"], shortest=600)
    await rules_at(world.polch, Kind.ROOM, other, notice=6000)
    browser = await site.browser(world.mia)
    page = f"/standorte/regiohub-polch?tag={TOMORROW}&zeit=eigen&von=09:00&bis=10:00&art=room"
    assert "die sind je Platz verschieden. Sie stehen in der Liste." in (await browser.get(page)).text
    chosen = (await browser.get(f"{page}&platz={world.polch['Nette'].public_id}")).text
    assert "Raum Nette: Hier bucht man mindestens 10 Stunden." in chosen
    assert "je Platz verschieden" not in chosen
    await execute("UPDATE resource SET rules = NULL WHERE id = $1", other.id)
    one_left = (await browser.get(f"{page}&platz={world.polch['Nette'].public_id}")).text
    assert "Raum Nette: Hier bucht man mindestens 10 Stunden." in one_left
    assert "Raum Nette: " not in (await browser.get(page)).text
