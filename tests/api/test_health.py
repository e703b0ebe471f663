"""For those who run it."""

from datetime import timedelta

import httpx
import pytest

from app.platform.database import DB, execute
from app.platform.settings import Settings
from tests.api.conftest import Now
from tests.worlds import NOW


async def test_live_and_ready(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.get("/health/live")).json() == {"status": "ok"}
    ready = await anyone.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "database": "ok", "migrations": "applied", "worker": "not_seen"}


async def test_a_worker_that_was_there_within_a_minute_is_seen(anyone: httpx.AsyncClient, now: Now) -> None:
    await execute("INSERT INTO worker_seen (name, started_at, seen_at) VALUES ('w', $1, $1)", NOW)

    now.at = NOW + timedelta(seconds=50)
    assert (await anyone.get("/health/ready")).json()["worker"] == "seen"
    now.at = NOW + timedelta(seconds=70)
    assert (await anyone.get("/health/ready")).json()["worker"] == "not_seen"


async def test_a_missing_migration_is_not_ready(anyone: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def one_missing() -> list[tuple[str, str]]:
        return [("bookings", "bookings_0002")]

    monkeypatch.setattr("app.api.health.pending_migrations", one_missing)

    answer = await anyone.get("/health/ready")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


async def test_metrics_need_their_token(anyone: httpx.AsyncClient, settings: Settings) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": settings.metrics_key.decode()}):
        assert (await anyone.get("/metrics", headers=headers)).status_code == 404

    answer = await anyone.get("/metrics", headers={"Authorization": f"Bearer {settings.metrics_key.decode()}"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert DB.pool is not None
    for line in (
        "nahwerk_jobs_waiting 0.0",
        "nahwerk_jobs_dead 0.0",
        "nahwerk_oldest_waiting_seconds 0.0",
        f'nahwerk_pool_connections{{state="open"}} {float(DB.pool.get_size())}',
    ):
        assert line in answer.text.splitlines()
    assert "nahwerk_requests_total" in answer.text
