"""The mails about what a team buys: orders and ends to who looks after it, seats to whose they are.

Nothing of bookings, days or places of work is in a mail to who looks after a team.
"""

from datetime import datetime
from typing import Final

from app.identity.queries import people
from app.kernel.refusals import marked
from app.notifications.post_office import Letter, PostOffice
from app.plans.seats import seat_in_contract
from app.plans.team_contracts import TeamContractCard, team_contract_by_id
from app.plans.team_pools import PoolState
from app.plans.terms_said import name_of
from app.plans.uses import Unit
from app.platform.language import speaker
from app.platform.mail import Attachment, Mailbox
from app.platform.outbox import Event
from app.teams.buying_queries import document_of_team_order, team_order_by_id
from app.teams.queries import TeamCard, managers_of, team_by_id, team_of_purse

_FILE: Final = {"de": "bestellung", "en": "order"}
_KEPT: Final = marked("Alles, was vereinbart ist, steht in der angehängten Datei. Bitte heben Sie sie auf.")
_POOL_SUBJECTS: Final = {
    PoolState.LOW: marked("{team}: Das Kontingent wird knapp"),
    PoolState.EMPTY: marked("{team}: Das Kontingent ist leer"),
}
_POOL_SAID: Final = {
    (PoolState.LOW, Unit.DESK_DAY): marked("Von den Tagen am Schreibtisch ist für diesen Monat nicht mehr viel übrig."),
    (PoolState.LOW, Unit.ROOM_MINUTE): marked("Von den Stunden im Raum ist für diesen Monat nicht mehr viel übrig."),
    (PoolState.EMPTY, Unit.DESK_DAY): marked("Die Tage am Schreibtisch sind für diesen Monat aufgebraucht."),
    (PoolState.EMPTY, Unit.ROOM_MINUTE): marked("Die Stunden im Raum sind für diesen Monat aufgebraucht."),
}


async def tell_team_ordered(office: PostOffice, key: int, now: datetime) -> None:
    """Confirms the order to who has placed it, with all that was agreed as a file to keep."""
    order, document = await team_order_by_id(key), await document_of_team_order(key)
    if order is None or document is None or order.placed_by is None:
        return
    team, person = await team_by_id(order.team), (await people([order.placed_by])).get(order.placed_by)
    if team is None or person is None or person.email is None:
        return
    says = speaker(document.language)
    what = f"{order.quantity} × {name_of(order.terms, document.language)}"
    url = f"{office.address}/team/{team.public_id}/bestellungen/{order.public_id}"
    letter = Letter(
        key=f"team-order-{order.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=document.language,
        subject=says.say(marked("{team}: Bestellt: {what}"), team=team.name, what=what),
        template="news",
        context={
            "first": what,
            "paragraphs": [
                says.say(marked("Gilt ab {day}."), day=says.day_of_year(order.starts_on)),
                says.gettext(
                    marked("Alles, was vereinbart ist, steht in der angehängten Datei. Bitte heben Sie sie auf.")
                ),
            ],
            "actions": [(url, says.gettext(marked("Bestätigung lesen")))],
        },
        documents=[Attachment(f"{_FILE[document.language]}-{order.public_id}.html", document.content)],
    )
    await office.send(letter, now)


async def tell_team_contract_ended(office: PostOffice, key: int, now: datetime) -> None:
    """Says to all who look after the team when the contract ends."""
    card = await team_contract_by_id(key)
    team = await team_of_purse(card.purse) if card is not None else None
    if card is None or team is None or card.ends_on is None:
        return
    await _to_managers(
        office,
        team,
        f"team-contract-ended-{card.public_id}-{card.ends_on}",
        marked("{team}: {what} endet"),
        [
            marked("Der Vertrag endet mit dem {last}. Danach bezahlt er nichts mehr."),
            marked("Die Leute im Team, die das betrifft, bekommen selbst Bescheid."),
        ],
        "vertraege",
        marked("Verträge ansehen"),
        now,
        contract=card,
    )


