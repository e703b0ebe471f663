"""An entry of a navigation, as every frame shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    """Where it leads, and whether this is the page."""

    label: str
    url: str
    current: bool
