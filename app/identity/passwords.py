"""Which passwords are accepted (NIST SP 800-63B, ASVS 6.2): long enough, unmodified, and not among the first guesses.

There is no list of millions. A password is taken apart as guessing programs put them together: a well-known word or the
person's own name, upper case and look-alike characters, digits and signs around it; repetitions; runs of the
keyboard; dates. So every well-known word stands for the thousands of variations that leaked lists are full of.
"""

import re
from collections.abc import Iterable

from app.identity.common_passwords import COMMON
from app.kernel.refusals import BadInput, marked

SHORTEST, LONGEST = 8, 128

_LOOK_ALIKES = str.maketrans("0134578@$!€|", "oieastbasiei")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_KEYBOARD = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertzuiopü+",
    "qwertyuiop",
    "asdfghjklöä#",
    "yxcvbnm,.-",
    "zxcvbnm",
    '!"§$%&/()=',
    "!@#$%^&*()",
    "1qay2wsx3edc4rfv5tgb6zhn7ujm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6z7u8i9o0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5z6u7i8o9p0",
    "q1w2e3r4t5y6u7i8o9p0",
    "147258369",
    "123654789",
    "1478963250",
    "1a2b3c4d5e6f7g8h9i",
    "a1b2c3d4e5f6g7h8i9",
)
_RUNS = _KEYBOARD + tuple(row[::-1] for row in _KEYBOARD)
_DATE = re.compile(r"(0?[1-9]|[12]\d|3[01])[./-]?(0?[1-9]|1[0-2])[./-]?(19|20)\d\d|(19|20)\d\d[./-]?\d\d[./-]?\d\d")


class PasswordTooShort(BadInput):
    """Fewer than SHORTEST characters."""

    code = "password_too_short"
    text = marked("Bitte nehmen Sie mindestens {shortest} Zeichen.")


class PasswordTooLong(BadInput):
    """More than LONGEST characters, or characters that cannot be stored."""

    code = "password_too_long"
    text = marked("Bitte nehmen Sie höchstens {longest} Zeichen.")


class PasswordTooCommon(BadInput):
    """Among the first that are tried."""

    code = "password_too_common"
    text = marked(
        "Dieses Passwort wird als eines der ersten erraten. Nehmen Sie zum Beispiel drei Wörter, die Ihnen "
        "gerade einfallen."
    )


class PasswordTooPersonal(BadInput):
    """Made of what anybody knows: the person's name or address, or the network's name."""

    code = "password_too_personal"
    text = marked(
        "Dieses Passwort besteht aus Ihrem Namen, Ihrer Adresse oder dem Namen des Netzwerks. Nehmen Sie zum "
        "Beispiel drei Wörter, die Ihnen gerade einfallen."
    )


def demand_good_password(password: str, known: Iterable[str] = (), *, field: str = "password") -> None:
    """Raises the first of the refusals above; `known` are the person's name and address and the network's name."""
    if len(password) < SHORTEST:
        raise PasswordTooShort(field=field, shortest=SHORTEST)
    if len(password) > LONGEST or not _is_storable(password):
        raise PasswordTooLong(field=field, longest=LONGEST)
    if _is_common(password):
        raise PasswordTooCommon(field=field)
    words = {word for text in known for word in _words(text)}
    if _is_made_of(password, words):
        raise PasswordTooPersonal(field=field)


def _is_storable(password: str) -> bool:
    try:
        password.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _is_common(password: str) -> bool:
    lowered = password.lower()
    return (
        len(_smallest_unit(lowered)) <= 4
        or _is_run(lowered)
        or _DATE.fullmatch(password) is not None
        or _is_made_of(password, COMMON)
    )


def _is_made_of(password: str, words: Iterable[str]) -> bool:
    """Whether nothing but one of the words is left, once, or repeated, when decoration is taken off."""
    lowered = password.lower().translate(_UMLAUTS)
    without_look_alikes = lowered.translate(_LOOK_ALIKES)
    cores = {
        lowered,
        _letters(lowered),
        _letters(without_look_alikes),
        _undecorated(lowered),
        _letters(_undecorated(lowered).translate(_LOOK_ALIKES)),
    }
    return not (cores | {_smallest_unit(core) for core in cores}).isdisjoint(words)


def _undecorated(text: str) -> str:
    """Without digits and signs at both ends."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha())


def _smallest_unit(text: str) -> str:
    """The shortest text of which this one is a repetition: "haha" is "ha"."""
    return text[: (text + text).find(text, 1)] if text else text


def _is_run(text: str, pieces: int = 3) -> bool:
    """Whether it is put together from so few runs of the keyboard, the alphabet or the digits, or repetitions."""
    return text == "" or (
        pieces > 0
        and any(_is_one_run(text[:cut]) and _is_run(text[cut:], pieces - 1) for cut in range(len(text), 1, -1))
    )


def _is_one_run(text: str) -> bool:
    return len(set(text)) == 1 or (len(text) >= 3 and any(text in run for run in _RUNS))


def _words(text: str) -> set[str]:
    """What of a name or an address would stand in a password: each word of four letters or more, and all in one."""
    lowered = text.lower().translate(_UMLAUTS)
    parts = [*re.split(r"[\W\d_]+", lowered), *re.split(r"[\s@]+", lowered), lowered]
    return {word for word in map(_letters, parts) if len(word) >= 4}
