"""What plans and passes say: the terms that a version holds and a contract copies. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from app.billing.rules import TaxCode
from app.kernel.refusals import marked
from app.plans.purses import EVERYWHERE, ScopeShape
from app.plans.uses import Unit


class Audience(StrEnum):
    """For whom something is sold. Consumers see gross prices and are protected by the law of consumers."""

    CONSUMER = "consumer"
    BUSINESS = "business"


class Billed(StrEnum):
    """How often a plan is charged."""

    MONTHLY = "month"
    YEARLY = "year"


class PriceClass(StrEnum):
    """Who pays another price than everybody, with a proof that staff has seen."""

    NORMAL = "normal"
    RESIDENT = "resident"
    STUDENT = "student"
    CLUB = "club"
    MUNICIPALITY = "municipality"


PRICE_CLASS_NAMES: Final[Mapping[PriceClass, str]] = {
    PriceClass.NORMAL: marked("alle"),
    PriceClass.RESIDENT: marked("Einwohner"),
    PriceClass.STUDENT: marked("Schüler, Auszubildende, Studierende"),
    PriceClass.CLUB: marked("Vereine"),
    PriceClass.MUNICIPALITY: marked("Kommunen"),
}


class TeamUse(StrEnum):
    """What an employer buys: seats, each for one person by name, or days and hours that all of the team share."""

    SEAT = "seat"
    POOL = "pool"


class Tier(msgspec.Struct, frozen=True):
    """From this quantity on a piece costs this: gross, in minor units."""

    quantity: int
    price: int


class Overage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a unit beyond the allowance costs: gross, in minor units."""

    day: int | None = None
    half_day: int | None = None
    hour: int | None = None


class Extra(msgspec.Struct, frozen=True):
    """Something beside time, such as a locker or a postal address; included where it costs nothing."""

    name_de: str
    name_en: str
    price: int = 0


class PlanTerms(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind", tag="plan"):
    """A plan. Money is gross for a period, in minor units; desk days are whole days a month.

    One that is `for_teams` is sold by the piece: each is a seat, or so much a month for the team's pool. A seat may be
    handed over so often in a month as `handovers` says.
    """

    name_de: str
    name_en: str
    about_de: str = ""
    about_en: str = ""
    audiences: tuple[Audience, ...] = (Audience.CONSUMER, Audience.BUSINESS)
    billed: Billed = Billed.MONTHLY
    price: int
    concessions: dict[PriceClass, int] = {}
    currency: str = "EUR"
    tax_code: TaxCode = TaxCode.STANDARD
    setup: int = 0
    deposit: int = 0
    desk_days: int = 0
    unlimited_desks: bool = False
    room_hours: int = 0
    half_days: bool = False
    rolls_over_months: int = 0
    round_the_clock: bool = False
    fixed_desk: bool = False
    release_credit: int = 0
    extras: tuple[Extra, ...] = ()
    scope: ScopeShape = EVERYWHERE
    overage: dict[Unit, Overage] = {}
    first_term_months: int = 1
    notice_days: int = 30
    no_show_spends: bool = True
    for_teams: TeamUse | None = None
    tiers: tuple[Tier, ...] = ()
    handovers: int = 1

    def price_for(self, price_class: PriceClass) -> int:
        return self.concessions.get(price_class, self.price)

    def priced_for(self, price_class: PriceClass) -> "PlanTerms":
        """The terms as somebody of this class reads them: with this price alone."""
        return msgspec.structs.replace(self, price=self.price_for(price_class), concessions={})

    @property
    def is_for_consumers(self) -> bool:
        return Audience.CONSUMER in self.audiences


class PassTerms(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="kind", tag="pass"):
    """A pass: so many units, used until its end. Desk days are whole days, rooms are hours, money is minor units. One
    that is `for_teams` fills a team's pool.

    It lasts `valid_days` or `valid_months` from its first day on; without either it ends with the third calendar year,
    by the law's value of the day it is sold.
    """

    name_de: str
    name_en: str
    about_de: str = ""
    about_en: str = ""
    audiences: tuple[Audience, ...] = (Audience.CONSUMER, Audience.BUSINESS)
    unit: Unit = Unit.DESK_DAY
    amount: int
    price: int
    concessions: dict[PriceClass, int] = {}
    currency: str = "EUR"
    tax_code: TaxCode = TaxCode.STANDARD
    half_days: bool = False
    scope: ScopeShape = EVERYWHERE
    valid_days: int | None = None
    valid_months: int | None = None
    is_trial: bool = False
    for_teams: TeamUse | None = None
    tiers: tuple[Tier, ...] = ()

    def price_for(self, price_class: PriceClass) -> int:
        return self.concessions.get(price_class, self.price)


Terms = PlanTerms | PassTerms

terms_of: Final = msgspec.json.Decoder(Terms)
"""Reads terms as they are kept."""


def agreed(terms: PlanTerms, extras: frozenset[int]) -> PlanTerms:
    """The terms that a contract copies: of the extras that cost something those chosen by their place in the list, with
    their prices in the plan's."""
    kept = tuple(extra for place, extra in enumerate(terms.extras) if not extra.price or place in extras)
    more = sum(extra.price for extra in kept)
    concessions = {price_class: price + more for price_class, price in terms.concessions.items()}
    return msgspec.structs.replace(terms, extras=kept, price=terms.price + more, concessions=concessions)
