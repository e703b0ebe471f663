"""Good passwords are taken as they are; the first guesses are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.hashing import hash_password, is_outdated, verify_password
from app.identity.passwords import (
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooPersonal,
    PasswordTooShort,
    demand_good_password,
)
from app.kernel.refusals import BadInput

KNOWN = ("Anna-Lena Müller", "a.mueller@sonnenhof.example", "Nahwerk Mayen-Koblenz")

GUESSED_FIRST = """
    password 12345678 123456789 1234567890 qwertzuiop Passwort1! P@ssw0rd trustno1 iloveyou sunshine princess football
    1q2w3e4r5t 1qaz2wsx Sommer2024! hallo123 schalke04 11111111 abcd1234 asdf1234 qwer1234 24121990 24.12.1990 haha1234
    00000000 987654321 Willkommen2025 aa123456 1234qwer q1w2e3r4 letmein1 baseball superman bayern1900 jordan23 michael1
    123123123 88888888 asdasdasd abc12345 Koblenz2026 123qweasd admin123 zaq12wsx 147258369 1234abcd qwerty12 Test1234
    Start123 start1234 12341234 monkey12 14789632 ichliebedich Schatz123 !!Geheim!! h4ll0h4ll0 hallohallo ficken123
    Fussball11 borussia09 Dezember2026 1990-12-24 password1password computer1 internet Arschloch1 starwars77 dragon123
    Weihnachten24 GoldFisch Sonnenschein Schmetterling1 zxcvbnm1 yxcvbnm, asdfghjkl qwertyuiop aaaaaaaa ababababab
""".split()  # noqa: SIM905


@pytest.mark.parametrize("password", GUESSED_FIRST)
def test_the_first_guesses_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        demand_good_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "drei Wörter im Regen",
        "kX7!vbq2",
        "Kaktus-Laterne",
        "tomatensuppe9z",
        "blaue7Katze",
        "🦔🦔🌧️🪑🚲🥾🧦🌲",
        "x9" + "äß" * 63,
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    demand_good_password(password, KNOWN)


@pytest.mark.parametrize(
    "password",
    [
        "AnnaLena1",
        "annalenamueller",
        "Mueller2026!",
        "Müller12345",
        "a.mueller99",
        "Sonnenhof1",
        "nahwerk1",
        "NAHWERK-2026",
        "muellermueller",
    ],
)
def test_what_everybody_knows_about_the_person_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooPersonal):
        demand_good_password(password, KNOWN)


def test_the_length_is_8_to_128_characters() -> None:
    with pytest.raises(PasswordTooShort):
        demand_good_password("kX7!vbq")
    demand_good_password("kX7!vbq2")
    demand_good_password("kX7!" * 31 + "vbq2")
    with pytest.raises(PasswordTooLong) as refused:
        demand_good_password("kX7!" * 32 + "v", field="new")
    assert refused.value.field == "new"


def test_half_a_character_is_refused_before_it_reaches_the_hash() -> None:
    with pytest.raises(PasswordTooLong):
        demand_good_password("kX7!vbq2\ud800")


@given(st.text(max_size=140))
def test_any_text_is_either_taken_or_refused_by_name(password: str) -> None:
    try:
        demand_good_password(password, KNOWN)
    except BadInput:
        return
    assert 8 <= len(password) <= 128


async def test_a_password_is_hashed_unmodified_with_argon2id() -> None:
    hashed = await hash_password(" Wörter  im Regen ")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await verify_password(hashed, " Wörter  im Regen ")
    assert not await verify_password(hashed, "Wörter  im Regen")
    assert not await verify_password(hashed, " wörter  im regen ")
    assert not is_outdated(hashed)


async def test_what_is_no_hash_or_no_text_verifies_nothing() -> None:
    assert not await verify_password(None, "anything")
    assert not await verify_password("no hash", "anything")
    assert not await verify_password(await hash_password("kX7!vbq2"), "\ud800")
