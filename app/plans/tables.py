"""Plans and passes, memberships, and the accounts that bookings are paid from."""

from piccolo.columns import JSONB, BigInt, BigSerial, Boolean, Date, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.billing.tables import Charge, Payer
from app.identity.tables import Person
from app.inventory.tables import Resource
from app.network.tables import Operator, Space
from app.platform.personal_data import NOT_PERSONAL, personal

_CONTRACT = "ten calendar years after the contract's end, with its documents (law_value books_years)"
_CONCESSION = "as long as a contract at this price, twelve months at least"
_ACCOUNT = "twelve months after the account's end, then without the person"


class Product(Table, tablename="product"):
    """A plan or a pass that somebody sells: the network, or an operator for its own spaces."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    position = Integer(default=0)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class ProductVersion(Table, tablename="product_version"):
    """One version of a product's terms, on sale from a time on; without one a draft. Never changed once it is sold."""

    id = BigSerial(primary_key=True)
    product = ForeignKey(Product, null=False, on_delete=OnDelete.restrict, default=None)
    number = Integer(default=1)
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    valid_from = Timestamptz(default=None, null=True)
    made_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff wrote it", "as long as the version"),
    )
    made_at = Timestamptz(default=None)


class PriceListEntry(Table, tablename="price_list_entry"):
    """What an operator takes for a day, half a day or an hour of a kind at its spaces, at one space, or of one of its
    resources, from a day on; gross. Append-only; the narrowest and then the latest counts. An empty one ends what was
    said of the same, so that what is said of more places holds again."""

    id = BigSerial(primary_key=True)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    space = ForeignKey(Space, null=True, on_delete=OnDelete.restrict, default=None)
    resource = BigInt(default=None, null=True)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    price_class = Text(default="normal", help_text=NOT_PERSONAL)
    per_day = Integer(default=None, null=True)
    per_half_day = Integer(default=None, null=True)
    per_hour = Integer(default=None, null=True)
    currency = Text(default="EUR", help_text=NOT_PERSONAL)
    tax_code = Text(default="standard", help_text=NOT_PERSONAL)
    valid_from = Date(default=None)
    entered_at = Timestamptz(default=None)


