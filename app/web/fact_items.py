"""What was checked and measured of a space and of what can be booked there, in words for its page."""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.inventory.queries import ResourceCard
from app.inventory.rules import FEATURES, FEATURES_OF, Kind
from app.kernel.refusals import marked
from app.network import rules as network_rules
from app.network.queries import SpaceCard
from app.network.rules import Checked, Measures, checked
from app.platform.language import Speaker

_KEPT: Final = 5_000
"""Resources whose facts stay in words; they change rarely, and a page shows dozens of them."""

_ANSWERS: Final[Mapping[Checked, str]] = {
    Checked.YES: marked("ja"),
    Checked.NO: marked("nein"),
    Checked.UNCHECKED: marked("nicht geprüft"),
}
_NAMES: Final[Mapping[str, str]] = {
    "step_free": marked("Stufenloser Weg"),
    "dogs": marked("Hunde"),
    "children": marked("Kinder"),
}
"""What a feature is called before an answer, where that differs from what its filter says."""

_SPECIAL: Final[Mapping[tuple[str, Checked], str]] = {
    ("dogs", Checked.YES): marked("willkommen"),
    ("dogs", Checked.NO): marked("nein; Assistenzhunde immer"),
    ("dogs", Checked.UNCHECKED): marked("nicht geprüft; Assistenzhunde immer"),
    ("children", Checked.YES): marked("willkommen"),
}
_AT_DESKS: Final = ("monitor", "plug", "height_adjustable", "quiet", "calls_ok")
_WAY_IN: Final = ("step_free",)
_TOILETS: Final = ("toilet", "toilet_accessible")
_WELCOME: Final = ("dogs", "children")
_ELSEWHERE: Final = frozenset((*_WAY_IN, *_TOILETS, *_WELCOME, "wifi"))


@dataclass(frozen=True, slots=True)
class FactItem:
    """One fact: what, whether (yes, no, unchecked), and the answer in words. A measure is neither good nor bad."""

    name: str
    state: Checked
    answer: str
    is_measure: bool = False


def space_facts(space: SpaceCard, resources: Sequence[ResourceCard], say: Speaker) -> list[tuple[str, list[FactItem]]]:
    """All that is known of a space, in named groups."""
    had = space.features, space.lacking
    desks = [resource for resource in resources if resource.kind is Kind.DESK]
    house = [feature for feature in network_rules.FEATURES if feature not in _ELSEWHERE]
    return [
        (
            say.gettext(marked("Arbeiten")),
            [
                *_features(("wifi",), network_rules.FEATURES, *had, say),
                _internet(space.measures, say),
                *(_at_desks(feature, desks, say) for feature in _AT_DESKS if desks),
            ],
        ),
        (
            say.gettext(marked("Weg und WC")),
            [
                *_features(_WAY_IN, network_rules.FEATURES, *had, say),
                *_door(space.measures, say),
                *_features(_TOILETS, network_rules.FEATURES, *had, say),
            ],
        ),
        (say.gettext(marked("Wer mitkommt")), _features(_WELCOME, network_rules.FEATURES, *had, say)),
        (say.gettext(marked("Haus und Umgebung")), _features(house, network_rules.FEATURES, *had, say)),
    ]


@functools.lru_cache(maxsize=_KEPT)
def resource_facts(resource: ResourceCard, house: Measures, say: Speaker) -> tuple[FactItem, ...]:
    """All that is known of a resource; where it has no measure of its own, that of its house."""
    measures = resource.measures.or_those_of(house)
    facts = _features(FEATURES_OF[resource.kind], FEATURES, resource.features, resource.lacking, say)
    if resource.kind is Kind.PARKING:
        return tuple(facts)
    return (*facts, _internet(measures, say), *_door(measures, say))


def unchecked_features(resource: ResourceCard) -> list[str]:
    """The names of what nobody has checked of a resource that has been checked at all, in their order."""
    if not resource.lacking:
        return []
    known = (*resource.features, *resource.lacking)
    return [FEATURES[feature] for feature in FEATURES_OF[resource.kind] if feature not in known]


def _features(
    wanted: Iterable[str], names: Mapping[str, str], features: Collection[str], lacking: Collection[str], say: Speaker
) -> list[FactItem]:
    items = []
    for feature in wanted:
        state = checked(feature, features, lacking)
        name = say.gettext(_NAMES.get(feature, names[feature]))
        items.append(
            FactItem(name[:1].upper() + name[1:], state, say.gettext(_SPECIAL.get((feature, state), _ANSWERS[state])))
        )
    return items


def _at_desks(feature: str, desks: Sequence[ResourceCard], say: Speaker) -> FactItem:
    """How many of the desks have it, and of how many nobody knows."""
    states = [checked(feature, desk.features, desk.lacking) for desk in desks]
    with_it, unknown = states.count(Checked.YES), states.count(Checked.UNCHECKED)
    name = say.gettext(FEATURES[feature])
    name = name[:1].upper() + name[1:]
    if not with_it:
        state = Checked.UNCHECKED if unknown else Checked.NO
        return FactItem(name, state, say.gettext(_ANSWERS[state]))
    answer = say.say(marked("an {count} von {total} Schreibtischen"), count=with_it, total=len(desks))
    if unknown:
        answer += say.say(marked("; {count} nicht geprüft"), count=unknown)
    return FactItem(name, Checked.YES, answer)


def _internet(measures: Measures, say: Speaker) -> FactItem:
    name = say.gettext(marked("Internet, gemessen"))
    if measures.internet_mbit is None or measures.internet_measured_on is None:
        return _measure(name, None, say)
    day = say.day_of_year(measures.internet_measured_on)
    return _measure(name, say.say(marked("{mbit} Mbit/s am {day}"), mbit=measures.internet_mbit, day=day), say)


def _door(measures: Measures, say: Speaker) -> list[FactItem]:
    width, threshold = measures.door_width_cm, measures.threshold_cm
    no_threshold = say.gettext(marked("keine"))
    return [
        _measure(say.gettext(marked("Türbreite")), None if width is None else f"{width} cm", say),
        _measure(
            say.gettext(marked("Schwelle")),
            None if threshold is None else f"{threshold} cm" if threshold else no_threshold,
            say,
        ),
    ]


def _measure(name: str, measured: str | None, say: Speaker) -> FactItem:
    """What was measured in words, or that nothing was."""
    if measured is None:
        return FactItem(name, Checked.UNCHECKED, say.gettext(_ANSWERS[Checked.UNCHECKED]))
    return FactItem(name, Checked.YES, measured, is_measure=True)
