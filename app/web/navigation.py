"""An entry of a navigation, as every frame shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    """Where it leads, whether this is the page, and how much is to be done there."""

    label: str
    url: str
    current: bool
    count: int = 0