class Concession(Table, tablename="concession"):
    """That somebody may pay another price class, because staff have seen the proof; until a day.

    Without `operator` it holds in the whole network. One that is ended and was never checked was declined, and `answer`
    says why.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who pays the price of residents, students, clubs or municipalities", _CONCESSION),
    )
    operator = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    price_class = Text(default=None, help_text=personal("know which price holds", _CONCESSION))
    proof = Text(default="", help_text=personal("say what was shown, not what it says", _CONCESSION))
    checked_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff has seen the proof", _CONCESSION),
    )
    checked_at = Timestamptz(default=None, null=True)
    asked_at = Timestamptz(default=None)
    ends_on = Date(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    answer = Text(default="", help_text=personal("say why it was declined", _CONCESSION))


class Membership(Table, tablename="membership"):
    """A contract by which somebody works in the network. Its terms are copies (MembershipTerms)."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the contract", _CONTRACT))
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose contract it is", _CONTRACT),
    )
    payer = ForeignKey(Payer, null=False, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    ordered_at = Timestamptz(default=None)
    starts_on = Date(default=None)
    first_term_ends_on = Date(default=None)
    noticed_at = Timestamptz(default=None, null=True)
    ends_on = Date(default=None, null=True)
    ended_because = Text(default=None, null=True, help_text=NOT_PERSONAL)
    version = Integer(default=1)


class MembershipTerms(Table, tablename="membership_terms"):
    """A membership's own copy of terms, from a day on; every change is a further one."""

    id = BigSerial(primary_key=True)
    membership = ForeignKey(Membership, null=False, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=False, on_delete=OnDelete.restrict, default=None)
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    price_class = Text(default="normal", help_text=personal("know which price holds", _CONTRACT))
    valid_from = Date(default=None)
    agreed_at = Timestamptz(default=None)


class MembershipPause(Table, tablename="membership_pause"):
    """Days on which a membership rests: it grants nothing and costs nothing."""

    id = BigSerial(primary_key=True)
    membership = ForeignKey(Membership, null=False, on_delete=OnDelete.restrict, default=None)
    first = Date(default=None)
    last = Date(default=None, null=True)
    asked_at = Timestamptz(default=None)


class Pass(Table, tablename="pass"):
    """Days or hours that somebody has bought, with a copy of the terms. The class for tax is fixed when it is sold.

    `ended_on` is noted when its account loses its person.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=personal("name the contract", _CONTRACT))
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose pass it is", _CONTRACT),
    )
    payer = ForeignKey(Payer, null=True, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=True, on_delete=OnDelete.restrict, default=None)
    charge = ForeignKey(Charge, null=True, on_delete=OnDelete.restrict, default=None)
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    price_class = Text(default="normal", help_text=personal("know which price holds", _CONTRACT))
    is_trial = Boolean(default=False)
    bought_at = Timestamptz(default=None)
    noticed_at = Timestamptz(default=None, null=True)
    withdrawn_at = Timestamptz(default=None, null=True)
    ended_on = Date(default=None, null=True)


class SharedPurse(Table, tablename="shared_purse"):
    """Accounts that one payer provides to several people, and what each of them may spend of them. It loses its payer
    when the law's years for books are over."""

    id = BigSerial(primary_key=True)
    payer = ForeignKey(Payer, null=True, on_delete=OnDelete.restrict, default=None)
    limits = JSONB(default="{}", help_text=NOT_PERSONAL)
    created_at = Timestamptz(default=None)


class PurseMember(Table, tablename="purse_member"):
    """That somebody may spend from a shared purse on days from `first` to `last`; without own `limits` those of the
    purse hold."""

    id = BigSerial(primary_key=True)
    purse = ForeignKey(SharedPurse, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who may spend", _ACCOUNT),
    )
    first = Date(default=None)
    last = Date(default=None, null=True)
    limits = JSONB(default=None, null=True, help_text=personal("know how much the person may spend", _ACCOUNT))


class LimitStep(Table, tablename="limit_step"):
    """A booking that counted against a person's limit of a month. Each step is written once, so that two bookings at
    the same time never pass a limit together."""

    id = BigSerial(primary_key=True)
    purse = ForeignKey(SharedPurse, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("keep to the person's limit", _ACCOUNT),
    )
    month = Date(default=None)
    step = Integer(default=None)


class PurseExtra(Table, tablename="purse_extra"):
    """What somebody may spend in one month beyond the limits."""

    id = BigSerial(primary_key=True)
    purse = ForeignKey(SharedPurse, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know how much the person may spend", _ACCOUNT),
    )
    month = Date(default=None)
    desk_halves = Integer(default=0)
    room_minutes = Integer(default=0)
    money = Integer(default=0)
    given_at = Timestamptz(default=None)


class Entitlement(Table, tablename="entitlement"):
    """An account of days, hours or money. One with a `charge` was bought for a single booking and goes with it, one
    with `credit` out of this account of money. One with a `purse` is provided by somebody else; without a person
    everybody who may spend from that purse shares it.

    `left_units` and `held_units` are the sums of its entries, kept by a trigger and by nobody else; without limit
    `left_units` is null and there are no entries unless a shared purse provides it. `told_ending_at` is when its holder
    was told that it ends soon. `no_show_spends` says whether what nobody came for is spent, or comes back.

    Twelve months after its end it loses its person and all that leads there; `seller` then says whose it was.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose account it is", _ACCOUNT),
    )
    unit = Text(default=None, help_text=NOT_PERSONAL)
    source = Text(default=None, help_text=NOT_PERSONAL)
    membership = ForeignKey(Membership, null=True, on_delete=OnDelete.restrict, default=None)
    pass_: ForeignKey[Pass] = ForeignKey(
        Pass, null=True, on_delete=OnDelete.restrict, default=None, db_column_name="pass"
    )
    charge = ForeignKey(Charge, null=True, on_delete=OnDelete.restrict, default=None)
    purse = ForeignKey(SharedPurse, null=True, on_delete=OnDelete.restrict, default=None)
    credit: ForeignKey["Entitlement"] = ForeignKey("self", null=True, on_delete=OnDelete.restrict, default=None)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    label_de = Text(default="", help_text=NOT_PERSONAL)
    label_en = Text(default="", help_text=NOT_PERSONAL)
    starts_on = Date(default=None)
    ends_on = Date(default=None, null=True)
    scope = JSONB(default="{}", help_text=NOT_PERSONAL)
    half_days = Boolean(default=False)
    no_show_spends = Boolean(default=True)
    left_units = Integer(default=0, null=True)
    held_units = Integer(default=0)
    created_at = Timestamptz(default=None)
    expired_at = Timestamptz(default=None, null=True)
    told_ending_at = Timestamptz(default=None, null=True)


class TicketCharge(Table, tablename="ticket_charge"):
    """What was paid for a day that was bought with a booking: a charge, or an amount of the account of money behind it,
    negative when it came back; and the prices that it was worked out by. Append-only."""

    id = BigSerial(primary_key=True)
    entitlement = ForeignKey(Entitlement, null=False, on_delete=OnDelete.restrict, default=None)
    charge = ForeignKey(Charge, null=True, on_delete=OnDelete.restrict, default=None)
    amount = Integer(default=None, null=True)
    per_day = Integer(default=None, null=True)
    per_half_day = Integer(default=None, null=True)
    per_hour = Integer(default=None, null=True)


class EntitlementEntry(Table, tablename="entitlement_entry"):
    """One row of an account; never changed and never deleted.

    A use is all that one person's bookings of one day take; its entries count their steps, and each step is written
    once, so that two bookings at the same time cannot pay for one day twice. `booked_change` is in minutes, or in minor
    units where the account holds money; `ticket` is then the bought day that it pays for. What a budget holds says
    whose price it was (`seller`, `tax_code`), and of a room for how many `minutes`.
    """

    id = BigSerial(primary_key=True)
    entitlement = ForeignKey(Entitlement, null=False, on_delete=OnDelete.restrict, default=None)
    change = Text(default=None, help_text=NOT_PERSONAL)
    left_change = Integer(default=0)
    held_change = Integer(default=0)
    booked_change = Integer(default=0)
    person = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whose day it is", _ACCOUNT),
    )
    day = Date(default=None, null=True)
    step = Integer(default=None, null=True)
    booking = BigInt(default=None, null=True)
    ticket = ForeignKey(Entitlement, null=True, on_delete=OnDelete.restrict, default=None)
    minutes = Integer(default=None, null=True)
    seller = ForeignKey(Operator, null=True, on_delete=OnDelete.restrict, default=None)
    tax_code = Text(default=None, null=True, help_text=NOT_PERSONAL)
    at = Timestamptz(default=None)
    actor = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff has adjusted it", _ACCOUNT),
    )
    reason = Text(default="", help_text=personal("say why it was adjusted", _ACCOUNT))


class FixedDesk(Table, tablename="fixed_desk"):
    """A membership's own desk from a day on, to the last one or as long as its terms hold one. Claims hold its days.

    One that was withdrawn never began. `ended_because` says why it ends where the membership is not the reason.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    membership = ForeignKey(Membership, null=False, on_delete=OnDelete.restrict, default=None)
    resource = ForeignKey(Resource, null=False, on_delete=OnDelete.restrict, default=None)
    first_day = Date(default=None)
    last_day = Date(default=None, null=True)
    assigned_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who has assigned it", _CONTRACT),
    )
    assigned_at = Timestamptz(default=None)
    withdrawn_at = Timestamptz(default=None, null=True)
    ended_because = Text(default=None, null=True, help_text=NOT_PERSONAL)


class FixedDeskRelease(Table, tablename="fixed_desk_release"):
    """A day on which the holder leaves a fixed desk to others, unless taken back.

    Once the day is over it is settled: `credit` is what the holder got for it in minor units, on which account.
    """

    id = BigSerial(primary_key=True)
    fixed_desk = ForeignKey(FixedDesk, null=False, on_delete=OnDelete.restrict, default=None)
    day = Date(default=None)
    released_at = Timestamptz(default=None)
    taken_back_at = Timestamptz(default=None, null=True)
    settled_at = Timestamptz(default=None, null=True)
    credit = Integer(default=0)
    entitlement = ForeignKey(Entitlement, null=True, on_delete=OnDelete.restrict, default=None)
