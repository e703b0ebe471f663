"""What static/plan_editor.js says, in the reader's language."""

from collections.abc import Mapping
from typing import Final

from app.kernel.refusals import marked
from app.platform.language import Speaker

_WORDS: Final[Mapping[str, str]] = {
    "chosen": marked("{what} ausgewählt, {where}. Pfeiltasten verschieben, R dreht, Entf entfernt."),
    "moved": marked("{what}: {where}"),
    "where": marked("{x} cm von links, {y} cm von oben"),
    "resized": marked("{what}: {width} × {height} cm"),
    "placed": marked("{what} steht jetzt im Plan, {where}."),
    "taken_out": marked("{what} ist aus dem Plan genommen."),
    "deleted": marked("{what} ist gelöscht."),
    "drawn": marked("{what} ist gezeichnet."),
    "turned": marked("{what} ist gedreht."),
    "undone": marked("Rückgängig gemacht."),
    "redone": marked("Wiederhergestellt."),
    "nothing": marked("Nichts ist ausgewählt."),
    "all_placed": marked("Alle Plätze stehen im Plan."),
    "no_room": marked("In diesem Grundriss ist kein Platz mehr frei."),
    "restored": marked("Ungespeicherte Änderungen von vorhin sind wieder da."),
    "unsaved": marked("Noch nicht gespeichert"),
    "saved": marked("Alles gespeichert"),
    "measured": marked("Die Strecke ist {cm} cm lang. Tragen Sie ein, wie lang sie wirklich ist."),
    "elsewhere": marked("steht auf einer anderen Etage"),
    "room": marked("Bereich"),
    "wall": marked("Wand"),
    "outer": marked("Außenwand"),
    "window": marked("Fenster"),
    "door": marked("Tür"),
    "furniture": marked("Möbel"),
    "label": marked("Beschriftung"),
}


def script_words(say: Speaker) -> dict[str, str]:
    """By the names that the script calls them by; {facts} are filled in there."""
    return {name: say.gettext(text) for name, text in _WORDS.items()}
