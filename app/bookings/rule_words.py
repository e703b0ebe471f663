"""An operator's rules in words, as members read them. Pure: phrases come out, which are said in the reader's language.

What nobody has said is not said here either: without rules there are no words.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from app.inventory.booking_rules import DAYS_AHEAD, NOTHING_SAID, BookingRules, OutsideHours, Who
from app.inventory.linking import LinkedResource
from app.inventory.rules import label
from app.kernel.refusals import Phrase, marked, phrase

_GRIDS: Final[Mapping[timedelta, str]] = {
    timedelta(minutes=30): marked("zur vollen oder halben Stunde"),
    timedelta(minutes=60): marked("zur vollen Stunde"),
}


def words_of_rules(rules: BookingRules, groups: Mapping[int, str]) -> list[Phrase]:
    """What holds for a booking by these rules, the most asked for first; `groups` are the names of groups by key."""
    return [*_when(rules), *_how_long(rules), *_how_early(rules), *_who(rules, groups), *_afterwards(rules)]


def _when(rules: BookingRules) -> list[Phrase]:
    said = []
    if rules.day_parts:
        said.append(phrase(marked("nur ganze Zeiten: {parts}"), parts=rules.day_parts))
    elif rules.grid in _GRIDS:
        said.append(phrase(_GRIDS[rules.grid]))
    if rules.outside_hours is OutsideHours.EVERYONE:
        said.append(phrase(marked("rund um die Uhr")))
    elif rules.outside_hours is OutsideHours.ORGANISATIONS:
        said.append(phrase(marked("für Vereine auch außerhalb der Öffnungszeiten")))
    elif rules.outside_hours is OutsideHours.MEMBERSHIPS:
        said.append(phrase(marked("mit Tarif rund um die Uhr und für Vereine auch außerhalb der Öffnungszeiten")))
    return said


def _how_long(rules: BookingRules) -> list[Phrase]:
    said = []
    if rules.shortest > NOTHING_SAID.shortest:
        said.append(phrase(marked("mindestens {shortest}"), shortest=rules.shortest))
    if rules.longest < NOTHING_SAID.longest:
        said.append(phrase(marked("höchstens {longest}"), longest=rules.longest))
    if rules.buffer_before and rules.buffer_after:
        text = marked("{before} davor und {after} danach bleiben frei")
        said.append(phrase(text, before=rules.buffer_before, after=rules.buffer_after))
    elif rules.buffer_before:
        said.append(phrase(marked("{before} davor bleiben frei"), before=rules.buffer_before))
    elif rules.buffer_after:
        said.append(phrase(marked("{after} danach bleiben frei"), after=rules.buffer_after))
    return said


def _how_early(rules: BookingRules) -> list[Phrase]:
    said = []
    if rules.days_ahead < DAYS_AHEAD:
        said.append(_ahead(rules.days_ahead))
    if rules.own_members_days and rules.days_ahead < DAYS_AHEAD:
        said.append(phrase(marked("eigene Mitglieder {days} Tage früher"), days=rules.own_members_days))
    if rules.notice:
        said.append(phrase(marked("spätestens {notice} vorher"), notice=rules.notice))
    return said


def _ahead(days: int) -> Phrase:
    if days > 1:
        return phrase(marked("höchstens {days} Tage im Voraus"), days=days)
    return phrase(marked("höchstens einen Tag im Voraus") if days else marked("nur am selben Tag"))


def _who(rules: BookingRules, groups: Mapping[int, str]) -> list[Phrase]:
    said = []
    if rules.who is Who.MEMBERS:
        said.append(phrase(marked("nur für Mitglieder")))
    elif rules.who is Who.GROUPS:
        names = tuple(sorted(groups[key] for key in rules.groups if key in groups))
        said.append(
            phrase(marked("nur für {groups}"), groups=names) if names else phrase(marked("zurzeit für niemanden"))
        )
    if rules.most_open is not None:
        said.append(
            phrase(marked("höchstens {most} offene Buchungen auf einmal"), most=rules.most_open)
            if rules.most_open > 1
            else phrase(marked("höchstens eine offene Buchung"))
        )
    if rules.most_guests is not None:
        said.append(
            phrase(marked("höchstens {most} Gäste"), most=rules.most_guests)
            if rules.most_guests > 1
            else phrase(marked("höchstens ein Gast") if rules.most_guests else marked("ohne Gäste"))
        )
    return said


def _afterwards(rules: BookingRules) -> list[Phrase]:
    said = []
    if rules.needs_approval:
        said.append(phrase(marked("nach Bestätigung durch den Betreiber, Frist {within}"), within=rules.decide_within))
    if rules.cancel_before:
        said.append(phrase(marked("bis {window} vorher absagen"), window=rules.cancel_before))
    if rules.no_show_after is not None:
        said.append(phrase(marked("wird {after} nach Beginn frei, wenn niemand kommt"), after=rules.no_show_after))
    return said


def words_of_links(resource: int, there: Sequence[LinkedResource]) -> list[Phrase]:
    """What a resource shares its time with, of all that stands at its space.

    Equipment comes along; a whole and its parts exclude each other, and so do those that share a part.
    """
    own = next((each for each in there if each.id == resource), None)
    if own is None:
        return []
    by_key = {each.id: each for each in there}
    parts = [by_key[key] for key in own.parts if key in by_key]
    wholes = [each for each in there if resource in each.parts and each.kind is not None]
    said = []
    if brought := [each.name for each in parts if each.kind is None]:
        said.append(phrase(marked("mit {equipment}"), equipment=tuple(brought)))
    consists = tuple(label(each.kind, each.name) for each in parts if each.kind is not None)
    if consists:
        said.append(phrase(marked("besteht aus {parts}; beides schließt einander aus"), parts=consists))
    if wholes:
        names = tuple(label(each.kind, each.name) for each in wholes if each.kind is not None)
        said.append(phrase(marked("ist Teil von {wholes}; beides schließt einander aus"), wholes=names))
    return said
