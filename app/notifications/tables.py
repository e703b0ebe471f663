"""Which mails went out."""

from piccolo.columns import BigSerial, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.platform.personal_data import NOT_PERSONAL, personal


class SentMail(Table, tablename="sent_mail"):
    """A mail that left, as the person sees it under 'Zuletzt per E-Mail'; the text itself is not kept.

    Without a person it went to somebody who has no account yet.
    """

    id = BigSerial(primary_key=True)
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("show the person which mails went out", "90 days"),
    )
    message_id = Text(default=None, help_text=NOT_PERSONAL)
    subject = Text(default="", help_text=personal("show the person which mails went out", "90 days"))
    sent_at = Timestamptz(default=None)
