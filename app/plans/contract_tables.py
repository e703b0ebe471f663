"""What is said and signed about contracts: orders with their documents, newer terms that are offered, declarations."""

from piccolo.columns import JSONB, BigSerial, Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Payer
from app.identity.tables import Person
from app.network.tables import Operator
from app.plans.tables import Membership, Pass, ProductVersion
from app.platform.personal_data import NOT_PERSONAL, personal

_CONTRACT = "ten calendar years after the contract's end, with its documents (law_value books_years)"
_DECLARED = "as long as the contract; what was put aside twelve months"


class ChangeOffer(Table, tablename="change_offer"):
    """That a membership could have the terms of a newer version from a day on. Without an answer nothing changes.

    A member is asked once about each version.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the change that the member is asked about", _CONTRACT))
    membership = ForeignKey(Membership, null=False, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=False, on_delete=OnDelete.restrict, default=None)
    valid_from = Date(default=None)
    offered_at = Timestamptz(default=None)
    answered_at = Timestamptz(default=None, null=True)
    is_accepted = Boolean(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class Declaration(Table, tablename="declaration"):
    """That somebody ends a contract or withdraws from it, as it came in; what was declared is never changed.

    Anybody may declare, and `email` is proved by nobody. `person` is who was signed in, or whose contract it turned out
    to be. `outcome` says what became of it, and `answer` why it was put aside.

    What it has withdrawn from is a contract, or a change of it (`contract_order`, beside its membership), or what
    bookings have bought (they name the declaration). `charged` is what was due for that, `owed` what stays so.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    key = Text(default=None, help_text=NOT_PERSONAL)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    reason = Text(default="", help_text=personal("know why the contract shall end", _DECLARED))
    name = Text(default=None, help_text=personal("know who declares it", _DECLARED))
    contract = Text(default=None, help_text=personal("know which contract is meant", _DECLARED))
    email = Text(default=None, help_text=personal("confirm that it has come in", _DECLARED))
    wished_end = Date(default=None, null=True)
    language = Text(default="de", help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose contract it is", _DECLARED),
    )
    membership = ForeignKey(Membership, null=True, on_delete=OnDelete.restrict, default=None)
    pass_: ForeignKey[Pass] = ForeignKey(
        Pass, null=True, on_delete=OnDelete.restrict, default=None, db_column_name="pass"
    )
    contract_order: ForeignKey["ContractOrder"] = ForeignKey(
        "ContractOrder", null=True, on_delete=OnDelete.restrict, default=None
    )
    received_at = Timestamptz(default=None)
    outcome = Text(default=None, null=True, help_text=NOT_PERSONAL)
    settled_at = Timestamptz(default=None, null=True)
    settled_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff has settled it", _DECLARED),
    )
    answer = Text(default="", help_text=personal("say why it was put aside", _DECLARED))
    charged = Integer(default=None, null=True)
    owed = Integer(default=None, null=True)


class ContractOrder(Table, tablename="contract_order"):
    """What somebody has ordered, as it was agreed: the order, its price, what was stated when, and which versions of
    the legal texts it names. Append-only. Its `public_id` is that of its membership or pass; `number` counts a person's
    orders, so that none is placed twice.

    A membership has one that it began with, and one for each time the member agreed to other terms: these have an id of
    their own and a `difference`, which is what the running period costs more or less by it.

    `shown` is the mark of what the person saw (plans/agreements.py), `terms_valid_from` the version of the terms of
    use, `notice_valid_from` that of the withdrawal notice. At a counter staff places it (`placed_by`), and nothing is
    stated; a change that staff places was ordered by telephone or in writing.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the order", _CONTRACT))
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose contract it is", _CONTRACT),
    )
    number = Integer(default=1)
    payer = ForeignKey(Payer, null=False, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=True, on_delete=OnDelete.restrict, default=None)
    membership = ForeignKey(Membership, null=True, on_delete=OnDelete.restrict, default=None)
    pass_: ForeignKey[Pass] = ForeignKey(
        Pass, null=True, on_delete=OnDelete.restrict, default=None, db_column_name="pass"
    )
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    price_class = Text(default="normal", help_text=personal("know which price holds", _CONTRACT))
    audience = Text(default=None, help_text=NOT_PERSONAL)
    amount = Integer(default=0)
    difference = Integer(default=None, null=True)
    currency = Text(default="EUR", help_text=NOT_PERSONAL)
    starts_on = Date(default=None)
    shown = Text(default=None, help_text=NOT_PERSONAL)
    adult_at = Timestamptz(default=None, null=True)
    early_start_at = Timestamptz(default=None, null=True)
    early_loss_at = Timestamptz(default=None, null=True)
    terms_valid_from = Timestamptz(default=None, null=True)
    notice_valid_from = Date(default=None, null=True)
    withdrawal_until = Date(default=None, null=True)
    placed_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff has sold it", _CONTRACT),
    )
    placed_at = Timestamptz(default=None)


class ContractDocument(Table, tablename="contract_document"):
    """A document as it was sent, for good: a self-contained HTML file, readable again by whose it is."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the document in addresses", _CONTRACT))
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose document it is", _CONTRACT),
    )
    contract_order = ForeignKey(ContractOrder, null=True, on_delete=OnDelete.restrict, default=None)
    title = Text(default=None, help_text=NOT_PERSONAL)
    language = Text(default="de", help_text=NOT_PERSONAL)
    content = Text(default=None, help_text=personal("confirm what was agreed on a durable medium", _CONTRACT))
    made_at = Timestamptz(default=None)
