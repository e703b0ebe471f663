"""Mails among colleagues, and to whom a team has booked a desk for."""

from app.bookings.rules import DayPart
from app.bookings.search import Wanted
from app.bookings.team_booking import BookForTeam, book_for_team
from app.platform.database import fetch_value
from app.teams.colleagues import ask_for_days, show_days_to, take_days_back
from app.teams.queries import members_of
from app.teams.team_days import propose_day, set_day
from tests.notifications.conftest import Happen, Postman
from tests.selling import TODAY
from tests.teams.founding import a_team, acting, joined
from tests.worlds import NOW, TOMORROW, World


def text_of(postman: Postman) -> str:
    """What the last mail says in its plain part, without line ends."""
    part = postman.mails[-1].get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


async def test_the_person_hears_who_booked_and_that_giving_back_is_told_to_nobody(
    world: World, postman: Postman, happens: Happen
) -> None:
    team = await a_team(world, world.mia)
    command = BookForTeam(await members_of(team.id), [world.polch.slug], Wanted(TOMORROW, DayPart.WHOLE_DAY))
    await book_for_team(await acting(world.gundula), team, command, NOW)
    await happens("booking.confirmed", await fetch_value("SELECT id FROM booking"))
    assert postman.mails[-1]["To"] == "Mia Hammes <mia@example.org>"
    said = text_of(postman)
    assert "Becker Maschinenbau hat diesen Platz für Sie gebucht." in said
    assert "Davon erfährt im Team niemand." in said
    assert "Absagen oder verschieben, ohne Anmeldung" in said
    assert "/standorte/regiohub-polch/hausordnung" in said


async def test_who_is_asked_hears_it_and_who_is_shown_hears_it(world: World, postman: Postman, happens: Happen) -> None:
    team = await a_team(world, world.mia, world.otto)
    mias, ottos = await joined(team, world.mia), await joined(team, world.otto)
    await ask_for_days(await acting(world.mia), team, ottos, NOW)
    key = await fetch_value("SELECT id FROM colleague_sight")
    await happens("colleague.asked", key)
    assert postman.mails[-1]["To"] == "Otto Wirt <otto@example.org>"
    assert "Antworten Sie nicht, ändert sich nichts." in text_of(postman)
    await show_days_to(await acting(world.otto), team, mias, NOW)
    await happens("colleague.allowed", key)
    assert postman.mails[-1]["To"] == "Mia Hammes <mia@example.org>"
    told = len(postman.mails)
    await take_days_back(await acting(world.otto), team, mias)
    await happens("colleague.allowed", key)
    await happens("colleague.asked", key)
    assert len(postman.mails) == told, "what is no more is told to nobody"


async def test_everybody_else_hears_of_a_team_day(world: World, postman: Postman, happens: Happen) -> None:
    team = await a_team(world, world.mia, world.otto, world.frida)
    day = await propose_day(await acting(world.mia), team, "Planung", [TOMORROW], NOW, TODAY)
    key = await fetch_value("SELECT id FROM team_day")
    await happens("team_day.proposed", key)
    assert {mail["To"] for mail in postman.mails} == {
        "Otto Wirt <otto@example.org>",
        "Frida Empfang <frida@example.org>",
    }
    await set_day(await acting(world.mia), team, day, TOMORROW, world.polch.id, NOW)
    await happens("team_day.set", key)
    assert "Treffpunkt ist RegioHub Polch." in text_of(postman)
    assert len(postman.mails) == 4
