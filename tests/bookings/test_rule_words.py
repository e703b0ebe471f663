"""Rules as members read them, in both languages."""

from datetime import timedelta

import pytest

from app.bookings.rule_words import words_of_links, words_of_rules
from app.inventory.booking_rules import BookingRules, OutsideHours, Who
from app.inventory.linking import LinkedResource
from app.inventory.rules import Kind
from app.kernel.wall_time import Opening
from app.platform.language import speaker


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("rules", "german", "english"),
    [
        (BookingRules(), [], []),
        (BookingRules(shortest=hours(1), longest=hours(4)), ["mindestens 1 Stunde", "höchstens 4 Stunden"], None),
        (BookingRules(grid=hours(1)), ["zur vollen Stunde"], ["on the full hour"]),
        (
            BookingRules(grid=hours(1), day_parts=(Opening(480, 720), Opening(780, 1080))),
            ["nur ganze Zeiten: 8–12 Uhr und 13–18 Uhr"],
            ["whole times only: 8:00–12:00 and 13:00–18:00"],
        ),
        (BookingRules(cancel_before=hours(2)), ["bis 2 Stunden vorher absagen"], None),
        (
            BookingRules(needs_approval=True),
            ["nach Bestätigung durch den Betreiber, Frist 2 Tage"],
            None,
        ),
        (
            BookingRules(buffer_before=hours(1), buffer_after=timedelta(minutes=15)),
            ["1 Stunde davor und 15 Minuten danach bleiben frei"],
            None,
        ),
        (
            BookingRules(days_ahead=14, own_members_days=7),
            ["höchstens 14 Tage im Voraus", "eigene Mitglieder 7 Tage früher"],
            ["at most 14 days ahead", "own members 7 days earlier"],
        ),
        (BookingRules(who=Who.GROUPS, groups=frozenset({1, 2})), ["nur für Chor und Stammgäste"], None),
        (BookingRules(who=Who.GROUPS, groups=frozenset({3})), ["zurzeit für niemanden"], None),
        (BookingRules(most_open=1, most_guests=0), ["höchstens eine offene Buchung", "ohne Gäste"], None),
        (BookingRules(outside_hours=OutsideHours.EVERYONE), ["rund um die Uhr"], ["round the clock"]),
        (
            BookingRules(no_show_after=timedelta(minutes=30)),
            ["wird 30 Minuten nach Beginn frei, wenn niemand kommt"],
            None,
        ),
    ],
)
def test_rules_in_words(rules: BookingRules, german: list[str], english: list[str] | None) -> None:
    words = words_of_rules(rules, {1: "Stammgäste", 2: "Chor"})
    assert [speaker("de").word(word) for word in words] == german
    if english is not None:
        assert [speaker("en").word(word) for word in words] == english


def test_links_in_words() -> None:
    there = [
        LinkedResource(1, "a", Kind.ROOM, "Halle", (2, 3), (2, 3, 4)),
        LinkedResource(2, "b", Kind.ROOM, "Nord", (4,), (4,)),
        LinkedResource(3, "c", Kind.ROOM, "Süd", (), ()),
        LinkedResource(4, "d", None, "Beamer", (), ()),
    ]
    said = {each.name: [speaker("de").word(word) for word in words_of_links(each.id, there)] for each in there}
    assert said["Halle"] == ["mit Beamer", "besteht aus Raum Nord und Raum Süd; beides schließt einander aus"]
    assert said["Nord"] == ["mit Beamer", "ist Teil von Raum Halle; beides schließt einander aus"]
    assert said["Süd"] == ["ist Teil von Raum Halle; beides schließt einander aus"]