async def tell_pool_short(office: PostOffice, event: Event, now: datetime) -> None:
    """Says to all who look after the team that the pool runs low or is empty."""
    team = await team_by_id(event.aggregate_id)
    if team is None:
        return
    state, unit = PoolState(event.ids["state"]), Unit(event.ids["unit"])
    await _to_managers(
        office,
        team,
        f"pool-{event.id}",
        _POOL_SUBJECTS[state],
        [
            _POOL_SAID[state, unit],
            marked("So stand es um Mitternacht. Wer im Team bucht, sieht dabei, was sonst bezahlt."),
        ],
        "kontingent",
        marked("Kontingent ansehen"),
        now,
    )


async def tell_seat_given(office: PostOffice, event: Event, now: datetime) -> None:
    """Says to the person that there is a seat, what it holds, and since when."""
    found = await seat_in_contract(event.aggregate_id)
    if found is None:
        return
    card, seat = found
    holding = next((one for one in reversed(seat.holdings) if one.person == event.ids["person"]), None)
    if holding is None or holding.is_void:
        return
    await _to_holder(
        office,
        card,
        event.ids["person"],
        f"seat-given-{event.id}",
        marked("{team} bezahlt Ihnen: {what}"),
        [
            marked("Ab {first} können Sie damit buchen. Wie viel Sie davon nutzen und wann, sieht bei {team} niemand."),
        ],
        now,
        first=holding.first,
    )


async def tell_seat_taken(office: PostOffice, event: Event, now: datetime) -> None:
    """Says to the person until when the seat was the own one, and what becomes of bookings ahead."""
    found = await seat_in_contract(event.aggregate_id)
    if found is None:
        return
    card, seat = found
    holding = next((one for one in seat.holdings if one.id == event.ids["holding"]), None)
    if holding is None or holding.person is None or holding.last is None:
        return
    await _to_holder(
        office,
        card,
        holding.person,
        f"seat-taken-{event.id}",
        marked("{team} bezahlt Ihnen noch bis {last}: {what}"),
        [
            marked("Was Sie für später damit gebucht haben, bezahlt Ihr übriges Guthaben, wo es reicht."),
            marked("Wo nicht, ist die Buchung abgesagt; dazu bekommen Sie je eine eigene E-Mail."),
        ],
        now,
        last=holding.last,
    )


async def _to_holder(
    office: PostOffice,
    card: TeamContractCard,
    person: int,
    key: str,
    subject: str,
    paragraphs: list[str],
    now: datetime,
    **facts: object,
) -> None:
    team, holder = await team_of_purse(card.purse), (await people([person])).get(person)
    if team is None or holder is None or holder.email is None:
        return
    says = speaker(holder.language)
    said = {"team": team.name, "what": name_of(card.terms, holder.language), **facts}
    letter = Letter(
        key=key,
        to=Mailbox(holder.name, holder.email),
        person=holder.id,
        language=holder.language,
        subject=says.say(subject, said),
        template="news",
        context={
            "first": says.say(subject, said),
            "paragraphs": [says.say(each, said) for each in paragraphs],
            "actions": [(f"{office.address}/meine-woche", says.gettext(marked("Meine Woche ansehen")))],
        },
    )
    await office.send(letter, now)


async def _to_managers(
    office: PostOffice,
    team: TeamCard,
    key: str,
    subject: str,
    paragraphs: list[str],
    page: str,
    action: str,
    now: datetime,
    *,
    contract: TeamContractCard | None = None,
) -> None:
    found = await people(await managers_of(team.id))
    for person in found.values():
        if person.email is None:
            continue
        says = speaker(person.language)
        said: dict[str, object] = {"team": team.name}
        if contract is not None:
            said |= {"what": name_of(contract.terms, person.language), "last": contract.ends_on}
        letter = Letter(
            key=f"{key}-{person.id}",
            to=Mailbox(person.name, person.email),
            person=person.id,
            language=person.language,
            subject=says.say(subject, said),
            template="news",
            context={
                "first": says.say(subject, said),
                "paragraphs": [says.say(each, said) for each in paragraphs],
                "actions": [(f"{office.address}/team/{team.public_id}/{page}", says.gettext(action))],
            },
        )
        await office.send(letter, now)
