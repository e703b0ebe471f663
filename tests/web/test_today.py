"""Today at a space, as Frida sees it: who comes, what is taken, what is to be done, on screen, paper and in a file."""

import csv
import io
import re
from datetime import timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.operations import BookDesk, book
from app.bookings.rules import AnyOf
from app.bookings.settling import SETTLING
from app.identity.reachability import note_failure
from app.inventory.reports import NewReport, report, reports_at
from app.inventory.rules import Kind
from app.network.queries import any_space
from app.platform.database import execute, fetch_value, queries_run
from app.web.day_sheet import harmless
from tests.web.conftest import Browser, Now, Site, said
from tests.worlds import TOMORROW, World, a_resource, house_rules_at, rules_at, tomorrow

POLCH = "/theke/regiohub-polch"


@pytest.fixture
async def frida(site: Site, world: World, now: Now) -> Browser:
    """At half past nine on Wednesday, while the worker runs."""
    now.at = tomorrow(9, 30)
    await execute(
        "INSERT INTO periodic_job (name, next_run_at, last_run_at) VALUES ($1, $2, $2)", SETTLING, tomorrow(9, 30)
    )
    return await site.browser(world.frida)


async def booked(world: World, desk: str, starts: int, ends: int, **more: object) -> str:
    command = BookDesk(world.polch[desk].public_id, tomorrow(starts), tomorrow(ends), **more)  # type: ignore[arg-type]
    return (await book(world.mia.actor(), command, tomorrow(8) - timedelta(days=1))).public_id


def group(page: str, title: str) -> str:
    """The lines under this heading of 'Wer kommt'."""
    return re.split(r"<h3>|</form>", page.split(f"<h3>{title}", 1)[1], maxsplit=1)[0]


async def test_the_day_begins_with_its_sum_and_says_who_is_to_be_welcomed(frida: Browser, world: World) -> None:
    missing, here = await booked(world, "1", 9, 18), await booked(world, "2", 8, 12)
    later = await booked(world, "Nette", 14, 17)
    await check_in(world.mia.actor(), here, tomorrow(7, 52))
    page = (await frida.get(POLCH)).text
    for part in ("3 gebucht", "1 ist da", "1 kommt noch", "1 fehlt", "1 Platz frei bis 18:00 Uhr"):
        assert part in said(page)
    assert f"{missing}/da" in group(page, "Jetzt erwartet")
    assert "fehlt seit 30 Min." in group(page, "Jetzt erwartet")
    assert f"b-{later}" in group(page, "Später")
    assert f"{later}/da" not in page, "no button that would be refused"
    assert "da seit 7:52" in group(page, "Sind da")


async def test_the_table_holds_bars_of_half_hours_and_the_line_of_now(frida: Browser, world: World) -> None:
    here = await booked(world, "1", 8, 12)
    await check_in(world.mia.actor(), here, tomorrow(7, 52))
    await booked(world, "Nette", 14, 17)
    page = (await frida.get(POLCH)).text
    grid = re.search(r'<table class="nw-grid".*?</table>', page, re.S)
    assert grid
    desk, nette = (
        re.search(rf"<tr[^>]*><th scope=\"row\"><b>{name}</b>.*?</tr>", grid[0], re.S) for name in ("1", "Nette")
    )
    assert desk
    assert nette
    assert f'<td colspan="8"><a class="nw-bar nw-bare nw-bar--in" href="#b-{here}"' in desk[0]
    assert desk[0].count("<td") == 1 + 12, "a bar of eight half hours and twelve free ones"
    assert 'class="sep"' in nette[0], "rooms are set apart from desks"
    assert "Hammes, M. 14–17 Uhr , erwartet" in said(f"<main>{nette[0]}</main>")
    assert 'x1="15.0%"' in page, "half past nine between eight and six"
    assert "nw-now" not in (await frida.get(f"{POLCH}?tag=2026-11-26")).text


