"""What the archive says of itself, in both languages, and docs/leaving.md: written from the tables' own entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.kernel.refusals import marked
from app.leaving.contents import LEFT_OUT, LEFT_OUT_EVERYWHERE, TABLES
from app.leaving.rules import KEPT_FOR
from app.leaving.words import word_of
from app.platform.exported_tables import ExportedTable
from app.platform.language import Speaker, speaker

READMES: Final[Mapping[str, str]] = {"de": "LIESMICH.md", "en": "README.md"}
"""The names of these pages in the archive, by language."""

_ZONE: Final = ZoneInfo("Europe/Berlin")

_TITLE: Final = marked("Alle Daten von {operator}")
_OF: Final = marked("Stand: {at}. Alles ist von diesem einen Augenblick; was danach geschah, ist nicht dabei.")
_HOW: Final = (
    marked(
        "Jede Tabelle liegt zweimal hier, mit denselben Zeilen: in json/ als Liste von Objekten, in csv/ als Tabelle"
        " mit Semikolons, in UTF-8, mit den Namen der Spalten in der ersten Zeile. Bilder liegen in files/."
        " export.json nennt die Zahl der Zeilen je Tabelle."
    ),
    marked("Zeiten stehen nach ISO 8601 mit ihrem Abstand von UTC, Tage als 2026-11-25, Beträge in Cent."),
    marked(
        "Kennungen bleiben, auch in einer späteren Datei. „people.id“ heißt: die Spalte id der Tabelle people."
        " Eine leere Zelle in CSV ist in JSON null oder ein leerer Text; Listen und Objekte stehen in CSV als JSON."
    ),
    marked(
        "Was ein Tabellenprogramm ausrechnen würde, beginnt in CSV mit einem Apostroph, zum Beispiel"
        " Telefonnummern mit +. In JSON steht es ohne."
    ),
    marked(
        "Die Datei enthält Namen, Telefonnummern, Türcodes und Passwörter Ihrer Standorte. Bewahren Sie sie"
        " entsprechend auf. Für die Angaben zu Menschen sind ab jetzt Sie verantwortlich."
    ),
)
_NOT_IN_IT: Final = marked(
    "Nicht dabei sind: Geheimnisse und Schlüssel, E-Mail-Adressen von Konten, was Ihre Gäste anderswo gebucht haben,"
    " wer vor mehr als zwölf Monaten da war, Namen von Begleitern vergangener Buchungen, Kopien und was nur das"
    " Netzwerk betrifft."
)
_COLUMN: Final = marked("Spalte")
_MEANING: Final = marked("Bedeutung")
_ROWS: Final = marked("Zeilen: {rows}")


def readme(
    language: str, tables: Sequence[ExportedTable], operator: str, made_at: datetime, rows: Mapping[str, int]
) -> str:
    """The page of the archive in this language."""
    says = speaker(language)
    local = made_at.astimezone(_ZONE)
    lines = [
        f"# {says.say(_TITLE, operator=operator)}",
        "",
        says.say(_OF, at=f"{says.day_of_year(local.date())}, {local:%H:%M}"),
        "",
        *_explained(says),
    ]
    for table in tables:
        counted = says.say(_ROWS, rows=rows[table.name])
        lines += [*_section(table, says, counted), ""]
    return "\n".join(lines)


def documentation() -> str:
    """docs/leaving.md."""
    says = speaker("en")
    lines = [
        "# An operator leaves",
        "",
        "Who manages an operator orders all of its data at `/betreiber/{slug}/mitnehmen`; for one that has left the"
        f" network's administrators do. A worker makes a ZIP, which is kept for {says.word(KEPT_FOR[-1][1])}; ordering"
        " and taking it stand in the audit trail. [Decision 38](decisions/0038-an-operator-leaves.md) says why so.",
        "",
        "This page is written by `python -m tests.leaving.test_documented` from the entries in `operator_data.py` of"
        " each capability, as the two pages inside the archive are. **To add a table**, add an `ExportedTable` there; a"
        " column or table that stays goes into `LEFT_OUT` of `app/leaving/contents.py` with its reason. A test finds"
        " what is in neither.",
        "",
        *_explained(says),
        "## Tables",
        "",
    ]
    for table in TABLES:
        lines += [*_section(table, says, f"from `{table.table}`", level="###"), ""]
    lines += [
        "## What stays, and why",
        "",
        "| table or column | because |",
        "| --- | --- |",
        *(f"| `{name}` | {reason} |" for name, reason in LEFT_OUT.items()),
        *(f"| `{name}` of any table | {reason} |" for name, reason in LEFT_OUT_EVERYWHERE.items()),
        "",
    ]
    return "\n".join(lines)


def _explained(says: Speaker) -> list[str]:
    return [line for text in (*_HOW, _NOT_IN_IT) for line in (says.gettext(text), "")]


def _section(table: ExportedTable, says: Speaker, counted: str, level: str = "##") -> list[str]:
    return [
        f"{level} {table.name}",
        "",
        f"{says.gettext(table.about)} ({counted}).",
        "",
        f"| {says.gettext(_COLUMN)} | {says.gettext(_MEANING)} |",
        "| --- | --- |",
        *(f"| `{name}` | {says.gettext(word_of(table, name))} |" for name in table.columns),
    ]
