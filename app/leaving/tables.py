"""What operators have ordered to take along."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, SmallInt, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.network.tables import Operator
from app.platform.personal_data import NOT_PERSONAL, personal


class OperatorExport(Table, tablename="operator_export"):
    """All data of an operator as one file: ordered, being made, ready, failed for good, or deleted again.

    The file is named by the public id. `attempts` counts what was begun, so that one that a worker dies of ends.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    ordered_by = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who took the data along, and write when it is ready", "a year"),
    )
    ordered_at = Timestamptz(default=None)
    state = Text(default="ordered", help_text=NOT_PERSONAL)
    attempts = SmallInt(default=0)
    next_attempt_at = Timestamptz(default=None)
    tables_done = SmallInt(default=0)
    row_count = BigInt(default=0)
    file_count = Integer(default=0)
    made_at = Timestamptz(default=None, null=True)
    size = BigInt(default=None, null=True)
    kept_until = Timestamptz(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    last_error = Text(default=None, null=True, help_text=NOT_PERSONAL)
