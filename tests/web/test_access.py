"""Actor x route x foreign id, taken from the application's own route table: a new route is in it by itself.

Everything here belongs to Mia or to the operator of Polch. Whoever else asks for it by its id gets the same answer as
for something that does not exist, and changes nothing; so does the rival who names his own space and somebody else's
thing in it. Each route is one test in which everybody asks; what they ask in stands for the whole file and is rolled
back after each test.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from app.identity.rules import PERMISSIONS, Action, Role
from app.main import create_app
from app.platform.database import DB, execute, fetch
from app.platform.settings import Environment, Settings
from tests.web.belongings import belongings
from tests.web.conftest import Browser, Now, an_application
from tests.worlds import NOW, TOMORROW, APerson, World, a_world, tomorrow

PUBLIC = {
    "/", "/plaetze", "/standorte/{slug}", "/standorte/{slug}/hausordnung", "/buchen", "/impressum",
    "/datenschutz", "/nutzungsbedingungen",
    "/barrierefreiheit", "/so-wird-sortiert", "/sprache", "/farbschema", "/bilder/{name}", "/bilder/grundriss/{name}",
    "/robots.txt",
    "/impressum/{version}", "/datenschutz/{version}", "/nutzungsbedingungen/{version}", "/barrierefreiheit/{version}",
    "/anmelden/firma", "/anmelden/firma/zurueck", "/anmelden/firma/zustimmen",
    "/anmelden", "/anmelden/link", "/buchen/gehalten", "/buchen/bestaetigen", "/abmelden", "/einladung",
    "/registrieren", "/bestaetigen", "/passwort-vergessen", "/passwort-neu",
    "/calendars/{name}", "/health/live", "/health/ready", "/api", "/api/docs", "/api/openapi.json",
    "/api/v1/places", "/api/v1/spaces", "/api/v1/spaces/{slug}", "/api/v1/spaces/{slug}/availability",
    "/api/v1/spaces/{slug}/rules", "/api/v1/spaces/{slug}/times",
    "/api/v1/resources/{resource_id}/availability", "/api/v1/quotes", "/{path}", "/offline",
    "/manifest.webmanifest", "/sw.js",
    "/angebot/{link}", "/angebot/{link}/ablehnen",
    "/eintrag-bestaetigen", "/absagen/{link}", "/absagen/{link}/verschieben", "/absagen/{link}/spaeter",
    "/absagen/{link}/da", "/hier/{slug}", "/melden/{slug}",
    "/hausverbot/{link}", "/gelesen/{link}", "/abendmail/{slug}/{link}",
    "/beitreten/{product}", "/beitreten/{product}/rechnungsadresse", "/beitreten/{product}/pruefen",
    "/morgen/{slug}/{day}/{link}",
    "/vertrag-kuendigen", "/vertrag-widerrufen", "/erklaerung/{link}", "/erklaerung/{link}/datei",
    "/tarife", "/api/v1/plans", "/firma",
    "/team/beitreten/{token}", "/team/domain/{token}",
}  # fmt: skip
"""What anybody may ask for. Everything else needs a person."""

OF_DEVICES = {
    *("/geraet", "/geraet/koppeln", "/geraet/belegen", "/geraet/da", "/geraet/ankommen"),
    "/geraet/aenderungen",
    "/api/v1/spaces/{slug}/access-windows",
}
"""For the tokens of devices, which test_device_walk.py tries everywhere."""

NOT_A_PERSONS_OWN = OF_DEVICES | {
    "/dev/mail",
    "/dev/mail/{name}",
    "/dev/mail/{name}/html",
    "/dev/mail/{name}/invite.ics",
    "/metrics",
}
"""Not found here at all: no demo network; metrics and devices want tokens of their own."""

WHOSE: Sequence[tuple[str, Action]] = (
    (r"\w+ /team/\{team\}/buchen", Action.BOOK_FOR_TEAM),
    (r"POST /team/\{team\}/tage/\{team_day\}/buchen", Action.BOOK_FOR_TEAM),
    (r"GET /team/\{team\}/grenzen", Action.SEE_TEAM),
    (r"\w+ /team/\{team\}/(grenzen|antraege)", Action.MANAGE_TEAM),
    (r"\w+ /team/\{team\}/(plaetze|kontingent|tarife|vertraege|angebote|bestellungen)", Action.MANAGE_TEAM),
    (r"\w+ /netzwerk/heute", Action.SEE_ALL_SPACES),
    (r"\w+ /netzwerk/neuer-standort", Action.PUBLISH_BY_PHONE),
    (r"\w+ /netzwerk/(betreiber|firmen|texte|einstellungen|tarife)", Action.MANAGE_NETWORK),
    (r"\w+ /netzwerk/(erklaerungen|menschen|ermaessigungen)", Action.KEEP_CONTRACTS),
    (r"\w+ (/netzwerk|/betrieb/\{slug\}|/betreiber/\{slug\})?/auslastung", Action.SEE_OCCUPANCY),
    (r"\w+ /api/v1/spaces/\{slug\}/occupancy", Action.SEE_OCCUPANCY),
    (r"\w+ /netzwerk/protokoll", Action.SEE_AUDIT_TRAIL),
    (r"POST /netzwerk/aufgaben", Action.RETRY_JOBS),
    (r"\w+ /netzwerk", Action.SEE_JOBS),
    (r"\w+ /theke/anfragen", Action.DECIDE_REQUESTS),
    (r"\w+ /theke/\{slug\}/anfragen", Action.DECIDE_REQUESTS),
    (r"\w+ /theke/\{slug\}/meldungen", Action.ANSWER_REPORTS),
    (r"\w+ /theke/\{slug\}/leute/\{person\}/notizen", Action.ANSWER_REPORTS),
    (r"\w+ /theke/\{slug\}/gaeste/\{person\}/karte", Action.SELL),
    (r"\w+ /theke", Action.SEE_SPACE_DAY),
    (r"\w+ /betrieb", Action.MANAGE_SPACE),
    (r"\w+ /betreiber", Action.MANAGE_OPERATOR),
    (r"\w+ /team/\{team\}/anmeldung", Action.MANAGE_TEAM),
    (r"\w+ /api/v1/operators", Action.MANAGE_OPERATOR),
    (r"\w+ /api/v1/spaces/\{slug\}/requests", Action.DECIDE_REQUESTS),
    (r"\w+ /api/v1/bookings/\{booking_id\}/(approve|decline)", Action.DECIDE_REQUESTS),
    (
        r"\w+ /api/v1/spaces/\{slug\}/"
        r"(rules/|blockers|equipment|groups|organisations|resources|hours|photos|publication|evening-mail)",
        Action.MANAGE_SPACE,
    ),
    (r"\w+ /api/v1/resources/\{resource_id\}(/rules|/parts|/retirement|/photos|$)", Action.MANAGE_SPACE),
    (r"\w+ /api/v1/spaces/\{slug\}/(reports|people)", Action.ANSWER_REPORTS),
    (r"\w+ /team/\{team\}/(firma|kostenstellen|verwaltung|ende)", Action.MANAGE_TEAM),
    (r"\w+ /team/\{team\}/(personen|beitritt)", Action.MANAGE_TEAM),
    (r"\w+ /team/\{team\}/betriebsrat", Action.SEE_TEAM),
    (r"\w+ /team/\{team\}/(vereinbarung|bericht/namen)", Action.MANAGE_TEAM),
)
"""Whose work an address is, by what one must be allowed to do there; the first line that fits counts. Who it is for is
in the table of permissions (identity/rules.py). What stands in no line is a person's own."""

