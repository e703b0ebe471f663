"""The mails about a bar, and those to hosts in the evening."""

import pytest

from app.bookings.barring import BarGuest, bar_guest
from app.bookings.block_plan import CloseDays
from app.bookings.blocking import block, plan_block
from app.bookings.operations import BookDesk, book
from app.network.bars import BarCard, bar_by_id, bar_token
from app.network.evening_mail import EveningSetting, day_token, end_token, set_evening
from app.network.managing import managed_space
from app.network.objections import answer_objection, note_objection, object_to_bar
from app.platform.database import execute, fetch_value
from tests.notifications.conftest import ADDRESS, KEY, Happen, Postman, text_of
from tests.worlds import NOW, TOMORROW, World, at, tomorrow


@pytest.fixture
async def bar(world: World) -> BarCard:
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    wanted = BarGuest(world.mia.public_id, "Laute Anrufe.", TOMORROW, frozenset({booking.public_id}))
    return await bar_guest(world.otto.actor(), world.operator, wanted, NOW)


async def test_the_person_reads_why_until_when_and_how_to_object(
    postman: Postman, happens: Happen, bar: BarCard
) -> None:
    await happens("bar.made", bar.id)
    await happens("bar.made", bar.id)
    [mail] = postman.mails
    assert (mail["To"], mail["Subject"]) == ("Mia Hammes <mia@example.org>", "Hausverbot bei Genossenschaft Maifeld")
    text = text_of(mail)
    assert "Der Grund: Laute Anrufe." in text
    assert "Es gilt bis Mi 25. November und nur für die Standorte von Genossenschaft Maifeld." in text
    assert f"{ADDRESS}/hausverbot/{bar_token(bar.public_id, KEY)}" in text
    await happens("booking.cancelled", await _booking(bar))
    assert "hat Ihre Buchung abgesagt. Warum, steht in einer eigenen E-Mail." in text_of(postman.mails[1])


async def _booking(bar: BarCard) -> int:
    return int(await fetch_value("SELECT id FROM booking WHERE person = $1", bar.person))


async def test_the_objection_goes_to_the_operator_and_the_answer_back(
    world: World, postman: Postman, happens: Happen, bar: BarCard
) -> None:
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await object_to_bar(bar, "Das war ich nicht.", NOW)
    await happens("bar.objected", bar.id)
    await answer_objection(world.otto.actor(), world.operator, bar.public_id, "Sorry.", NOW, lifts=True)
    await happens("bar.answered", bar.id)
    to_operator, to_person = postman.mails
    assert to_operator["To"] == "Genossenschaft Maifeld <polch@example.org>"
    assert f"{ADDRESS}/betreiber/polch/hausverbote/{bar.public_id}" in text_of(to_operator)
    assert "Das war ich nicht" not in text_of(to_operator)
    assert to_person["Subject"] == "Ban lifted: Genossenschaft Maifeld"
    assert "Sorry." in text_of(to_person)
    lifted = await bar_by_id(bar.id)
    assert lifted is not None
    assert not lifted.stands(NOW)


async def test_an_objection_noted_by_staff_has_the_same_consequences_and_the_person_reads_what_was_noted(
    world: World, postman: Postman, happens: Happen, bar: BarCard
) -> None:
    await note_objection(world.otto.actor(), world.operator, bar.public_id, "letter", "Das war ich nicht.", NOW)
    await happens("bar.objected", bar.id)
    to_operator, to_person = postman.mails
    assert to_operator["To"] == "Genossenschaft Maifeld <polch@example.org>"
    assert to_person["Subject"] == "Ihr Widerspruch bei Genossenschaft Maifeld ist notiert"
    assert "Das war ich nicht." in text_of(to_person)


async def test_hosts_read_who_comes_and_get_the_link_that_closes(
    world: World, postman: Postman, happens: Happen
) -> None:
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    await set_evening(otto, polch, EveningSetting(True, emails=("host@example.org", "mia@example.org")), NOW)
    await happens("space.evening_came", polch.id)
    assert postman.mails == []
    await execute("UPDATE person SET language = 'en' WHERE id = $1", world.mia.id)
    await book(
        world.gundula.actor(),
        BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12), guest_phone="0171 5555555"),
        NOW,
    )
    await happens("space.evening_came", polch.id)
    await happens("space.evening_came", polch.id)
    german, english = postman.mails
    assert german["Subject"] == "Morgen, Mi 25.11.: 1 Gast in RegioHub Polch"
    assert english["Subject"] == "Tomorrow, Wed 25 Nov: 1 guest at RegioHub Polch"
    text = text_of(german)
    assert "Gundula Gast: 8–12 Uhr, Platz 1" in text
    assert "0171" not in text
    assert f"{ADDRESS}/morgen/{polch.slug}/2026-11-25/{day_token(polch, TOMORROW, 'host@example.org', KEY)}" in text
    assert f"{ADDRESS}/abendmail/{polch.slug}/{end_token(polch, 'host@example.org', KEY)}" in text
    assert day_token(polch, TOMORROW, "host@example.org", KEY) not in text_of(english)


async def test_an_empty_day_is_told_where_that_is_wanted(world: World, postman: Postman, happens: Happen) -> None:
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    await set_evening(otto, polch, EveningSetting(True, also_when_empty=True), NOW)
    await happens("space.evening_came", polch.id)
    [mail] = postman.mails
    assert mail["Subject"] == "Morgen, Mi 25.11.: niemand in RegioHub Polch"
    assert mail["To"] == "RegioHub Polch <polch@example.org>"


async def test_who_is_told_at_short_notice_is_asked_to_say_so(world: World, postman: Postman, happens: Happen) -> None:
    otto, late = world.otto.actor(), at(NOW.date(), 22)
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)
    polch, closing = await managed_space(otto, world.polch.slug), CloseDays((TOMORROW,), "Erkrankung")
    await block(otto, polch, closing, (await plan_block(otto, polch, closing, late)).state, {}, late)
    await happens("booking.cancelled", booking.id)
    [mail] = postman.mails
    for kind in ("plain", "html"):
        assert "Ich habe es gelesen" in text_of(mail, kind)
        assert f"{ADDRESS}/gelesen/{booking.public_id}" in text_of(mail, kind)
