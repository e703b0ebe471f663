"""What people hear when an operator changes what they have booked, and whoever is in charge of a new space."""

from datetime import date

from app.bookings.closing_down import booked_ahead, retire_space
from app.bookings.hours_changing import change_hours, plan_hours
from app.bookings.operations import BookDesk, book
from app.bookings.retiring import plan_retiring, retire_resource
from app.inventory.hours_setting import USUAL_WEEK, SetWeek
from app.inventory.publishing import NewOperator, SpaceToBe, publish_by_phone
from app.kernel.wall_time import Opening
from app.network.managing import managed_space
from app.network.space_setting import NewSpace
from app.network.whereabouts import Address
from tests.notifications.conftest import Happen, Postman, text_of
from tests.worlds import NOW, World, tomorrow

TODAY = date(2026, 11, 24)


async def test_who_is_moved_from_a_desk_that_goes_hears_why(world: World, postman: Postman, happens: Happen) -> None:
    otto, desk = world.otto.actor(), world.polch["1"].public_id
    polch = await managed_space(otto, world.polch.slug)
    booked = await book(world.mia.actor(), BookDesk(desk, tomorrow(8), tomorrow(9)), NOW)
    await retire_resource(otto, polch, desk, (await plan_retiring(otto, polch, desk, NOW)).state, {}, NOW)
    await happens("booking.moved", booked.id, retired=world.polch["1"].id)
    [mail] = postman.mails
    assert "Ihren bisherigen Platz gibt es nicht mehr. Der neue ist für Sie gebucht." in text_of(mail)
    assert "Platz 2" in text_of(mail)


async def test_who_is_called_off_hears_what_for(world: World, postman: Postman, happens: Happen) -> None:
    otto, mia = world.otto.actor(), world.mia.actor()
    polch = await managed_space(otto, world.polch.slug)
    late = await book(mia, BookDesk(world.polch["1"].public_id, tomorrow(14), tomorrow(15)), NOW)
    early = await book(mia, BookDesk(world.polch["1"].public_id, tomorrow(9), tomorrow(10)), NOW)
    mornings = SetWeek({day: (Opening(480, 720),) for day in USUAL_WEEK})
    plan = await plan_hours(otto, polch, mornings, TODAY, NOW)
    await change_hours(otto, polch, mornings, plan.state, set(), TODAY, NOW)
    await happens("booking.cancelled", late.id)
    await retire_space(otto, polch, (await booked_ahead(otto, polch, NOW)).state, NOW)
    await happens("booking.cancelled", early.id)
    first, second = (text_of(mail) for mail in postman.mails)
    assert "Genossenschaft Maifeld hat zu dieser Zeit nicht mehr geöffnet." in first
    assert "Genossenschaft Maifeld hat diesen Standort aufgegeben." in second
    assert "RegioHub Polch" in second, "also where the space is no more"


async def test_the_host_gets_the_page_of_a_space_published_by_phone(
    world: World, postman: Postman, happens: Happen
) -> None:
    new = NewSpace("Werkhof Mayen", Address("Ring 3", "56727", "Mayen"), email="werkhof@example.org")
    wanted = SpaceToBe(new, USUAL_WEEK, 2)
    space = await publish_by_phone(world.nadja.actor(), NewOperator("Ortsgemeinde"), wanted, NOW)
    await happens("operator.published_by_phone", space.operator.id, space=space.id)
    [mail] = postman.mails
    assert mail["To"] == "Ortsgemeinde <werkhof@example.org>"
    assert "/standorte/werkhof-mayen" in text_of(mail)
