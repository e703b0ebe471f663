"""What employers have bought: contracts by the piece, seats with their holders, and the accounts that these fill."""

from piccolo.columns import JSONB, BigSerial, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Payer
from app.identity.tables import Person
from app.network.tables import Operator
from app.plans.tables import Entitlement, ProductVersion, SharedPurse
from app.platform.personal_data import NOT_PERSONAL, personal

_SEAT = "twelve months after the seat was given back, then without the person"


class TeamContract(Table, tablename="team_contract"):
    """A contract by which an employer has so many pieces for a shared purse: seats, or days and hours of a pool. Its
    terms are a copy; how many pieces are in its steps.

    What was bought at once has no first term and ends by itself. `trial_of` is the mark of the company that tries
    (plans/team_trials.py), so that each tries once.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    purse = ForeignKey(SharedPurse, null=False, on_delete=OnDelete.restrict, default=None)
    payer = ForeignKey(Payer, null=False, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=False, on_delete=OnDelete.restrict, default=None)
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    trial_of = Text(default=None, null=True, help_text=NOT_PERSONAL)
    ordered_at = Timestamptz(default=None)
    starts_on = Date(default=None)
    first_term_ends_on = Date(default=None, null=True)
    noticed_at = Timestamptz(default=None, null=True)
    ends_on = Date(default=None, null=True)
    version = Integer(default=1)


class TeamContractStep(Table, tablename="team_contract_step"):
    """How many pieces a contract has from a day on. Append-only; of two for one day the later counts."""

    id = BigSerial(primary_key=True)
    team_contract = ForeignKey(TeamContract, null=False, on_delete=OnDelete.restrict, default=None)
    quantity = Integer(default=1)
    valid_from = Date(default=None)
    agreed_at = Timestamptz(default=None)


class Seat(Table, tablename="seat"):
    """One piece of a contract of seats, on days from `first` to `last`."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    team_contract = ForeignKey(TeamContract, null=False, on_delete=OnDelete.restrict, default=None)
    number = Integer(default=1)
    first = Date(default=None)
    last = Date(default=None, null=True)


class SeatHolding(Table, tablename="seat_holding"):
    """That a seat is somebody's on days from `first` to `last`; a day before `first` where it never came to that."""

    id = BigSerial(primary_key=True)
    seat = ForeignKey(Seat, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose seat it is", _SEAT),
    )
    first = Date(default=None)
    last = Date(default=None, null=True)
    given_at = Timestamptz(default=None)


class TeamAccount(Table, tablename="team_account"):
    """Which contract fills an account; with `seat_holding` the account of one person, without one a pool's."""

    id = BigSerial(primary_key=True)
    entitlement = ForeignKey(Entitlement, null=False, on_delete=OnDelete.restrict, default=None)
    team_contract = ForeignKey(TeamContract, null=False, on_delete=OnDelete.restrict, default=None)
    seat_holding = ForeignKey(SeatHolding, null=True, on_delete=OnDelete.restrict, default=None)
