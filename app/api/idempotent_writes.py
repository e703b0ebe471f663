"""Answers to writes: with an Idempotency-Key one effect and the same answer each time."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal
from app.platform.idempotency import Answer, once
from app.platform.problems import PROBLEM_JSON, problem_of

Shape = TypeVar("Shape", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()


async def written(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    key: str | None,
    status: int,
    run: Callable[[], Awaitable[Shape]],
) -> Response[Shape]:
    """The answer with what `run` returns; with a key it runs at most once and refusals are repeated too."""
    if key is None:
        return _response(Answer(status, _encoder.encode(await run())))

    async def answer() -> Answer:
        return Answer(status, _encoder.encode(await run()))

    def refused(refusal: Refusal) -> Answer:
        problem = problem_of(refusal, visitor.speaker)
        return Answer(problem.status, problem.as_response().content)

    what = b"\n".join((request.method.encode(), request.url.path.encode(), await request.body()))
    return _response(await once(visitor.signed_in.person, key, what, visitor.now, answer, refused=refused))


def _response(answer: Answer) -> Response[Any]:
    media_type = MediaType.JSON if answer.status < 400 else PROBLEM_JSON
    return Response(answer.body, status_code=answer.status, media_type=media_type)
