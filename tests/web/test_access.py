"""Actor x route x foreign id, taken from the application's own route table: a new route is in it by itself.

Everything here belongs to Mia or to the operator of Polch. Whoever else asks for it by its id gets the same answer as
for something that does not exist, and changes nothing.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from app.bookings.block_plan import Block
from app.bookings.blocking import block as make_block
from app.bookings.blocking import plan_block
from app.bookings.mail_links import link_token
from app.bookings.operations import BookDesk, book
from app.bookings.series_making import MakeSeries, make_series
from app.bookings.waiting_list import JoinLine, join_line
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.identity.api_tokens import create_api_token
from app.identity.operations import NewPerson, create_people
from app.identity.queries import people
from app.identity.rules import Scope
from app.inventory.linking import add_equipment
from app.main import create_app
from app.network.grouping import add_to_group, make_group, make_organisation
from app.network.managing import managed_space
from app.platform.database import execute, fetch, fetch_value
from app.platform.settings import Environment, Settings
from tests.identity.conftest import KEY
from tests.web.conftest import Site, fresh
from tests.worlds import NOW, APerson, World, tomorrow

PUBLIC = {
    "/", "/plaetze", "/standorte/{slug}", "/standorte/{slug}/hausordnung", "/buchen", "/impressum",
    "/datenschutz", "/nutzungsbedingungen",
    "/barrierefreiheit", "/so-wird-sortiert", "/sprache", "/farbschema", "/bilder/{name}", "/robots.txt",
    "/anmelden", "/anmelden/link", "/buchen/gehalten", "/buchen/bestaetigen", "/abmelden",
    "/registrieren", "/bestaetigen", "/passwort-vergessen", "/passwort-neu",
    "/calendars/{name}", "/health/live", "/health/ready", "/api", "/api/docs", "/api/openapi.json",
    "/api/v1/places", "/api/v1/spaces", "/api/v1/spaces/{slug}", "/api/v1/spaces/{slug}/availability",
    "/api/v1/spaces/{slug}/rules", "/api/v1/spaces/{slug}/times",
    "/api/v1/resources/{resource_id}/availability", "/api/v1/quotes", "/{path}", "/offline",
    "/manifest.webmanifest", "/sw.js",
    "/angebot/{link}", "/angebot/{link}/ablehnen",
    "/eintrag-bestaetigen", "/absagen/{link}", "/absagen/{link}/verschieben", "/absagen/{link}/spaeter",
    "/absagen/{link}/da", "/hier/{slug}",
}  # fmt: skip
"""What anybody may ask for. Everything else needs a person."""

NOT_A_PERSONS_OWN = {
    "/dev/mail",
    "/dev/mail/{name}",
    "/dev/mail/{name}/html",
    "/dev/mail/{name}/invite.ics",
    "/metrics",
}
"""Not found here at all: no demo network, and metrics want a token of their own."""

FOR_STAFF = re.compile("/netzwerk")
AT_THE_DESK = re.compile("/theke/|/api/v1/spaces/[^/]+/requests|/api/v1/bookings/[^/]+/(approve|decline)")
OF_THE_OPERATOR = re.compile(
    r"/betrieb/|/betreiber/|/api/v1/spaces/\{slug\}/(rules/|blockers|equipment|groups|organisations|occupancy)"
    r"|/api/v1/resources/\{resource_id\}/(rules|parts)"
)
"""What the manager of Polch's operator and the network's administrators look after."""

OWN_OR_AT_THE_DESK = re.compile(
    r"(PATCH|POST) /api/v1/bookings/\{booking_id\}|(GET|PATCH|POST) /api/v1/series/\{series_id\}"
)
ANSWERS_OF_NOTHING = {404}


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one route."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def names(self) -> list[str]:
        """The parameters in its path."""
        return re.findall(r"\{(\w+)\}", self.path)

    def to(self, ids: Mapping[str, str]) -> str:
        return self.path.format(**ids)


def ways() -> list[Way]:
    settings = Settings(environment=Environment.TEST)
    application = create_app(settings, "postgresql://nowhere/none").app
    assert isinstance(application, Litestar)
    return sorted(
        {
            Way(method, route.path_format)
            for route in application.routes
            if isinstance(route, HTTPRoute)
            for method in route.methods - {"OPTIONS", "HEAD"}
        },
        key=str,
    )


WAYS = ways()
PRIVATE = [way for way in WAYS if way.path not in PUBLIC | NOT_A_PERSONS_OWN]
WITH_IDS = [way for way in PRIVATE if way.names]
WITHOUT_IDS = [way for way in PRIVATE if not way.names]


@pytest.fixture
async def ids(world: World) -> Mapping[str, str]:
    """What belongs to Mia or to Polch, by the routes' parameter names; a route with another name must be added here."""
    booking = await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    feed, _ = await create_feed(world.mia.actor(), CreateFeed(FeedKind.PERSON), NOW)
    _, token = await create_api_token(await fresh(world.mia), "Kalender", [Scope.READ], NOW)
    session = await fetch_value(
        "INSERT INTO session (public_id, token_hash, person, created_at, authenticated_at, seen_at)"
        " VALUES ('miassession', '\\x00', $1, $2, $2, $2) RETURNING public_id",
        world.mia.id,
        NOW,
    )
    weekly = BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(18))
    made = await make_series(world.mia.actor(), MakeSeries(weekly, "FREQ=WEEKLY;COUNT=3"), NOW)
    event = await fetch_value("SELECT id FROM outbox_event LIMIT 1")
    job = await fetch_value(
        "INSERT INTO job (handler, event, aggregate_kind, aggregate_id, state, next_attempt_at)"
        " VALUES ('mail.test', $1, 'booking', 1, 'dead', $2) RETURNING id",
        event,
        NOW,
    )
    otto = world.otto.actor()
    polch = await managed_space(otto, world.polch.slug)
    projector = await add_equipment(otto, polch, "Beamer", NOW)
    group = await make_group(otto, world.operator, "Stammgäste", NOW)
    await add_to_group(otto, group, world.mia.id, NOW)
    organisation = await make_organisation(otto, world.operator, "TV Polch", world.mia.id, NOW)
    block = Block((world.polch["K1"].public_id,), tomorrow(19), tomorrow(20), "Reparatur")
    [blocker] = await make_block(otto, polch, block, (await plan_block(otto, polch, block, NOW)).state, {}, NOW)
    erna = await create_people([NewPerson("Erna Schmitz", operator=world.operator, space=world.polch.id)], NOW)
    await book(world.otto.actor(), BookDesk(world.polch["K1"].public_id, tomorrow(8), tomorrow(18)), NOW)
    waited_for = JoinLine(world.polch["K1"].public_id, tomorrow(8), tomorrow(18))
    place = await join_line(world.mia.actor(), waited_for, NOW)
    return {
        "slug": world.polch.slug,
        "person": (await people(erna))[erna[0]].public_id,
        "public_id": booking.public_id,
        "booking_id": booking.public_id,
        "feed_id": feed.public_id,
        "waiting_id": place.public_id,
        "session": session,
        "token": token.public_id,
        "job": str(job),
        "series": made.series.public_id,
        "series_id": made.series.public_id,
        "link": link_token(booking.public_id, KEY),
        "what": world.polch["Nette"].public_id,
        "kind": "desk",
        "resource_id": world.polch["Nette"].public_id,
        "equipment_id": projector.public_id,
        "group_id": group.public_id,
        "person_id": world.mia.public_id,
        "organisation_id": organisation.public_id,
        "blocker": blocker.public_id,
        "blocker_id": blocker.public_id,
    }


