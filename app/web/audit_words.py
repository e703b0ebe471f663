"""What the audit trail says in words: the thing and what was done with it, made of the parts of its code name."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from app.kernel.refusals import marked
from app.platform.language import Speaker

_CLOCK: Final = ZoneInfo("Europe/Berlin")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d$")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")

_THINGS: Final = {
    "api_token": marked("Schlüssel für Programme"),
    "audit": marked("Protokoll"),
    "audit_trail": marked("Protokoll"),
    "bar": marked("Hausverbot"),
    "blocker": marked("Sperre"),
    "booking": marked("Buchung"),
    "booking_rules": marked("Regeln"),
    "concession": marked("Ermäßigung"),
    "contract_order": marked("Bestellung"),
    "cost_centre": marked("Kostenstelle"),
    "declaration": marked("Erklärung"),
    "desk_hold": marked("Gehaltener Platz"),
    "change_offer": marked("Neue Bedingungen"),
    "device": marked("Gerät"),
    "entitlement": marked("Guthaben"),
    "feed": marked("Kalenderadresse"),
    "federated_identity": marked("Anmeldung über eine Firma"),
    "fixed_desk": marked("Fester Platz"),
    "first_visit": marked("Beim ersten Besuch"),
    "floor_plan": marked("Grundriss"),
    "house_rules": marked("Hausordnung"),
    "identity_provider": marked("Anmeldung der Firma"),
    "invitation": marked("Einladung"),
    "job": marked("Aufgabe"),
    "legal_text": marked("Rechtlicher Text"),
    "limit_request": marked("Antrag auf mehr"),
    "member_note": marked("Notiz"),
    "membership": marked("Mitgliedschaft"),
    "network": marked("Netzwerk"),
    "noise": marked("Zu hören"),
    "operator": marked("Betreiber"),
    "operator_export": marked("Daten zum Mitnehmen"),
    "organisation": marked("Verein"),
    "pass": marked("Gekaufte Karte"),
    "person": marked("Person"),
    "person_group": marked("Gruppe"),
    "product": marked("Tarif oder Karte"),
    "report": marked("Meldung"),
    "resource": marked("Platz"),
    "role": marked("Rolle"),
    "series": marked("Serie"),
    "session": marked("Sitzung"),
    "space": marked("Standort"),
    "space_hours": marked("Öffnungszeiten"),
    "staffed_hours": marked("Zeiten mit Personal"),
    "team": marked("Firmenkonto"),
    "team_agreement": marked("Vereinbarung"),
    "team_invitation": marked("Einladung ins Team"),
    "team_member": marked("Person im Team"),
    "mail_domain": marked("Firmenadressen"),
    "team_names": marked("Nutzung mit Namen"),
    "waiting": marked("Warteliste"),
    "webhook": marked("Webhook"),
    "webhook_endpoint": marked("Webhook"),
    "seat": marked("Teamplatz"),
    "team_contract": marked("Vertrag eines Teams"),
    "team_order": marked("Bestellung eines Teams"),
    "team_quote": marked("Angebot für ein Team"),
}
_DONE: Final = {
    "accepted": marked("angenommen"),
    "added": marked("angelegt"),
    "adjusted": marked("angepasst"),
    "all_retried": marked("alle noch einmal versucht"),
    "announced": marked("angesagt"),
    "answered": marked("beantwortet"),
    "assigned": marked("vergeben"),
    "approved": marked("bestätigt"),
    "asked": marked("angefragt"),
    "begun": marked("begonnen"),
    "booked": marked("gebucht"),
    "brought_back": marked("zurückgeholt"),
    "cancelled": marked("abgesagt"),
    "carried_over": marked("übernommen"),
    "change_ordered": marked("Wechsel bestellt"),
    "called_off": marked("Plätze zurückgegeben"),
    "change_withdrawn": marked("Wechsel widerrufen"),
    "changed": marked("geändert"),
    "charges_set": marked("kostenlos oder nicht festgelegt"),
    "checked": marked("geprüft"),
    "checked_in": marked("angekommen"),
    "commute_changed": marked("Pendelweg geändert"),
    "commutes_forgotten": marked("Pendelweg vergessen"),
    "completed": marked("beendet"),
    "contact_changed": marked("Kontakt geändert"),
    "cost_centre_set": marked("Kostenstelle geändert"),
    "created": marked("angelegt"),
    "data_taken": marked("eigene Daten heruntergeladen"),
    "day_set": marked("einzelner Tag festgelegt"),
    "confirmed": marked("bestätigt"),
    "declined": marked("abgelehnt"),
    "delayed": marked("Ankunft verschoben"),
    "deleted": marked("gelöscht"),
    "disabled": marked("abgeschaltet"),
    "downloaded": marked("heruntergeladen"),
    "draft_kept": marked("Entwurf gespeichert"),
    "drafted": marked("Entwurf gespeichert"),
    "dropped": marked("aufgehoben"),
    "email_change_requested": marked("neue E-Mail-Adresse beantragt"),
    "email_changed": marked("E-Mail-Adresse geändert"),
    "email_confirmed": marked("E-Mail-Adresse bestätigt"),
    "email_given": marked("E-Mail-Adresse angegeben"),
    "end_set": marked("letzter Tag festgelegt"),
    "end_taken_back": marked("Ende zurückgenommen"),
    "ended": marked("beendet"),
    "entered": marked("eingetragen"),
    "entity_entered": marked("Rechtsform eingetragen"),
    "equipment_added": marked("Ausstattung eingetragen"),
    "equipment_retired": marked("Ausstattung entfernt"),
    "evening_mail_ended": marked("E-Mail am Abend abbestellt"),
    "evening_mail_set": marked("E-Mail am Abend eingestellt"),
    "exported": marked("exportiert"),
    "failed": marked("nicht gelungen"),
    "founded": marked("gegründet"),
    "granted": marked("gegeben"),
    "invited": marked("eingeladen"),
    "join_link_ended": marked("Link zum Beitreten beendet"),
    "join_link_made": marked("Link zum Beitreten angelegt"),
    "joined": marked("dazugekommen"),
    "kept": marked("weitergeführt"),
    "language_changed": marked("Sprache geändert"),
    "left": marked("gegangen"),
    "left_open": marked("freigestellt"),
    "lifted": marked("aufgehoben"),
    "limits_changed": marked("Grenzen geändert"),
    "linked": marked("verbunden"),
    "looked_at": marked("angesehen"),
    "made": marked("angelegt"),
    "members_imported": marked("Mitglieder eingelesen"),
    "merged": marked("zusammengeführt"),
    "moved": marked("verschoben"),
    "name_changed": marked("Name geändert"),
    "no_show": marked("nicht gekommen"),
    "not_decided": marked("nicht rechtzeitig entschieden"),
    "objected": marked("Widerspruch eingelegt"),
    "offered": marked("angeboten"),
    "others_revoked": marked("andere Sitzungen beendet"),
    "paid_otherwise": marked("anders bezahlt"),
    "paired": marked("gekoppelt"),
    "parts_set": marked("Verbindung geändert"),
    "order_withdrawn": marked("Kauf widerrufen"),
    "ordered": marked("angefordert"),
    "password_changed": marked("Passwort geändert"),
    "password_reset": marked("Passwort neu gesetzt"),
    "paused": marked("ruht"),
    "people_imported": marked("Leute eingelesen"),
    "picture_put": marked("Bild unterlegt"),
    "picture_removed": marked("Bild entfernt"),
    "picture_shown": marked("Bild gezeigt oder verborgen"),
    "proven": marked("bestätigt"),
    "price_entered": marked("Preis eingetragen"),
    "product.announced": marked("den Mitgliedern angekündigt"),
    "placed": marked("aufgegeben"),
    "published": marked("veröffentlicht"),
    "put_aside": marked("zurückgelegt"),
    "put_on_sale": marked("in den Verkauf gegeben"),
    "recorded": marked("erfasst"),
    "released": marked("zurückgegeben"),
    "fixed_desk.released": marked("Tage freigegeben"),
    "reminders_chosen": marked("Erinnerungen geändert"),
    "removed": marked("entfernt"),
    "renamed": marked("umbenannt"),
    "renewed": marked("erneuert"),
    "requested": marked("angefragt"),
    "required": marked("vorgeschrieben"),
    "resent": marked("noch einmal gesendet"),
    "resources_imported": marked("Plätze eingelesen"),
    "responsible_changed": marked("verantwortliche Person geändert"),
    "product.ordered": marked("Reihenfolge geändert"),
    "resource.ordered": marked("Reihenfolge geändert"),
    "resumed": marked("fortgesetzt"),
    "retired": marked("aufgelöst"),
    "retried": marked("noch einmal versucht"),
    "revoked": marked("zurückgenommen"),
    "rotated": marked("erneuert"),
    "sale_called_off": marked("angesetzte Fassung zurückgezogen"),
    "sent": marked("verschickt"),
    "set": marked("festgelegt"),
    "settled": marked("erledigt"),
    "settings_changed": marked("Einstellungen geändert"),
    "sign_in_refused": marked("Anmeldung abgelehnt"),
    "signed_in": marked("angemeldet"),
    "signed_out": marked("abgemeldet"),
    "signed_up": marked("Konto angelegt"),
    "sold": marked("verkauft"),
    "state_set": marked("Stand geändert"),
    "suspended": marked("ausgesetzt"),
    "taken_off_sale": marked("aus dem Verkauf genommen"),
    "taken_back": marked("zurückgenommen"),
    "tax_entered": marked("Steuer eingetragen"),
    "tried": marked("ausprobiert"),
    "unpublished": marked("zurückgezogen"),
    "withdrawn": marked("zurückgenommen"),
    "written": marked("geschrieben"),
    "given": marked("gegeben"),
    "taken": marked("genommen"),
}


_VIA: Final = {
    "cli": marked("Befehlszeile"),
    "device": marked("Gerät"),
    "mail": marked("Link aus einer E-Mail"),
    "page": marked("Seite"),
    "system": marked("von selbst"),
    "token": marked("Schnittstelle"),
}

_DETAILS: Final = {
    "number": marked("Nummer"),
    "people": marked("Personen"),
    "pieces": marked("Stück"),
    "lets_join": marked("Beitritt angeboten"),
    "domain": marked("Domain"),
    "cost_centre": marked("Kostenstelle"),
    "after": marked("nachher"),
    "before": marked("vorher"),
    "booking": marked("Buchung"),
    "bookings": marked("Buchungen"),
    "by": marked("womit"),
    "changed": marked("geändert"),
    "closes": marked("schließt"),
    "day": marked("Tag"),
    "edition": marked("Ausgabe"),
    "email": marked("E-Mail"),
    "ends_at": marked("bis"),
    "events": marked("Ereignisse"),
    "fields": marked("Felder"),
    "file": marked("Datei"),
    "first": marked("erster Tag"),
    "floor": marked("Etage"),
    "format": marked("Format"),
    "gone": marked("aufgegangener Eintrag"),
    "how": marked("wie"),
    "issuer": marked("Anbieter"),
    "is_wanted": marked("gewünscht"),
    "jobs": marked("Aufgaben"),
    "kind": marked("Art"),
    "last": marked("letzter Tag"),
    "last_day": marked("letzter Tag"),
    "left": marked("noch dabei"),
    "lifts": marked("aufgehoben"),
    "message": marked("Nachricht"),
    "month": marked("Monat"),
    "name": marked("Name"),
    "operator": marked("Betreiber"),
    "own_members": marked("eigene Mitglieder"),
    "reason": marked("Grund"),
    "resource": marked("Platz"),
    "role": marked("Rolle"),
    "rrule": marked("Wiederholung"),
    "scope": marked("für"),
    "scope_kind": marked("gilt für"),
    "scopes": marked("Rechte"),
    "sessions": marked("Sitzungen"),
    "shows": marked("zeigt"),
    "shows_names": marked("zeigt Namen"),
    "starts_at": marked("von"),
    "state": marked("Stand"),
    "subject": marked("wofür"),
    "title": marked("Titel"),
    "url": marked("Adresse"),
    "valid_from": marked("gilt ab"),
    "week": marked("Woche"),
    "whom": marked("für Person"),
}


def details_in_words(details: Mapping[str, object], speaker: Speaker) -> str:
    """What an entry tells beyond what was done, in one line: 'Rolle: front_desk, gilt für: space'."""
    return ", ".join(
        f"{speaker.gettext(_DETAILS.get(name, name))}: {_value_in_words(value, speaker)}"
        for name, value in details.items()
        if value is not None
    )


def _value_in_words(value: object, speaker: Speaker) -> str:
    if isinstance(value, bool):
        return speaker.gettext(marked("ja") if value else marked("nein"))
    if isinstance(value, list):
        return ", ".join(_value_in_words(each, speaker) for each in value)
    if isinstance(value, dict):
        return f"({details_in_words(value, speaker)})"
    text = str(value)
    if _MOMENT.match(text):
        return format_datetime(datetime.fromisoformat(text), "short", tzinfo=_CLOCK, locale=speaker.locale)
    return format_date(date.fromisoformat(text), "short", locale=speaker.locale) if _DAY.match(text) else text


_WHERE_IT_CHARGES: Final = frozenset(
    {
        *("seat", "team_contract", "team_order", "team_quote"),
        *("change_offer", "concession", "contract_order", "cost_centre", "declaration", "entitlement", "fixed_desk"),
        *("membership", "pass", "product"),
    }
)
"""What there is nothing of in a network that is free of charge for good."""


def things(speaker: Speaker, *, charges: bool) -> list[tuple[str, str]]:
    """What an entry can be about, as its code name and in words, by the words."""
    named = ((name, text) for name, text in _THINGS.items() if charges or name not in _WHERE_IT_CHARGES)
    return sorted(((name, speaker.gettext(text)) for name, text in named), key=lambda pair: pair[1])


def thing_in_words(name: str, speaker: Speaker) -> str:
    return speaker.gettext(_THINGS[name]) if name in _THINGS else name


def way_in_words(via: str, speaker: Speaker) -> str:
    """Through what somebody acted."""
    return speaker.gettext(_VIA[via]) if via in _VIA else via


def in_words(action: str, speaker: Speaker) -> str:
    """'Buchung: abgesagt' of booking.cancelled; what has no words keeps its code name.

    What was done is named by the whole code name where the same word means something else of another thing.
    """
    thing, _, done = action.partition(".")
    what_was_done = _DONE.get(action) or _DONE.get(done)
    if thing not in _THINGS or what_was_done is None:
        return action
    return f"{speaker.gettext(_THINGS[thing])}: {speaker.gettext(what_was_done)}"
