"""Mails about the own membership: changes and pauses in writing, a pass that ends soon, a proof that was looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.queries import people
from app.kernel.money import Money
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.notifications.post_office import Letter, PostOffice
from app.plans.changing import coming_change, stretch_now
from app.plans.concessions import concession_by_id
from app.plans.holdings import account_by_id
from app.plans.pausing import pause_ahead
from app.plans.queries import membership_by_id
from app.plans.terms import PRICE_CLASS_NAMES, Billed
from app.plans.uses import HALVES_OF_A_DAY, Unit
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_ZONE: Final = ZoneInfo("Europe/Berlin")
_PRICES: Final = {Billed.MONTHLY: marked("{price} im Monat"), Billed.YEARLY: marked("{price} im Jahr")}


async def tell_changed(office: PostOffice, event: Event, now: datetime) -> None:
    """The plan that holds and from when on, in writing; nothing where an order's confirmation says it."""
    if "told" in event.ids:
        return
    card = await membership_by_id(event.aggregate_id)
    if card is None or card.ends_on is not None:
        return
    today = local_day(now, _ZONE)
    held = coming_change(card, today) or stretch_now(card, today)
    person = (await people([card.person]))[card.person]
    says = speaker(person.language)
    name = held.terms.name_en if person.language == "en" else held.terms.name_de
    price = Money(held.terms.price_for(held.price_class), held.terms.currency)
    await _write(
        office,
        card.person,
        f"membership-changed-{event.id}",
        says.say(marked("Ihr Tarif: {name}"), name=name),
        says.say(marked("Ihr Tarif ist {name}"), name=name),
        [
            says.say(marked("Er gilt ab {day}."), day=says.day_of_year(max(held.days.first, card.starts_on))),
            says.say(marked("Er kostet {price}."), price=says.say(_PRICES[held.terms.billed], price=price)),
            says.say(marked("Die Kündigungsfrist beträgt {days} Tage."), days=held.terms.notice_days),
        ],
        now,
    )


async def tell_paused(office: PostOffice, event: Event, now: datetime) -> None:
    """From when until when the membership rests; nothing where that is off again."""
    card = await membership_by_id(event.aggregate_id)
    pause = pause_ahead(card, local_day(now, _ZONE)) if card else None
    if card is None or pause is None:
        return
    says = await _speaker(card.person)
    days = {"first": says.day_of_year(pause.first), "last": says.day_of_year(pause.last) if pause.last else ""}
    text = (
        marked("Ihre Mitgliedschaft ruht vom {first} bis {last}.")
        if pause.last
        else marked("Ihre Mitgliedschaft ruht ab {first}.")
    )
    await _write(
        office,
        card.person,
        f"membership-paused-{event.id}",
        says.say(marked("Pause ab {first}"), **days),
        says.say(text, **days),
        [says.gettext(marked("In dieser Zeit kostet sie nichts, und Sie bekommen keine Tage."))],
        now,
    )


async def tell_resumed(office: PostOffice, event: Event, now: datetime) -> None:
    """That the membership runs again."""
    card = await membership_by_id(event.aggregate_id)
    if card is None or pause_ahead(card, local_day(now, _ZONE)) is not None:
        return
    says = await _speaker(card.person)
    await _write(
        office,
        card.person,
        f"membership-resumed-{event.id}",
        says.gettext(marked("Ihre Pause ist beendet")),
        says.gettext(marked("Ihre Mitgliedschaft läuft wieder")),
        [says.gettext(marked("Sie bekommen wieder Tage, und der Tarif kostet wieder, was vereinbart ist."))],
        now,
    )


async def tell_ending(office: PostOffice, event: Event, now: datetime) -> None:
    """What is left on a pass that ends within a month; nothing where it is used up meanwhile."""
    account = await account_by_id(event.aggregate_id)
    if account is None or not account.left or account.ends_on is None or account.ends_on < local_day(now, _ZONE):
        return
    person = (await people([account.person]))[account.person]
    says = speaker(person.language)
    name, last = account.label[person.language], says.day_of_year(account.ends_on)
    match account.unit:
        case Unit.DESK_DAY:
            days = account.left / HALVES_OF_A_DAY
            left = says.say(marked("Übrig sind {days} Tage."), days=int(days) if days == int(days) else days)
        case Unit.ROOM_MINUTE:
            left = says.say(marked("Übrig sind {hours} Stunden."), hours=account.left // 60)
        case Unit.MONEY:
            left = says.say(marked("Übrig sind {sum}."), sum=Money(account.left))
    await _write(
        office,
        account.person,
        f"entitlement-ending-{account.public_id}",
        says.say(marked("{name} gilt noch bis {day}"), name=name, day=last),
        says.say(marked("{name} gilt noch bis {day}"), name=name, day=last),
        [left, says.gettext(marked("Was dann nicht gebucht ist, verfällt."))],
        now,
        ("/plaetze", marked("Platz finden")),
    )


async def tell_concession(office: PostOffice, event: Event, now: datetime) -> None:
    """That a price class holds, or why it does not."""
    one = await concession_by_id(event.aggregate_id)
    if one is None or one.is_open:
        return
    says = await _speaker(one.person)
    name = says.gettext(PRICE_CLASS_NAMES[one.price_class])
    if one.checked_at is not None:
        first = says.say(marked("Ihre Ermäßigung gilt: {name}"), name=name)
        paragraphs = [says.say(marked("Sie gilt bis {day}."), day=says.day_of_year(one.ends_on))] if one.ends_on else []
    else:
        first = says.say(marked("Ihre Ermäßigung ist abgelehnt: {name}"), name=name)
        paragraphs = [says.say(marked("Der Grund: {reason}"), reason=one.answer)]
    await _write(
        office,
        one.person,
        f"concession-{one.public_id}",
        first,
        first,
        paragraphs,
        now,
        ("/konto/ermaessigung", marked("Ermäßigung ansehen")),
    )


async def _speaker(person: int) -> Speaker:
    return speaker((await people([person]))[person].language)


async def _write(
    office: PostOffice,
    person_key: int,
    key: str,
    subject: str,
    first: str,
    paragraphs: Sequence[str],
    now: datetime,
    action: tuple[str, str] = ("/mitgliedschaft", marked("Mitgliedschaft ansehen")),
) -> None:
    person = (await people([person_key]))[person_key]
    if person.email is None:
        return
    url, word = action
    letter = Letter(
        key=key,
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=subject,
        template="news",
        context={
            "first": first,
            "paragraphs": list(paragraphs),
            "actions": [(f"{office.address}{url}", speaker(person.language).gettext(word))],
        },
    )
    await office.send(letter, now)
