"""A machine that knows only the OpenAPI document tries everything: no server error, no undocumented answer."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import shutdown_lifespans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.bookings.waiting_list import JoinLine, join_line
from app.kernel.periods import Period
from app.main import create_app
from app.platform.database import DB
from app.platform.settings import Environment, Settings
from tests.api.requests import booked
from tests.conftest import PREFIX, copied
from tests.worlds import NOW, TOMORROW_MORNING, World, a_world, tomorrow

AFTERNOON = Period(tomorrow(13), tomorrow(18))

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Ticking:
    """A clock that goes on by a second whenever it is read, so that no limit of calls a minute is reached."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(frozen=True)
class Known:
    """What is really there: without it nearly every answer would be 404."""

    token: str
    ids: dict[str, str]

    @classmethod
    async def made_in(cls, world: World) -> "Known":
        booking = await booked(world.mia, world.polch["1"], TOMORROW_MORNING)
        await booked(world.otto, world.polch["3"], AFTERNOON)
        waited_for = JoinLine(world.polch["3"].public_id, AFTERNOON.starts_at, AFTERNOON.ends_at)
        place = await join_line(world.mia.actor(), waited_for, NOW)
        ids = {
            "slug": world.polch.slug,
            "resource_id": world.polch["2"].public_id,
            "booking_id": booking.public_id,
            "waiting_id": place.public_id,
        }
        return cls(world.mia.token, ids)

    def filled_in(self, case: Case) -> Case:
        """Every second case with real ids and times in place of those that were made up."""
        if len(repr((case.path_parameters, case.query, case.body))) % 2:
            return case
        hour = 8 + len(repr(case.body)) % 9
        times = {"starts_at": tomorrow(hour).isoformat(), "ends_at": tomorrow(hour + 1).isoformat()}
        spans = {**times, "from": times["starts_at"], "to": times["ends_at"]}
        case.path_parameters.update({name: self.ids[name] for name in case.path_parameters.keys() & self.ids.keys()})
        case.query.update({name: spans[name] for name in case.query.keys() & spans.keys()})
        if isinstance(case.body, dict):
            known = {**times, "resource_id": self.ids["resource_id"]}
            case.body.update({name: known[name] for name in case.body.keys() & known.keys()})
            if "resource_id" in case.body:
                case.body.pop("space", None)
                case.body.pop("kind", None)
        return case


@pytest.fixture(scope="module")
async def scratch(admin_dsn: str, template: str, worker_id: str) -> AsyncIterator[tuple[str, Known]]:
    """A database of its own with the tests' network, and what is known of it."""
    async with copied(admin_dsn, template, f"{PREFIX}_schemathesis_{worker_id}") as dsn:
        await DB.open_pool(dsn)
        try:
            known = await Known.made_in(await a_world())
        finally:
            await DB.close_pool()
        yield dsn, known


@pytest.fixture(scope="module")
def known(scratch: tuple[str, Known]) -> Known:
    return scratch[1]


@pytest.fixture(scope="module")
def described(scratch: tuple[str, Known], tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    """The document of an application that runs in a thread of schemathesis's own."""
    data_dir: Path = tmp_path_factory.mktemp("var")
    app = create_app(Settings(environment=Environment.TEST, data_dir=data_dir), scratch[0], Ticking())
    yield schemathesis.openapi.from_asgi("/api/openapi.json", app)
    shutdown_lifespans()


FEW = settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
BOTH_WAYS = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def explore(described: BaseSchema, known: Known, budget: settings) -> int:
    """Sends what fits each operation and what does not, with Mia's token; how many requests that were."""
    sent = 0

    def send(case: Case) -> None:
        nonlocal sent
        sent += 1
        known.filled_in(case).call_and_validate(headers={"Authorization": f"Bearer {known.token}"}, checks=CHECKS)

    for result in described.get_all_operations():
        operation = result.ok()
        for case in described.iter_coverage_cases(
            operation, generation_modes=BOTH_WAYS, generation_config=described.config.generation
        ):
            if case.method == operation.method.upper():
                send(case)
        for mode in BOTH_WAYS:
            try_out = given(case=operation.as_strategy(generation_mode=mode))(send)
            with contextlib.suppress(Unsatisfiable):
                budget(try_out)()
    return sent


def test_every_answer_is_documented_and_none_is_an_error_of_ours(described: BaseSchema, known: Known) -> None:
    assert explore(described, known, FEW) > 500


@pytest.mark.long
def test_the_same_with_many_more_examples(described: BaseSchema, known: Known) -> None:
    assert explore(described, known, MANY) > 5_000
