"""The mails about a contract's end: a declaration has come in, was put aside, or the contract has an end."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.sale_withdrawing import bookings_withdrawn_by
from app.identity.queries import people
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.notifications.post_office import Letter, PostOffice
from app.plans.change_withdrawals import ChangeOrder, change_by_id
from app.plans.changing import coming_change, stretch_now
from app.plans.contracts import ContractCard, ContractKind, contract_by_id
from app.plans.declaration_words import said_rows
from app.plans.declarations import DeclarationCard, Outcome, declaration_by_id
from app.plans.ending import EndedBecause
from app.plans.queries import membership_by_id
from app.plans.terms import Billed
from app.plans.terms_said import name_of
from app.plans.withdrawal import balance_of
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox

_ZONE: Final = ZoneInfo("Europe/Berlin")
PRICES: Final = {Billed.MONTHLY: marked("{price} im Monat"), Billed.YEARLY: marked("{price} im Jahr")}
_STILL_NEWS: Final = timedelta(days=30)


async def tell_received(office: PostOffice, key: int, now: datetime) -> None:
    """The receipt, with all that was declared, day and time; the same whether or not there is such a contract."""
    declaration = await declaration_by_id(key)
    if declaration is None:
        return
    says = speaker(declaration.language)
    is_withdrawal = declaration.is_withdrawal
    letter = _to_declarer(
        declaration,
        "received",
        marked("Ihr Widerruf ist eingegangen") if is_withdrawal else marked("Ihre Kündigung ist eingegangen"),
        "declaration",
        {
            "first": says.gettext(
                marked("Ihr Widerruf ist eingegangen") if is_withdrawal else marked("Ihre Kündigung ist eingegangen")
            ),
            "rows": said_rows(declaration, says),
            "paragraphs": [
                says.gettext(marked("Diese E-Mail ist die Bestätigung. Bitte bewahren Sie sie auf.")),
                says.gettext(
                    marked("Wir ordnen die Erklärung jetzt Ihrem Vertrag zu und schreiben dann, wann er endet.")
                ),
                says.gettext(marked("Sie haben nichts erklärt? Dann melden Sie sich bitte gleich.")),
            ],
        },
    )
    await office.send(letter, now)


async def tell_put_aside(office: PostOffice, key: int, now: datetime) -> None:
    """Says why nothing follows from it, in the words of who has decided that."""
    declaration = await declaration_by_id(key)
    if declaration is None or declaration.outcome is not Outcome.PUT_ASIDE:
        return
    says = speaker(declaration.language)
    is_withdrawal = declaration.is_withdrawal
    subject = marked("Zu Ihrem Widerruf") if is_withdrawal else marked("Zu Ihrer Kündigung")
    paragraphs = [
        declaration.answer,
        says.gettext(marked("Stimmt das nicht? Antworten Sie auf diese E-Mail, oder rufen Sie uns an.")),
    ]
    context = {
        "first": says.gettext(subject),
        "rows": said_rows(declaration, says),
        "paragraphs": paragraphs,
        "is_answer": True,
    }
    await office.send(_to_declarer(declaration, "put-aside", subject, "declaration", context), now)


async def tell_membership_ended(office: PostOffice, key: int, now: datetime) -> None:
    """Says to the member when it ends, and after a withdrawal what is still charged."""
    await _tell_ended(office, await contract_by_id(ContractKind.MEMBERSHIP, key), now)


async def tell_pass_ended(office: PostOffice, key: int, now: datetime) -> None:
    """The same to the holder of a pass."""
    await _tell_ended(office, await contract_by_id(ContractKind.PASS, key), now)


async def _tell_ended(office: PostOffice, contract: ContractCard | None, now: datetime) -> None:
    if contract is None or contract.last_day is None or contract.last_day < local_day(now - _STILL_NEWS, _ZONE):
        return
    person = (await people([contract.person]))[contract.person]
    if person.email is None:
        return
    says = speaker(person.language)
    is_withdrawn = contract.ended_because is not None and contract.ended_because.is_withdrawal
    subject = marked("Widerrufen: {contract}") if is_withdrawn else marked("{contract} endet am {day}")
    said = {"contract": contract.name(person.language), "day": says.day_of_year(contract.last_day)}
    paragraphs = await _withdrawn(contract, says) if is_withdrawn else _ended(contract, says)
    letter = Letter(
        key=f"contract-ended-{contract.public_id}-{contract.last_day:%Y%m%d}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(subject, **said),
        template="news",
        context={
            "first": says.say(subject, **said),
            "paragraphs": [says.say(marked("Vertragsnummer: {number}"), number=contract.public_id), *paragraphs],
            "actions": [(f"{office.address}/mitgliedschaft", says.gettext(marked("Verträge und Guthaben ansehen")))],
        },
    )
    await office.send(letter, now)


async def tell_withdrawn(office: PostOffice, key: int, now: datetime) -> None:
    """That a change of plan or a booking is withdrawn from: what holds now, what is owed and what comes back."""
    declaration = await declaration_by_id(key)
    if declaration is None or declaration.person is None or declaration.charged is None:
        return
    person = (await people([declaration.person]))[declaration.person]
    if person.email is None:
        return
    says = speaker(person.language)
    change = await change_by_id(declaration.order) if declaration.order else None
    if change is not None:
        first = says.say(marked("Widerrufen: Wechsel zu {name}"), name=change.name(person.language))
        paragraphs = await _terms_again(change, person.language, now)
    else:
        first = says.gettext(marked("Ihre Buchung ist widerrufen"))
        paragraphs = [
            says.say(marked("{day}, {space}"), day=says.day_of_year(each.starts_at.date()), space=each.space.name)
            for each in await bookings_withdrawn_by(key)
        ]
    owed = Money(declaration.owed or 0)
    text = (
        marked("Für die Zeit bis zum Widerruf werden {owed} berechnet, weil Sie den frühen Beginn verlangt haben.")
        if owed.amount
        else marked("Dafür wird nichts berechnet.")
    )
    paragraphs.append(says.say(text, owed=owed))
    if declaration.charged > owed.amount:
        kept = marked("Was Sie darüber hinaus bezahlt haben, bekommen Sie innerhalb von 14 Tagen zurück.")
        paragraphs.append(says.gettext(kept))
    letter = Letter(
        key=f"declaration-withdrawn-{declaration.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=first,
        template="news",
        context={
            "first": first,
            "paragraphs": paragraphs,
            "actions": [(f"{office.address}/mitgliedschaft", says.gettext(marked("Verträge und Guthaben ansehen")))],
        },
    )
    await office.send(letter, now)


async def _terms_again(change: ChangeOrder, language: str, now: datetime) -> list[str]:
    """Which terms hold again, with their price."""
    card = await membership_by_id(change.membership)
    assert card is not None, "contracts are kept"
    says, held = (
        speaker(language),
        coming_change(card, local_day(now, _ZONE)) or stretch_now(card, local_day(now, _ZONE)),
    )
    price = Money(held.terms.price_for(held.price_class), held.terms.currency)
    return [
        says.say(
            marked("Ab {day} gilt wieder {name}: {price}."),
            day=says.day_of_year(held.days.first),
            name=name_of(held.terms, language),
            price=says.say(PRICES[held.terms.billed], price=price),
        )
    ]


async def _withdrawn(contract: ContractCard, says: Speaker) -> list[str]:
    owed = await balance_of(contract)
    if not owed.amount:
        return [
            says.gettext(marked("Der Vertrag ist beendet, und berechnet wird nichts.")),
            says.gettext(marked("Was Sie schon bezahlt haben, bekommen Sie innerhalb von 14 Tagen zurück.")),
        ]
    return [
        says.say(marked("Der Vertrag ist beendet. Für die Zeit bis zum Widerruf werden {owed} berechnet."), owed=owed),
        says.gettext(marked("Was Sie darüber hinaus bezahlt haben, bekommen Sie innerhalb von 14 Tagen zurück.")),
    ]


def _ended(contract: ContractCard, says: Speaker) -> list[str]:
    if contract.ended_because is EndedBecause.CAUSE or (contract.is_pass and contract.noticed_at is None):
        return [says.gettext(marked("Er ist aus wichtigem Grund beendet."))]
    return [
        says.gettext(marked("Bis dahin bleibt alles, wie es ist.")),
        says.gettext(marked("Haben Sie nicht gekündigt? Dann melden Sie sich bitte gleich, wir nehmen es zurück.")),
    ]


def _to_declarer(
    declaration: DeclarationCard, news: str, subject: str, template: str, context: dict[str, object]
) -> Letter:
    return Letter(
        key=f"declaration-{news}-{declaration.public_id}",
        to=Mailbox(declaration.name, declaration.email),
        person=declaration.person,
        language=declaration.language,
        subject=speaker(declaration.language).gettext(subject),
        template=template,
        context=context,
    )
