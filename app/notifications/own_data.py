"""What is known of the mails that a person got, for the person."""

from collections.abc import Sequence
from typing import Final

from app.identity.own_data import Section
from app.kernel.refusals import marked

MAILS: Final[Sequence[Section]] = (
    Section(
        "mails",
        marked("E-Mails der letzten 90 Tage: Betreff und Zeit"),
        "sent_mail WHERE sent_mail.person = $1 ORDER BY sent_mail.id",
        {
            "subject": "sent_mail.subject",
            "to": "sent_mail.email",
            "sent_at": "sent_mail.sent_at",
            "came_back_at": "sent_mail.failed_at",
        },
    ),
)