async def test_a_blocker_and_two_bookings_within_one_half_hour_are_all_there(frida: Browser, world: World) -> None:
    for starts, ends in ((tomorrow(10), tomorrow(10, 15)), (tomorrow(10, 15), tomorrow(10, 30))):
        await book(world.mia.actor(), BookDesk(world.polch["K1"].public_id, starts, ends), tomorrow(8))
    blocker = await fetch_value(
        "INSERT INTO blocker (public_id, space, resources, starts_at, ends_at, reason_de, created_at)"
        " VALUES ('defekt', $1, $2, $3, $4, 'Ladesäule defekt', $3) RETURNING id",
        *(world.polch.id, [world.polch["3"].id], tomorrow(8), tomorrow(12)),
    )
    await execute(
        "INSERT INTO claim (resource, starts_at, ends_at, reason, holder) VALUES ($1, $2, $3, 'blocker', $4)",
        *(world.polch["3"].id, tomorrow(8), tomorrow(12), blocker),
    )
    page = (await frida.get(POLCH)).text
    assert '<div class="nw-bar nw-bar--block"><span>Gesperrt: Ladesäule defekt</span>' in page
    assert len(re.findall(r"<td>(?:<a class=\"nw-bar[^>]*>.*?</a>){2}</td>", page)) == 1


async def test_who_is_missing_is_a_note_with_a_way_out(frida: Browser, world: World) -> None:
    await rules_at(world.polch, Kind.DESK, no_show_after=60)
    booking = await booked(world, "1", 9, 18, guest_phone="0171 234567")
    page = (await frida.get(POLCH)).text
    notes = page.split('class="nw-notes"', 1)[1].split("</ul>", 1)[0]
    assert "Mia Hammes fehlt seit 9:00 Uhr: Platz 1. Um 10:00 Uhr wird der Platz von selbst frei." in said(page)
    assert 'href="tel:0171234567" aria-label="Anrufen: Mia Hammes"' in notes
    answer = await frida.post(f"{POLCH}/buchungen/{booking}/freigeben")
    after = (await frida.get(answer.headers["location"])).text
    assert "Freigegeben." in said(after)
    assert "nicht gekommen" in group(after, "Ohne Ankunft")
    assert (await frida.post(f"{POLCH}/buchungen/{booking}/freigeben")).status_code == 409


async def test_where_the_rules_keep_the_place_it_can_only_be_cancelled(frida: Browser, world: World) -> None:
    booking = await booked(world, "1", 9, 18)
    page = (await frida.get(POLCH)).text
    assert f"{booking}/freigeben" not in page
    assert f'href="{POLCH}/buchungen/{booking}/absagen" aria-label="Absagen: Mia Hammes"' in page


async def test_more_than_four_who_are_missing_are_a_number(frida: Browser, world: World) -> None:
    for number in range(6):
        desk = await a_resource(world.polch.id, Kind.DESK, f"X{number}", order=9 + number)
        await book(world.mia.actor(), BookDesk(desk.public_id, tomorrow(9), tomorrow(12)), tomorrow(8))
    assert "2 weitere fehlen." in said((await frida.get(POLCH)).text)


async def test_a_mail_that_did_not_go_out_is_told_on_the_day(frida: Browser, world: World) -> None:
    booking = await fetch_value("SELECT id FROM booking WHERE public_id = $1", await booked(world, "1", 14, 18))
    event = await fetch_value("SELECT id FROM outbox_event ORDER BY id LIMIT 1")
    job = (
        "INSERT INTO job (handler, event, aggregate_kind, aggregate_id, state, attempts, next_attempt_at)"
        " VALUES ('mail.booking_confirmed', $1, 'booking', $2, $3, $4, $5)"
    )
    await execute(job, event, booking, "waiting", 2, tomorrow(9))
    assert "Keine E-Mail" not in (await frida.get(POLCH)).text, "it may still go out"
    await execute("UPDATE job SET state = 'dead', attempts = 9")
    page = said((await frida.get(POLCH)).text)
    assert "Keine E-Mail an Mia Hammes: Eine Nachricht zur Buchung (Platz 1, 14–18 Uhr) ging nicht hinaus." in page


async def test_a_closed_day_that_is_booked_leads_managers_to_its_list_and_the_desk_to_the_day(
    frida: Browser, site: Site, world: World
) -> None:
    await booked(world, "1", 9, 18)
    for table in ("booking", "claim"):
        await execute(
            f"UPDATE {table} SET starts_at = starts_at + interval '29 d', ends_at = ends_at + interval '29 d'"
        )
    otto = await site.browser(world.otto)
    page = (await otto.get(POLCH)).text
    assert "Geschlossen am Do 24. Dezember: Eine Buchung liegt noch an diesem Tag." in said(page)
    [url] = re.findall(r'href="(/betrieb/regiohub-polch/sperren/pruefen[^"]+)"', page)
    assert "Mia Hammes" in (await otto.get(url.replace("&amp;", "&"))).text
    page = (await frida.get(POLCH)).text
    assert f'href="{POLCH}?tag=2026-12-24"' in page
    assert "sperren" not in page


