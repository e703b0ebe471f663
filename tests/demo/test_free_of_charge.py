"""A network that is free of charge for good: nowhere a word of prices, plans, orders or invoices (decision 22).

Every page and every answer of the route table is asked for by a guest, a member, an operator and the network; a new one
is walked to by itself.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from litestar.types import ASGIApp

from app.bookings.evening import announce_guests
from app.bookings.reminders import announce_tomorrow
from app.demo.cast import ACCOUNTS
from app.identity.api_tokens import create_api_token
from app.identity.queries import actor_of_person
from app.identity.rules import Scope
from app.identity.sessions import open_session
from app.jobs import all_reactions
from app.platform.database import DB, fetch_value, transaction
from app.platform.jobs import run_next
from app.platform.mail_folder import list_mails, read_mail
from app.platform.outbox import dispatch
from app.platform.settings import Environment, Secret, Settings
from tests.browser.addresses import OF_STAFF, Site, addresses_tolerantly, routes
from tests.browser.serve import prepare
from tests.conftest import PREFIX, copied
from tests.demo.conftest import TUESDAY
from tests.demo.words_of_money import texts_of_html, texts_of_json, words_of_money
from tests.web.conftest import Browser, Now, an_application

NOW = datetime.combine(TUESDAY, time(18), UTC)
HERE = ZoneInfo("Europe/Berlin")
DAY = f"{TUESDAY}T08:00:00%2B01:00"
WINDOWS: Mapping[str, str] = {
    "/api/v1/places": "?q=Mayen",
    "/api/v1/spaces": f"?near=56751&starts_at={DAY}&ends_at={TUESDAY}T12:00:00%2B01:00&kind=desk",
    "/api/v1/spaces/{slug}/availability": f"?starts_at={DAY}&ends_at={TUESDAY}T12:00:00%2B01:00",
    "/api/v1/spaces/{slug}/times": f"?from={DAY}&to={TUESDAY}T18:00:00%2B01:00",
    "/api/v1/resources/{resource_id}/availability": f"?from={DAY}&to={TUESDAY}T18:00:00%2B01:00",
}
DESCRIBES = "/api/docs"
"""The interface as it is for every network, whatever that takes."""

SWITCHES = "/netzwerk/einstellungen"
"""Where the network says whether it charges."""


@dataclass(frozen=True, slots=True)
class Free:
    """The free network as it is served."""

    app: ASGIApp
    settings: Settings
    ids: Mapping[str, str]

    def program(self, token: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "de"}
        return httpx.AsyncClient(transport=transport, base_url="http://nahwerk.example", headers=headers)

    async def browser(self, who: str | None, language: str = "de") -> Browser:
        browser = Browser(self.app)
        browser.client.headers["Accept-Language"] = language
        if who is not None:
            person = await fetch_value("SELECT id FROM person WHERE email = $1", f"{who}@demo.example")
            browser.session = await open_session(person, "walk", NOW)
        await browser.post("/sprache", sprache=language, zurueck="/")
        return browser


@pytest.fixture(scope="module")
async def free(
    admin_dsn: str, template: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Free]:
    settings = Settings(
        environment=Environment.TEST,
        data_dir=tmp_path_factory.mktemp("free"),
        public_url="http://nahwerk.example",
        secret_key=Secret("a secret that only these tests know, and long enough"),
    )
    async with copied(admin_dsn, template, f"{PREFIX}_free_{worker_id}") as dsn:
        ids = await prepare(dsn, settings, NOW, free_of_charge=True)
        await DB.open_pool(dsn, size=4, statement_timeout=60)
        clock = Now()
        clock.at = NOW
        try:
            yield Free(an_application(settings, dsn, clock), settings, ids)
        finally:
            await DB.close_pool()


def of(answer: httpx.Response, language: str) -> list[str]:
    """The words of money in an answer."""
    kind = answer.headers.get("content-type", "")
    if "json" in kind:
        return words_of_money(texts_of_json(answer.json()), language)
    if "html" in kind:
        return words_of_money(texts_of_html(answer.text), language)
    return words_of_money(answer.text.splitlines(), language) if kind.startswith("text/") else []


OF_OPERATORS = ("/theke", "/betrieb", "/betreiber", "/auslastung")
OF_THE_NETWORK = ("/netzwerk", "/auslastung")
OF_A_TEAM = ("/team", "/firma")
OF_ALL: tuple[str, ...] = ("",)
WALKS = (
    *((None, "de", OF_ALL), ("freelancer", "de", OF_ALL), ("freelancer", "en", OF_ALL)),
    *(("operator", "de", OF_OPERATORS), ("network", "de", OF_THE_NETWORK), ("network", "en", OF_STAFF)),
    *(("employer", "de", OF_A_TEAM), ("employer", "en", OF_A_TEAM), ("council", "de", OF_A_TEAM)),
)
"""Who walks where. Guest and member are not led to what only staff sees."""


@pytest.mark.parametrize(("who", "language", "where"), WALKS)
async def test_no_page_speaks_of_money(free: Free, who: str | None, language: str, where: tuple[str, ...]) -> None:
    browser = await free.browser(who, language)
    found: list[str] = []
    seen = 0
    ids = {**free.ids, **await of_the_demo_team()} if where is OF_A_TEAM else dict(free.ids)
    for address in addresses_tolerantly(Site("", ids)):
        is_left_out = where is OF_ALL and address.startswith((*OF_STAFF, DESCRIBES))
        if is_left_out or address.startswith(SWITCHES) or not address.startswith(where):
            continue
        answer = await browser.get(address)
        assert answer.status_code < 500, address
        seen += answer.status_code == 200
        found += [f"{address}: {word}" for word in of(answer, language)]
    assert not found, "\n".join(found)
    assert seen > (8 if where is OF_A_TEAM else 15), "without this it would pass where nothing is ever found"


async def of_the_demo_team() -> dict[str, str]:
    """Ids of what the demo network's own team has."""
    tables = {"team": "team", "team_member": "member", "team_day": "team_day"}
    return {
        name: await fetch_value(f"SELECT public_id FROM {table} ORDER BY id LIMIT 1") for table, name in tables.items()
    }


