"""Who lets whom in a team see the own days, and days on which a team meets."""

from piccolo.columns import BigSerial, Boolean, Date, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.network.tables import Space
from app.platform.personal_data import NOT_PERSONAL, personal
from app.teams.tables import Team

_SIGHT = "until it is taken back or one of them leaves the team"
_DAYS = "30 days after the day"


class ColleagueSight(Table, tablename="colleague_sight"):
    """That somebody lets a colleague see the own days (`allowed_at`), or was asked to; the other way is another row."""

    id = BigSerial(primary_key=True)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose days may be seen", _SIGHT),
    )
    viewer = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know by whom they may be seen", _SIGHT),
    )
    asked_at = Timestamptz(default=None, null=True)
    allowed_at = Timestamptz(default=None, null=True)
    with_times = Boolean(default=False)


class TeamDay(Table, tablename="team_day"):
    """A day on which a team wants to meet: proposed, then set to a day and a space, or withdrawn."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    proposed_by = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who has proposed it", _DAYS),
    )
    title = Text(default=None, help_text=NOT_PERSONAL)
    made_at = Timestamptz(default=None)
    day = Date(default=None, null=True)
    space = ForeignKey(Space, null=True, on_delete=OnDelete.restrict, default=None)
    decided_at = Timestamptz(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)


class TeamDayChoice(Table, tablename="team_day_choice"):
    """A day that could be it."""

    id = BigSerial(primary_key=True)
    team_day = ForeignKey(TeamDay, null=False, on_delete=OnDelete.restrict, default=None)
    day = Date(default=None)


class TeamDayAnswer(Table, tablename="team_day_answer"):
    """Whether somebody can come that day. `counts_home` where the own municipality may count for the space."""

    id = BigSerial(primary_key=True)
    choice = ForeignKey(TeamDayChoice, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person, null=False, on_delete=OnDelete.restrict, default=None, help_text=personal("know who comes", _DAYS)
    )
    answer = Text(default=None, help_text=personal("know on which day most can come", _DAYS))
    counts_home = Boolean(default=False)
    answered_at = Timestamptz(default=None)
