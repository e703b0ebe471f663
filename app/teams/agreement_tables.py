"""Agreements by which a team's report shows names, who was told of them, and who has looked."""

from piccolo.columns import Array, BigSerial, Date, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.platform.personal_data import NOT_PERSONAL, personal
from app.teams.tables import Team

_AGREEMENT = "ten years after the agreement's end, to show what it rested on"


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
