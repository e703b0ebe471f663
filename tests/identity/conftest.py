"""People for the tests of accounts, and the mails that they would get."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import msgspec
import pytest

from app.identity.hashing import hash_password
from app.identity.mailed_links import LinkToMail, link_to_mail
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_person, actor_of_session
from app.identity.rules import Actor
from app.identity.sessions import open_session
from app.platform.database import execute, fetch, fetch_row
from tests.conftest import NOW

KEY = b"a signing key for the tests only"
PASSWORD = "drei Wörter im Regen"
HOME = "192.0.2.1"

Newcomer = Callable[..., Awaitable[Actor]]


@pytest.fixture(scope="session")
async def password_hash() -> str:
    """Of PASSWORD; made once, because it is meant to be slow."""
    return await hash_password(PASSWORD)


@pytest.fixture
def person(database: str, password_hash: str) -> Newcomer:
    """Makes a person with a confirmed address and PASSWORD."""

    async def make(name: str = "Anna Adler", email: str | None = "anna@firma.example") -> Actor:
        newcomer = NewPerson(name, email, password_hash=password_hash, is_confirmed=True)
        [key] = await create_people([newcomer], NOW)
        return await actor_of_person(key)

    return make


async def signed_in(actor: Actor, now: datetime = NOW, browser: str = "Firefox") -> Actor:
    """The actor in a new session."""
    session = await actor_of_session(await open_session(actor.person, browser, now), now)
    assert session is not None
    return session


async def mailed(event: str, now: datetime = NOW) -> LinkToMail:
    """The link of the newest mail that this event causes."""
    row = await fetch_row("SELECT * FROM outbox_event WHERE name = $1 ORDER BY id DESC LIMIT 1", event)
    assert row is not None, event
    assert row["aggregate_kind"] == "mailed_link"
    link = await link_to_mail(row["aggregate_id"], now, key=KEY)
    assert link is not None, "nothing to mail"
    return link


async def events() -> list[str]:
    """The names of all events, in order."""
    return [row["name"] for row in await fetch("SELECT name FROM outbox_event ORDER BY id")]


async def trail(action: str) -> list[dict[str, object]]:
    """The audit entries of this action, with their details decoded."""
    rows = await fetch("SELECT * FROM audit_entry WHERE action = $1 ORDER BY id", action)
    return [{**row, "details": msgspec.json.decode(row["details"])} for row in rows]


@pytest.fixture
async def emptied(database: str) -> AsyncIterator[None]:
    """For tests that commit: their rows are gone afterwards, as far as the application's role may delete."""
    yield
    for table in ("session", "mailed_link", "api_token", "role_grant", "person", "rate_limit", "outbox_event"):
        await execute(f"DELETE FROM {table}")
