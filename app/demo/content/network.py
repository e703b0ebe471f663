"""The demo network itself and its operators.

All telephone numbers come from 0221 4710 000 to 999, which the Bundesnetzagentur keeps free for films and
examples (Mitteilung 148/2021, Amtsblatt 7/2021); all mail addresses end in .example (RFC 2606).
"""

from dataclasses import replace
from functools import cache
from importlib.resources import files

import msgspec

from app.demo.content.catalogue import Bilingual, DemoNetwork, DemoOperator, DemoPage, DemoPages, DemoSection


@cache
def demo_network(*, free_of_charge: bool = False) -> DemoNetwork:
    """The association that runs the network. Its legal texts name it as a demo; they speak of money where it takes
    any."""
    return DemoNetwork(
        name="Nahwerk Mayen-Koblenz",
        association="Nahwerk e. V.",
        phone="0221 4710 100",
        phone_hours=Bilingual("Mo–Fr 8–18 Uhr", "Mon–Fri, 8:00–18:00"),
        mail="hallo@nahwerk.example",
        street="Ortsmitte 1",
        postcode="56751",
        place="Polch",
        german=_pages("de", free_of_charge=free_of_charge),
        english=_pages("en", free_of_charge=free_of_charge),
    )


@cache
def demo_operators() -> tuple[DemoOperator, ...]:
    document = msgspec.toml.decode(
        files(__package__).joinpath("operators.toml").read_bytes(), type=dict[str, tuple[DemoOperator, ...]]
    )
    return document["operators"]


def _pages(language: str, *, free_of_charge: bool) -> DemoPages:
    source = files(__package__).joinpath(f"legal.{language}.toml")
    pages = msgspec.toml.decode(source.read_bytes(), type=DemoPages)
    if not free_of_charge:
        return pages
    return DemoPages(*(_free(page) for page in (pages.imprint, pages.privacy, pages.terms, pages.accessibility)))


def _free(page: DemoPage) -> DemoPage:
    return replace(page, sections=tuple(_said_free(section) for section in page.sections))


def _said_free(section: DemoSection) -> DemoSection:
    if section.free_of_charge is None:
        return section
    return replace(section, paragraphs=section.free_of_charge)
