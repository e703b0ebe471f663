"""Ids that cannot be guessed, and tokens that are stored as hashes only."""

import base64
import hashlib
import hmac
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
PUBLIC_ID_LENGTH = 16
_MAC_LENGTH = 27
"""135 bits in base32."""

_TOKEN_LENGTH = PUBLIC_ID_LENGTH + _MAC_LENGTH

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


def derived_token(key: bytes, purpose: str, salt: bytes) -> str:
    """A token in the form of `new_token` that can be made again from its salt, by whoever has the key and nobody else.

    HMAC-SHA256; a table may keep the salt.
    """
    digest = hmac.digest(key, purpose.encode() + b"\0" + salt, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def signed_id(key: bytes, purpose: str, public_id: str) -> str:
    """The id with a MAC of it for this purpose, in small letters and digits alone; it stands in no table.

    It is as long as what `new_token` makes, so logs mask it.
    """
    return public_id + mac_of(key, purpose, public_id)[:_MAC_LENGTH]


def mac_of(key: bytes, purpose: str, text: str) -> str:
    """A MAC of any text for this purpose, in small letters and digits alone; compare it with `is_same`.

    It is as long as what `new_token` makes, so logs mask it.
    """
    digest = hmac.digest(key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256)
    return base64.b32encode(digest).decode().lower()[:_TOKEN_LENGTH]


def is_same(token: str, right: str) -> bool:
    """Whether these are the same; it takes as long for one that is nearly right."""
    return hmac.compare_digest(token.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


def id_signed(key: bytes, purpose: str, token: str) -> str | None:
    """The id in what `signed_id` made with this key for this purpose; None for anything else."""
    public_id = token[:PUBLIC_ID_LENGTH]
    return public_id if is_same(token, signed_id(key, purpose, public_id)) else None


def token_hash(token: str) -> bytes:
    """What is stored of a token. Tokens have full entropy, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()