OF_THE_OPERATORS_OWN = re.compile(r"\w+ .*/people/\{person_id\}/notes")
"""What the network's people do not read, whatever they may do there."""

FOR_ALL_OF_A_TEAM = re.compile(
    r"GET /team/\{team\}(/bericht(\.csv|/namen)?|/kollegen|/tage(/\{team_day\})?)?$"
    r"|POST /team/\{team\}/tage(/\{team_day\}/(festlegen|zurueckziehen))?$"
)
"""What both its people and those who look after it see. Mia belongs to the team, and Gundula manages it."""

OF_WHO_BOOKED_IT = re.compile(r"\w+ /team/\{team\}/buchen/\{act\}")
"""What Gundula has booked for others, which nobody else sees who may book for them, too."""

OWN_AND_AT_THE_DESK = re.compile(
    r"(PATCH|POST) /api/v1/bookings/\{booking_id\}|(GET|PATCH|POST) /api/v1/series/\{series_id\}"
)
"""A member's own booking or series, which a front desk may change as well."""

ALWAYS_THERE = {"kind", "text", "version"}
"""Parameters that name no row of anybody's."""


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

    @property
    def action(self) -> Action | None:
        """What one must be allowed to do; None for a person's own."""
        return next((action for start, action in WHOSE if re.match(start, str(self))), None)

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
OWN_PAGES = [way for way in PRIVATE if not way.names and way.action is None and way.method == "GET"]


