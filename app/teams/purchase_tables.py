"""What employers are offered and have ordered: quotes, orders with documents, and what they were told of pools."""

from piccolo.columns import JSONB, BigInt, BigSerial, Bytea, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.network.tables import Operator
from app.plans.tables import ProductVersion
from app.plans.team_tables import TeamContract
from app.platform.personal_data import NOT_PERSONAL, personal
from app.teams.tables import Team

_CONTRACT = "ten calendar years after the contract's end, with its documents (law_value books_years)"
_QUOTE = "with the contract that came of it, else twelve months after its last day (team_setting quote_kept_days)"


class TeamQuote(Table, tablename="team_quote"):
    """What an employer was offered until a day, as it was written: terms, quantity, price, and the PDF. Append-only."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    number = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=False, on_delete=OnDelete.restrict, default=None)
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    quantity = Integer(default=1)
    amount = Integer(default=0)
    currency = Text(default="EUR", help_text=NOT_PERSONAL)
    valid_until = Date(default=None)
    content = Bytea(default=None, help_text=personal("keep the quote as it was sent, with its addressee", _QUOTE))
    made_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who has asked for it", _QUOTE),
    )
    made_at = Timestamptz(default=None)


class TeamOrder(Table, tablename="team_order"):
    """What an employer has ordered: a contract, or more pieces of one. Append-only. `number` counts a team's orders, so
    that none is placed twice; `shown` is the mark of what was shown."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    number = Integer(default=1)
    team_contract = ForeignKey(TeamContract, null=False, on_delete=OnDelete.restrict, default=None)
    team_quote = ForeignKey(TeamQuote, null=True, on_delete=OnDelete.restrict, default=None)
    quantity = Integer(default=1)
    amount = Integer(default=0)
    currency = Text(default="EUR", help_text=NOT_PERSONAL)
    starts_on = Date(default=None)
    shown = Text(default=None, help_text=NOT_PERSONAL)
    order_number = Text(default="", help_text=NOT_PERSONAL)
    terms_valid_from = Timestamptz(default=None, null=True)
    placed_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who has ordered it", _CONTRACT),
    )
    placed_at = Timestamptz(default=None)


class TeamDocument(Table, tablename="team_document"):
    """The confirmation of an order as it was sent, for good: a self-contained HTML file."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team_order = ForeignKey(TeamOrder, null=False, on_delete=OnDelete.restrict, default=None)
    title = Text(default=None, help_text=NOT_PERSONAL)
    language = Text(default="de", help_text=NOT_PERSONAL)
    content = Text(default=None, help_text=personal("confirm what was agreed, with who ordered it", _CONTRACT))
    made_at = Timestamptz(default=None)


class PoolNotice(Table, tablename="pool_notice"):
    """That who looks after a team was told in a month how its pool of a unit stands; once a month each."""

    id = BigSerial(primary_key=True)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    unit = Text(default=None, help_text=NOT_PERSONAL)
    month = Date(default=None)
    state = Text(default=None, help_text=NOT_PERSONAL)
    told_at = Timestamptz(default=None)


class TeamSetting(Table, tablename="team_setting"):
    """A figure that the network has set for all teams, from a day on. Append-only; of two for one day the later
    counts."""

    id = BigSerial(primary_key=True)
    name = Text(default=None, help_text=NOT_PERSONAL)
    value = BigInt(default=None)
    valid_from = Date(default=None)
    entered_at = Timestamptz(default=None)
