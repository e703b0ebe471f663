"""Ids that cannot be guessed, and tokens that are stored as hashes only."""

import hashlib
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_FAIR = 256 - 256 % len(ALPHABET)
_CHARACTERS = "".join(ALPHABET[byte % len(ALPHABET)] for byte in range(256)).encode()
_UNFAIR = bytes(range(_FAIR, 256))
"""Bytes that would favour the first characters; that 25 of 40 are among them happens once in 10**26 times."""


def new_public_id() -> str:
    """16 characters, about 79 bits; no look-alikes, so that it can be read out on the telephone."""
    return secrets.token_bytes(40).translate(_CHARACTERS, _UNFAIR)[:16].decode()


def new_token() -> str:
    """256 bits in 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens have full entropy, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()
