"""The mails about a fixed desk to its holder: given or taken, gone with its desk or space, blocked for a time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from app.bookings.clearing import OPERATOR_ENDED, RETIRED, SPACE_RETIRED, called_off_because
from app.bookings.desk_choice import free_to_choose_from, is_any_left
from app.identity.queries import people
from app.inventory.blockers import BlockerCard, blockers_between
from app.inventory.rules import Kind, label
from app.kernel.refusals import Phrase, marked, phrase
from app.kernel.wall_time import local_day
from app.network.queries import space_by_id
from app.notifications.post_office import Letter, PostOffice
from app.plans.fixed_desks import Because, FixedDesk, desk_as_it_was, desk_by_id, desks_of_membership, replaced_by
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event

_A_DAY: Final = timedelta(days=1)
_MOST_TIMES: Final = 10
_REASONS: Final = {
    Because.DESK_RETIRED: RETIRED,
    Because.SPACE_RETIRED: SPACE_RETIRED,
    Because.OPERATOR_ENDED: OPERATOR_ENDED,
}
_LOOK: Final = marked("Ihren Platz ansehen")


async def tell_assigned(office: PostOffice, key: int, now: datetime) -> None:
    """Says which desk it is, from when, instead of which, and what to do on days away; not to who has chosen it."""
    desk = await desk_by_id(key)
    if desk is None or desk.assigned_by == desk.person or not desk.goes_on(_today(desk, now)):
        return
    paragraphs = [await _instead_of(desk, now)]
    if desk.last_day is not None:
        paragraphs.append(phrase(marked("Ihr letzter Tag dort ist {last}."), last=desk.last_day))
    await _to_holder(
        office,
        desk,
        "assigned",
        marked("Ihr Platz in {space}: {desk}"),
        marked("{desk} in {space} ist ab {first} Ihr Platz"),
        [
            *(each for each in paragraphs if each is not None),
            phrase(marked("Er wird jeden Tag für Sie frei gehalten. Sie kommen, ohne zu buchen.")),
            phrase(marked("An Tagen, an denen Sie nicht kommen, können Sie ihn anderen überlassen.")),
        ],
        [(_page(desk), _LOOK)],
        now,
    )


async def _instead_of(desk: FixedDesk, now: datetime) -> Phrase | None:
    old = await replaced_by(desk)
    if old is None or old.resource == desk.resource:
        return None
    facts = {"old": label(Kind.DESK, old.name), "old_space": old.space_name}
    if old.is_withdrawn or not old.goes_on(_today(old, now)):
        return phrase(marked("Er tritt an die Stelle von {old} in {old_space}."), **facts)
    return phrase(marked("Bis {last} bleibt {old} in {old_space} Ihr Platz."), last=old.last_day, **facts)


async def tell_ended(office: PostOffice, key: int, now: datetime) -> None:
    """Says until when the desk is the holder's, or that it never will be, why, and what becomes of the membership."""
    desk = await desk_as_it_was(key)
    if desk is None or (desk.days.last is None and not desk.is_withdrawn):
        return
    is_over = not desk.goes_on(_today(desk, now))
    if desk.is_withdrawn:
        news, subject = "withdrawn", marked("Ihr Platz in {space} entfällt")
        first = marked("{desk} in {space} war ab {first} für Sie vorgesehen und entfällt")
    elif is_over:
        news, subject = f"ended-{desk.days.last}", marked("Ihr Platz in {space} entfällt")
        first = marked("{desk} in {space} ist ab sofort nicht mehr Ihr Platz")
    else:
        news, subject = f"ended-{desk.days.last}", marked("Ihr Platz in {space}: noch bis {last}")
        first = marked("{desk} in {space} ist noch bis {last} Ihr Platz")
    said, actions = await _what_now(desk, now)
    await _to_holder(office, desk, news, subject, first, [*await _why(desk, is_over=is_over), *said], actions, now)


async def _why(desk: FixedDesk, *, is_over: bool) -> Sequence[Phrase]:
    space = await space_by_id(desk.space)
    reason = _REASONS.get(desk.because) if desk.because else None
    said = called_off_because(reason, space.operator.name) if space else None
    if said is not None:
        return [said]
    return [] if is_over or desk.is_withdrawn else [phrase(marked("Danach können ihn alle buchen."))]