@pytest.fixture
async def ids(world: World) -> Mapping[str, str]:
    """The same for tests of other files, in a world of their own."""
    return await belongings(world)


LINKS = {
    "/hausverbot/{link}": "bar_link",
    "/morgen/{slug}/{day}/{link}": "day_link",
    "/abendmail/{slug}/{link}": "end_link",
}
"""Addresses whose link is for something else than a booking."""


def ids_for(way: Way, ids: Mapping[str, str]) -> Mapping[str, str]:
    if way.path.startswith("/kalender/"):
        return {**ids, "public_id": ids["feed_id"]}
    if way.path.startswith("/netzwerk/tarife/"):
        return {**ids, "product": ids["network_product"]}
    if way.path.startswith(("/betreiber/", "/netzwerk/betreiber/", "/api/v1/operators/")):
        return {**ids, "slug": "polch"}
    if way.path in LINKS:
        return {**ids, "link": ids[LINKS[way.path]]}
    if way.path.endswith("/anrufen"):
        return {**ids, "blocker": ids["closing"]}
    if way.path.startswith("/betrieb/{slug}/plaetze/"):
        return {**ids, "photo": ids["resource_photo"]}
    if way.path.startswith("/api/v1/resources/{resource_id}/photos/"):
        return {**ids, "photo_id": ids["resource_photo"]}
    if "/people/{person_id}/notes" in way.path:
        return {**ids, "person_id": ids["person"]}
    if "/ausstattung/" in way.path:
        return {**ids, "what": ids["equipment_id"]}
    if way.path.startswith("/netzwerk/menschen/"):
        return {**ids, "person": ids["person_id"]}
    if way.path.startswith("/theke/{slug}/leute/{person}/dokumente/"):
        return {**ids, "person": ids["person_id"], "document": ids["counter_document"]}
    if way.path.startswith("/warteliste/"):
        return {**ids, "public_id": ids["waiting_id"]}
    return ids


def of_the_rival(way: Way, ids: Mapping[str, str], world: World) -> Mapping[str, str] | None:
    """The rival's own space or operator with somebody else's things in it; None where the way names no such thing."""
    if "slug" not in way.names or set(way.names) <= {"slug", *ALWAYS_THERE}:
        return None
    is_operator = way.path.startswith(("/betreiber/", "/netzwerk/", "/api/v1/operators/"))
    return {**ids_for(way, ids), "slug": "andernach" if is_operator else world.andernach.slug}


