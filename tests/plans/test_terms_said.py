"""Terms in words."""

from datetime import date

from msgspec.structs import replace

from app.plans.purses import ScopeShape
from app.plans.terms import Extra, PassTerms, PlanTerms, PriceClass
from app.plans.terms_said import PlaceNames, Reader, lines_of
from app.platform.language import speaker

NAMES = PlaceNames({1: "Dorfwerk"}, {2: "RegioHub Polch"})
PLAN = PlanTerms(
    name_de="Freie",
    name_en="Freelance",
    price=8900,
    desk_days=8,
    half_days=True,
    deposit=5000,
    concessions={PriceClass.STUDENT: 5900},
    extras=(Extra("Schließfach {1}", "Locker {1}", 900), Extra("Kaffee", "Coffee")),
    scope=ScopeShape(operators=[1], spaces=[2], weekdays=[4, 0], opens=17 * 60),
)


def said(terms: PlanTerms | PassTerms, language: str = "de", *, has_agreed: bool = False) -> dict[str, list[str]]:
    reader = Reader(language, NAMES, date(2026, 11, 24), 3, has_agreed=has_agreed)
    says = speaker(language)
    lines = lines_of(terms, reader)
    return {says.gettext(line.label): [says.word(each) for each in line.said] for line in lines}


def test_a_plan_says_all_that_it_is() -> None:
    assert {label: [text.replace("\xa0", " ") for text in texts] for label, texts in said(PLAN).items()} == {
        "Preis": ["89,00 € im Monat", "Schüler, Auszubildende, Studierende: 59,00 €"],
        "Enthalten": ["8 Tage am Schreibtisch im Monat", "auch als halbe Tage, bis fünf Stunden", "Kaffee"],
        "Gilt": ["an allen Standorten von Dorfwerk", "hier: RegioHub Polch", "montags und freitags", "17–24 Uhr"],
        "Dazu wählbar": ["Schließfach {1} für 9,00 €"],
        "Einmalig": ["Kaution 50,00 €, die Sie zurückbekommen"],
        "Wer nicht kommt": ["hat das Gebuchte verbraucht"],
        "Laufzeit": ["mindestens 1 Monat, danach unbefristet", "Kündigungsfrist 30 Tage"],
        "Für": ["Privatpersonen und Unternehmen"],
    }


def test_a_contract_says_what_was_chosen_and_not_for_whom() -> None:
    agreed = said(PLAN, has_agreed=True)
    assert "Dazu gewählt" in agreed
    assert "Für" not in agreed


def test_english_readers_get_english_names() -> None:
    assert said(PLAN, "en")["Included"][-1] == "Coffee"


def test_a_pass_says_when_it_ends() -> None:
    card = PassTerms(name_de="Zehnerkarte", name_en="Pass of ten", amount=10, price=14000)
    assert said(card)["Gültig"] == ["bis 31.12.2029, wenn Sie heute kaufen"]


def test_who_does_not_come_reads_before_what_that_means() -> None:
    eight = PlanTerms(name_de="Acht", name_en="Eight", price=12000, desk_days=8)
    rooms = replace(eight, desk_days=0, room_hours=8, no_show_spends=False)
    assert said(eight)["Wer nicht kommt"] == ["hat das Gebuchte verbraucht"]
    assert said(rooms)["Wer nicht kommt"] == ["bekommt das Gebuchte zurück"]
    assert "Wer nicht kommt" not in said(replace(eight, desk_days=0, unlimited_desks=True))