async def test_requests_are_told_where_they_are(frida: Browser, world: World) -> None:
    await rules_at(world.polch, Kind.ROOM, needs_approval=True)
    await booked(world, "Nette", 14, 17)
    page = (await frida.get(POLCH)).text
    assert "Eine Anfrage wartet auf Antwort." in said(page)
    assert "nw-bar--ask" in page


async def test_a_walk_in_is_a_name_and_one_button(frida: Browser, world: World) -> None:
    page = (await frida.get(f"{POLCH}/gast")).text
    [first, *_] = re.findall(r'<option value="(\w+)"', page)
    assert "Platz 1, frei bis 18:00 Uhr" in page
    key = re.search(r'name="schluessel" value="([^"]+)"', page)
    assert key
    form = {"name": "Jonas Weiler", "was": first, "schluessel": key[1]}
    answer = await frida.post(f"{POLCH}/gast", **form)
    again = await frida.post(f"{POLCH}/gast", **form, neu="ja")
    assert again.status_code in (303, 409)
    assert await fetch_value("SELECT count(*) FROM booking") == 1
    shown = (await frida.get(answer.headers["location"])).text
    assert "Eingetragen und als angekommen notiert." in said(shown)
    assert "da seit 9:30" in group(shown, "Sind da")


async def test_a_walk_in_whose_name_is_known_is_asked_who_it_is(frida: Browser, world: World) -> None:
    await booked(world, "1", 14, 18)
    desk = world.polch["2"].public_id
    asked = await frida.post(f"{POLCH}/gast", name="Mia Hammes", was=desk)
    assert asked.status_code == 409
    assert f'name="person" value="{world.mia.public_id}"' in asked.text
    assert await fetch_value("SELECT count(*) FROM booking") == 1
    answer = await frida.post(f"{POLCH}/gast", name="Mia Hammes", was=desk, person=world.mia.public_id)
    assert answer.status_code == 303
    assert await fetch_value("SELECT count(*) FROM booking WHERE person = $1", world.mia.id) == 2


async def test_a_walk_in_says_what_is_wrong_and_keeps_the_name(frida: Browser, world: World, now: Now) -> None:
    await house_rules_at(world.polch)
    desk = world.polch["2"].public_id
    page = await frida.post(f"{POLCH}/gast", name="Jonas Weiler", was=desk, ausgabe="1")
    assert page.status_code == 422
    assert 'id="hausordnung-fehler"' in page.text
    assert 'value="Jonas Weiler"' in page.text
    await book(world.mia.actor(), BookDesk(desk, tomorrow(9, 30), tomorrow(18), house_rules=1), now())
    page = await frida.post(f"{POLCH}/gast", name="Jonas Weiler", was=desk, ausgabe="1", hausordnung="ja")
    assert page.status_code == 409
    assert 'id="was-fehler"' in page.text
    assert (await frida.post(f"{POLCH}/gast", name="?", was=desk)).status_code == 422
    now.at = tomorrow(20)
    assert "Jetzt ist kein Schreibtisch frei" in (await frida.get(f"{POLCH}/gast")).text


async def test_the_file_has_a_row_for_each_booking_and_no_formula(frida: Browser, world: World) -> None:
    await booked(world, "1", 9, 18, note='=HYPERLINK("http://x")', guest_phone="+49 171 234567")
    answer = await frida.get(f"{POLCH}/tag.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-disposition"] == f'attachment; filename="regiohub-polch-{TOMORROW}.csv"'
    [head, row] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    cells = dict(zip(head, row, strict=True))
    assert (cells["Von"], cells["Name"], cells["Stand"]) == ("2026-11-25 09:00", "Mia Hammes", "fehlt seit 30 Min.")
    assert cells["Notiz"].startswith("'=")
    assert cells["Telefon"] == "'+49 171 234567"
    await frida.post("/sprache", sprache="en", zurueck="/")
    assert ",Name," in (await frida.get(f"{POLCH}/tag.csv")).text


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "-2", "\t=1", "+49", " =1"])
def test_what_a_spreadsheet_would_compute_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("Mia = Hammes") == "Mia = Hammes"


