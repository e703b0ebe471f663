"""Ids that cannot be guessed, and tokens that are stored as hashes only."""

import hashlib
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_public_id() -> str:
    """16 characters, about 79 bits; no look-alikes, so that it can be read out on the telephone."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def new_token() -> str:
    """256 bits in 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens have full entropy, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()
