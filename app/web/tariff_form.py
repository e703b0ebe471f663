"""The form of a plan or pass: shown as it is typed, read back as terms, with a refusal beside each field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.billing.rules import TaxCode
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import Opening
from app.network.queries import SpaceCard
from app.plans.purses import ScopeShape
from app.plans.terms import Audience, Billed, Extra, Overage, PassTerms, PlanTerms, PriceClass, TeamUse, Terms, Tier
from app.plans.uses import Unit
from app.web.figures import read_amount, read_number, typed_amount
from app.web.hours_form import HoursUnreadable, read_openings, typed_openings

CONCESSIONS: Final = (PriceClass.RESIDENT, PriceClass.STUDENT, PriceClass.CLUB, PriceClass.MUNICIPALITY)
MOST_EXTRAS: Final = 8
MOST_TIERS: Final = 4
LONGEST_FIELD: Final = 1_000
OVERAGES: Final = (
    (Unit.DESK_DAY, "day"),
    (Unit.DESK_DAY, "half_day"),
    (Unit.ROOM_MINUTE, "hour"),
    (Unit.ROOM_MINUTE, "day"),
)
_AMOUNTS: Final = ("price", "setup", "deposit", "release_credit")
_NUMBERS: Final = ("desk_days", "room_hours", "rolls_over_months", "first_term_months", "notice_days")
_FLAGS: Final = ("unlimited_desks", "half_days", "round_the_clock", "fixed_desk", "no_show_spends")
_TEXTS: Final = ("name_de", "name_en", "about_de", "about_en")
_DAY: Final = 24 * 60
AMOUNT_OF: Final[Mapping[Unit, str]] = {
    Unit.DESK_DAY: marked("Tage am Schreibtisch"),
    Unit.ROOM_MINUTE: marked("Stunden im Raum"),
    Unit.MONEY: marked("Guthaben in Euro"),
}

FOLDS: Final[Mapping[str, Sequence[str]]] = {
    "concessions": tuple(f"concession_{each}" for each in CONCESSIONS),
    "once": ("setup", "deposit"),
    "more": ("rolls_over_months", "round_the_clock", "fixed_desk", "release_credit"),
    "extras": tuple(f"extra_{n}_{part}" for n in range(1, MOST_EXTRAS + 1) for part in ("name_de", "name_en", "price")),
    "overage": tuple(f"overage_{unit}_{part}" for unit, part in OVERAGES),
    "tiers": tuple(f"tier_{n}_{part}" for n in range(1, MOST_TIERS + 1) for part in ("quantity", "price")),
}
"""What few plans say, behind folds of the form."""

ORDER: Final = (
    *(*_TEXTS, "audiences", "for_teams", "handovers", "billed", "price", "tax_code", *FOLDS["tiers"]),
    *(*FOLDS["concessions"], *FOLDS["once"]),
    *("unit", "amount", "desk_days", "room_hours", *FOLDS["more"], *FOLDS["extras"], "valid_months", "valid_days"),
    *("places", "hours", *FOLDS["overage"], "first_term_months", "notice_days"),
)
"""The fields as the form has them."""


class FigureMissing(BadInput):
    code = "figure_missing"
    text = marked("Bitte ausfüllen.")


@dataclass(frozen=True, slots=True)
class Place:
    """An operator with all of its spaces, or one space, where something can hold: its box in the form."""

    box: str
    name: str
    operator: int | None = None
    space: int | None = None


def places_of(spaces: Sequence[SpaceCard], *, with_operators: bool) -> list[Place]:
    """What can be chosen of these spaces."""
    operators = {space.operator.id: space.operator for space in spaces} if with_operators else {}
    found = [Place(f"betreiber-{each.slug}", each.name, operator=each.id) for each in operators.values()]
    found.sort(key=lambda place: place.name)
    return found + [Place(f"standort-{space.slug}", space.name, space=space.id) for space in spaces]


def typed_of(terms: Terms, places: Sequence[Place]) -> dict[str, str]:
    """The form's fields as the terms fill them."""
    typed = {name: getattr(terms, name) for name in _TEXTS} | {"tax_code": terms.tax_code.value}
    typed |= {f"audience_{each}": "ja" for each in terms.audiences}
    typed |= {f"concession_{one}": typed_amount(terms.concessions.get(one)) for one in CONCESSIONS}
    typed |= {"price": typed_amount(terms.price), "half_days": "ja" if terms.half_days else ""}
    typed |= _typed_scope(terms.scope, places) | {"for_teams": terms.for_teams.value if terms.for_teams else ""}
    for number, tier in enumerate(terms.tiers, 1):
        typed |= {f"tier_{number}_quantity": str(tier.quantity), f"tier_{number}_price": typed_amount(tier.price)}
    return typed | (_typed_pass(terms) if isinstance(terms, PassTerms) else _typed_plan(terms))


