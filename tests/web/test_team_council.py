"""What the works council reads of an employer's settings: all of them, and each change; of people's use nothing."""

from collections.abc import Sequence

import pytest

from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.plans.limits import Amounts, LimitShape
from app.plans.seats import give_seat
from app.platform.database import execute, fetch_value
from app.teams.domains import ask_for_domain
from app.teams.join_links import join_by_link, join_link_of, make_join_link
from app.teams.limit_requests import AskForMore, answer_request, ask_for_more
from app.teams.limits import limit_everybody, limit_one
from app.teams.queries import TeamCard, member_of
from tests.identity.conftest import KEY
from tests.selling import TODAY, it_charges
from tests.teams.buying import DAYS, SEAT, bought, seats
from tests.teams.founding import a_team, acting, joined
from tests.web.conftest import Site, said
from tests.worlds import NOW, APerson, World, a_person


@pytest.fixture
async def team(world: World) -> TeamCard:
    await it_charges()
    found = await a_team(world, world.mia)
    await grant_role(None, world.tilda.id, Grant(Role.WORKS_COUNCIL, "team", found.id), NOW)
    return found


async def reads(site: Site, world: World, team: TeamCard, language: str = "de") -> str:
    async with await site.browser(world.tilda) as council:
        await council.post("/sprache", sprache=language)
        return said((await council.get(f"/team/{team.public_id}/betriebsrat")).text)


async def test_limits_of_all_and_of_one_and_each_change_of_them_are_read_in_words(
    site: Site, world: World, team: TeamCard
) -> None:
    manager, mia = await acting(world.gundula), await member_of(team.id, world.mia.id)
    assert mia is not None
    await limit_everybody(manager, team, LimitShape(16, 360, 5000, [world.polch.id], [0, 1]), NOW, TODAY)
    await limit_one(manager, team, mia, LimitShape(desk_halves=5), NOW, TODAY)
    text = (await reads(site, world, team)).replace("\xa0", " ")
    everybodys = (
        "Tage am Schreibtisch: bis zu 8 Tage im Monat; Stunden in Räumen: bis zu 6 Stunden im Monat;"
        " Budget: 50,00 € im Monat; Standorte: RegioHub Polch; Wochentage: Montag und Dienstag"
    )
    assert f"Für alle {everybodys}" in text
    assert "Mit eigenen Grenzen 1" in text
    assert "Mia Hammes Tage am Schreibtisch: bis zu 2,5 Tage im Monat" in text
    assert f"vorher: keine Grenzen, nachher: {everybodys}" in text


async def test_nothing_set_is_said_as_such(site: Site, world: World, team: TeamCard) -> None:
    text = await reads(site, world, team)
    for part in (
        "Das Team hat keine Verträge.",
        "Für alle keine Grenzen",
        "Mit eigenen Grenzen niemand",
        "Link zum Beitreten keiner",
        "Es gibt keine Firmenadressen.",
        "Es ist kein Anbieter eingerichtet.",
    ):
        assert part in text


async def test_what_was_bought_and_who_got_which_seat(site: Site, world: World, team: TeamCard) -> None:
    await bought(team, SEAT, 2)
    await bought(team, DAYS)
    [seat, _] = await seats(team)
    await give_seat(await acting(world.gundula), seat, world.mia.id, NOW, TODAY)
    text = await reads(site, world, team)
    assert "2 × Teamplatz seit 24. November 2026" in text
    assert "Teamplätze 2, davon frei: 1" in text
    assert "Kontingent Tage für alle 10 Tage gekauft, reicht" in text
    assert "Teamplatz: gegeben Mia Hammes" in text


async def test_how_people_come_in_and_where_they_sign_in_without_link_and_secret(
    site: Site, world: World, team: TeamCard
) -> None:
    manager = await acting(world.gundula)
    await make_join_link(manager, team, 10, NOW, key=KEY)
    link = await join_link_of(team.id, key=KEY)
    assert link is not None
    await join_by_link(world.otto.actor(), link.token, NOW, TODAY)
    for domain in ("becker.example", "offen.example"):
        asked = await ask_for_domain(manager, team, domain, "postmaster", NOW, key=KEY)
    await execute("UPDATE mail_domain SET proven_at = $1 WHERE domain = 'becker.example'", NOW)
    await execute(
        "INSERT INTO identity_provider (public_id, team, issuer, client_id, secret, is_required, made_at, tried_at)"
        " VALUES ('anbieter', $1, 'https://login.becker.example', 'nahwerk', 'versiegelt', true, $2, $2)",
        team.id,
        NOW,
    )
    text = await reads(site, world, team)
    assert asked.domain == "offen.example"
    for part in (
        "Link zum Beitreten seit 24. November 2026; bisher beigetreten: 1 von höchstens 10",
        "@becker.example bestätigt am 24. November 2026, Beitritt wird angeboten",
        "@offen.example noch nicht bestätigt, gefragt bei postmaster@offen.example",
        "Anbieter https://login.becker.example",
        "Diese Einstellungen ausprobiert am 24. November 2026",
        "Nur über die Firma ja, für alle im Team mit einer Adresse der Firma",
    ):
        assert part in text
    assert link.token not in text
    assert "versiegelt" not in text


async def asks(team: TeamCard, people: Sequence[APerson]) -> None:
    for person in people:
        wanted = AskForMore(TODAY.replace(day=1), Amounts(desk_halves=2), "Warum auch immer")
        await ask_for_more(person.actor(), team, wanted, NOW, TODAY)


async def test_requests_are_counted_from_five_people_and_never_named(site: Site, world: World, team: TeamCard) -> None:
    people = [await a_person(f"Kollegin {n}", f"k{n}@becker.example") for n in range(5)]
    for person in people:
        await joined(team, person)
    await asks(team, people[:4])
    key = await fetch_value("SELECT public_id FROM limit_request ORDER BY id LIMIT 1")
    await answer_request(await acting(world.gundula), team, key, Amounts(desk_halves=2), "", NOW, TODAY)
    for few in (True, False):
        text = await reads(site, world, team)
        assert ("Gestellt 5 von 5 Personen Bewilligt 1 Abgelehnt 0" in text) is not few
        assert ("sobald fünf Personen einen Antrag gestellt haben" in text) is few
        for said_of_one in ("Warum auch immer", "Antrag auf mehr:", "beantwortet"):
            assert said_of_one not in text
        await asks(team, people[4:] if few else [])


async def test_it_is_read_in_english_too(site: Site, world: World, team: TeamCard) -> None:
    await bought(team, SEAT, 2)
    text = await reads(site, world, team, "en")
    assert "Team seats 2, 2 of them free" in text
    assert "no limits" in text
