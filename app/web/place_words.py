"""What the page of a space says of a resource: what it has, and why it cannot be booked then."""

from collections.abc import Mapping, Sequence

from app.inventory.queries import ResourceCard
from app.inventory.rules import FEATURES, FEATURES_OF, Kind, label
from app.kernel.refusals import marked
from app.network.queries import SpaceCard
from app.platform.language import Speaker

_DIFFERS = marked("Diese Zeit passt nicht zu den Regeln, und die sind je Platz verschieden. Sie stehen in der Liste.")


def detail_of(resource: ResourceCard, space: SpaceCard, say: Speaker) -> str:
    """What it has, but for what its whole house has."""
    own = [feature for feature in FEATURES_OF[resource.kind] if feature in resource.features]
    everywhere = {"step_free"} & set(space.features)
    words = [say.gettext(FEATURES[feature]) for feature in own if feature not in everywhere]
    if resource.kind is Kind.ROOM:
        words.insert(0, say.say(marked("{count} Personen"), count=resource.capacity))
    return capital(", ".join(words))


def why_not(
    resources: Sequence[ResourceCard], refused: Mapping[int, str], chosen: str, any_free: int, say: Speaker
) -> str:
    """What is in the way of the chosen one; where nothing is free, of all that are refused; nothing otherwise."""
    for resource in resources:
        if resource.public_id == chosen and resource.id in refused:
            return f"{say.word(label(resource.kind, resource.name))}: {refused[resource.id]}"
    texts = {refused[resource.id] for resource in resources if resource.id in refused}
    if any_free or not texts:
        return ""
    return texts.pop() if len(texts) == 1 else say.gettext(_DIFFERS)


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
