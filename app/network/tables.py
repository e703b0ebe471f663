"""The network, the operators in it, their spaces, and the texts that the law wants."""

from piccolo.columns import (
    JSONB,
    Array,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from app.identity.tables import Person
from app.platform.personal_data import NOT_PERSONAL, personal

_HOST = personal("call the host from inside the space", "while the person is its host")
_SOLE_TRADER = personal("name the operator, who can be a person, in documents", "as long as its documents")
_BUSINESS_CONTACT = personal("reach the operator", "while the space is in the network")


class Network(Table, tablename="network"):
    """The one network of this installation (docs/design.md decision 16). Unless it charges it is free of charge for
    good, as is an operator that does not."""

    id = BigSerial(primary_key=True)
    name = Text(default=None, help_text=NOT_PERSONAL)
    association = Text(default=None, help_text=NOT_PERSONAL)
    phone = Text(default="", help_text=NOT_PERSONAL)
    phone_hours_de = Text(default="", help_text=NOT_PERSONAL)
    phone_hours_en = Text(default="", help_text=NOT_PERSONAL)
    email = Text(default="", help_text=NOT_PERSONAL)
    street = Text(default="", help_text=NOT_PERSONAL)
    postcode = Text(default="", help_text=NOT_PERSONAL)
    place = Text(default="", help_text=NOT_PERSONAL)
    tagline_de = Text(default="", help_text=NOT_PERSONAL)
    tagline_en = Text(default="", help_text=NOT_PERSONAL)
    is_demo = Boolean(default=False)
    charges = Boolean(default=False)
    created_at = Timestamptz(default=None)


class LegalText(Table, tablename="legal_text"):
    """One version of imprint, privacy, terms or accessibility statement in one language; without a date a draft."""

    id = BigSerial(primary_key=True)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    language = Text(default="de", help_text=NOT_PERSONAL)
    sections = JSONB(default="[]", help_text=NOT_PERSONAL)
    valid_from = Timestamptz(default=None, null=True)


class Operator(Table, tablename="operator"):
    """A legal entity that runs spaces.

    Suspended it takes no bookings; from `ends_at` on it is none of the network's any more. Invited is one that nobody
    manages yet.
    """

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    slug = Text(default=None, help_text=NOT_PERSONAL)
    name = Text(default=None, help_text=NOT_PERSONAL)
    email = Text(default="", help_text=_BUSINESS_CONTACT)
    phone = Text(default="", help_text=_BUSINESS_CONTACT)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)
    legal_name = Text(default="", help_text=_SOLE_TRADER)
    legal_form = Text(default="", help_text=NOT_PERSONAL)
    street = Text(default="", help_text=_SOLE_TRADER)
    postcode = Text(default="", help_text=NOT_PERSONAL)
    place = Text(default="", help_text=NOT_PERSONAL)
    register = Text(default="", help_text=NOT_PERSONAL)
    invited_at = Timestamptz(default=None, null=True)
    suspended_at = Timestamptz(default=None, null=True)
    ends_at = Timestamptz(default=None, null=True)
    charges = Boolean(default=True)


class TaxStatus(Table, tablename="tax_status"):
    """How an operator is taxed from a day on. Append-only; of two rows for one day the later counts."""

    id = BigSerial(primary_key=True)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    kind = Text(default=None, help_text=NOT_PERSONAL)
    valid_from = Date(default=None)
    entered_at = Timestamptz(default=None)


class Space(Table, tablename="space"):
    """A place to work, with an address.

    A feature in `features` is there, one in `lacking` is not, one in neither was not checked; so is a null measure.
    Signs, feeds and mails name the `slug`, so it is fixed once the space has been published for the first time.
    """

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
    lacking = Array(Text(), default=list, help_text=NOT_PERSONAL)
    internet_mbit = Integer(default=None, null=True)
    internet_measured_on = Date(default=None, null=True)
    door_width_cm = SmallInt(default=None, null=True)
    threshold_cm = SmallInt(default=None, null=True)
    description_de = Text(default="", help_text=NOT_PERSONAL)
    description_en = Text(default="", help_text=NOT_PERSONAL)
    directions_de = Text(default="", help_text=NOT_PERSONAL)
    directions_en = Text(default="", help_text=NOT_PERSONAL)
    access_de = Text(default="", help_text=NOT_PERSONAL)
    access_en = Text(default="", help_text=NOT_PERSONAL)
    email = Text(default="", help_text=_BUSINESS_CONTACT)
    phone = Text(default="", help_text=_BUSINESS_CONTACT)
    published_at = Timestamptz(default=None, null=True)
    first_published_at = Timestamptz(default=None, null=True)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


