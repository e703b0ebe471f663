"""GET /api/docs: the description of the interface to read, made from the OpenAPI document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote as quoted
from typing import Any, Final, Protocol, runtime_checkable

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency

from app.api.doc_examples import EXAMPLES, Example
from app.api.openapi import tidied
from app.identity.authentication import Visitor
from app.identity.rules import Scope
from app.kernel.refusals import marked
from app.platform.language import speaker
from app.platform.problems import known_codes
from app.platform.settings import Settings

DocsRequest = Request[Any, Any, Any]
_WRITTEN_IN: Final = "en"
_FACT: Final = re.compile(r"\{\w+\}")

SCOPES: Final[Mapping[Scope, str]] = {
    Scope.READ: "see the person and the person's bookings",
    Scope.BOOKINGS: "ask for quotes, book, change, cancel, check in",
    Scope.FEEDS: "make, renew and end calendar feeds",
    Scope.STAFF: "everything that the person's roles of staff and in teams allow",
}


@runtime_checkable
class Frame(Protocol):
    """What puts a template into the frame of all pages."""

    async def show(
        self, request: DocsRequest, visitor: Visitor, template: str, context: Mapping[str, Any] | None = None
    ) -> Response[str]: ...


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field of a body or an answer; `depth` says how deep it lies within others."""

    name: str
    kind: str
    description: str
    required: bool = False
    where: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers of an operation."""

    status: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    needs_person: bool
    parameters: Sequence[Field]
    body: Sequence[Field]
    result: Sequence[Field]
    answers: Sequence[Answer]
    curl: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations of one tag."""

    name: str
    description: str
    operations: Sequence[Operation]


@get("/api/docs", include_in_schema=False)
async def docs(
    request: DocsRequest,
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    pages: NamedDependency[Frame],
) -> Response[str]:
    said = speaker(_WRITTEN_IN)
    context = {
        "title": visitor.speaker.gettext(marked("Schnittstelle")),
        "chapters": chapters(tidied(request.app.openapi_schema.to_schema()), settings.address),
        "codes": [(known.code, known.status, _FACT.sub("…", said.gettext(known.text))) for known in known_codes()],
        "scopes": SCOPES,
        "address": settings.address,
    }
    return await pages.show(request, visitor, "api/docs.html", context)


HANDLERS = [docs]


def chapters(document: Mapping[str, Any], address: str) -> list[Chapter]:
    """The document by tags, in the order of its list of tags."""
    operations: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operations[operation["tags"][0]].append(_operation(path, method.upper(), operation, document, address))
    return [
        Chapter(tag["name"], tag["description"], operations[tag["name"]])
        for tag in document["tags"]
        if operations[tag["name"]]
    ]


def _operation(
    path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any], address: str
) -> Operation:
    body = _schema(operation.get("requestBody", {}))
    [success, *_] = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    needs_person = bool(operation.get("security"))
    return Operation(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        needs_person=needs_person,
        parameters=[
            Field(
                parameter["name"],
                _kind(parameter["schema"]),
                parameter.get("description", ""),
                parameter.get("required", False),
                parameter["in"],
            )
            for parameter in operation["parameters"]
        ],
        body=list(_fields(body, document)),
        result=list(_fields(_schema(success), document)),
        answers=[Answer(status, answer["description"]) for status, answer in operation["responses"].items()],
        curl=_curl(method, path, EXAMPLES[operation["operationId"]], address, needs_person),
    )


def _schema(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a body or an answer; none where there is nothing in it."""
    contents: Mapping[str, Mapping[str, Any]] = said.get("content", {})
    return next((content["schema"] for content in contents.values()), {})


def _fields(schema: Mapping[str, Any], document: Mapping[str, Any], depth: int = 0) -> Iterator[Field]:
    """The schema's fields, each followed by those within it."""
    schema = _resolved(schema, document)
    for name, inner in schema.get("properties", {}).items():
        yield Field(name, _kind(inner), inner.get("description", ""), name in schema.get("required", ()), "", depth)
        for part in _parts(inner):
            yield from _fields(part, document, depth + 1)


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The objects that a value may hold: itself, its items, or one of its kinds."""
    if "$ref" in schema:
        yield schema
    for inner in (
        *schema.get("oneOf", ()),
        *schema.get("allOf", ()),
        *([schema["items"]] if "items" in schema else ()),
    ):
        yield from _parts(inner)


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2].removesuffix("Shape")
    inner = [*schema.get("oneOf", ()), *schema.get("allOf", ())]
    if inner:
        return " or ".join(dict.fromkeys(_kind(kind) for kind in inner))
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))


def _curl(method: str, path: str, example: Example, address: str, needs_person: bool) -> str:
    """A command that can be pasted into a shell."""
    lines = ["curl -G" if example.query else f"curl -X {method}" if method != "GET" else "curl"]
    if needs_person:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if example.body is not None:
        lines.append('-H "Content-Type: application/json"')
        body = msgspec.json.format(msgspec.json.encode(example.body), indent=2).decode()
        lines.append(f"-d {quoted(body)}")
    lines += [f"-F {quoted(f'{name}={value}')}" for name, value in (example.form or {}).items()]
    for name, value in example.path.items():
        path = path.replace(f"{{{name}}}", value)
    lines += [f"--data-urlencode {quoted(f'{name}={value}')}" for name, value in example.query.items()]
    return " \\\n  ".join([*lines, quoted(f"{address}{path}")])
