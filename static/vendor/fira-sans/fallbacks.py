"""Prints the @font-face rules of theme.css that let a font of the device stand in for Fira Sans until it is there.

    fonts/bin/python static/vendor/fira-sans/fallbacks.py fontsource-arimo/package fontsource-roboto/package dejavu

with the environment of subset.sh, the unpacked npm packages @fontsource/arimo (as wide as Arial, Helvetica and
Liberation Sans) and @fontsource/roboto, and a folder with DejaVuSans.ttf and DejaVuSans-Bold.ttf. A stand-in is
stretched (size-adjust) until the texts of our own catalogue take as much room as in Fira Sans, and stands on the
same lines (ascent-override, descent-override), so that nothing moves when the font comes.
"""

import re
import sys
from collections import Counter
from pathlib import Path

from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
CATALOGUE = HERE.parents[2] / "app" / "locales" / "en" / "LC_MESSAGES" / "nahwerk.po"
FIRA = {weight: HERE / f"fira-sans-latin-{weight}.woff2" for weight in (400, 500, 600)}
ARIAL = ("Arial", "Helvetica", "Liberation Sans", "Arimo")


def letters() -> Counter[str]:
    """How often our German and English texts use each letter."""
    lines = re.findall(r'^(?:msgid|msgstr|msgid_plural)[^"]*"(.*)"$', CATALOGUE.read_text(encoding="utf-8"), re.M)
    return Counter("".join(re.sub(r"%\(\w+\)\w|\{\w+\}", "", line) for line in lines))


def width(font: TTFont, used: Counter[str]) -> float:
    """The average advance of a letter, in em."""
    names, metrics = font.getBestCmap(), font["hmtx"].metrics
    known = {letter: count for letter, count in used.items() if ord(letter) in names}
    total = sum(metrics[names[ord(letter)]][0] * count for letter, count in known.items())
    return total / sum(known.values()) / font["head"].unitsPerEm


def rule(family: str, weight: int, stands_in: Path, names: list[str], used: Counter[str]) -> str:
    fira = TTFont(FIRA[weight])
    stretch = width(fira, used) / width(TTFont(stands_in), used)
    lines, em = fira["hhea"], fira["head"].unitsPerEm
    source = ", ".join(f'local("{name}")' for name in names)
    return (
        f'@font-face {{\n  font-family: "{family}"; font-weight: {weight}; src: {source};\n'
        f"  size-adjust: {stretch:.1%}; ascent-override: {lines.ascent / em / stretch:.1%};"
        f" descent-override: {-lines.descent / em / stretch:.1%}; line-gap-override: 0%;\n}}"
    )


def main(arimo: Path, roboto: Path, dejavu: Path) -> None:
    used = letters()
    bold = [f"{name} Bold" for name in ARIAL]
    for family, weight, file, names in [
        ("Fira by Arial", 400, arimo / "files/arimo-latin-400-normal.woff2", [*ARIAL]),
        ("Fira by Arial", 500, arimo / "files/arimo-latin-400-normal.woff2", [*ARIAL]),
        ("Fira by Arial", 600, arimo / "files/arimo-latin-700-normal.woff2", bold),
        ("Fira by Roboto", 400, roboto / "files/roboto-latin-400-normal.woff2", ["Roboto", "Roboto Regular"]),
        ("Fira by Roboto", 500, roboto / "files/roboto-latin-500-normal.woff2", ["Roboto Medium"]),
        ("Fira by Roboto", 600, roboto / "files/roboto-latin-700-normal.woff2", ["Roboto Bold"]),
        ("Fira by DejaVu", 400, dejavu / "DejaVuSans.ttf", ["DejaVu Sans"]),
        ("Fira by DejaVu", 500, dejavu / "DejaVuSans.ttf", ["DejaVu Sans"]),
        ("Fira by DejaVu", 600, dejavu / "DejaVuSans-Bold.ttf", ["DejaVu Sans Bold"]),
    ]:
        print(rule(family, weight, file, names, used))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
