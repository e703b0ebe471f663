"""What somebody needs, by the words with which pages and programs filter. Pure.

A word speaks of the space (network/rules.py: FEATURES), of the resource, of both where it follows from a measure, or of
the wanted time. One that both a space and a resource may have, such as `step_free`, is asked of the space.
"""

from collections.abc import Collection, Mapping
from typing import Final

from app.inventory.rules import FEATURES
from app.kernel.refusals import marked
from app.network import rules as network_rules
from app.network.rules import LIMITS, Measures

STAFFED: Final = "staffed"
NO_NOISE: Final = "no_noise"

OF_TIME: Final[Mapping[str, str]] = {
    STAFFED: marked("mit Personal"),
    NO_NOISE: marked("ohne Lärm in der Zeit"),
}
"""What must hold during the whole of the wanted time."""

OF_RESOURCE: Final = frozenset(FEATURES) - frozenset(network_rules.FEATURES) | frozenset(LIMITS)

WORDS: Final = (*network_rules.FEATURES, *LIMITS, *(word for word in FEATURES if word in OF_RESOURCE), *OF_TIME)
"""All that can be asked for."""


def resource_fits(words: Collection[str], features: Collection[str], measures: Measures) -> bool:
    """Whether a resource has all of what these words say of resources; `measures` are its own or else its house's."""
    return all(measures.reach(word) if word in LIMITS else word in features for word in words if word in OF_RESOURCE)


def asks_of_resources(words: Collection[str]) -> bool:
    """Whether any of the words could leave out a resource."""
    return not OF_RESOURCE.isdisjoint(words)
