"""When a session or a token was last used is noted beside the request, and seldom."""

from datetime import timedelta

import pytest

from app.identity.api_tokens import tokens_for_emails
from app.identity.last_use import notes_written
from app.identity.queries import actor_of_session, actor_of_token, list_api_tokens
from app.identity.sessions import open_session
from app.platform.database import fetch_value
from tests.conftest import NOW
from tests.identity.conftest import Newcomer

pytestmark = pytest.mark.usefixtures("database")


async def test_use_is_noted_at_most_once_a_minute(person: Newcomer, emptied: None) -> None:
    token = await open_session((await person()).person, "Firefox", NOW)

    async def seen_after(seconds: int) -> timedelta:
        for _ in range(3):
            await actor_of_session(token, NOW + timedelta(seconds=seconds))
        await notes_written()
        return await fetch_value("SELECT seen_at FROM session") - NOW  # type: ignore[no-any-return]

    assert await seen_after(59) == timedelta(0)
    assert await seen_after(60) == timedelta(seconds=60)
    assert await seen_after(119) == timedelta(seconds=60)
    assert await seen_after(120) == timedelta(seconds=120)


async def test_the_last_use_is_noted_beside_the_request_and_once_a_minute(person: Newcomer, emptied: None) -> None:
    anna = await person()
    [text] = await tokens_for_emails(["anna@firma.example"], ["read"], NOW)

    async def used_after(seconds: int) -> timedelta:
        for _ in range(3):
            assert await actor_of_token(text, NOW + timedelta(seconds=seconds)) is not None
        await notes_written()
        [row] = await list_api_tokens(anna)
        assert row.last_used_at is not None
        return row.last_used_at - NOW

    assert await used_after(1) == timedelta(seconds=1)
    assert await used_after(60) == timedelta(seconds=1)
    assert await used_after(61) == timedelta(seconds=61)
