"""Which mails went out, and what operators' own programs are told."""

from piccolo.columns import Array, BigSerial, Boolean, Bytea, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.network.tables import Operator
from app.platform.personal_data import NOT_PERSONAL, personal

_DELIVERED = "30 days"


class SentMail(Table, tablename="sent_mail"):
    """A mail that left, as the person sees it under 'Zuletzt per E-Mail'; the text itself is not kept.

    Without a person it went to somebody who has no account yet. `message_id` names the news, so that nobody hears it
    twice; by `tag`, which is a part of the mail's own Message-ID, it is known again when it comes back.
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
    email = Text(default=None, null=True, help_text=personal("know which address a mail came back from", "90 days"))
    tag = Text(default=None, null=True, help_text=NOT_PERSONAL)
    failed_at = Timestamptz(default=None, null=True)
    failed_status = Text(default=None, null=True, help_text=NOT_PERSONAL)


class WebhookEndpoint(Table, tablename="webhook_endpoint"):
    """Where an operator's own program hears of bookings. Its secret is made of `salt` and the installation's key.

    After a rotation `former_salt` signs too, until `former_until`. It is switched off by its operator, or by itself
    (`disabled_because`): the receiver said that it is gone, failed for days, or the installation's key is another one.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    url = Text(default=None, help_text=NOT_PERSONAL)
    events = Array(Text(), default=list, help_text=NOT_PERSONAL)
    is_active = Boolean(default=True)
    disabled_because = Text(default=None, null=True, help_text=NOT_PERSONAL)
    salt = Bytea(default=b"", help_text=NOT_PERSONAL)
    hint = Text(default=None, help_text=NOT_PERSONAL)
    former_salt = Bytea(default=None, null=True, help_text=NOT_PERSONAL)
    former_until = Timestamptz(default=None, null=True)
    last_taken_at = Timestamptz(default=None, null=True)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)


class WebhookDelivery(Table, tablename="webhook_delivery"):
    """One message to one endpoint, tried until it is taken or has failed; always the same bytes.

    `source` names what it tells, so that a repeated reaction tells it once.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    endpoint = ForeignKey(WebhookEndpoint, null=False, on_delete=OnDelete.restrict, default=None)
    source = Text(default=None, null=True, help_text=NOT_PERSONAL)
    event = Text(default=None, help_text=NOT_PERSONAL)
    body = Bytea(default=b"", help_text=personal("send the booking's ids and times again", _DELIVERED))
    state = Text(default="waiting", help_text=NOT_PERSONAL)
    attempts = SmallInt(default=0)
    next_attempt_at = Timestamptz(default=None)
    created_at = Timestamptz(default=None)


class WebhookAttempt(Table, tablename="webhook_attempt"):
    """One try, and the beginning of what came back."""

    id = BigSerial(primary_key=True)
    delivery = ForeignKey(WebhookDelivery, null=False, on_delete=OnDelete.restrict, default=None)
    at = Timestamptz(default=None)
    status = SmallInt(default=None, null=True)
    ms = Integer(default=None)
    excerpt = Text(default="", help_text=personal("show the operator what the own receiver answered", _DELIVERED))
    error = Text(default="", help_text=NOT_PERSONAL)
