"""The rules of a space's resources in the reader's words."""

from collections.abc import Mapping, Sequence

from app.bookings.rule_words import words_of_links, words_of_rules
from app.inventory.booking_rules import BookingRules, SpaceRules, rules_of
from app.inventory.linking import linked_at
from app.inventory.queries import ResourceCard
from app.network.groups import names_of_groups
from app.platform.language import Speaker


async def said_rules(space: int, resources: Sequence[ResourceCard], speaker: Speaker) -> Mapping[int, tuple[str, ...]]:
    """By the keys of a space's resources what holds for booking them; those without rules and links are left out."""
    said = (await rules_of({space})).get(space, SpaceRules(0, ()))
    names = await names_of_groups({group for rules in said.rules for group in rules.groups})
    words = {rules.key: in_words(rules, names, speaker) for rules in said.rules}
    there = await linked_at(space) if any(resource.parts for resource in resources) else []
    found = {
        resource.id: (
            *words.get(resource.rules, ()),
            *(speaker.word(phrase) for phrase in words_of_links(resource.id, there)),
        )
        for resource in resources
    }
    return {resource: said for resource, said in found.items() if said}


def in_words(rules: BookingRules, groups: Mapping[int, str], speaker: Speaker) -> tuple[str, ...]:
    """The rules in this language."""
    return tuple(speaker.word(phrase) for phrase in words_of_rules(rules, groups))
