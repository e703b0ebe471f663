"""The answer to who has reported something, and word of it to the staff."""

from app.inventory.reports import NewReport, answer_report, report
from app.network.queries import any_space
from app.platform.database import execute, fetch, fetch_value
from tests.notifications.conftest import ADDRESS, Happen, Postman, text_of
from tests.worlds import NOW, World


async def test_the_answer_goes_to_the_address_that_was_left_with_what_was_asked(
    world: World, postman: Postman, happens: Happen
) -> None:
    polch = await any_space(world.polch.slug)
    assert polch is not None
    asked = NewReport("question", "Is there a locker?", contact="jana@example.org")
    made = await report(polch, asked, "en", "192.0.2.7", NOW)
    key = await fetch_value("SELECT id FROM report WHERE public_id = $1", made)
    await answer_report(world.frida.actor(), polch, made, "Yes, in the hall.", NOW)
    await happens("report.answered", key)
    [mail] = postman.mails
    assert mail["To"] == "jana@example.org"
    assert mail["Subject"] == "Answer to your report, RegioHub Polch"
    text = text_of(mail)
    assert text.index("Yes, in the hall.") < text.index("Is there a locker?")


async def test_nothing_goes_out_for_a_report_that_is_gone(world: World, postman: Postman, happens: Happen) -> None:
    polch = await any_space(world.polch.slug)
    assert polch is not None
    made = await report(polch, NewReport("question", "Wo?", contact="jana@example.org"), "de", "192.0.2.7", NOW)
    key = await fetch_value("SELECT id FROM report WHERE public_id = $1", made)
    await execute("DELETE FROM report WHERE id = $1", key)
    await happens("report.answered", key)
    assert postman.mails == []


async def came(world: World, *said: str) -> list[int]:
    polch = await any_space(world.polch.slug)
    assert polch is not None
    for number, each in enumerate(said):
        await report(polch, NewReport("broken", each, world.polch["1"].public_id), "de", f"{number}", NOW)
    return [row["id"] for row in await fetch("SELECT id FROM report ORDER BY id")]


async def test_staff_reads_what_was_reported_where_to_answer_and_how_to_hear_no_more(
    world: World, postman: Postman, happens: Happen
) -> None:
    keys = await came(world, "Der Monitor\nbleibt dunkel.")
    await happens("space.reports_came", world.polch.id, 7, person=world.frida.id, reports=keys)
    await happens("space.reports_came", world.polch.id, 7, person=world.frida.id, reports=keys)
    [mail] = postman.mails
    assert mail["To"] == "Frida Empfang <frida@example.org>"
    assert mail["Subject"] == "Gemeldet: Etwas ist kaputt (Platz 1), RegioHub Polch"
    for text in (text_of(mail), text_of(mail, "html")):
        assert "Etwas ist kaputt (Platz 1): Der Monitor bleibt dunkel." in text
        assert f"{ADDRESS}/theke/regiohub-polch/meldungen" in text
        assert f"{ADDRESS}/konto/erinnerungen" in text


async def test_many_reports_are_one_mail_in_the_readers_language(
    world: World, postman: Postman, happens: Happen
) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.frida.id)
    keys = await came(world, *(f"Defekt {number}" for number in range(7)))
    await happens("space.reports_came", world.polch.id, person=world.frida.id, reports=keys)
    [mail] = postman.mails
    assert mail["Subject"] == "7 new reports, RegioHub Polch"
    assert "And 2 more." in text_of(mail)


async def test_nobody_hears_of_what_is_done_or_no_longer_his(world: World, postman: Postman, happens: Happen) -> None:
    keys = await came(world, "Dunkel")
    await execute("UPDATE role_grant SET revoked_at = $2 WHERE person = $1", world.frida.id, NOW)
    await happens("space.reports_came", world.polch.id, 1, person=world.frida.id, reports=keys)
    await execute("UPDATE report SET state = 'in_hand'")
    await happens("space.reports_came", world.polch.id, 2, person=world.otto.id, reports=keys)
    assert postman.mails == []


async def test_a_host_without_an_account_reads_it_at_the_spaces_address(
    world: World, postman: Postman, happens: Happen
) -> None:
    await happens("space.reports_came", world.polch.id, person=None, reports=await came(world, "Dunkel"))
    [mail] = postman.mails
    assert mail["To"] == "RegioHub Polch <polch@example.org>"
    assert "abbestellen" not in text_of(mail)
