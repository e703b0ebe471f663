"""What the demo network and its operators sell, and what they take for a day, half a day or an hour; gross."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.inventory.rules import Kind
from app.plans.purses import ScopeShape
from app.plans.terms import Audience, Billed, Extra, Overage, PassTerms, PlanTerms, PriceClass, TeamUse, Tier
from app.plans.uses import Unit

_LOCKER: Final = Extra("Schließfach", "Locker", 1200)
_ADDRESS: Final = Extra("Postadresse", "Postal address", 2500)
_BEYOND: Final = {
    Unit.DESK_DAY: Overage(day=1500, half_day=900),
    Unit.ROOM_MINUTE: Overage(hour=900),
}

EIGHT: Final = PlanTerms(
    name_de="Netz 8",
    name_en="Network 8",
    about_de="Für Selbstständige, die zweimal in der Woche unter Leute wollen.",
    about_en="For freelancers who want company twice a week.",
    price=11900,
    concessions={PriceClass.STUDENT: 7900},
    desk_days=8,
    room_hours=4,
    half_days=True,
    extras=(_LOCKER, _ADDRESS),
    overage=_BEYOND,
)
TWELVE: Final = PlanTerms(
    name_de="Pendler 12",
    name_en="Commuter 12",
    about_de="Für Angestellte, die drei Tage in der Woche nicht in die Stadt fahren.",
    about_en="For employees who stay out of the city three days a week.",
    price=17900,
    desk_days=12,
    room_hours=8,
    half_days=True,
    extras=(_LOCKER,),
    overage=_BEYOND,
)
FULL: Final = PlanTerms(
    name_de="Netz Voll",
    name_en="Network Full",
    about_de="Jeden Tag, überall, so lange die Türen offen sind.",
    about_en="Every day, everywhere, for as long as the doors are open.",
    price=24900,
    unlimited_desks=True,
    room_hours=12,
    extras=(Extra("Schließfach", "Locker"), _ADDRESS),
    overage={Unit.ROOM_MINUTE: Overage(hour=900)},
    first_term_months=3,
)
YEAR: Final = PlanTerms(
    name_de="Netz Jahr",
    name_en="Network Year",
    about_de="Wie Netz Voll, für ein Jahr bezahlt und zwei Monate günstiger.",
    about_en="Like Network Full, paid for a year and two months cheaper.",
    billed=Billed.YEARLY,
    price=249000,
    unlimited_desks=True,
    room_hours=12,
    extras=(Extra("Schließfach", "Locker"), _ADDRESS),
    overage={Unit.ROOM_MINUTE: Overage(hour=900)},
    first_term_months=12,
)
EVENING: Final = PlanTerms(
    name_de="Feierabend",
    name_en="After Hours",
    about_de="Alle Plätze ab 16 Uhr, auch am Wochenende.",
    about_en="Every desk from 4 pm, at weekends too.",
    price=4900,
    unlimited_desks=True,
    scope=ScopeShape(opens=16 * 60),
)
FIXED: Final = PlanTerms(
    name_de="Fester Platz",
    name_en="Desk of Your Own",
    about_de="Ein Platz, den niemand sonst bekommt, und vier Tage im Monat an allen anderen Standorten.",
    about_en="A desk that nobody else gets, and four days a month at every other space.",
    price=28900,
    setup=5000,
    deposit=20000,
    fixed_desk=True,
    desk_days=4,
    room_hours=8,
    round_the_clock=True,
    release_credit=500,
    extras=(Extra("Schließfach", "Locker"), Extra("Postadresse", "Postal address")),
    overage=_BEYOND,
    first_term_months=6,
)
TEN: Final = PassTerms(
    name_de="Zehnerkarte",
    name_en="Pass of Ten",
    about_de="Zehn Tage an allen Standorten. Ein Tag bis fünf Stunden zählt halb.",
    about_en="Ten days at every space. A day of up to five hours counts as half.",
    amount=10,
    price=16500,
    concessions={PriceClass.STUDENT: 11900},
    half_days=True,
)
HOURS: Final = PassTerms(
    name_de="Stundenkarte",
    name_en="Hour Pass",
    about_de="Zehn Stunden in Räumen und Kabinen, auf die Minute abgerechnet.",
    about_en="Ten hours in rooms and booths, counted by the minute.",
    unit=Unit.ROOM_MINUTE,
    amount=10,
    price=9000,
)
TRIAL: Final = PassTerms(
    name_de="Probetag",
    name_en="Trial Day",
    about_de="Ein Tag zum Ausprobieren, an einem Standort Ihrer Wahl.",
    about_en="A day to try it out, at a space of your choice.",
    amount=1,
    price=0,
    valid_months=1,
    is_trial=True,
)

OF_THE_NETWORK: Final = (EIGHT, TWELVE, FULL, YEAR, EVENING, FIXED, TEN, HOURS, TRIAL)

_BUSINESS: Final = (Audience.BUSINESS,)

TEAM_SEAT: Final = PlanTerms(
    name_de="Teamplatz 12",
    name_en="Team Seat 12",
    about_de="Für eine Person im Team, die drei Tage in der Woche nicht in die Stadt fährt.",
    about_en="For one person of the team who stays out of the city three days a week.",
    audiences=_BUSINESS,
    price=17900,
    desk_days=12,
    room_hours=8,
    half_days=True,
    for_teams=TeamUse.SEAT,
    tiers=(Tier(5, 16900), Tier(10, 15900), Tier(25, 14900)),
)
TEAM_POOL: Final = PlanTerms(
    name_de="Tage fürs Team",
    name_en="Days for the Team",
    about_de="So viele Tage im Monat, wie Ihr Team zusammen braucht.",
    about_en="As many days a month as your team needs together.",
    audiences=_BUSINESS,
    price=1700,
    desk_days=1,
    half_days=True,
    for_teams=TeamUse.POOL,
    tiers=(Tier(20, 1600), Tier(50, 1500)),
)
TEAM_HOURS: Final = PassTerms(
    name_de="Stunden fürs Team",
    name_en="Hours for the Team",
    about_de="Zehn Stunden in Räumen und Kabinen, für alle im Team.",
    about_en="Ten hours in rooms and booths, for everybody in the team.",
    audiences=_BUSINESS,
    unit=Unit.ROOM_MINUTE,
    amount=10,
    price=9000,
    valid_months=12,
    for_teams=TeamUse.POOL,
    tiers=(Tier(5, 8500),),
)
TEAM_TRIAL: Final = PassTerms(
    name_de="Zum Ausprobieren",
    name_en="To Try It Out",
    about_de="Zehn Tage für Ihr Team, dreißig Tage lang. Danach endet es von selbst.",
    about_en="Ten days for your team, for thirty days. Then it ends by itself.",
    audiences=_BUSINESS,
    amount=10,
    price=0,
    valid_days=30,
    is_trial=True,
    for_teams=TeamUse.POOL,
)
FOR_TEAMS: Final = (TEAM_SEAT, TEAM_POOL, TEAM_HOURS, TEAM_TRIAL)

MAIFELD: Final = PlanTerms(
    name_de="Maifeld 6",
    name_en="Maifeld 6",
    about_de="Sechs Tage in Polch und Ochtendung.",
    about_en="Six days in Polch and Ochtendung.",
    price=6900,
    concessions={PriceClass.RESIDENT: 5500, PriceClass.CLUB: 5500},
    desk_days=6,
    room_hours=2,
    half_days=True,
    overage={Unit.DESK_DAY: Overage(day=1300, half_day=800)},
)
MOSEL: Final = PlanTerms(
    name_de="Moselplatz",
    name_en="Moselle Desk",
    about_de="Alle Tage in Kobern und Winningen.",
    about_en="Every day in Kobern and Winningen.",
    price=8900,
    unlimited_desks=True,
)
OF_OPERATORS: Final[Mapping[str, PlanTerms]] = {
    "dorfwerk-maifeld": MAIFELD,
    "kulturbahnhof-untermosel": MOSEL,
}
"""Each operator's own plan, for its own spaces."""


