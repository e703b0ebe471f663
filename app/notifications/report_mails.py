"""The mail that answers who has reported something at a space or asked there."""

from datetime import datetime

from app.inventory.reports import report_by_id
from app.kernel.refusals import marked
from app.network.queries import space_by_id
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event


async def tell_answer(office: PostOffice, event: Event, now: datetime) -> None:
    """Sends the answer, with what was reported beneath it, to the address that was left for it."""
    report = await report_by_id(event.aggregate_id, now)
    space = await space_by_id(report.space) if report else None
    if report is None or space is None or report.email is None:
        return
    says = speaker(report.language)
    facts = {"space": space.name, "phone": space.phone or space.operator.phone}
    paragraphs = [*report.answer.split("\n"), says.say(marked("Sie hatten geschrieben:"), {}), *report.said.split("\n")]
    if facts["phone"]:
        paragraphs.append(says.say(marked("Noch eine Frage? {space}, Telefon {phone}."), facts))
    letter = Letter(
        key=f"report-answered-{report.public_id}",
        to=Mailbox("", report.email),
        person=None,
        language=report.language,
        subject=says.say(marked("Antwort auf Ihre Meldung, {space}"), facts),
        template="news",
        context={
            "first": says.say(marked("{space} antwortet Ihnen."), facts),
            "paragraphs": [paragraph for paragraph in paragraphs if paragraph.strip()],
            "actions": [],
        },
    )
    await office.send(letter, now)
