"""The mails about a fixed desk: to its holder, when staff assigns or ends it."""

from datetime import datetime

from app.identity.queries import people
from app.inventory.rules import Kind, label
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.notifications.post_office import Letter, PostOffice
from app.plans.fixed_desks import FixedDesk, desk_by_id
from app.platform.language import speaker
from app.platform.mail import Mailbox


async def tell_assigned(office: PostOffice, key: int, now: datetime) -> None:
    """Says which desk it is, from when, and what to do on days away; not to who has chosen it."""
    desk = await desk_by_id(key)
    if desk is None or desk.assigned_by == desk.person or _is_over(desk, now):
        return
    await _to_holder(
        office,
        desk,
        "assigned",
        marked("Ihr Platz in {space}: {desk}"),
        marked("{desk} in {space} ist ab {first} Ihr Platz"),
        [
            marked("Er wird jeden Tag für Sie frei gehalten. Sie kommen, ohne zu buchen."),
            marked("An Tagen, an denen Sie nicht kommen, können Sie ihn anderen überlassen."),
        ],
        now,
    )


async def tell_ended(office: PostOffice, key: int, now: datetime) -> None:
    """Says until when the desk is the holder's."""
    desk = await desk_by_id(key)
    if desk is None or desk.days.last is None:
        return
    await _to_holder(
        office,
        desk,
        f"ended-{desk.days.last}",
        marked("Ihr Platz in {space}: noch bis {last}"),
        marked("{desk} in {space} ist noch bis {last} Ihr Platz"),
        [marked("Danach können ihn alle buchen. Ihre Mitgliedschaft läuft weiter.")],
        now,
    )


def _is_over(desk: FixedDesk, now: datetime) -> bool:
    return desk.last_day is not None and desk.last_day < local_day(now, desk.zone)


async def _to_holder(
    office: PostOffice, desk: FixedDesk, news: str, subject: str, first: str, paragraphs: list[str], now: datetime
) -> None:
    person = (await people([desk.person]))[desk.person]
    if person.email is None:
        return
    says = speaker(person.language)
    facts = {
        "space": desk.space_name,
        "desk": says.word(label(Kind.DESK, desk.name)),
        "first": desk.days.first,
        "last": desk.days.last,
    }
    letter = Letter(
        key=f"fixed-desk-{news}-{desk.public_id}",
        to=Mailbox(person.name, person.email),
        person=person.id,
        language=person.language,
        subject=says.say(subject, **facts),
        template="news",
        context={
            "first": says.say(first, **facts),
            "paragraphs": [says.say(each, **facts) for each in paragraphs],
            "actions": [
                (
                    f"{office.address}/mitgliedschaft/{desk.membership.public_id}/platz",
                    says.say(marked("Ihren Platz ansehen")),
                )
            ],
        },
    )
    await office.send(letter, now)