def _typed_scope(scope: ScopeShape, places: Sequence[Place]) -> dict[str, str]:
    typed = {f"tag-{day}": "ja" for day in scope.weekdays}
    typed |= {place.box: "ja" for place in places if place.operator in scope.operators or place.space in scope.spaces}
    if scope.opens is not None or scope.closes is not None:
        closes = _DAY if scope.closes is None else scope.closes
        typed["hours"] = typed_openings([Opening(scope.opens or 0, closes)])
    return typed


def _typed_pass(terms: PassTerms) -> dict[str, str]:
    amount = typed_amount(terms.amount) if terms.unit is Unit.MONEY else str(terms.amount)
    return {
        "unit": terms.unit.value,
        "amount": amount,
        "valid_months": "" if terms.valid_months is None else str(terms.valid_months),
        "valid_days": "" if terms.valid_days is None else str(terms.valid_days),
        "is_trial": "ja" if terms.is_trial else "",
    }


def _typed_plan(terms: PlanTerms) -> dict[str, str]:
    typed = {"billed": terms.billed.value, "handovers": str(terms.handovers)}
    typed |= {name: typed_amount(getattr(terms, name) or None) for name in _AMOUNTS[1:]}
    typed |= {name: str(getattr(terms, name)) for name in _NUMBERS}
    typed |= {name: "ja" if getattr(terms, name) else "" for name in _FLAGS}
    for unit, part in OVERAGES:
        overage = terms.overage.get(unit)
        typed[f"overage_{unit}_{part}"] = typed_amount(getattr(overage, part) if overage else None)
    for number, extra in enumerate(terms.extras, 1):
        typed |= {f"extra_{number}_name_{language}": getattr(extra, f"name_{language}") for language in ("de", "en")}
        typed[f"extra_{number}_price"] = typed_amount(extra.price or None)
    return typed


NEW_PLAN: Final[Mapping[str, str]] = {
    **dict.fromkeys(_TEXTS, ""),
    "audience_consumer": "ja",
    "audience_business": "ja",
    "billed": Billed.MONTHLY.value,
    "tax_code": TaxCode.STANDARD.value,
    "rolls_over_months": "0",
    "first_term_months": "1",
    "notice_days": "30",
    "no_show_spends": "ja",
    "handovers": "1",
}
NEW_PASS: Final[Mapping[str, str]] = {
    **dict.fromkeys(_TEXTS, ""),
    "audience_consumer": "ja",
    "audience_business": "ja",
    "tax_code": TaxCode.STANDARD.value,
    "unit": Unit.DESK_DAY.value,
}