class SpacePhoto(Table, tablename="space_photo"):
    """A picture of a space; the file is addressed by its content."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    file = Text(default=None, help_text=NOT_PERSONAL)
    alt_de = Text(default="", help_text=NOT_PERSONAL)
    alt_en = Text(default="", help_text=NOT_PERSONAL)
    position = Integer(default=0)


class FirstVisit(Table, tablename="first_visit"):
    """What somebody needs who comes to a space for the first time; codes and numbers are for those who have booked."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    door = Text(default="open", help_text=NOT_PERSONAL)
    door_de = Text(default="", help_text=NOT_PERSONAL)
    door_en = Text(default="", help_text=NOT_PERSONAL)
    door_code = Text(default="", help_text=NOT_PERSONAL)
    light_de = Text(default="", help_text=NOT_PERSONAL)
    light_en = Text(default="", help_text=NOT_PERSONAL)
    heating_de = Text(default="", help_text=NOT_PERSONAL)
    heating_en = Text(default="", help_text=NOT_PERSONAL)
    wifi_name = Text(default="", help_text=NOT_PERSONAL)
    wifi_password = Text(default="", help_text=NOT_PERSONAL)
    toilet_de = Text(default="", help_text=NOT_PERSONAL)
    toilet_en = Text(default="", help_text=NOT_PERSONAL)
    quiet_de = Text(default="", help_text=NOT_PERSONAL)
    quiet_en = Text(default="", help_text=NOT_PERSONAL)
    phoning_de = Text(default="", help_text=NOT_PERSONAL)
    phoning_en = Text(default="", help_text=NOT_PERSONAL)
    host_name = Text(default="", help_text=_HOST)
    host_phone = Text(default="", help_text=_HOST)
    host_hours_de = Text(default="", help_text=NOT_PERSONAL)
    host_hours_en = Text(default="", help_text=NOT_PERSONAL)
    emergency_address = Text(default="", help_text=NOT_PERSONAL)
    updated_at = Timestamptz(default=None)
    version = Integer(default=1)


class HouseRules(Table, tablename="house_rules"):
    """One edition of a space's house rules. Editions count from 1, and the latest that is valid holds."""

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    edition = Integer(default=1)
    text_de = Text(default=None, help_text=NOT_PERSONAL)
    text_en = Text(default="", help_text=NOT_PERSONAL)
    valid_from = Timestamptz(default=None)


class HouseRulesAcceptance(Table, tablename="house_rules_acceptance"):
    """That somebody has accepted an edition, with the first booking there."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who has accepted the house rules", "until the account is erased"),
    )
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    edition = Integer(default=1)
    accepted_at = Timestamptz(default=None)


_AS_LONG_AS = "as long as it stands there"


class PersonGroup(Table, tablename="person_group"):
    """People whom an operator lets book what others may not; one group can be its own members."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    name = Text(default=None, help_text=NOT_PERSONAL)
    are_own_members = Boolean(default=False)
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)


class PersonGroupMember(Table, tablename="person_group_member"):
    """That somebody belongs to a group."""

    id = BigSerial(primary_key=True)
    person_group = ForeignKey(PersonGroup, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who may book what the group may", _AS_LONG_AS),
    )
    since = Timestamptz(default=None)


class Organisation(Table, tablename="organisation"):
    """A club, school or office that books at an operator's spaces through one responsible person."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    name = Text(default=None, help_text=NOT_PERSONAL)
    responsible = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who answers for the organisation's bookings", _AS_LONG_AS),
    )
    created_at = Timestamptz(default=None)
    retired_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)


_BARRED = "until a year after it ended"


class Bar(Table, tablename="bar"):
    """That an operator bars somebody from its own spaces, until `ends_at` or for good; what the person says against it,
    and the answer."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know who may not book at the operator's spaces", _BARRED),
    )
    reason = Text(default=None, help_text=personal("say to the person why", _BARRED))
    made_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff decided", _BARRED),
    )
    made_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None, null=True)
    objection = Text(default="", help_text=personal("let the operator read what the person says against it", _BARRED))
    objected_at = Timestamptz(default=None, null=True)
    objected_how = Text(default=None, null=True, help_text=NOT_PERSONAL)
    objected_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff noted down what the person said", _BARRED),
    )
    answer = Text(default="", help_text=personal("answer the person", _BARRED))
    answered_by = ForeignKey(
        Person,
        null=True,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who of the staff answered", _BARRED),
    )
    answered_at = Timestamptz(default=None, null=True)
    lifted_at = Timestamptz(default=None, null=True)


_NOTED = "until the operator deletes it, two years after it was written at most"


class MemberNote(Table, tablename="member_note"):
    """What an operator's staff has noted about somebody who books there; for this operator's staff and the person."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("know whom the note is about", _NOTED),
    )
    text = Text(default=None, help_text=personal("remind the operator's staff of what the person needs", _NOTED))
    author = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("say who wrote it last", _NOTED),
    )
    written_at = Timestamptz(default=None)


class EveningMail(Table, tablename="evening_mail"):
    """Whether a space's hosts are told by mail who comes tomorrow; without a row they are where nobody is on site.

    Without `emails` it goes to the space's own address.
    """

    id = BigSerial(primary_key=True)
    space = ForeignKey(Space, null=False, on_delete=OnDelete.restrict, default=None)
    is_wanted = Boolean(default=True)
    also_when_empty = Boolean(default=False)
    emails = Array(Text(), default=list, help_text=personal("tell the hosts who comes", "while they want to know"))


class ImportDraft(Table, tablename="import_draft"):
    """A file that was uploaded to be read in, until its manager has said so."""

    id = BigSerial(primary_key=True)
    public_id = Text(default=None, help_text=NOT_PERSONAL)
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    what = Text(default=None, help_text=NOT_PERSONAL)
    content = Bytea(
        default=None, help_text=personal("show what would be written before it is", "until it is read in, or one day")
    )
    to_own_members = Boolean(default=False)
    created_at = Timestamptz(default=None)


class OpeningBalance(Table, tablename="opening_balance"):
    """The days that were left on somebody's paper card at an operator when its members were read in."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(
        Person,
        null=False,
        on_delete=OnDelete.restrict,
        default=None,
        help_text=personal("keep the days that the person has paid for", _AS_LONG_AS),
    )
    operator = ForeignKey(Operator, null=False, on_delete=OnDelete.restrict, default=None)
    days = SmallInt(default=None)
    as_of = Date(default=None)
