"""Writes the fonts that documents are set in (folder `print`), which must be TrueType files:

    fonts/bin/python static/vendor/fira-sans/print.py

with the environment of subset.sh. The weights 400 and 600 become one family; the further Latin letters are one of
their own beside it, because a document is set with whole families.
"""

from pathlib import Path

from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
FAMILIES = {"latin": "Fira Sans", "latin-ext": "Fira Sans Ext"}
STYLES = {400: "Regular", 600: "SemiBold"}

for letters, family in FAMILIES.items():
    for weight, style in STYLES.items():
        font = TTFont(HERE / f"fira-sans-{letters}-{weight}.woff2", recalcTimestamp=False)
        font.flavor = None
        for number, text in {
            1: family if weight == 400 else f"{family} {style}",
            2: "Regular",
            4: f"{family} {style}",
            16: family,
            17: style,
        }.items():
            font["name"].setName(text, number, 3, 1, 0x409)
        font.save(HERE / "print" / f"fira-sans-{letters}-{weight}.ttf")
