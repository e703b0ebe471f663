"""A write that is sent twice happens once: Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header).

The key's reservation, the effect and the answer are one transaction. Whoever sends the same key meanwhile waits for
that transaction to end and is given its answer; when it came to nothing, the next one does the work.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from app.kernel.refusals import BadInput, Refusal, marked
from app.platform.database import Busy, execute, fetch_row, fetch_value, retried, transaction

KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_WAITS = 4
"""How many lock timeouts long a request waits for the first one with its key, which works in another process."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered, as it goes over the wire."""

    status: int
    body: bytes


class IdempotencyKeyUnusable(BadInput):
    code = "idempotency_key_unusable"
    text = marked("Der Idempotency-Key braucht 1 bis 255 sichtbare ASCII-Zeichen.")


class IdempotencyKeyReused(BadInput):
    code = "idempotency_key_reused"
    text = marked("Dieser Idempotency-Key gehört schon zu einer anderen Anfrage.")


@dataclass(frozen=True, slots=True)
class _Request:
    actor: int
    key: str
    hash: bytes
    at: datetime


class _NotKept(Exception):
    """Carries an answer out of a transaction that must not leave a trace."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class _FirstStillWorks(Exception):
    """The key's first request held it longer than one lock timeout."""


@retried
async def once(
    actor: int,
    key: str,
    request: bytes,
    now: datetime,
    run: Callable[[], Awaitable[Answer]],
    *,
    refused: Callable[[Refusal], Answer],
) -> Answer:
    """Runs `run` at most once for this actor's key within 24 hours; every repetition gets the first one's answer.

    `request` is all that makes it the same request: method, path and body. A refusal that `run` raises is undone,
    written down by `refused` and repeated like any other answer. Not kept, so that a repetition tries anew: errors,
    answers of 429 and from 500, and Busy. `run` may be called again after a deadlock, when nothing of it remained.

    Raises IdempotencyKeyUnusable, IdempotencyKeyReused (same key, another request), Busy (the first one is not ready
    yet) and whatever `run` raises besides refusals. Call it outside of a transaction.
    """
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyUnusable(field="Idempotency-Key")
    known = _Request(actor, key, hashlib.sha256(request).digest(), now)
    async with _turn(actor, key):
        for _ in range(_WAITS):
            try:
                return await _first_or_repeated(known, run, refused)
            except _FirstStillWorks:
                continue
            except _NotKept as undone:
                return undone.answer
    raise Busy()


async def forget_old_answers(now: datetime) -> int:
    """Deletes the answers whose 24 hours are over; how many."""
    return await execute("DELETE FROM idempotent_answer WHERE created_at <= $1", now - KEPT_FOR)


async def _first_or_repeated(
    request: _Request, run: Callable[[], Awaitable[Answer]], refused: Callable[[Refusal], Answer]
) -> Answer:
    async with transaction():
        reservation = await _reserve(request)
        if reservation is None:
            answer = await _stored_answer(request)
        else:
            answer = await _first_answer(run, refused)
            await execute(
                "UPDATE idempotent_answer SET status = $2, body = $3 WHERE id = $1",
                reservation,
                answer.status,
                answer.body,
            )
    return answer


async def _reserve(request: _Request) -> int | None:
    """The reservation's id, or None where a living one exists. Waits for another transaction that is just making it."""
    try:
        reservation: int | None = await fetch_value(
            """
            INSERT INTO idempotent_answer (actor, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT ON CONSTRAINT idempotent_answer_key
            DO UPDATE SET request_hash = excluded.request_hash, created_at = excluded.created_at
            WHERE idempotent_answer.created_at <= $5
            RETURNING id
            """,
            request.actor,
            request.key,
            request.hash,
            request.at,
            request.at - KEPT_FOR,
        )
    except Busy as error:
        raise _FirstStillWorks from error
    return reservation


async def _first_answer(run: Callable[[], Awaitable[Answer]], refused: Callable[[Refusal], Answer]) -> Answer:
    """Raises _NotKept for an answer that a repetition shall not get again."""
    try:
        async with transaction():
            answer = await run()
    except Busy:
        raise
    except Refusal as refusal:
        answer = refused(refusal)
    if answer.status >= 500 or answer.status == 429:
        raise _NotKept(answer)
    return answer


async def _stored_answer(request: _Request) -> Answer:
    row = await fetch_row(
        "SELECT request_hash, status, body FROM idempotent_answer WHERE actor = $1 AND key = $2",
        request.actor,
        request.key,
    )
    assert row is not None, "the conflict in _reserve locked the row until this transaction ends"
    if row["request_hash"] != request.hash:
        raise IdempotencyKeyReused(field="Idempotency-Key")
    return Answer(row["status"], row["body"])


_turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()


def _turn(actor: int, key: str) -> asyncio.Lock:
    """Spares the pool: repetitions within one process wait here and not each on a connection of its own."""
    return _turns.setdefault((actor, key), asyncio.Lock())
