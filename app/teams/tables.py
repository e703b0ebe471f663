"""Employers' accounts, their cost centres, and who belongs to them."""

from piccolo.columns import BigSerial, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Payer
from app.identity.tables import Person
from app.plans.tables import SharedPurse
from app.platform.personal_data import NOT_PERSONAL, personal

_MEMBER = "twelve months after the person has left the team"


class Team(Table, tablename="team"):
    """An employer's account: who pays, and the purse that its people spend from. `leitweg_id` and `order_number` go
    onto its invoices. Where the network is free of charge nobody pays and there is no purse."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=NOT_PERSONAL)
    payer = ForeignKey(Payer, null=True, on_delete=OnDelete.restrict, default=None)
    purse = ForeignKey(SharedPurse, null=True, on_delete=OnDelete.restrict, default=None)
    leitweg_id = Text(default="", help_text=NOT_PERSONAL)
    order_number = Text(default="", help_text=NOT_PERSONAL)
    legal_form = Text(default="", help_text=NOT_PERSONAL)
    founded_at = Timestamptz(default=None)
    ends_on = Date(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class CostCentre(Table, tablename="cost_centre"):
    """Where an employer books what it pays."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    code = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default="", help_text=NOT_PERSONAL)
    made_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class TeamMember(Table, tablename="team_member"):
    """That somebody belongs to a team, from when on and until when; whoever comes back has a new row."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the member in addresses", _MEMBER))
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who belongs to the team", _MEMBER),
    )
    cost_centre = ForeignKey(CostCentre, null=True, on_delete=OnDelete.restrict, default=None)
    joined_by = Text(default=None, help_text=personal("say how the person came in", _MEMBER))
    joined_at = Timestamptz(default=None)
    left_at = Timestamptz(default=None, null=True)


_ASKED = "twelve months after the month it was asked for"


class LimitRequest(Table, tablename="limit_request"):
    """That somebody needs more than the limits allow in a month, and what was answered."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who needs more", _ASKED),
    )
    month = Date(default=None)
    desk_halves = Integer(default=0)
    room_minutes = Integer(default=0)
    money = Integer(default=0)
    reason = Text(default="", help_text=personal("decide whether there is more", _ASKED))
    asked_at = Timestamptz(default=None)
    status = Text(default="open", help_text=NOT_PERSONAL)
    granted_desk_halves = Integer(default=0)
    granted_room_minutes = Integer(default=0)
    granted_money = Integer(default=0)
    answer = Text(default="", help_text=personal("say why there is more or not", _ASKED))
    decided_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who has decided", _ASKED),
    )
    decided_at = Timestamptz(default=None, null=True)
