"""The network, the operators in it, their spaces, and the texts that the law wants."""

from piccolo.columns import (
    JSONB,
    Array,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.platform.personal_data import NOT_PERSONAL, personal

_BUSINESS_CONTACT = personal("reach the operator", "while the space is in the network")


class Network(Table, tablename="network"):
    """The one network of this installation (docs/design.md decision 16)."""

    id = BigSerial(primary_key=True)
    name = Text(default=None, help_text=NOT_PERSONAL)
    association = Text(default=None, help_text=NOT_PERSONAL)
    phone = Text(default="", help_text=NOT_PERSONAL)
    phone_hours_de = Text(default="", help_text=NOT_PERSONAL)
    phone_hours_en = Text(default="", help_text=NOT_PERSONAL)
    email = Text(default="", help_text=NOT_PERSONAL)
    tagline_de = Text(default="", help_text=NOT_PERSONAL)
    tagline_en = Text(default="", help_text=NOT_PERSONAL)
    is_demo = Boolean(default=False)
    created_at = Timestamptz(default=None)


class LegalText(Table, tablename="legal_text"):
    """One version of imprint, privacy, terms or accessibility statement in one language."""

    id = BigSerial(primary_key=True)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    language = Text(default="de", help_text=NOT_PERSONAL)
    sections = JSONB(default="[]", help_text=NOT_PERSONAL)
    valid_from = Timestamptz(default=None)


class Operator(Table, tablename="operator"):
    """A legal entity that runs spaces."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    slug = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=NOT_PERSONAL)
    email = Text(default="", help_text=_BUSINESS_CONTACT)
    phone = Text(default="", help_text=_BUSINESS_CONTACT)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class Space(Table, tablename="space"):
    """A place to work, with an address."""

    id = BigSerial(primary_key=True)
    slug = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    name = Text(default=None, help_text=NOT_PERSONAL)
    street = Text(default="", help_text=NOT_PERSONAL)
    postcode = Text(default=None, help_text=NOT_PERSONAL)
    place = Text(default=None, help_text=NOT_PERSONAL)
    municipality = Text(default=None, help_text=NOT_PERSONAL)
    lat = DoublePrecision(default=None)
    lng = DoublePrecision(default=None)
    time_zone = Text(default="Europe/Berlin", help_text=NOT_PERSONAL)
    holiday_region = Text(default="RP", help_text=NOT_PERSONAL)
    open_on_holidays = Boolean(default=False)
    features = Array(Text(), default=list, help_text=NOT_PERSONAL)
    description_de = Text(default="", help_text=NOT_PERSONAL)
    description_en = Text(default="", help_text=NOT_PERSONAL)
    directions_de = Text(default="", help_text=NOT_PERSONAL)
    directions_en = Text(default="", help_text=NOT_PERSONAL)
    access_de = Text(default="", help_text=NOT_PERSONAL)
    access_en = Text(default="", help_text=NOT_PERSONAL)
    email = Text(default="", help_text=_BUSINESS_CONTACT)
    phone = Text(default="", help_text=_BUSINESS_CONTACT)
    published_at = Timestamptz(default=None, null=True)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class SpacePhoto(Table, tablename="space_photo"):
    """A picture of a space; the file is addressed by its content."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    file = Text(default=None, help_text=NOT_PERSONAL)
    alt_de = Text(default="", help_text=NOT_PERSONAL)
    alt_en = Text(default="", help_text=NOT_PERSONAL)
    position = Integer(default=0)
