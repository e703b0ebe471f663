"""For those who run it: is it alive, is it ready, and what does it measure."""

import secrets
from datetime import timedelta
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound
from app.platform.database import DB, DatabaseAway
from app.platform.jobs import waiting_summary, workers_seen
from app.platform.pending_migrations import pending_migrations
from app.platform.settings import Settings

_SEEN_WITHIN = timedelta(minutes=1)

_WAITING: Final = Gauge("nahwerk_jobs_waiting", "Jobs and events that wait for a worker")
_DEAD: Final = Gauge("nahwerk_jobs_dead", "Jobs that staff must look at")
_OLDEST: Final = Gauge("nahwerk_oldest_waiting_seconds", "Age of the oldest event with work left to do")
_POOL: Final = Gauge("nahwerk_pool_connections", "Connections to the database", ["state"])


class Live(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(msgspec.Struct, frozen=True):
    """Whether requests can be served; without a worker they can, but mails and events wait."""

    status: Literal["ready", "not_ready"]
    database: Literal["ok", "away"]
    migrations: Literal["applied", "pending", "unknown"]
    worker: Literal["seen", "not_seen", "unknown"]


@get(
    "/health/live",
    operation_id="health_live",
    response_description="It is.",
    summary="Is the process alive",
    description="Answers without asking the database.",
    tags=["health"],
)
async def live() -> Live:
    return Live()


@get(
    "/health/ready",
    operation_id="health_ready",
    response_description="It can.",
    summary="Can it serve requests",
    description="Ready when the database answers and all migrations have run there.",
    tags=["health"],
    responses={503: ResponseSpec(Ready, generate_examples=False, description="It cannot, and why.")},
)
async def ready(visitor: NamedDependency[Visitor]) -> Response[Ready]:
    answer = await _readiness(visitor)
    return Response(answer, status_code=200 if answer.status == "ready" else 503)


@get(
    "/metrics",
    operation_id="metrics",
    summary="Measurements in the format of Prometheus",
    description="Only with the metrics token of the settings as bearer token; otherwise there is nothing here.",
    tags=["health"],
    media_type="text/plain",
    include_in_schema=False,
)
async def metrics(
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    authorization: Annotated[str, HeaderParameter(name="Authorization")] = "",
) -> Response[bytes]:
    if not secrets.compare_digest(authorization.encode(), b"Bearer " + settings.metrics_key):
        raise NotFound
    waiting = await waiting_summary(visitor.now)
    _WAITING.set(waiting.jobs + waiting.events)
    _DEAD.set(waiting.dead)
    _OLDEST.set(waiting.oldest.total_seconds() if waiting.oldest else 0)
    if DB.pool is not None:
        _POOL.labels("open").set(DB.pool.get_size())
        _POOL.labels("idle").set(DB.pool.get_idle_size())
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


HANDLERS = [live, ready, metrics]


async def _readiness(visitor: Visitor) -> Ready:
    try:
        pending = await pending_migrations()
        if pending:
            return Ready("not_ready", "ok", "pending", "unknown")
        seen = [worker for worker in await workers_seen(visitor.now) if visitor.now - worker.seen_at <= _SEEN_WITHIN]
    except DatabaseAway:
        return Ready("not_ready", "away", "unknown", "unknown")
    return Ready("ready", "ok", "applied", "seen" if seen else "not_seen")
