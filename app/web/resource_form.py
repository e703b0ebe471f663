"""The form of a resource: shown as it is typed, read back as facts, and what is said of it in few words."""

from collections.abc import Mapping
from typing import Any

from app.identity.authentication import Visitor
from app.inventory.resource_setting import KeptResource, ResourceFacts
from app.inventory.rules import FEATURES, FEATURES_OF, KIND_NAMES, Kind, label
from app.kernel.refusals import Refusal, marked
from app.network.queries import SpaceCard
from app.platform.language import Speaker
from app.web.fact_form import read_facts, read_figure, resource_questions, typed_facts


def typed_resource(facts: ResourceFacts) -> dict[str, str]:
    """The form's fields as these facts fill them."""
    typed = {"kind": facts.kind.value, "name": facts.name, "capacity": str(facts.capacity)}
    return typed | typed_facts(facts.features, facts.lacking, facts.measures)


def read_resource(data: Mapping[str, str], name: str = "") -> tuple[ResourceFacts, list[Refusal]]:
    """What the form says, and what of it cannot be read; without a field of that name the resource is called so."""
    refused: list[Refusal] = []
    kind = Kind(data["kind"]) if data.get("kind") in set(Kind) else Kind.DESK
    capacity = read_figure(data, "capacity", refused)
    facts = read_facts(data, FEATURES, refused)
    return (
        ResourceFacts(
            kind,
            name or data.get("name", "")[:200],
            1 if capacity is None else capacity,
            facts.features,
            facts.lacking,
            facts.measures,
        ),
        refused,
    )


def form_context(
    space: SpaceCard, kept: KeptResource | None, typed: Mapping[str, str], visitor: Visitor
) -> dict[str, Any]:
    """All that the form shows; `kept` is the resource that it changes, None for a new one."""
    say = visitor.speaker
    kind = Kind(typed["kind"]) if typed.get("kind") in set(Kind) else Kind.DESK
    usual = set(FEATURES_OF[kind])
    questions = resource_questions(None, say)
    return {
        "space": space,
        "resource": kept,
        "name": say.word(label(kept.facts.kind, kept.facts.name)) if kept else "",
        "typed": typed,
        "stands": (),
        "kinds": [(each.value, say.gettext(KIND_NAMES[each])) for each in Kind],
        "kind": kind.value,
        "usual": [each for each in questions if each.field.removeprefix("merkmal-") in usual],
        "unusual": [each for each in questions if each.field.removeprefix("merkmal-") not in usual],
    }


def said_of(facts: ResourceFacts, say: Speaker, *, with_lacking: bool = True) -> list[str]:
    """What is known of a resource in few words: the kind aside, how many people, what is there, what is not."""
    said = [say.say(marked("{number} Personen"), number=facts.capacity)] if facts.capacity > 1 else []
    said += [say.gettext(text) for name, text in FEATURES.items() if name in facts.features]
    lacking = [say.gettext(text) for name, text in FEATURES.items() if name in facts.lacking]
    if lacking and with_lacking:
        said.append(say.say(marked("ohne: {what}"), what=tuple(lacking)))
    if facts.measures.internet_mbit is not None:
        said.append(f"{facts.measures.internet_mbit} Mbit/s")
    return said
