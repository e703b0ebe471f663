"""Fixed desks in words, as guests and their holders see them."""

from collections.abc import Mapping, Sequence

from app.identity.authentication import Visitor
from app.identity.queries import people
from app.kernel.periods import Period
from app.kernel.refusals import marked
from app.plans.fixed_desks import FixedDesk, holders_then

_FIXED = marked("fest vergeben")
_YOUR_OWN = marked("Ihr Platz")


async def whose_own(space: int, window: Period | None, visitor: Visitor) -> Mapping[int, str]:
    """By the keys of resources: that it is the reader's own desk then, or somebody else's. Nobody is named."""
    if window is None:
        return {}
    person = visitor.actor.person if visitor.actor else None
    words = {True: visitor.speaker.gettext(_YOUR_OWN), False: visitor.speaker.gettext(_FIXED)}
    return {resource: words[holder == person] for resource, holder in (await holders_then(space, window)).items()}


async def holder_names(desks: Sequence[FixedDesk]) -> Mapping[int, str]:
    """For staff: whose these are, by the fixed desk's key."""
    names = await people({desk.person for desk in desks}) if desks else {}
    return {desk.id: names[desk.person].name for desk in desks}
