"""Addresses as people paste them."""

import pytest

from app.teams.domain_rules import DomainUnusable, PublicMailDomain, usable_domain
from app.teams.invited_lines import Invited, LinesUnusable, NobodyNamed, TooManyNamed, read_invited

ANNA, BEN = Invited("Anna Adler", "anna@firma.example"), Invited("Ben Bach", "ben@firma.example")


@pytest.mark.parametrize(
    "text",
    [
        "Anna Adler <anna@firma.example>\nBen Bach <ben@firma.example>",
        "Anna Adler; anna@firma.example\r\n\r\nben@firma.example; Ben Bach",
        '"Anna Adler" <Anna@Firma.example>; "Ben Bach" <ben@firma.example>',
        "Anna Adler\tanna@firma.example\nBen Bach, ben@firma.example\nanna@firma.example",
        "Anna Adler <anna@firma.example>, Ben Bach <ben@firma.example>",
    ],
)
def test_lists_of_all_sorts_are_understood(text: str) -> None:
    assert read_invited(text) == [ANNA, BEN]


def test_a_name_is_not_needed_and_everybody_is_booked_alike() -> None:
    assert read_invited("anna@firma.example", 7) == [Invited("", "anna@firma.example", 7)]


def test_lines_that_no_mail_could_reach_are_named_and_nobody_is_invited() -> None:
    with pytest.raises(LinesUnusable) as refused:
        read_invited("anna@firma.example\nBen Bach\n\ncarla@")
    assert refused.value.facts["lines"] == "2 (Ben Bach), 4 (carla@)"


def test_nobody_and_too_many() -> None:
    with pytest.raises(NobodyNamed):
        read_invited(" \n ")
    with pytest.raises(TooManyNamed):
        read_invited("\n".join(f"a{number}@firma.example" for number in range(201)))


@pytest.mark.parametrize("text", ["firma.de", " @Firma.DE ", "anna@firma.de", "mail.firma.co.uk", "live.firma.de"])
def test_a_companys_domain(text: str) -> None:
    assert usable_domain(text) == text.strip().rpartition("@")[2].lower()


def test_a_domain_with_umlauts_is_kept_as_addresses_have_it() -> None:
    assert usable_domain("müller.de") == "xn--mller-kva.de"


@pytest.mark.parametrize("text", ["gmail.com", "gmx.net", "yahoo.co.uk", "web.de", "t-online.de", "mail.gmx.de"])
def test_everybodys_providers_are_nobodys_domain(text: str) -> None:
    with pytest.raises(PublicMailDomain):
        usable_domain(text)


@pytest.mark.parametrize("text", ["", "firma", "firma..de", "https://firma.de", "fir ma.de", "-firma.de"])
def test_what_is_no_domain(text: str) -> None:
    with pytest.raises(DomainUnusable):
        usable_domain(text)
