"""The answer to who has reported something."""

from app.inventory.reports import NewReport, answer_report, report
from app.network.queries import any_space
from app.platform.database import execute, fetch_value
from tests.notifications.conftest import Happen, Postman, text_of
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
