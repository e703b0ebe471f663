"""The refusals of the interface as its description documents them (RFC 9457)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from litestar.openapi import ResponseSpec
from msgspec import Meta

from app.platform.problems import PROBLEM_JSON


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    field: str
    message: str


class Alternative(msgspec.Struct, frozen=True):
    """Something that is free instead."""

    resource_id: str
    name: str


class DateInConflict(msgspec.Struct, frozen=True):
    """A date of a series that cannot be had as it was asked for, and why."""

    starts_at: Annotated[datetime, Meta(tz=True)]
    code: str


class OfferedPrice(msgspec.Struct, frozen=True):
    """In minor units, gross; of a plan for a period."""

    amount: int
    currency: str


class Offered(msgspec.Struct, frozen=True):
    """A pass or plan that would pay; `url` is the page at which it is ordered."""

    kind: Literal["pass", "plan"]
    id: str
    name: str
    price: OfferedPrice
    seller: str
    url: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused."""

    type: Annotated[str, Meta(description="Address of the code's explanation.")]
    title: str
    status: int
    detail: Annotated[str, Meta(description="A sentence for people, in the language of the request.")]
    code: Annotated[str, Meta(description="A stable word for programs.")]
    errors: list[FieldError] = []
    alternatives: list[Alternative] = []
    offers: Annotated[list[Offered], Meta(description="What could be bought so that it is paid.")] = []
    conflicts: Annotated[list[DateInConflict], Meta(description="Of a series, date by date.")] = []


_DESCRIPTIONS: Final[Mapping[int, str]] = {
    400: "What was sent is no JSON, or no form where one is documented.",
    401: "Nobody is signed in, or the token is not known (any more).",
    403: "The token's scopes do not allow this, or the form does not come from our own page.",
    404: "There is no such thing, or not for whoever asks.",
    409: "Somebody was faster, or the booking has moved on.",
    413: "The body is larger than 64 kB, with a picture than 15 MB.",
    415: "The body's Content-Type is not the documented one.",
    422: "A field cannot be understood, or a rule stands in the way.",
    429: "Too many calls; Retry-After says in seconds when to come back.",
    503: "The database does not answer; Retry-After says in seconds when to try again.",
}
_ALWAYS: Final = (400, 401, 429, 503)
_WITH_BODY: Final = (403, 413, 415, 422)


def refusals(*statuses: int, body: bool = False) -> dict[int, ResponseSpec]:
    """The documentation of these refusals, and of those that every route has or that every body can meet."""
    wanted = sorted({*_ALWAYS, *statuses, *(_WITH_BODY if body else ())})
    return {
        status: ResponseSpec(
            Problem, generate_examples=False, description=_DESCRIPTIONS[status], media_type=PROBLEM_JSON
        )
        for status in wanted
    }
