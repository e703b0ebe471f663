"""Reads of notifications: which mails went out."""

from dataclasses import dataclass
from datetime import datetime

from app.identity.merging import Merge, on_merge
from app.platform.database import execute, fetch, fetch_value


@dataclass(frozen=True, slots=True)
class RecentMail:
    """A mail that went to a person."""

    subject: str
    sent_at: datetime


async def recent_mails(person: int, limit: int) -> list[RecentMail]:
    """The person's latest mails, the newest first."""
    rows = await fetch(
        "SELECT subject, sent_at FROM sent_mail WHERE person = $1 ORDER BY sent_at DESC, id DESC LIMIT $2",
        person,
        limit,
    )
    return [RecentMail(row["subject"], row["sent_at"]) for row in rows]


async def person_of_link(link: int) -> int | None:
    """The key of the person to whom a mailed link belongs; None where it makes a new account."""
    person: int | None = await fetch_value("SELECT person FROM mailed_link WHERE id = $1", link)
    return person


@on_merge("sent_mail.person")
async def _move_mails(merge: Merge) -> None:
    await execute("UPDATE sent_mail SET person = $1 WHERE person = $2", merge.kept, merge.gone)
