"""Links that go out by mail and can be used once.

The table keeps a random salt and the token's hash. The token itself is HMAC-SHA256(signing key, purpose and salt): the
worker that writes the mail makes it anew, so that it stands in no row, event or log. Neither a copy of the database nor
the signing key alone is enough to open a link.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.identity.reachability import note_reached
from app.kernel.refusals import Refusal, marked
from app.platform.database import execute, fetch_row, fetch_value
from app.platform.random_ids import derived_token, token_hash


class Purpose(StrEnum):
    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105
    CHANGE_EMAIL = "change_email"
    SIGN_IN = "sign_in"
    BOOK_HELD = "book_held"
    INVITATION = "invitation"


LIVES: Mapping[Purpose, timedelta] = {
    Purpose.CONFIRM_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.SIGN_IN: timedelta(minutes=15),
    Purpose.BOOK_HELD: timedelta(hours=24),
    Purpose.INVITATION: timedelta(days=14),
}

LIVES_OF_KNOWN: Final = timedelta(hours=1)
"""How long a link that books what is held works for somebody who has an account already: it opens that account."""

_KEPT_AFTER_LAPSE = timedelta(days=30)


class LinkNoLongerWorks(Refusal):
    """The link was used, has lapsed, was replaced, or never was one."""

    code = "link_no_longer_works"
    text = marked("Ein Link aus einer E-Mail lässt sich nur einmal und nur für kurze Zeit verwenden.")


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody typed in, kept with the link until its address is confirmed."""

    name: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class LinkToMail:
    """What the worker needs to write the mail."""

    purpose: Purpose
    email: str
    name: str
    language: str
    token: str
    expires_at: datetime


def _token(key: bytes, purpose: str, salt: bytes) -> str:
    return derived_token(key, f"mailed link\0{purpose}", salt)


async def create_link(
    purpose: Purpose,
    now: datetime,
    *,
    key: bytes,
    email: str | None,
    person: int | None,
    language: str,
    next_url: str = "/",
    sign_up: SignUp | None = None,
) -> int:
    """Writes the link and gives its key; call it inside a transaction that also emits the event for its mail.

    Without an address nothing will be mailed: that is the row for an address that nobody has confirmed here.
    """
    salt = secrets.token_bytes(16)
    link: int = await fetch_value(
        "INSERT INTO mailed_link (salt, token_hash, purpose, person, email, language, next_url, name, password_hash,"
        " created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id",
        salt,
        token_hash(_token(key, purpose, salt)),
        purpose,
        person,
        email,
        language,
        next_url,
        sign_up.name if sign_up else None,
        sign_up.password_hash if sign_up else None,
        now,
        now + (LIVES_OF_KNOWN if purpose is Purpose.BOOK_HELD and person is not None else LIVES[purpose]),
    )
    return link


async def demand_link(token: str, purpose: Purpose, now: datetime) -> Mapping[str, Any]:
    """The link's row without using it, for a page that asks before it acts. Raises LinkNoLongerWorks."""
    row = await fetch_row(
        "SELECT * FROM mailed_link WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3",
        token_hash(token),
        purpose,
        now,
    )
    if row is None:
        raise LinkNoLongerWorks
    return row


async def use_link(token: str, purpose: Purpose, now: datetime) -> Mapping[str, Any]:
    """Uses the link up and gives its row; of several at once one succeeds. Its address is proved to get mails.

    Raises LinkNoLongerWorks.
    """
    row = await fetch_row(
        "UPDATE mailed_link SET used_at = $3"
        " WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING *",
        token_hash(token),
        purpose,
        now,
    )
    if row is None:
        raise LinkNoLongerWorks
    if row["email"] is not None:
        await note_reached(row["email"], now)
    return row


async def void_links(now: datetime, *, person: int, email: str | None, purposes: tuple[Purpose, ...]) -> None:
    """Ends the other links of this person, and those to this address that belong to nobody yet.

    A link that is being used at this very moment is left to the person's own row, for which both wait: waiting for
    each other's link would be a deadlock.
    """
    await execute(
        "UPDATE mailed_link SET used_at = $1 WHERE id IN ("
        " SELECT id FROM mailed_link WHERE used_at IS NULL AND purpose = ANY($4::text[])"
        " AND (person = $2 OR (person IS NULL AND email = $3)) FOR UPDATE SKIP LOCKED)",
        now,
        person,
        email,
        list(purposes),
    )


async def link_to_mail(link: int, now: datetime, *, key: bytes) -> LinkToMail | None:
    """What to mail for this link; None when there is nobody to mail to, or the link has ended meanwhile."""
    row = await fetch_row(
        "SELECT l.purpose, l.salt, l.email, l.expires_at, coalesce(p.name, l.name) AS name,"
        " coalesce(p.language, l.language) AS language"
        " FROM mailed_link l LEFT JOIN person p ON p.id = l.person"
        " WHERE l.id = $1 AND l.email IS NOT NULL AND l.used_at IS NULL AND l.expires_at > $2",
        link,
        now,
    )
    if row is None:
        return None
    return LinkToMail(
        purpose=Purpose(row["purpose"]),
        email=row["email"],
        name=row["name"],
        language=row["language"],
        token=_token(key, row["purpose"], row["salt"]),
        expires_at=row["expires_at"],
    )


async def replaced_address(link: int) -> str | None:
    """The address that a person had before this link changed it, so that it can be told; None if there was none."""
    address: str | None = await fetch_value("SELECT former_email FROM mailed_link WHERE id = $1", link)
    return address


async def forget_old_links(now: datetime) -> int:
    """Deletes links 30 days after they lapsed; how many."""
    return await execute("DELETE FROM mailed_link WHERE expires_at < $1", now - _KEPT_AFTER_LAPSE)
