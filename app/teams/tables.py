"""Employers' accounts, their cost centres, and who belongs to them."""

from piccolo.columns import Array, BigSerial, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Payer
from app.identity.tables import Person
from app.plans.tables import SharedPurse
from app.platform.personal_data import NOT_PERSONAL, personal

_AGREEMENT = "ten years after the agreement's end, to show what it rested on"
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


class TeamAgreement(Table, tablename="team_agreement"):
    """What employer and works council have agreed on: that the manager sees what each person used in a month, and of
    what (`shows`: measures of insights/team_months.py). It holds once it is confirmed; nobody is named who has not
    been told in time."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    title = Text(default=None, help_text=NOT_PERSONAL)
    parties = Text(default=None, help_text=personal("say who has agreed", _AGREEMENT))
    agreed_on = Date(default=None)
    shows = Array(Text(), default=list, help_text=NOT_PERSONAL)
    last = Date(default=None, null=True)
    recorded_by = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who has recorded it", _AGREEMENT),
    )
    recorded_at = Timestamptz(default=None)
    confirmed_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the works council has confirmed it", _AGREEMENT),
    )
    confirmed_at = Timestamptz(default=None, null=True)
    ended_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who has ended it", _AGREEMENT),
    )
    ended_at = Timestamptz(default=None, null=True)


class TeamAgreementNotice(Table, tablename="team_agreement_notice"):
    """That a person was told of an agreement; only whole months after the notice are shown by name."""

    id = BigSerial(primary_key=True)
    agreement = ForeignKey(TeamAgreement, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who was told, and when", _AGREEMENT),
    )
    told_at = Timestamptz(default=None)


class TeamNamesLook(Table, tablename="team_names_look"):
    """That somebody has looked at a month by name; everybody in the team reads it. Append-only."""

    id = BigSerial(primary_key=True)
    agreement = ForeignKey(TeamAgreement, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say to everybody who has looked", _AGREEMENT),
    )
    month = Date(default=None)
    looked_at = Timestamptz(default=None)
