"""What somebody has booked for others of a team."""

from piccolo.columns import BigInt, BigSerial, Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.bookings.tables import Booking
from app.identity.tables import Person
from app.network.tables import Space
from app.platform.personal_data import NOT_PERSONAL, personal
from app.teams.tables import Team

_KEPT = "twelve months after the day"


class TeamAct(Table, tablename="team_act"):
    """Desks that one person has booked for several of a team in one act; only that person sees it again. All of it can
    be called off until `call_off_until`. One that `is_unnamed` was booked for who said to come: not even that person
    sees for whom."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team = ForeignKey(Team, null=False, on_delete=OnDelete.restrict, default=None)
    made_by = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("show it to who has booked it, and to nobody else", _KEPT),
    )
    day = Date(default=None)
    is_unnamed = Boolean(default=False)
    call_off_until = Timestamptz(default=None)
    made_at = Timestamptz(default=None)
    called_off_at = Timestamptz(default=None, null=True)


class TeamActPlace(Table, tablename="team_act_place"):
    """For whom it was booked, as it was then: at which space, or why not. What became of the booking is not told here.

    `account` is the day that the team has provided to the person, out of a `pool` (`units` of it) or by its `price` in
    a `charge`; it comes back to the team where the person may not use it, until `give_back_until`.
    """

    id = BigSerial(primary_key=True)
    act = ForeignKey(TeamAct, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say for whom it was booked", _KEPT),
    )
    space = ForeignKey(Space, null=True, on_delete=OnDelete.restrict, default=None)
    booking = ForeignKey(Booking, null=True, on_delete=OnDelete.restrict, default=None)
    reason = Text(default="", help_text=NOT_PERSONAL)
    account = BigInt(default=None, null=True)
    pool = BigInt(default=None, null=True)
    charge = BigInt(default=None, null=True)
    units = Integer(default=0)
    price = Integer(default=0)
    give_back_until = Timestamptz(default=None, null=True)
