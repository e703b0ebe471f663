"""Ids that cannot be guessed, and tokens that are stored as hashes only."""

import hashlib
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PUBLIC_ID_LENGTH = 16
_POSSIBLE = len(ALPHABET) ** PUBLIC_ID_LENGTH


def new_public_id() -> str:
    """16 characters, about 79 bits; no look-alikes, so that it can be read out on the telephone."""
    number = secrets.randbelow(_POSSIBLE)
    digits = []
    for _ in range(PUBLIC_ID_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)


def new_token() -> str:
    """256 bits in 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens have full entropy, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()
