"""What the holder of a fixed desk is told."""

from app.bookings.desk_endings import end_desk
from app.bookings.fixed_desks import assign_desk
from tests.notifications.conftest import Happen, Postman, text_of
from tests.plans.desks import TODAY, a_member
from tests.worlds import NOW, TOMORROW, World


async def test_the_holder_reads_which_desk_staff_has_assigned_and_until_when(
    world: World, happens: Happen, postman: Postman
) -> None:
    card = await a_member(world.mia)
    made = await assign_desk(world.otto.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)
    await happens("fixed_desk.assigned", made.desk.id)
    await end_desk(world.otto.actor(), made.desk.public_id, TOMORROW, NOW)
    await happens("fixed_desk.ended", made.desk.id)
    assigned, ended = postman.mails
    assert assigned["Subject"] == "Ihr Platz in RegioHub Polch: Platz 1"
    assert f"/mitgliedschaft/{card.public_id}/platz" in text_of(assigned)
    assert "noch bis Mi 25. November" in ended["Subject"]


async def test_who_has_chosen_the_desk_gets_no_mail(world: World, happens: Happen, postman: Postman) -> None:
    card = await a_member(world.mia)
    made = await assign_desk(world.mia.actor(), card.public_id, world.polch["1"].public_id, TODAY, NOW)
    await happens("fixed_desk.assigned", made.desk.id)
    assert postman.mails == []
