"""A machine that knows only the OpenAPI document tries everything: no server error, no undocumented answer."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.generation.meta import CoverageScenario
from schemathesis.python.asgi import ASGIClient, shutdown_lifespans
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.doc_examples import EXAMPLES
from app.main import create_app
from app.platform.database import DB
from app.platform.settings import Environment, Settings
from tests.api.requests import a_picture
from tests.conftest import PREFIX, copied
from tests.web.belongings import belongings
from tests.worlds import NOW, TOMORROW, World, a_world, tomorrow

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


MISUNDERSTOOD = {"bad_input", "field_missing", "field_unknown", "wrong_type", "wrong_length", "not_a_choice"}
"""Codes of what could not be read; a documented example never gets one."""


class Ticking:
    """A clock that goes on by a second whenever it is read, so that no limit of calls a minute is reached."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


OF_STAFF = {"operators", "photos", "people", "reports", "requests", "webhooks"}
"""The tags of what Otto's programs ask; those of teams Gundula's, and everything else Mia's do. The others would be
refused before anything."""


@dataclass(frozen=True)
class Known:
    """What is really there and whose programs ask: without it nearly every answer would be 404."""

    mia: str
    otto: str
    gundula: str
    ids: Mapping[str, str]

    @classmethod
    async def made_in(cls, world: World) -> "Known":
        return cls(world.mia.token, world.otto.token, world.gundula.token, await belongings(world))

    def bearer(self, operation: APIOperation) -> dict[str, str]:
        tags = set(operation.tags or ())
        token = self.gundula if "teams" in tags else self.otto if OF_STAFF & tags else self.mia
        return {"Authorization": f"Bearer {token}"}

    def filled_in(self, case: Case) -> Case:
        """The case with real ids and times in place of those that were made up."""
        ids = self._ids_for(case.operation.path)
        hour = 8 + len(repr(case.body)) % 9
        times = {"starts_at": tomorrow(hour).isoformat(), "ends_at": tomorrow(hour + 1).isoformat()}
        spans = {**times, "from": times["starts_at"], "to": times["ends_at"]}
        case.path_parameters.update({name: ids[name] for name in case.path_parameters.keys() & ids.keys()})
        case.query.update({name: spans[name] for name in case.query.keys() & spans.keys()})
        if isinstance(case.body, dict):
            known = {
                **times,
                "resource_id": ids["resource_id"],
                "person_id": ids["person"],
                "responsible": ids["person"],
                "members": [ids["member"]],
                "spaces": [ids["slug"]],
                "day": TOMORROW.isoformat(),
            }
            case.body.update({name: known[name] for name in case.body.keys() & known.keys()})
            if "resource_id" in case.body:
                case.body.pop("space", None)
                case.body.pop("kind", None)
        return case

    def _ids_for(self, path: str) -> Mapping[str, str]:
        if path.startswith("/api/v1/operators/"):
            return {**self.ids, "slug": "polch"}
        if path.endswith("/notes/{note_id}"):
            return {**self.ids, "person_id": self.ids["person"]}
        if path.startswith("/api/v1/resources/"):
            return {**self.ids, "photo_id": self.ids["resource_photo"]}
        return self.ids


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


FEW = settings(max_examples=2, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
"""Beside the cases at every documented border, which are sent each time."""

MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
BOTH_WAYS = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def explore(described: BaseSchema, known: Known, budget: settings, *, every_type: bool) -> Counter[int]:
    """Sends what fits each operation and what does not, with the token of who may do it; the answers by status.

    First the documented example, then the cases at every documented border, then examples of chance. With `every_type`
    each field gets everything of a wrong type, else one thing. What removes something is asked last, so that it is
    there until then.
    """
    answers: Counter[int] = Counter()
    client = ASGIClient(described.app)
    client.trust_env = False  # it would look for proxies before each request

    def send(case: Case) -> Response:
        headers = known.bearer(case.operation)
        answer = case.call_and_validate(session=client, headers=headers, checks=CHECKS)
        answers[answer.status_code] += 1
        return answer

    def send_some_filled_in(case: Case) -> None:
        is_chosen = len(repr((case.path_parameters, case.query, case.body))) % 2 == 0
        send(known.filled_in(case) if is_chosen else case)

    operations = [result.ok() for result in described.get_all_operations()]
    for operation in sorted(operations, key=lambda operation: operation.method.upper() == "DELETE"):
        shown = send(known.filled_in(documented_example(operation)))
        assert shown.status_code < 400 or shown.json()["code"] not in MISUNDERSTOOD, operation.label
        for case in border_cases(described, operation, every_type=every_type):
            send_some_filled_in(case)
        for mode in BOTH_WAYS:
            try_out = given(case=operation.as_strategy(generation_mode=mode))(send_some_filled_in)
            with contextlib.suppress(Unsatisfiable):
                budget(try_out)()
    return answers


def documented_example(operation: APIOperation) -> Case:
    """What /api/docs shows; a picture where it names one."""
    example = EXAMPLES[operation.definition.raw["operationId"]]
    form = {name: a_picture() if value.startswith("@") else value for name, value in (example.form or {}).items()}
    body = dict(form or example.body or {})
    media_type = "multipart/form-data" if form else "application/json"
    said = {"body": body, "media_type": media_type} if body else {}
    return operation.Case(path_parameters=dict(example.path), query=dict(example.query), **said)


def border_cases(described: BaseSchema, operation: APIOperation, *, every_type: bool) -> Iterator[Case]:
    """Cases at each border of each parameter and field; of wrong types for one and the same field all or the first."""
    seen = set()
    cases = described.iter_coverage_cases(
        operation, generation_modes=BOTH_WAYS, generation_config=described.config.generation
    )
    for case in cases:
        why = case.meta.phase.data
        what = (why.scenario, why.location, why.parameter, why.parameter_location)
        is_repeated = why.scenario is CoverageScenario.INCORRECT_TYPE and what in seen
        if case.method == operation.method.upper() and (every_type or not is_repeated):
            seen.add(what)
            yield case


def test_every_answer_is_documented_and_none_is_an_error_of_ours(described: BaseSchema, known: Known) -> None:
    answers = explore(described, known, FEW, every_type=False)
    assert answers.total() > 1_000
    assert answers[200] + answers[201] + answers[204] > 100, "most would otherwise be refused before anything is done"


@pytest.mark.long
def test_the_same_with_many_more_examples(described: BaseSchema, known: Known) -> None:
    assert explore(described, known, MANY, every_type=True).total() > 5_000