@dataclass(frozen=True, slots=True)
class DemoPrices:
    """What an operator takes: for a desk's day and half day, for an hour of a room and of a booth, for parking."""

    day: int
    half_day: int
    room: int
    booth: int
    parking: int = 0
    room_for_clubs: int | None = None


PRICES: Final[Mapping[str, DemoPrices]] = {
    "dorfwerk-maifeld": DemoPrices(1900, 1100, 1200, 400, room_for_clubs=500),
    "eifelraum": DemoPrices(1700, 1000, 1000, 400),
    "stadthaus-andernach": DemoPrices(1800, 1000, 1200, 300, room_for_clubs=0),
    "rheintal-arbeitsorte": DemoPrices(2200, 1300, 1500, 500, parking=300),
    "kulturbahnhof-untermosel": DemoPrices(1500, 900, 900, 300, room_for_clubs=400),
    "dorfbueros-pellenz": DemoPrices(1200, 700, 700, 200),
}

DEARER_ROOM: Final = ("alte-bank-ochtendung", "Karmelenberg", 2000, 1000)
"""A hall that costs more than other rooms: its space, its name, an hour of it and an hour for clubs."""


@dataclass(frozen=True, slots=True)
class DemoPrice:
    """A line of an operator's price list."""

    kind: Kind
    day: int | None = None
    half_day: int | None = None
    hour: int | None = None
    price_class: PriceClass = PriceClass.NORMAL


def price_list(prices: DemoPrices) -> list[DemoPrice]:
    """The operator's lines. Parking that costs nothing says so, else nothing would pay for it."""
    lines = [
        DemoPrice(Kind.DESK, day=prices.day, half_day=prices.half_day),
        DemoPrice(Kind.ROOM, hour=prices.room),
        DemoPrice(Kind.BOOTH, hour=prices.booth),
        DemoPrice(Kind.PARKING, day=prices.parking),
    ]
    if prices.room_for_clubs is not None:
        lines.append(DemoPrice(Kind.ROOM, hour=prices.room_for_clubs, price_class=PriceClass.CLUB))
    return lines
