"""Argon2id for passwords (RFC 9106; ASVS 11.4.2), at most two at a time, off the event loop."""

import asyncio

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
_IN_PARALLEL = 2
_turn = asyncio.Semaphore(_IN_PARALLEL)


async def hash_password(password: str) -> str:
    """The hash with its salt and parameters, as it is stored."""
    async with _turn:
        return await asyncio.to_thread(_HASHER.hash, _bytes(password))


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether this is the password. Without a hash False, after the same work."""
    if password_hash is None:
        await hash_password(password)
        return False
    async with _turn:
        return await asyncio.to_thread(_matches, password_hash, password)


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    """Unmodified; a form can send half of a surrogate pair, which must fail as a wrong password and no worse."""
    return password.encode("utf-8", "surrogatepass")