@dataclass(frozen=True, slots=True)
class Everybody:
    """The network of this file with a browser and a program for each person, signed in once; `stranger` is a program
    without a token."""

    world: World
    ids: Mapping[str, str]
    browsers: Mapping[int, Browser]
    programs: Mapping[int, Browser]
    nobody: Browser
    stranger: Browser
    snapshot: str

    async def ask(self, way: Way, path: str, person: APerson) -> int:
        """The status that the person gets, as a program for the interface and as a browser for pages."""
        if way.is_api:
            body = _body(way, self.world.mia.public_id)
            answer = await self.programs[person.id].client.request(way.method, path, json=body, headers=person.bearer)
            return answer.status_code
        browser = self.browsers[person.id]
        if way.method == "GET":
            return (await browser.get(path)).status_code
        form = {"beginn": tomorrow(9).isoformat(), "ende": tomorrow(10).isoformat(), "name": "x", "art": "person"}
        form["alt_de"] = "Der Saal"
        return (await browser.post(path, **form)).status_code

    async def state(self) -> Mapping[str, str]:
        """All that a stranger could have changed, table by table."""
        return {row["name"]: row["rows"] for row in await fetch(self.snapshot)}

    def who_may(self, way: Way) -> list[APerson]:
        """Whose role or own it is."""
        action, world = way.action, self.world
        if FOR_ALL_OF_A_TEAM.match(str(way)):
            return [world.mia, world.gundula, world.nadja]
        if OF_WHO_BOOKED_IT.match(str(way)):
            return [world.gundula]
        if action in PERMISSIONS[Role.TEAM_MANAGER] - PERMISSIONS[Role.MEMBER]:
            return [world.gundula, world.nadja]
        if action is None:
            mia = [world.mia]
            if not OWN_AND_AT_THE_DESK.match(str(way)):
                return mia
            return mia + self._allowed(Action.BOOK_FOR_OTHERS)
        if way.path.startswith("/netzwerk"):
            return [person for person in world.people if person.actor().may(action)]
        if not way.names:
            return [person for person in world.people if person.actor().reach(action)]
        allowed = self._allowed(action)
        if OF_THE_OPERATORS_OWN.match(str(way)):
            return [person for person in allowed if person.actor().is_staff_of(world.operator, world.polch.id)]
        return allowed

    def _allowed(self, action: Action) -> list[APerson]:
        here = {"operator": self.world.operator, "space": self.world.polch.id}
        return [person for person in self.world.people if person.actor().may(action, **here)]


BODIES: Mapping[str, dict[str, object]] = {
    "/released-days": {"days": [TOMORROW.isoformat()]},
    r"(POST|PUT) .*/notes": {"text": "Braucht die Rampe."},
    r"POST .*/bars$": {"reason": "Laut."},
    r"POST .*/bars/\{bar_id\}/answer": {"answer": "Nein.", "lifts": True},
    r"PUT .*/reports/\{report_id\}/state": {"state": "done"},
    r"POST .*/reports/\{report_id\}/answer": {"answer": "Wird getauscht."},
    r"POST .*/reports/\{report_id\}/block": {"state": ""},
    r"PUT .*/evening-mail": {"is_wanted": False},
    r"PUT .*/photos/order": {"order": []},
    r"PUT .*/photos/\{photo_id\}": {"alt_de": "Der Saal"},
}
"""What must be sent so that nothing but the rights is in the way."""


def _body(way: Way, mia: str) -> dict[str, object] | None:
    if way.path.endswith("/responsible"):
        return {"responsible": mia}
    if way.path.endswith("/decline"):
        return {"answer": "Nein."}
    if way.path.endswith("/webhooks/{webhook_id}"):
        return {"url": "https://haus.example/neu", "events": ["booking.created"]}
    for part, body in BODIES.items():
        if re.search(part, str(way)):
            return {**body, "person_id": mia} if way.path.endswith("/bars") else body
    if way.method == "PATCH":
        return {"starts_at": tomorrow(9).isoformat(), "ends_at": tomorrow(10).isoformat()}
    return None