def ids_for(way: Way, ids: Mapping[str, str]) -> Mapping[str, str]:
    if way.path.startswith("/kalender/"):
        return {**ids, "public_id": ids["feed_id"]}
    if way.path.startswith("/betreiber/"):
        return {**ids, "slug": "polch"}
    if "/ausstattung/" in way.path:
        return {**ids, "what": ids["equipment_id"]}
    if way.path.startswith("/warteliste/"):
        return {**ids, "public_id": ids["waiting_id"]}
    return ids


async def everything() -> list[object]:
    """All that a stranger could have changed."""
    tables = (
        *("booking", "claim", "feed", "api_token", "session", "person", "role_grant", "job", "resource", "waiting"),
        *("booking_rules", "blocker", "hours_exception", "person_group", "person_group_member", "organisation"),
        "series",
    )
    return [[dict(row) for row in await fetch(f"SELECT * FROM {table} ORDER BY id")] for table in tables]


@pytest.fixture
async def untouched(ids: Mapping[str, str]) -> AsyncIterator[None]:
    before = await everything()
    yield
    after = await everything()
    seen = {"seen_at", "last_used_at"}
    for old, new in zip(before, after, strict=True):
        strangers = [row for row in new if row["id"] not in {r["id"] for r in old}]
        assert all("token_hash" in row and "browser" in row for row in strangers), (
            "only sessions of the visitors are new"
        )
        kept = [row for row in new if row["id"] in {r["id"] for r in old}]
        assert [{k: v for k, v in row.items() if k not in seen} for row in kept] == [
            {k: v for k, v in row.items() if k not in seen} for row in old
        ]


