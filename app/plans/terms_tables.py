"""What a membership's terms are and may become: its copies of terms, changes it is asked about, and days of rest."""

from piccolo.columns import JSONB, BigSerial, Boolean, Date, ForeignKey, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.plans.tables import Membership, ProductVersion
from app.platform.personal_data import NOT_PERSONAL, personal

_CONTRACT = "ten years after the contract's end, with its documents"


class MembershipTerms(Table, tablename="membership_terms"):
    """A membership's own copy of terms, from a day on; every change is a further one."""

    id = BigSerial(primary_key=True)
    membership = ForeignKey(Membership, null=False, on_delete=OnDelete.restrict, default=None)
    product_version = ForeignKey(ProductVersion, null=False, on_delete=OnDelete.restrict, default=None)
    terms = JSONB(default="{}", help_text=NOT_PERSONAL)
    price_class = Text(default="normal", help_text=personal("know which price holds", _CONTRACT))
    valid_from = Date(default=None)
    agreed_at = Timestamptz(default=None)


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


class MembershipPause(Table, tablename="membership_pause"):
    """Days on which a membership rests: it grants nothing and costs nothing."""

    id = BigSerial(primary_key=True)
    membership = ForeignKey(Membership, null=False, on_delete=OnDelete.restrict, default=None)
    first = Date(default=None)
    last = Date(default=None, null=True)
    asked_at = Timestamptz(default=None)
