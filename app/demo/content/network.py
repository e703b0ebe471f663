"""The demo network itself and its operators.

All telephone numbers come from 0221 4710 000 to 999, which the Bundesnetzagentur keeps free for films and
examples (Mitteilung 148/2021, Amtsblatt 7/2021); all mail addresses end in .example (RFC 2606).
"""

from functools import cache
from importlib.resources import files

import msgspec

from app.demo.content.catalogue import Bilingual, DemoNetwork, DemoOperator, DemoPages


@cache
def demo_network() -> DemoNetwork:
    """The association that runs the network. Its legal texts name it as a demo."""
    return DemoNetwork(
        name="Nahwerk Mayen-Koblenz",
        association="Nahwerk e. V.",
        phone="0221 4710 100",
        phone_hours=Bilingual("Mo–Fr 8–18 Uhr", "Mon–Fri, 8:00–18:00"),
        mail="hallo@nahwerk.example",
        street="Ortsmitte 1",
        postcode="56751",
        place="Polch",
        german=_pages("de"),
        english=_pages("en"),
    )


@cache
def demo_operators() -> tuple[DemoOperator, ...]:
    document = msgspec.toml.decode(
        files(__package__).joinpath("operators.toml").read_bytes(), type=dict[str, tuple[DemoOperator, ...]]
    )
    return document["operators"]


def _pages(language: str) -> DemoPages:
    source = files(__package__).joinpath(f"legal.{language}.toml")
    return msgspec.toml.decode(source.read_bytes(), type=DemoPages)