async def ask(site: Site, way: Way, path: str, person: APerson | None) -> int:
    """The status that the person gets, as a program for the interface and as a browser for pages."""
    body = (
        {"starts_at": tomorrow(9).isoformat(), "ends_at": tomorrow(10).isoformat()} if way.method == "PATCH" else None
    )
    if way.path.endswith("/decline"):
        body = {"answer": "Nein."}
    if way.is_api:
        headers = dict(person.bearer) if person else {}
        browser = await site.browser()
        return (await browser.client.request(way.method, path, headers=headers, json=body)).status_code
    browser = await site.browser(person)
    if way.method == "GET":
        return (await browser.get(path)).status_code
    form = {"beginn": tomorrow(9).isoformat(), "ende": tomorrow(10).isoformat(), "name": "x", "art": "person"}
    return (await browser.post(path, **form)).status_code


def strangers_to(way: Way, world: World) -> list[APerson]:
    """Everybody whose role does not reach it."""
    if AT_THE_DESK.match(way.path):
        return [world.gundula, world.mia, world.rolf]
    if OF_THE_OPERATOR.match(way.path):
        return [world.gundula, world.mia, world.rolf, world.frida]
    if OWN_OR_AT_THE_DESK.match(str(way)):
        return [world.gundula, world.rolf]
    staff_may = FOR_STAFF.match(way.path)
    return [world.gundula, world.rolf, world.frida, world.otto, *([] if staff_may else [world.nadja])]


@pytest.mark.parametrize("way", WITH_IDS, ids=str)
async def test_a_foreign_id_is_not_found_by_anybody_else(
    site: Site, world: World, ids: Mapping[str, str], untouched: None, way: Way
) -> None:
    path = way.to(ids_for(way, ids))
    for person in strangers_to(way, world):
        assert await ask(site, way, path, person) in ANSWERS_OF_NOTHING, person.name


@pytest.mark.parametrize("way", WITH_IDS, ids=str)
async def test_what_does_not_exist_looks_the_same(site: Site, world: World, ids: Mapping[str, str], way: Way) -> None:
    nothing = way.to(dict.fromkeys(way.names, "999999999" if "job" in way.names else "zzzzzzzzzzzzzzzz"))
    for person in (world.gundula, world.mia):
        assert await ask(site, way, nothing, person) in ANSWERS_OF_NOTHING, person.name


@pytest.mark.parametrize("way", PRIVATE, ids=str)
async def test_nobody_is_asked_to_sign_in(
    site: Site, world: World, ids: Mapping[str, str], untouched: None, way: Way
) -> None:
    browser = await site.browser()
    path = way.to(ids_for(way, ids))
    if way.is_api:
        assert (await browser.client.request(way.method, path)).status_code == 401
        return
    answer = await (browser.get(path) if way.method == "GET" else browser.post(path))
    assert answer.status_code in (303, 404)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/anmelden")


@pytest.mark.parametrize("way", [way for way in WITHOUT_IDS if FOR_STAFF.match(way.path)], ids=str)
async def test_pages_of_the_network_are_for_its_administrators(site: Site, world: World, way: Way) -> None:
    for person in strangers_to(way, world):
        assert await ask(site, way, way.path, person) == 404, person.name
    assert await ask(site, way, way.path, world.nadja) in (200, 303)


@pytest.mark.parametrize("way", [way for way in WITHOUT_IDS if way.method == "GET"], ids=str)
async def test_own_pages_show_nothing_of_others(site: Site, world: World, ids: Mapping[str, str], way: Way) -> None:
    if FOR_STAFF.match(way.path):
        return
    browser = await site.browser(world.rolf)
    headers = dict(world.rolf.bearer) if way.is_api else {}
    page = await browser.get(way.path, headers=headers)
    assert "Mia" not in page.text
    assert "mia@" not in page.text
    assert ids["booking_id"] not in page.text


@pytest.mark.parametrize("way", [way for way in WITH_IDS if way.method == "GET"], ids=str)
async def test_the_owner_reaches_it(site: Site, world: World, ids: Mapping[str, str], way: Way) -> None:
    """Without this the matrix could pass because nothing is ever found."""
    owner = world.mia
    if AT_THE_DESK.match(way.path):
        owner = world.frida
    elif OF_THE_OPERATOR.match(way.path):
        owner = world.otto
    assert await ask(site, way, way.to(ids_for(way, ids)), owner) == 200


async def test_a_removed_role_loses_access_at_once(site: Site, world: World) -> None:
    browser = await site.browser(world.nadja)
    assert (await browser.get("/netzwerk")).status_code == 200
    await execute("UPDATE role_grant SET revoked_at = $2 WHERE person = $1", world.nadja.id, NOW)
    assert (await browser.get("/netzwerk")).status_code == 404
