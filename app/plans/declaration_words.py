"""What a declaration says in words: on its receipt's page, in the mail and in the file."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from app.kernel.refusals import marked
from app.plans.declarations import DeclarationCard, DeclarationKind
from app.platform.language import Speaker

KIND_NAMES: Final[Mapping[DeclarationKind, str]] = {
    DeclarationKind.ORDINARY: marked("Kündigung"),
    DeclarationKind.FOR_CAUSE: marked("Kündigung aus wichtigem Grund"),
    DeclarationKind.WITHDRAWAL: marked("Widerruf"),
}
_BUTTONS: Final = {
    True: marked("Schaltfläche „Widerruf bestätigen“ auf unserer Website"),
    False: marked("Schaltfläche „jetzt kündigen“ auf unserer Website"),
}
_ZONE: Final = ZoneInfo("Europe/Berlin")


def received_text(declaration: DeclarationCard, says: Speaker) -> str:
    """24. November 2026, 19:00 Uhr."""
    at = declaration.received_at.astimezone(_ZONE)
    return f"{says.day_of_year(at.date())}, {says.time(at.time())}"


def said_rows(declaration: DeclarationCard, says: Speaker) -> Sequence[tuple[str, str]]:
    """All that was declared, each with its name, and when and how it came in."""
    wished = declaration.wished_end
    rows = [(marked("Erklärung"), says.gettext(KIND_NAMES[declaration.kind]))]
    if declaration.reason:
        rows.append((marked("Grund"), declaration.reason))
    rows += [(marked("Name"), declaration.name), (marked("Vertrag"), declaration.contract)]
    if not declaration.is_withdrawal:
        early = says.gettext(marked("so früh wie möglich"))
        rows.append((marked("Ende des Vertrags"), says.day_of_year(wished) if wished else early))
    rows += [
        (marked("E-Mail-Adresse"), declaration.email),
        (marked("Eingegangen"), received_text(declaration, says)),
        (marked("Erklärt über"), says.gettext(_BUTTONS[declaration.is_withdrawal])),
    ]
    return [(says.gettext(label), text) for label, text in rows]
