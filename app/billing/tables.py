"""Who pays, and what is due. Documents are made of charges later and change none of them."""

from piccolo.columns import BigInt, BigSerial, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.network.tables import Operator
from app.platform.personal_data import NOT_PERSONAL, personal

_DOCUMENTS = "ten calendar years after the last document (law_value books_years; AO § 147, UStG § 14b)"


class Payer(Table, tablename="payer"):
    """The one party that documents go to: a person or a business, looked after by a person, or a team, looked after by
    its managers."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the payer in addresses", _DOCUMENTS))
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who looks after it", _DOCUMENTS),
    )
    kind = Text(default="person", help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=personal("address documents", _DOCUMENTS))
    company = Text(default="", help_text=personal("address documents", _DOCUMENTS))
    street = Text(default="", help_text=personal("address documents", _DOCUMENTS))
    postcode = Text(default="", help_text=personal("address documents", _DOCUMENTS))
    place = Text(default="", help_text=personal("address documents", _DOCUMENTS))
    country = Text(default="DE", help_text=NOT_PERSONAL)
    email = Text(default="", help_text=personal("send documents", _DOCUMENTS))
    vat_id = Text(default="", help_text=personal("name the business in documents", _DOCUMENTS))
    created_at = Timestamptz(default=None)
    version = Integer(default=1)


class Charge(Table, tablename="charge"):
    """An amount due, gross in minor units, with all that a document of it needs; never changed and never deleted.

    `key` names what it is for, so that nothing is charged twice. One that takes another back is negative and says which
    in `corrects`. Without `seller` the network sells. It loses its `payer` when the law's years for books are over.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    payer = ForeignKey(Payer, null=True, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    key = Text(default=None, help_text=NOT_PERSONAL)
    what_de = Text(default=None, help_text=personal("say what is charged", _DOCUMENTS))
    what_en = Text(default=None, help_text=personal("say what is charged", _DOCUMENTS))
    amount = Integer(default=0)
    currency = Text(default="EUR", help_text=NOT_PERSONAL)
    tax_code = Text(default=None, help_text=NOT_PERSONAL)
    voucher = Text(default=None, help_text=NOT_PERSONAL)
    supply_from = Date(default=None)
    supply_until = Date(default=None)
    corrects: ForeignKey["Charge"] = ForeignKey("self", null=True, on_delete=OnDelete.restrict, default=None)
    made_at = Timestamptz(default=None)


class LawValue(Table, tablename="law_value"):
    """A figure that the law sets, from a day on (docs/design.md decision 15). Append-only; of two rows for one day the
    later counts."""

    id = BigSerial(primary_key=True)
    name = Text(default=None, help_text=NOT_PERSONAL)
    value = BigInt(default=None)
    valid_from = Date(default=None)
    source = Text(default="", help_text=NOT_PERSONAL)
    entered_at = Timestamptz(default=None)
