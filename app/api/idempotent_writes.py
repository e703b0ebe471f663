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
Kept = TypeVar("Kept", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()


async def written(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    key: str | None,
    status: int,
    run: Callable[[], Awaitable[Shape]],
    said: bytes | None = None,
) -> Response[Shape]:
    """The answer with what `run` returns; with a key it runs at most once and refusals are repeated too.

    `said` is all that the body says, where the same can be sent in other bytes.
    """
    return _response(await _once(request, visitor, key, status, run, said))


async def written_with_secret(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    key: str | None,
    status: int,
    run: Callable[[], Awaitable[Kept]],
    kept: type[Kept],
    told: Callable[[Kept], Shape],
) -> Response[Shape]:
    """The same for an answer with a secret in it: only what `run` returns is kept, `told` makes the answer of it."""
    answer = await _once(request, visitor, key, status, run)
    if answer.status == status:
        answer = Answer(status, _encoder.encode(told(msgspec.json.decode(answer.body, type=kept))))
    return _response(answer)


async def _once(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    key: str | None,
    status: int,
    run: Callable[[], Awaitable[msgspec.Struct]],
    said: bytes | None = None,
) -> Answer:
    async def answer() -> Answer:
        return Answer(status, _encoder.encode(await run()))

    if key is None:
        return await answer()

    def refused(refusal: Refusal) -> Answer:
        problem = problem_of(refusal, visitor.speaker)
        return Answer(problem.status, problem.as_response().content)

    said = await request.body() if said is None else said
    what = b"\n".join((request.method.encode(), request.url.path.encode(), said))
    return await once(visitor.signed_in.person, key, what, visitor.now, answer, refused=refused)


def _response(answer: Answer) -> Response[Any]:
    media_type = MediaType.JSON if answer.status < 400 else PROBLEM_JSON
    return Response(answer.body, status_code=answer.status, media_type=media_type)