@pytest.fixture(scope="module")
async def standing(settings: Settings, database: str) -> Everybody:
    """Made once for the file: what its tests write is rolled back."""
    app = an_application(settings, database, Now())
    world = await a_world()
    ids = await belongings(world)
    await execute("UPDATE network SET charges = true")
    tables = await fetch(
        "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'id' AND table_name <> 'rate_limit' AND table_name <> 'migration' ORDER BY 1"
    )
    snapshot = " UNION ALL ".join(
        f"SELECT '{row['name']}' AS name, md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) AS rows"
        f" FROM {row['name']} t"
        for row in tables
    )
    browsers = {person.id: await Browser(app).signed_in(person) for person in world.people}
    nobody = Browser(app)
    for browser in (*browsers.values(), nobody):
        await browser.get("/anmelden")
    programs = {person.id: Browser(app) for person in world.people}
    return Everybody(world, ids, browsers, programs, nobody, Browser(app), snapshot)


@pytest.fixture
async def everybody(standing: Everybody) -> AsyncIterator[Everybody]:
    tx = DB.transaction()
    await tx.__aenter__()
    try:
        yield standing
    finally:
        await tx.rollback()
        await tx.__aexit__(None, None, None)


@pytest.mark.parametrize("way", PRIVATE, ids=str)
async def test_everybody_reaches_what_is_theirs_and_nothing_else(everybody: Everybody, way: Way) -> None:
    path, may = way.to(ids_for(way, everybody.ids)), everybody.who_may(way)
    world, before = everybody.world, await everybody.state()
    strangers = [person for person in world.people if person not in may] if way.names or way.action else []
    for person in strangers:
        assert await everybody.ask(way, path, person) == 404, f"{person.name} at {path}"
    mixed = of_the_rival(way, everybody.ids, world)
    if mixed is not None:
        assert await everybody.ask(way, way.to(mixed), world.rolf) == 404, way.to(mixed)
    if way.names and not set(way.names) <= ALWAYS_THERE:
        there = {name: everybody.ids[name] for name in ALWAYS_THERE}
        nothing = way.to(
            {**dict.fromkeys(way.names, "999999999" if "job" in way.names else "zzzzzzzzzzzzzzzz"), **there}
        )
        for person in (world.gundula, world.mia, world.otto):
            assert await everybody.ask(way, nothing, person) == 404, f"{person.name} at {nothing}"
    await nobody_is_asked_to_sign_in(everybody, way, path)
    assert await everybody.state() == before
    if way.method == "GET" and (way.names or way.action):
        for person in may:
            assert await everybody.ask(way, path, person) in ((200,) if way.names else (200, 303)), person.name
        assert may, "without this the matrix could pass because nothing is ever found"


async def nobody_is_asked_to_sign_in(everybody: Everybody, way: Way, path: str) -> None:
    browser = everybody.nobody
    if way.is_api:
        assert (await everybody.stranger.client.request(way.method, path)).status_code == 401
        return
    answer = await (browser.get(path) if way.method == "GET" else browser.post(path))
    assert answer.status_code in (303, 404)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/anmelden")


@pytest.mark.parametrize("way", OWN_PAGES, ids=str)
async def test_own_pages_show_nothing_of_others(everybody: Everybody, way: Way) -> None:
    rolf = everybody.world.rolf
    page = (
        await everybody.programs[rolf.id].get(way.path, headers=rolf.bearer)
        if way.is_api
        else await everybody.browsers[rolf.id].get(way.path)
    )
    assert "Mia" not in page.text
    assert "mia@" not in page.text
    assert everybody.ids["booking_id"] not in page.text


async def test_a_removed_role_loses_access_at_once(everybody: Everybody) -> None:
    nadja = everybody.world.nadja
    browser = everybody.browsers[nadja.id]
    assert (await browser.get("/netzwerk")).status_code == 200
    await execute("UPDATE role_grant SET revoked_at = $2 WHERE person = $1", nadja.id, NOW)
    assert (await browser.get("/netzwerk")).status_code == 404
