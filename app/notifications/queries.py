"""Reads of mails that went out."""

from dataclasses import dataclass
from datetime import datetime

from app.platform.database import fetch


@dataclass(frozen=True, slots=True)
class RecentMail:
    """A mail as the person finds it in the own letter-box."""

    subject: str
    sent_at: datetime


async def recent_mails(person: int, limit: int) -> list[RecentMail]:
    """The last mails to this person, the newest first."""
    rows = await fetch(
        "SELECT subject, sent_at FROM sent_mail WHERE person = $1 ORDER BY sent_at DESC, id DESC LIMIT $2",
        person,
        limit,
    )
    return [RecentMail(row["subject"], row["sent_at"]) for row in rows]
