"""The withdrawal notice in the law's own wording, by the day from which it holds (docs/decisions/0010)."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

import msgspec

from app.network.queries import LegalSection
from app.plans.sellers import Seller


class _Text(msgspec.Struct, frozen=True):
    title: str
    sections: list[LegalSection]


class _Wording(msgspec.Struct, frozen=True):
    valid_from: date
    de: _Text
    en: _Text


class _Wordings(msgspec.Struct, frozen=True):
    wordings: list[_Wording]


@dataclass(frozen=True, slots=True)
class WithdrawalNotice:
    """The notice as one seller gives it, in one language."""

    valid_from: date
    title: str
    sections: Sequence[LegalSection]


def withdrawal_notice(seller: Seller, language: str, day: date, address: str) -> WithdrawalNotice:
    """The wording that holds on this day; of a day before the first one, the first. `address` is the site's."""
    wording = next((one for one in _wordings() if one.valid_from <= day), _wordings()[-1])
    text = wording.en if language == "en" else wording.de
    facts = {"seller": seller.name, "contact": seller.contact, "url": f"{address}/vertrag-widerrufen"}
    sections = [
        LegalSection(section.heading, [paragraph.format_map(facts) for paragraph in section.paragraphs])
        for section in text.sections
    ]
    return WithdrawalNotice(wording.valid_from, text.title, sections)


@functools.cache
def _wordings() -> Sequence[_Wording]:
    """The latest first."""
    source = files("app.plans").joinpath("statutory/withdrawal.toml")
    found = msgspec.toml.decode(source.read_bytes(), type=_Wordings).wordings
    return sorted(found, key=lambda one: one.valid_from, reverse=True)
