"""Secrets that others have entrusted to us and that have to be told again: kept encrypted, by AES-GCM with the
installation's key.

What we make ourselves is never kept: it is made anew of a salt (`random_ids.derived_token`).
"""

import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12


class NotToBeOpened(ValueError):
    """It was sealed with another key, for something else, or was changed."""


def seal(key: bytes, purpose: str, owner: str, text: str) -> bytes:
    """The text, to be opened with this key for this purpose and this owner alone."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key_for(key, purpose)).encrypt(nonce, text.encode(), owner.encode())


def unseal(key: bytes, purpose: str, owner: str, sealed: bytes) -> str:
    """The text of `seal`. Raises NotToBeOpened."""
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(_key_for(key, purpose)).decrypt(nonce, encrypted, owner.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise NotToBeOpened from error


def _key_for(key: bytes, purpose: str) -> bytes:
    return hmac.digest(key, b"sealed\0" + purpose.encode(), hashlib.sha256)
