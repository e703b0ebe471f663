"""Mails that come back: read from a mailbox, matched to the mail, believed only as far as anybody could know it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.bookings.front_desk import guest
from app.bookings.operations import BookDesk, book
from app.identity.mailed_links import Purpose, create_link, link_to_mail, use_link
from app.identity.operations import confirm_email_change, request_email_change
from app.identity.queries import actor_of_person
from app.identity.reachability import ANOTHER_DAY, KEPT_FOR, forget_old_trouble, note_failure, unreachable_people
from app.notifications.returned_mails import read_returned_mails, take_in
from app.platform.database import execute, fetch, fetch_row
from app.platform.imap_mailbox import ImapAccess, MailboxUnreadable
from tests.imap_server import Mailbox, serving
from tests.notifications.conftest import KEY, Happen, Postman
from tests.platform.test_delivery_status import sample
from tests.worlds import NOW, World, tomorrow

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def access(mailbox: Mailbox) -> AsyncIterator[ImapAccess]:
    async with serving(mailbox) as context:
        yield ImapAccess("localhost", mailbox.port, "bounces", mailbox.password, timeout=5, context=context)


@pytest.fixture
async def tag(world: World, postman: Postman, happens: Happen) -> str:
    """Of the mail that confirmed Mia's booking."""
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await happens("booking.confirmed", booking.id)
    return postman.envelopes[-1].tag


async def are_unreachable(world: World) -> set[str]:
    keys = await unreachable_people([person.id for person in world.people])
    return {person.name for person in world.people if person.id in keys}


async def test_the_tag_stands_in_the_mail_and_on_its_envelope_and_is_another_for_each_reader(
    world: World, postman: Postman, happens: Happen, tag: str
) -> None:
    assert f".{tag}@nahwerk.example>" in postman.mails[0]["Message-ID"]
    booking = await book(world.gundula.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(12)), NOW)
    await happens("booking.confirmed", booking.id)
    assert postman.envelopes[-1].tag != tag


@pytest.mark.parametrize("name", ["postfix_unknown", "exim_unknown", "exchange_unknown", "gmail_full"])
async def test_a_mail_that_never_can_arrive_marks_its_address(
    world: World, mailbox: Mailbox, access: ImapAccess, tag: str, name: str
) -> None:
    mailbox.put(sample(name, tag))
    assert await read_returned_mails(access, LATER) == 1
    assert mailbox.messages == {}
    assert await are_unreachable(world) == {"Mia Hammes"}
    assert (await actor_of_person(world.mia.id)).is_unreachable
    seen = await guest(world.frida.actor(), world.mia.public_id, NOW)
    assert seen.is_unreachable
    [mail] = await fetch("SELECT email, failed_at FROM sent_mail")
    assert (mail["email"], mail["failed_at"]) == ("mia@example.org", LATER)


@pytest.mark.parametrize("name", ["postfix_delayed", "delivered", "out_of_office", "read_receipt", "complaint"])
async def test_everything_else_marks_nobody_and_is_left_to_people(
    world: World, mailbox: Mailbox, access: ImapAccess, tag: str, name: str
) -> None:
    uid = mailbox.put(sample(name, tag))
    for _ in range(2):
        assert await read_returned_mails(access, LATER) == 0
    assert mailbox.messages[uid].flags == {r"\Seen"}
    assert sum("FETCH" in command for command in mailbox.told) == 1
    assert await are_unreachable(world) == set()


async def test_nobody_marks_an_address_with_a_forged_report(world: World, tag: str) -> None:
    """Whoever has got a mail knows its tag, and can say with it nothing of anybody else."""
    guessed = sample("postfix_unknown", tag[:-4] + "abcd")
    assert not await take_in(guessed, LATER)
    assert await are_unreachable(world) == set()
    about_gundula = sample("postfix_unknown", tag).replace(b"mia@example.org", b"gundula@example.org")
    assert await take_in(about_gundula, LATER)
    assert await are_unreachable(world) == {"Mia Hammes"}, "the tag counts, not what the report says"


async def test_what_was_sent_before_tags_were_kept_is_about_nobody(world: World) -> None:
    await execute("INSERT INTO sent_mail (message_id, subject, sent_at) VALUES ('<a@b>', 'x', $1)", NOW)
    assert not await take_in(sample("postfix_unknown", ""), LATER)


async def test_a_run_that_dies_before_the_message_is_removed_does_no_harm_when_it_comes_again(
    world: World, mailbox: Mailbox, access: ImapAccess, tag: str
) -> None:
    mailbox.put(sample("postfix_given_up", tag))
    mailbox.hangs_up_at = "UID STORE"
    with pytest.raises(MailboxUnreadable):
        await read_returned_mails(access, LATER)
    assert len(mailbox.messages) == 1
    mailbox.hangs_up_at = ""
    assert await read_returned_mails(access, LATER + ANOTHER_DAY) == 1
    row = await fetch_row("SELECT failures FROM mail_trouble")
    assert row is not None
    assert row["failures"] == 1, "the same mail counts once"


