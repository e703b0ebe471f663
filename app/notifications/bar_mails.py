"""The mails about a bar: to the person that it stands, is answered or lifted, to the operator that somebody objects."""

from datetime import datetime

from app.identity.queries import people
from app.kernel.refusals import marked
from app.network.bars import BarCard, bar_by_id
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox

_STAFF_READS = "de"


async def tell_barred(office: PostOffice, key: int, now: datetime) -> None:
    """Says why, until when, what stays as it was, and how to object; not where it is lifted already."""
    bar = await bar_by_id(key)
    if bar is None or not bar.stands(now):
        return
    until = (
        marked("Es gilt bis {last_day} und nur für die Standorte von {operator}.")
        if bar.last_day
        else marked("Es gilt ohne Enddatum und nur für die Standorte von {operator}.")
    )
    await _to_person(
        office,
        bar,
        "made",
        marked("Hausverbot bei {operator}"),
        marked("{operator} hat Ihnen Hausverbot erteilt"),
        [
            marked("Der Grund: {reason}"),
            until,
            marked(
                "Ihr Konto und alle anderen Standorte im Netzwerk bleiben, wie sie sind; niemand dort erfährt davon."
            ),
            marked("Sind Sie nicht einverstanden? Schreiben Sie einen Widerspruch. {operator} muss ihn beantworten."),
        ],
        marked("Grund lesen und widersprechen"),
        now,
    )


async def tell_answered(office: PostOffice, key: int, now: datetime) -> None:
    """Says what the operator answers to the objection."""
    bar = await bar_by_id(key)
    if bar is None or bar.answered_at is None:
        return
    lifted = bar.lifted_at is not None
    await _to_person(
        office,
        bar,
        "answered",
        marked("Hausverbot aufgehoben: {operator}") if lifted else marked("Antwort auf Ihren Widerspruch: {operator}"),
        marked("{operator} hat das Hausverbot aufgehoben")
        if lifted
        else marked("{operator} bleibt bei dem Hausverbot"),
        [marked("Die Antwort: {answer}")],
        marked("Alles dazu ansehen"),
        now,
    )


async def tell_lifted(office: PostOffice, key: int, now: datetime) -> None:
    """Says that the person may book there again."""
    bar = await bar_by_id(key)
    if bar is None or bar.lifted_at is None:
        return
    await _to_person(
        office,
        bar,
        "lifted",
        marked("Hausverbot aufgehoben: {operator}"),
        marked("{operator} hat das Hausverbot aufgehoben"),
        [marked("Sie können dort wieder buchen.")],
        marked("Alles dazu ansehen"),
        now,
    )


async def tell_objected(office: PostOffice, key: int, now: datetime) -> None:
    """Says to the operator that somebody objects and waits for words."""
    bar = await bar_by_id(key)
    if bar is None or not bar.operator_email or not bar.waits_for_answer(now):
        return
    says = speaker(_STAFF_READS)
    letter = Letter(
        key=f"bar-objected-{bar.public_id}",
        to=Mailbox(bar.operator_name, bar.operator_email),
        person=None,
        language=_STAFF_READS,
        subject=says.say(marked("Widerspruch von {name}"), name=bar.person_name),
        template="news",
        context={
            "first": says.say(marked("{name} widerspricht dem Hausverbot"), name=bar.person_name),
            "paragraphs": [
                says.say(marked("Antworten Sie bitte mit ein paar Worten. Aufheben können Sie es dabei auch."))
            ],
            "actions": [
                (
                    f"{office.address}/betreiber/{bar.operator_slug}/hausverbote/{bar.public_id}",
                    says.say(marked("Widerspruch lesen und beantworten")),
                )
            ],
        },
    )
    await office.send(letter, now)


async def tell_noted(office: PostOffice, key: int, now: datetime) -> None:
    """Says to the person which words staff has noted down as the objection; who wrote it by the link knows them."""
    bar = await bar_by_id(key)
    if bar is None or not bar.objected_how or not bar.waits_for_answer(now):
        return
    await _to_person(
        office,
        bar,
        "noted",
        marked("Ihr Widerspruch bei {operator} ist notiert"),
        marked("{operator} hat Ihren Widerspruch notiert"),
        [
            marked("Das steht darin: {objection}"),
            marked("{operator} muss Ihnen antworten. Bis dahin gilt das Hausverbot."),
            marked("Stimmt das so nicht? Dann rufen Sie uns bitte an."),
        ],
        marked("Hausverbot und Widerspruch ansehen"),
        now,
    )


async def _to_person(
    office: PostOffice,
    bar: BarCard,
    news: str,
    subject: str,
    first: str,
    paragraphs: list[str],
    action: str,
    now: datetime,
) -> None:
    person = (await people([bar.person]))[bar.person]
    if person.email is None:
        return
    says = speaker(person.language)
    letter = Letter(
        key=f"bar-{news}-{bar.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=_say(says, subject, bar),
        template="news",
        context={
            "first": _say(says, first, bar),
            "paragraphs": [_say(says, each, bar) for each in paragraphs],
            "actions": [(office.bar_link(bar.public_id), says.say(action))],
        },
    )
    await office.send(letter, now)


def _say(says: Speaker, text: str, bar: BarCard) -> str:
    return says.say(
        text,
        operator=bar.operator_name,
        reason=bar.reason,
        objection=bar.objection,
        answer=bar.answer,
        last_day=bar.last_day,
    )
