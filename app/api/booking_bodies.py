"""The bodies with which bookings are asked for and changed."""

from typing import Annotated

import msgspec
from msgspec import Meta

from app.api.parameters import known_id, known_slug, known_words, within_reach
from app.api.shapes import Moment
from app.bookings.moving import MoveBooking
from app.bookings.operations import BookDesk
from app.bookings.rules import AnyOf, Purpose
from app.inventory.needs import OF_RESOURCE
from app.inventory.rules import Kind
from app.kernel.refusals import BadInput, marked


class WhatIsUnclear(BadInput):
    code = "what_is_unclear"
    text = marked("Gebraucht wird entweder resource_id oder space zusammen mit kind.")


ResourceId = Annotated[str, Meta(max_length=100, description="One resource; or say `space` and `kind`.")]
SpaceSlug = Annotated[str, Meta(max_length=100, description="Any of a kind at this space: the best free one.")]
Features = Annotated[
    list[str],
    Meta(
        max_length=30,
        description=f"With `space` and `kind`: what the resource must have. Of: {', '.join(sorted(OF_RESOURCE))}.",
    ),
]
Note = Annotated[str, Meta(max_length=2000, description="For the space to read; at most 500 characters.")]

CommuteTo = Annotated[
    str,
    Meta(
        max_length=8,
        description="Official key (AGS, eight digits) of the municipality that the person would have commuted to "
        "otherwise, if he wants to say so. Nothing means the usual one of his account, an empty text none.",
    ),
]
GuestPhone = Annotated[
    str, Meta(max_length=100, description="For the space to call on the day; shown on that day only, then deleted.")
]
HouseRules = Annotated[
    int, Meta(ge=1, le=2**31 - 1, description="The edition that is accepted with it; see `house_rules` of spaces.")
]


People = Annotated[int, Meta(ge=1, le=1000, description="Everybody who comes, the person included.")]
Guests = Annotated[
    list[Annotated[str, Meta(max_length=200)]],
    Meta(max_length=100, description="Names for the space's day sheet; deleted 30 days after the booking."),
]
PersonId = Annotated[
    str,
    Meta(max_length=100, description="For whom a front desk or the network's telephone books; oneself without it."),
]
OrganisationId = Annotated[
    str, Meta(max_length=100, description="The organisation that it is for; its responsible person books, or staff.")
]


PaysWith = Annotated[
    str,
    Meta(
        max_length=100,
        description="What shall pay: the `id` of one of the entitlements or `money`, as in the `ways` of a quote. "
        "Nothing takes the first in the order.",
    ),
]
AgreedPrice = Annotated[
    int,
    Meta(
        ge=0,
        le=2**31 - 1,
        description="What it may cost at most, in minor units; where it costs more, nothing is booked and the answer "
        "is 409 with `price_changed`. Nothing agrees to whatever it costs.",
    ),
]
EarlyStart = Annotated[
    bool,
    Meta(
        description="That a consumer wants the service to begin before the 14 days to withdraw are over, and knows "
        "that the right ends with the service."
    ),
]


class BookingWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to book: `resource_id`, or `space` with `kind`."""

    starts_at: Moment
    ends_at: Moment
    resource_id: ResourceId | None = None
    space: SpaceSlug | None = None
    kind: Kind | None = None
    features: Features = []
    note: Note = ""
    purpose: Purpose | None = None
    commute_to: CommuteTo | None = None
    guest_phone: GuestPhone = ""
    house_rules: HouseRules | None = None
    people: People = 1
    guests: Guests = []
    organisation: OrganisationId | None = None
    person: PersonId | None = None
    pays: PaysWith | None = None
    agreed_price: AgreedPrice | None = None
    early_start: EarlyStart = False

    def command(self) -> BookDesk:
        """Raises WhatIsUnclear, FeatureUnknown, NotFound for what can be no id, and TimeOutOfReach."""
        what = wanted_thing(self.resource_id, self.space, self.kind, known_words(self.features, OF_RESOURCE))
        if what is None:
            raise WhatIsUnclear(field="resource_id")
        return BookDesk(
            what,
            within_reach("starts_at", self.starts_at),
            within_reach("ends_at", self.ends_at),
            self.note,
            purpose=self.purpose,
            commute_to=self.commute_to,
            guest_phone=self.guest_phone,
            house_rules=self.house_rules,
            people=self.people,
            guests=tuple(self.guests),
            organisation=None if self.organisation is None else known_id(self.organisation),
            pays=self.pays,
            agreed_price=self.agreed_price,
            early_start=self.early_start,
        )


class BookingChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What shall change; what is left out or null stays."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    resource_id: ResourceId | None = None
    space: SpaceSlug | None = None
    kind: Kind | None = None
    note: Note | None = None
    house_rules: HouseRules | None = None
    people: People | None = None
    guests: Guests | None = None
    pays: PaysWith | None = None
    agreed_price: AgreedPrice | None = None

    def command(self) -> MoveBooking:
        """Raises WhatIsUnclear, NotFound for what can be no id, and TimeOutOfReach."""
        return MoveBooking(
            wanted_thing(self.resource_id, self.space, self.kind),
            self.starts_at and within_reach("starts_at", self.starts_at),
            self.ends_at and within_reach("ends_at", self.ends_at),
            self.note,
            self.house_rules,
            self.people,
            None if self.guests is None else tuple(self.guests),
            self.pays,
            self.agreed_price,
        )


def wanted_thing(
    resource_id: str | None, space: str | None, kind: Kind | None, features: frozenset[str] = frozenset()
) -> str | AnyOf | None:
    """One resource, any of a kind, or None where nothing is said. Raises WhatIsUnclear for anything between."""
    if resource_id is not None:
        if space is not None or kind is not None or features:
            raise WhatIsUnclear(field="resource_id")
        return known_id(resource_id)
    if space is None and kind is None:
        return None
    if space is None or kind is None:
        raise WhatIsUnclear(field="space" if space is None else "kind")
    return AnyOf(known_slug(space), kind, features)
