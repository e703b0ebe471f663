"""An entry of a navigation, as every frame shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    """Where it leads, whether this is the page or one of those below, how much is to be done there, and the pages that
    it stands for where it is a group."""

    label: str
    url: str
    current: bool
    count: int = 0
    pages: tuple["NavItem", ...] = ()


@dataclass(frozen=True, slots=True)
class Workbench:
    """Whose workbench a page belongs to, and the way through it."""

    name: str
    items: list[NavItem]

    def __bool__(self) -> bool:
        """Whether there is anything to open in it."""
        return bool(self.items)