async def _what_now(desk: FixedDesk, now: datetime) -> tuple[Sequence[Phrase], Sequence[tuple[str, str]]]:
    """What becomes of the membership, and where the holder can go."""
    card, today = desk.membership, _today(desk, now)
    if card.ends_on is not None and card.ends_on <= (desk.days.last or today):
        return [], []
    goes_on = phrase(marked("Ihre Mitgliedschaft läuft weiter."))
    free_from = free_to_choose_from(card, await desks_of_membership(card.id), today)
    if free_from is None:
        return [goes_on], [("/mitgliedschaft", marked("Mitgliedschaft ansehen"))]
    if await is_any_left(card, free_from, now):
        choose = phrase(marked("Einen anderen Platz können Sie jetzt schon wählen, ab {day}."), day=free_from)
        return [goes_on, choose], [(f"{_page(desk)}?naechster=ja", marked("Anderen Platz wählen"))]
    nothing = marked("Wo Ihr Tarif gilt, ist danach kein anderer Platz zu vergeben.")
    leave = marked("Sie können den Tarif wechseln, oder aus wichtigem Grund kündigen, wenn Sie nicht bleiben möchten.")
    return [goes_on, phrase(nothing), phrase(leave)], [
        ("/mitgliedschaft", marked("Mitgliedschaft ansehen")),
        (f"/vertrag-kuendigen?vertrag={card.public_id}&art=for_cause", marked("Aus wichtigem Grund kündigen")),
    ]


async def tell_blocked(office: PostOffice, event: Event, now: datetime) -> None:
    """Says when the holder cannot come, and why; nothing of it where all of that has been lifted meanwhile."""
    desk = await desk_by_id(event.aggregate_id)
    if desk is None:
        return
    blockers = await blockers_between(desk.space, event.ids["first"], event.ids["last"])
    if not blockers:
        return
    says = speaker((await people([desk.person]))[desk.person].language)
    times = [said for card in blockers for said in _times(card, desk, says, now)]
    if not times:
        return
    shown = [*times[:_MOST_TIMES], "…"] if len(times) > _MOST_TIMES else times
    await _to_holder(
        office,
        desk,
        f"blocked-{event.ids['first']}",
        marked("Ihr Platz in {space}: zeitweise gesperrt"),
        marked("{desk} in {space} ist zeitweise gesperrt"),
        [
            phrase(marked("Dann können Sie nicht an Ihren Platz: {times}."), times=shown),
            phrase(marked("Grund: {reason}"), reason=blockers[0].reason(says.language)),
            phrase(marked("Danach ist er wieder jeden Tag für Sie frei.")),
        ],
        [(_page(desk), _LOOK)],
        now,
    )


def _times(card: BlockerCard, desk: FixedDesk, says: Speaker, now: datetime) -> list[str]:
    """The days on which it holds the desk back from its holder, with the time where it is not all day."""
    said = []
    for period in card.occurrences(desk.zone):
        starts, ends = period.starts_at.astimezone(desk.zone), period.ends_at.astimezone(desk.zone)
        if ends <= now or not _is_held_then(desk, starts.date(), (ends - timedelta(minutes=1)).date()):
            continue
        if card.closes is not None:
            said.append(says.day(card.closes))
        elif starts.date() == ends.date():
            said.append(
                says.say(marked("{day}, {start} bis {end}"), day=starts.date(), start=starts.time(), end=ends.time())
            )
        else:
            said.append(
                says.say(
                    marked("{day}, {start}, bis {last_day}, {end}"),
                    day=starts.date(),
                    start=starts.time(),
                    last_day=ends.date(),
                    end=ends.time(),
                )
            )
    return said


def _is_held_then(desk: FixedDesk, first: date, last: date) -> bool:
    return any(desk.is_held_on(first + n * _A_DAY) for n in range((last - first).days + 1))


def _today(desk: FixedDesk, now: datetime) -> date:
    return local_day(now, desk.zone)


def _page(desk: FixedDesk) -> str:
    return f"/mitgliedschaft/{desk.membership.public_id}/platz"


async def _to_holder(
    office: PostOffice,
    desk: FixedDesk,
    news: str,
    subject: str,
    first: str,
    paragraphs: Sequence[Phrase],
    actions: Sequence[tuple[str, str]],
    now: datetime,
) -> None:
    """`actions` are addresses with their words."""
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
            "paragraphs": [says.word(each) for each in paragraphs],
            "actions": [(f"{office.address}{url}", says.say(word)) for url, word in actions],
        },
    )
    await office.send(letter, now)