async def test_a_server_that_cannot_remove_one_message_alone_is_served_too(
    mailbox: Mailbox, access: ImapAccess, tag: str
) -> None:
    mailbox.capabilities = "IMAP4rev1"
    answer, report = mailbox.put(sample("out_of_office", tag)), mailbox.put(sample("exim_unknown", tag))
    assert await read_returned_mails(access, LATER) == 1
    assert (answer in mailbox.messages, report in mailbox.messages) == (True, False)


async def test_a_wrong_password_folder_or_certificate_reads_nothing(access: ImapAccess, mailbox: Mailbox) -> None:
    for wrong in (
        replace(access, password="wrong"),
        replace(access, folder="Elsewhere"),
        replace(access, context=None),
    ):
        with pytest.raises(MailboxUnreadable) as caught:
            await read_returned_mails(wrong, NOW)
        assert "wrong" not in str(caught.value)
        assert "wrong" not in repr(wrong)
    assert not any("FETCH" in command for command in mailbox.told)


async def test_a_server_may_ask_for_starttls(mailbox: Mailbox, world: World, tag: str) -> None:
    mailbox.put(sample("exim_unknown", tag))
    async with serving(mailbox, starttls=True) as context:
        access = ImapAccess(
            "localhost", mailbox.port, "bounces", mailbox.password, starttls=True, timeout=5, context=context
        )
        assert await read_returned_mails(access, LATER) == 1


async def failed(world: World, days: float, *, is_permanent: bool = False) -> set[str]:
    at = NOW + timedelta(days=days)
    await note_failure("mia@example.org", at - timedelta(hours=1), "4.4.1", at, is_permanent=is_permanent)
    return await are_unreachable(world)


async def test_what_could_not_arrive_for_a_while_counts_on_the_third_day(world: World) -> None:
    assert await failed(world, 1) == set()
    for hour in range(5):
        assert await failed(world, 1 + hour / 24) == set(), "one outage is one"
    assert await failed(world, 3) == set()
    assert await failed(world, 9) == {"Mia Hammes"}


async def test_what_is_a_month_apart_does_not_add_up(world: World) -> None:
    for day in (1, 40, 80, 120):
        assert await failed(world, day) == set()


async def linked(world: World, email: str, at: timedelta = timedelta()) -> None:
    """Somebody uses a link that was mailed there."""
    link = await create_link(Purpose.SIGN_IN, NOW + at, key=KEY, email=email, person=world.mia.id, language="de")
    mail = await link_to_mail(link, NOW + at, key=KEY)
    assert mail is not None
    await use_link(mail.token, Purpose.SIGN_IN, NOW + at)


async def test_a_link_that_was_mailed_there_proves_the_address_and_what_was_sent_before_counts_no_more(
    world: World,
) -> None:
    assert await failed(world, 1, is_permanent=True) == {"Mia Hammes"}
    await linked(world, "mia@example.org", timedelta(days=2))
    assert await are_unreachable(world) == set()
    assert await failed(world, 2, is_permanent=True) == set(), "this mail had left before"
    assert await failed(world, 3, is_permanent=True) == {"Mia Hammes"}


async def test_a_mail_from_before_the_address_was_confirmed_counts_for_nothing(world: World) -> None:
    await note_failure("mia@example.org", NOW - timedelta(hours=1), "5.1.1", NOW, is_permanent=True)
    assert await are_unreachable(world) == set()


@pytest.mark.parametrize(("email", "is_new"), [("neu@example.org", True), ("mia@example.org", False)])
async def test_another_address_or_the_same_one_proved_once_more_ends_the_trouble(
    world: World, email: str, is_new: bool
) -> None:
    await failed(world, 1, is_permanent=True)
    at = NOW + timedelta(days=2)
    actor = replace(await actor_of_person(world.mia.id, "page", at), authenticated_at=at)
    assert actor.is_unreachable
    await request_email_change(actor, email, at, key=KEY, address="192.0.2.1")
    [row] = await fetch("SELECT id FROM mailed_link ORDER BY id DESC LIMIT 1")
    mail = await link_to_mail(row["id"], at, key=KEY)
    assert mail is not None
    assert await confirm_email_change(actor, mail.token, at) is is_new
    assert not (await actor_of_person(world.mia.id)).is_unreachable
    told = await fetch("SELECT name FROM outbox_event WHERE name = 'person.email_changed'")
    assert bool(told) is is_new


async def test_trouble_is_forgotten_when_nothing_has_come_back_for_long(world: World) -> None:
    await failed(world, 0.5, is_permanent=True)
    assert await forget_old_trouble(NOW + KEPT_FOR) == 0
    assert await forget_old_trouble(NOW + KEPT_FOR + timedelta(days=1)) == 1
    assert await are_unreachable(world) == set()