async def test_the_team_is_there_without_anything_that_costs(free: Free) -> None:
    demo = "SELECT min(id) FROM team"
    assert await fetch_value(f"SELECT count(*) FROM team_member WHERE team = ({demo}) AND left_at IS NULL") == 16
    assert await fetch_value(f"SELECT purse IS NULL AND payer IS NULL FROM team WHERE id = ({demo})")
    assert await fetch_value("SELECT count(*) FROM team_act_place WHERE space IS NOT NULL") >= 6
    assert not words_of_money([account.said(charges=False) for account in ACCOUNTS], "en")


@pytest.mark.parametrize("who", ["freelancer", "operator", "network"])
async def test_no_answer_of_the_interface_speaks_of_money(free: Free, who: str) -> None:
    """All that programs may read, a quote, a booking and its refusal."""
    person = await fetch_value("SELECT id FROM person WHERE email = $1", f"{who}@demo.example")
    actor = replace(await actor_of_person(person), authenticated_at=NOW)
    token, _ = await create_api_token(actor, "Rundgang", list(Scope), NOW)
    async with free.program(token) as program:
        answers = [await program.get(path) for path in readable(free.ids)]
        start = datetime.combine(TUESDAY + timedelta(days=3), time(9), HERE)
        wanted = {"space": "regiohub-polch", "kind": "desk", "starts_at": f"{start:%Y-%m-%dT%H:%M:%S%z}"}
        for hours in (4, 20):
            body = {**wanted, "ends_at": f"{start + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S%z}"}
            answers += [await program.post(f"/api/v1/{what}", json=body) for what in ("quotes", "bookings")]
    assert [answer.status_code for answer in answers[-4:]] == [200, 201, 200, 422]
    found = [f"{answer.url.path}: {word}" for answer in answers for word in of(answer, "de")]
    assert not found, "\n".join(found)
    assert sum(answer.status_code == 200 for answer in answers) > 8


def readable(ids: Mapping[str, str]) -> list[str]:
    """Every address that programs read, of things that are there where the ids know them."""
    known = {
        **ids,
        "booking_id": ids["booking"],
        "series_id": ids["series"],
        "resource_id": ids["what"],
        "space_id": "regiohub-polch",
    }
    found = set()
    for path in routes():
        if path.startswith("/api/v1/"):
            slug = "dorfwerk-maifeld" if "/operators/" in path else "regiohub-polch"
            names = {name: known.get(name, "zzzzzzzzzzzzzzzz") for name in re.findall(r"\{(\w+)\}", path)}
            found.add(path.format(**{**names, "slug": slug}) + WINDOWS.get(path, ""))
    return sorted(found)


async def test_no_mail_speaks_of_money(free: Free) -> None:
    """All that is told of what has happened in the network, and of tomorrow."""
    reactions = all_reactions(free.settings)
    handlers = {one.handler: one.run for answers in reactions.values() for one in answers}
    async with transaction():
        for announce in (announce_tomorrow, announce_guests):
            await announce(NOW, HERE)
    while await dispatch(reactions, NOW):
        pass
    while await run_next(handlers, lambda: NOW, timedelta(seconds=30)):
        pass
    assert not await fetch_value("SELECT count(*) FROM job WHERE state = 'waiting' AND next_attempt_at <= $1", NOW)
    folder = free.settings.data_dir / "mail"
    mails = [read_mail(folder, mail.name) for mail in list_mails(folder, 1_000)]
    assert len(mails) > 8
    found = [
        f"{mail.mail.subject}: {word}"
        for mail in mails
        for word in words_of_money([mail.mail.subject, *mail.text.splitlines(), *texts_of_html(mail.html)], "de")
    ]
    assert not found, "\n".join(found)


async def test_words_of_money_are_found() -> None:
    """The walk sees what it is there for."""
    page = '<p title="Preise">Ein Tag</p><script>let preis</script><p>kostet <b>19,00 €</b></p><img alt="Zehnerkarte">'
    assert len(words_of_money(texts_of_html(page), "de")) == 4
    said = {"pays": {"kind": "money", "label": "Day ticket for today"}, "total": {"currency": "EUR"}}
    assert len(words_of_money(texts_of_json(said), "en")) == 1
    assert words_of_money(["Der Grundriss", "Choose on the plan or in the list"], "en") == []
