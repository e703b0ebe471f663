"""Tables of the platform: events and jobs, periodic work, idempotent answers.

Sessions' neighbours `rate_limit` and `worker_seen` are unlogged and touched by plain SQL only; they are made in the
migration beside these.
"""

from piccolo.columns import JSONB, BigInt, BigSerial, Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.platform.personal_data import NOT_PERSONAL, personal

_IDS_ONLY = "not personal: ids only (docs/design.md decision 18)"


class OutboxEvent(Table, tablename="outbox_event"):
    """Something that happened, named `noun.past_tense`, written in the transaction in which it happened."""

    id = BigSerial(primary_key=True)
    name = Text(default=None, help_text=NOT_PERSONAL)
    version = Integer(default=1)
    aggregate_kind = Text(default=None, help_text=NOT_PERSONAL)
    aggregate_id = BigInt(default=None)
    payload = JSONB(default="{}", help_text=_IDS_ONLY)
    occurred_at = Timestamptz(default=None)
    dispatched_at = Timestamptz(default=None, null=True)


class Job(Table, tablename="job"):
    """One reaction to one event, tried until it is done or dead."""

    id = BigSerial(primary_key=True)
    handler = Text(default=None, help_text=NOT_PERSONAL)
    event = ForeignKey(OutboxEvent, null=False, on_delete=OnDelete.restrict, default=None)
    aggregate_kind = Text(default=None, help_text=NOT_PERSONAL)
    aggregate_id = BigInt(default=None)
    state = Text(default="waiting", help_text=NOT_PERSONAL)
    attempts = Integer(default=0)
    next_attempt_at = Timestamptz(default=None)
    last_error = Text(default=None, null=True, help_text=NOT_PERSONAL)
    finished_at = Timestamptz(default=None, null=True)


class PeriodicJob(Table, tablename="periodic_job"):
    """Work that comes back; its row says when it ran last and will run next."""

    id = BigSerial(primary_key=True)
    name = Text(default=None, help_text=NOT_PERSONAL)
    next_run_at = Timestamptz(default=None)
    last_run_at = Timestamptz(default=None, null=True)
    last_error = Text(default=None, null=True, help_text=NOT_PERSONAL)


class IdempotentAnswer(Table, tablename="idempotent_answer"):
    """What was answered to an Idempotency-Key, kept for 24 hours."""

    id = BigSerial(primary_key=True)
    actor = BigInt(default=None, help_text=personal("give a repeated request its first answer", "24 hours"))
    key = Text(default=None, help_text=personal("recognise a repeated request", "24 hours"))
    request_hash = Bytea(default=b"", help_text=NOT_PERSONAL)
    status = Integer(default=None, null=True)
    body = Bytea(default=None, null=True, help_text=personal("give the first answer again", "24 hours"))
    created_at = Timestamptz(default=None)