async def test_many_bookings_take_no_more_statements_than_two(frida: Browser, world: World) -> None:
    async def statements() -> int:
        noted: list[str] = []
        token = queries_run.set(noted)
        assert (await frida.get(POLCH)).status_code == 200
        queries_run.reset(token)
        return len(noted)

    await booked(world, "1", 9, 18)
    await statements()
    few = await statements()
    for number in range(20):
        desk = await a_resource(world.polch.id, Kind.DESK, f"X{number}", order=9 + number)
        await book(world.mia.actor(), BookDesk(desk.public_id, tomorrow(10), tomorrow(12)), tomorrow(8))
    assert await statements() == few
    assert few < 25


async def test_the_days_page_says_where_to_hear_of_changes_and_reloads_without_scripts(
    frida: Browser, world: World
) -> None:
    await book(world.mia.actor(), BookDesk(AnyOf("regiohub-polch", Kind.DESK), tomorrow(14), tomorrow(15)), tomorrow(8))
    page = (await frida.get(POLCH)).text
    [event] = re.findall(rf'data-live="{POLCH}/aenderungen" data-here="{POLCH}" data-event="(\d+)"', page)
    assert "Stand 9:30" in said(page)
    assert f'<a id="neu-laden" href="{POLCH}">' in page
    stream = await frida.get(f"{POLCH}/aenderungen?ab={event}")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "changed" not in stream.text
    assert "event: changed" in (await frida.get(f"{POLCH}/aenderungen?ab={int(event) - 1}")).text
    assert (await frida.get(f"{POLCH}/aenderungen?ab=x")).status_code == 404


async def test_what_was_reported_stands_in_a_note_and_its_number_in_the_navigation(
    frida: Browser, site: Site, world: World
) -> None:
    polch = await any_space("regiohub-polch")
    assert polch is not None
    assert "nw-count" not in (await frida.get(POLCH)).text
    await report(polch, NewReport("dirt", "Krümel"), "de", "192.0.2.7", tomorrow(9))
    made = await report(polch, NewReport("broken", "Dunkel", world.polch["1"].public_id), "de", "x", tomorrow(9, 20))
    page = await frida.get(POLCH)
    assert "2 Meldungen sind offen. Zuletzt: Etwas ist kaputt (Platz 1)" in said(page.text)
    assert f'id="n-meldung-{made}"' in page.text
    assert '<b class="nw-count">2<span class="kern-sr-only"> offen</span></b>' in page.text
    tilda = (await (await site.browser(world.tilda)).get(POLCH)).text
    assert "Meldungen sind offen" not in tilda
    assert "nw-count" not in tilda
    for public_id in [each.public_id for each in await reports_at(polch.id, tomorrow(9, 30))]:
        await frida.post(f"{POLCH}/meldungen/{public_id}/stand", stand="in_hand")
    assert "offen" not in said((await frida.get(POLCH)).text).split("Wer kommt")[0]


async def test_from_whose_address_mails_come_back_is_to_be_called_or_asked(frida: Browser, world: World) -> None:
    coming = await booked(world, "1", 14, 18, guest_phone="0171 5555555")
    await booked(world, "2", 12, 14)
    await note_failure("mia@example.org", tomorrow(7), "5.1.1", tomorrow(8), is_permanent=True)
    page = (await frida.get(POLCH)).text
    assert said(page).count("E-Mails an Mia Hammes kommen nicht an.") == 1, "however often she comes"
    assert "E-Mails an Mia Hammes kommen nicht an. Bitte anrufen (Platz 2, 12–14 Uhr)." in said(page)
    contact = await frida.get(f"{POLCH}/leute/{world.mia.public_id}")
    assert "Was an die Adresse dieser Person ging, kam zurück." in said(contact.text)
    assert "mia@example.org" not in contact.text, "the address is the person's own"
    await cancel_all_but(coming)
    assert "tel:01715555555" in (await frida.get(POLCH)).text


async def cancel_all_but(public_id: str) -> None:
    await execute("UPDATE booking SET status = 'cancelled' WHERE public_id <> $1", public_id)
