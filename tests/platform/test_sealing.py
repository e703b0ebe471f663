"""Secrets of others: opened with the same key, for the same purpose and owner, and never otherwise."""

import pytest

from app.platform.sealing import NotToBeOpened, seal, unseal

KEY = b"k" * 48
SEALED = seal(KEY, "provider", "becker", "geheim: ä")


def test_what_was_sealed_is_opened_again() -> None:
    assert unseal(KEY, "provider", "becker", SEALED) == "geheim: ä"
    assert b"geheim" not in SEALED


def test_the_same_text_never_looks_the_same() -> None:
    assert seal(KEY, "provider", "becker", "x") != seal(KEY, "provider", "becker", "x")


@pytest.mark.parametrize(
    ("key", "purpose", "owner", "sealed"),
    [
        (b"l" * 48, "provider", "becker", SEALED),
        (KEY, "webhook", "becker", SEALED),
        (KEY, "provider", "rivale", SEALED),
        (KEY, "provider", "becker", SEALED[:-1] + bytes([SEALED[-1] ^ 1])),
        (KEY, "provider", "becker", b"x" + SEALED[1:]),
        (KEY, "provider", "becker", b""),
    ],
    ids=["key", "purpose", "owner", "changed", "begins otherwise", "nothing"],
)
def test_nothing_else_opens_it(key: bytes, purpose: str, owner: str, sealed: bytes) -> None:
    with pytest.raises(NotToBeOpened):
        unseal(key, purpose, owner, sealed)
