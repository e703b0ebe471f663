"""What the audit trail says in words: the thing and what was done with it, made of the parts of its code name."""

from typing import Final

from app.kernel.refusals import marked
from app.platform.language import Speaker

_THINGS: Final = {
    "api_token": marked("Schlüssel für Programme"),
    "audit": marked("Protokoll"),
    "bar": marked("Hausverbot"),
    "blocker": marked("Sperre"),
    "booking": marked("Buchung"),
    "booking_rules": marked("Regeln"),
    "desk_hold": marked("Gehaltener Platz"),
    "feed": marked("Kalenderadresse"),
    "house_rules": marked("Hausordnung"),
    "invitation": marked("Einladung"),
    "job": marked("Aufgabe"),
    "legal_text": marked("Rechtlicher Text"),
    "member_note": marked("Notiz"),
    "network": marked("Netzwerk"),
    "operator": marked("Betreiber"),
    "organisation": marked("Verein"),
    "person": marked("Person"),
    "person_group": marked("Gruppe"),
    "resource": marked("Platz"),
    "role": marked("Rolle"),
    "series": marked("Serie"),
    "session": marked("Sitzung"),
    "space": marked("Standort"),
    "waiting": marked("Warteliste"),
}
_DONE: Final = {
    "accepted": marked("angenommen"),
    "all_retried": marked("alle noch einmal versucht"),
    "answered": marked("beantwortet"),
    "approved": marked("bestätigt"),
    "cancelled": marked("abgesagt"),
    "changed": marked("geändert"),
    "checked_in": marked("angekommen"),
    "contact_changed": marked("Kontakt geändert"),
    "created": marked("angelegt"),
    "data_taken": marked("eigene Daten heruntergeladen"),
    "declined": marked("abgelehnt"),
    "deleted": marked("gelöscht"),
    "draft_kept": marked("Entwurf gespeichert"),
    "email_changed": marked("E-Mail-Adresse geändert"),
    "email_confirmed": marked("E-Mail-Adresse bestätigt"),
    "email_given": marked("E-Mail-Adresse angegeben"),
    "end_set": marked("letzter Tag festgelegt"),
    "end_taken_back": marked("Ende zurückgenommen"),
    "ended": marked("beendet"),
    "entered": marked("eingetragen"),
    "entity_entered": marked("Rechtsform eingetragen"),
    "evening_mail_ended": marked("E-Mail am Abend abbestellt"),
    "evening_mail_set": marked("E-Mail am Abend eingestellt"),
    "exported": marked("exportiert"),
    "granted": marked("gegeben"),
    "invited": marked("eingeladen"),
    "joined": marked("dazugekommen"),
    "left": marked("gegangen"),
    "lifted": marked("aufgehoben"),
    "made": marked("angelegt"),
    "merged": marked("zusammengeführt"),
    "moved": marked("verschoben"),
    "no_show": marked("nicht gekommen"),
    "objected": marked("Widerspruch eingelegt"),
    "offered": marked("angeboten"),
    "password_changed": marked("Passwort geändert"),
    "password_reset": marked("Passwort neu gesetzt"),
    "published": marked("veröffentlicht"),
    "released": marked("zurückgegeben"),
    "resumed": marked("fortgesetzt"),
    "retired": marked("aufgelöst"),
    "retried": marked("noch einmal versucht"),
    "revoked": marked("zurückgenommen"),
    "rotated": marked("erneuert"),
    "sent": marked("verschickt"),
    "set": marked("festgelegt"),
    "settings_changed": marked("Einstellungen geändert"),
    "sign_in_refused": marked("Anmeldung abgelehnt"),
    "signed_in": marked("angemeldet"),
    "signed_out": marked("abgemeldet"),
    "signed_up": marked("Konto angelegt"),
    "suspended": marked("ausgesetzt"),
    "tax_entered": marked("Steuer eingetragen"),
    "written": marked("geschrieben"),
}


def in_words(action: str, speaker: Speaker) -> str:
    """'Buchung: abgesagt' of booking.cancelled; what has no words keeps its code name."""
    thing, _, done = action.partition(".")
    if thing not in _THINGS or done not in _DONE:
        return action
    return f"{speaker.gettext(_THINGS[thing])}: {speaker.gettext(_DONE[done])}"