class _Reading:
    """Takes the fields of a form one by one and notes what of it cannot be read."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = {name: value[:LONGEST_FIELD] for name, value in data.items()}
        self.refused: list[Refusal] = []

    def take(self, read: Callable[[Mapping[str, str], str], int | None], field: str, otherwise: int = 0) -> int:
        """The figure, or what an empty or unreadable field stands for."""
        found = self.maybe(read, field)
        return otherwise if found is None else found

    def maybe(self, read: Callable[[Mapping[str, str], str], int | None], field: str) -> int | None:
        try:
            return read(self.data, field)
        except Refusal as refusal:
            self.refused.append(refusal)
            return None

    def needed(self, read: Callable[[Mapping[str, str], str], int | None], field: str) -> int:
        if not self.data.get(field, "").strip():
            self.refused.append(FigureMissing(field=field))
        return self.take(read, field)

    def ticked(self, field: str) -> bool:
        return self.data.get(field) == "ja"

    def text(self, field: str) -> str:
        return " ".join(self.data.get(field, "").split())


def read_terms(data: Mapping[str, str], places: Sequence[Place], *, is_plan: bool) -> tuple[Terms, list[Refusal]]:
    """The terms that the form says, and what of it cannot be read; those fields are as if nobody had said them."""
    reading = _Reading(data)
    shared: dict[str, Any] = {name: reading.text(name) for name in _TEXTS}
    shared["audiences"] = tuple(each for each in Audience if reading.ticked(f"audience_{each}"))
    shared["tax_code"] = _one_of(TaxCode, reading.data.get("tax_code", ""), TaxCode.STANDARD)
    shared["price"] = reading.needed(read_amount, "price")
    shared["concessions"] = {
        each: amount for each in CONCESSIONS if (amount := reading.maybe(read_amount, f"concession_{each}")) is not None
    }
    shared["half_days"] = reading.ticked("half_days")
    shared["scope"] = _scope(reading, places)
    shared["for_teams"] = _one_of(TeamUse, reading.data.get("for_teams", ""), None)
    shared["tiers"] = tuple(_tiers(reading))
    terms = _plan(reading, shared) if is_plan else _pass(reading, shared)
    return terms, reading.refused


def _pass(reading: _Reading, shared: Mapping[str, Any]) -> PassTerms:
    unit = _one_of(Unit, reading.data.get("unit", ""), Unit.DESK_DAY)
    amount = reading.needed(read_amount if unit is Unit.MONEY else read_number, "amount")
    return PassTerms(
        **shared,
        unit=unit,
        amount=amount,
        valid_months=reading.maybe(read_number, "valid_months"),
        valid_days=reading.maybe(read_number, "valid_days"),
        is_trial=reading.ticked("is_trial"),
    )


def _plan(reading: _Reading, shared: Mapping[str, Any]) -> PlanTerms:
    said: dict[str, Any] = {name: reading.ticked(name) for name in _FLAGS if name != "half_days"}
    said |= {name: reading.take(read_amount, name) for name in _AMOUNTS[1:]}
    said |= {name: reading.take(read_number, name) for name in _NUMBERS}
    return PlanTerms(
        **shared,
        **said,
        billed=_one_of(Billed, reading.data.get("billed", ""), Billed.MONTHLY),
        handovers=reading.take(read_number, "handovers", 1),
        extras=tuple(_extras(reading)),
        overage=_overages(reading),
    )


def _tiers(reading: _Reading) -> list[Tier]:
    found = []
    for number in range(1, MOST_TIERS + 1):
        fields = f"tier_{number}_quantity", f"tier_{number}_price"
        quantity, price = reading.maybe(read_number, fields[0]), reading.maybe(read_amount, fields[1])
        if quantity is None and price is None:
            continue
        for field, figure in zip(fields, (quantity, price), strict=True):
            if figure is None:
                reading.refused.append(FigureMissing(field=field))
        found.append(Tier(quantity or 0, price or 0))
    return found


def _extras(reading: _Reading) -> list[Extra]:
    found = []
    for number in range(1, MOST_EXTRAS + 1):
        names = [reading.text(f"extra_{number}_name_{language}") for language in ("de", "en")]
        price = reading.maybe(read_amount, f"extra_{number}_price")
        if any(names) or price is not None:
            found.append(Extra(names[0], names[1], price or 0))
    return found


def _overages(reading: _Reading) -> dict[Unit, Overage]:
    said: dict[Unit, dict[str, int]] = {}
    for unit, part in OVERAGES:
        amount = reading.maybe(read_amount, f"overage_{unit}_{part}")
        if amount is not None:
            said.setdefault(unit, {})[part] = amount
    return {unit: Overage(**parts) for unit, parts in said.items()}


def _scope(reading: _Reading, places: Sequence[Place]) -> ScopeShape:
    chosen = [place for place in places if reading.ticked(place.box)]
    weekdays = [day for day in range(7) if reading.ticked(f"tag-{day}")]
    opens = closes = None
    try:
        openings = read_openings(reading.data.get("hours", ""), "hours")
        if len(openings) > 1:
            raise HoursUnreadable(field="hours")
        if openings:
            opens, closes = openings[0].opens, openings[0].closes
    except Refusal as refusal:
        reading.refused.append(refusal)
    return ScopeShape(
        [place.operator for place in chosen if place.operator is not None],
        [place.space for place in chosen if place.space is not None],
        [] if len(weekdays) == 7 else weekdays,
        opens or None,
        None if closes == _DAY else closes,
    )


def _one_of(kinds: Any, value: str, otherwise: Any) -> Any:
    return kinds(value) if value in {each.value for each in kinds} else otherwise


def in_order(refused: Sequence[Refusal]) -> list[Refusal]:
    """One for each field, as the form has the fields."""
    first: dict[str | None, Refusal] = {}
    for refusal in refused:
        first.setdefault(refusal.field, refusal)
    return sorted(first.values(), key=lambda one: ORDER.index(one.field) if one.field in ORDER else -1)


def unfolded(typed: Mapping[str, str], errors: Sequence[str]) -> set[str]:
    """The folds that stand open: those in which something is said or wrong."""
    return {
        fold
        for fold, names in FOLDS.items()
        if any(name in errors or typed.get(name, "").strip() not in ("", "0") for name in names)
    }


def shown_extras(typed: Mapping[str, str]) -> int:
    """How many rows for extras the form has: those in use and two more."""
    used = [
        n for n in range(1, MOST_EXTRAS + 1) if any(typed.get(f"extra_{n}_{part}") for part in ("name_de", "name_en"))
    ]
    return min(MOST_EXTRAS, max(used, default=0) + 2)
