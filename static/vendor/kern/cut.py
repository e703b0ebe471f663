"""Cuts KERN's stylesheet down to the components that Nahwerk uses.

    python static/vendor/kern/cut.py path/to/unpacked/package

reads `dist/kern.css` of the npm package @kern-ux/native and writes `kern.css` and `icons/*.svg` beside
this file. A rule stays when all of its selector's KERN classes belong to a kept component; declarations
are never changed, but for two things: the icons, which KERN writes as data: addresses, become files, so
that the Content-Security-Policy need not allow data: pictures; and custom properties that nothing reads
any more are left out.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

KEPT = frozenset(
    {
        "alert",
        "body",
        "btn",
        "btn-wrapper",
        "dark",
        "error",
        "fieldset",
        "form-check",
        "form-input",
        "hint",
        "icon",
        "label",
        "level",
        "light",
        "sr-only",
        "table",
        "table-responsive",
        "title",
    }
)
DATA_ICON = re.compile(r'url\("data:image/svg\+xml,([^"]*)"\)')
COMPONENT = re.compile(r"\.kern-([a-z]+(?:-[a-z]+)*)")


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each block of one level as its head (selectors or at-rule) and its body."""
    depth, start, head = 0, 0, ""
    for place, sign in enumerate(css):
        if sign == "{":
            depth += 1
            if depth == 1:
                head, start = css[start:place].strip(), place + 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:place].strip()
                start = place + 1


def selectors(head: str) -> list[str]:
    """The selectors of a rule, split at the commas that stand outside brackets."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", head)]


def is_kept(selector: str) -> bool:
    return all(component in KEPT for component in COMPONENT.findall(selector))


def cut(css: str) -> str:
    """The rules that stay, one on each line, in their order."""
    lines = []
    for head, body in blocks(css):
        if head.startswith("@keyframes"):
            continue
        if head.startswith("@"):
            inner = cut(body)
            if inner:
                lines.append(f"{head} {{\n{inner}\n}}")
            continue
        kept = [selector for selector in selectors(head) if is_kept(selector)]
        if kept and body:
            lines.append(f"{', '.join(kept)} {{ {' '.join(body.split())} }}")
    return "\n".join(lines)


def icon_names(css: str) -> dict[str, str]:
    """The name of each icon by its data, as the class `kern-icon--<name>` gives it."""
    names = {}
    for head, body in blocks(css):
        named = re.fullmatch(r"\.kern-icon--([a-z-]+)", head)
        data = DATA_ICON.search(body)
        if named and data:
            names[data.group(1)] = named.group(1)
    return names


def without_unread_properties(css: str) -> str:
    """Drops declarations of custom properties until every one that is left is read somewhere."""
    declared = set(re.findall(r" (--[\w-]+): ", css))
    unread = declared - set(re.findall(r"var\((--[\w-]+)", css))
    if not unread:
        return re.sub(r"^[^{}\n]*\{ *\}\n", "", css, flags=re.MULTILINE)
    return without_unread_properties(
        re.sub(r" (--[\w-]+): [^;{}]*;", lambda found: "" if found[1] in unread else found[0], css)
    )


def main(package: Path) -> None:
    here = Path(__file__).parent
    source = (package / "dist" / "kern.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL).replace('@charset "UTF-8";', "")
    names = icon_names(css)
    (here / "icons").mkdir(exist_ok=True)
    for data, name in names.items():
        (here / "icons" / f"{name}.svg").write_text(unquote(data) + "\n", encoding="utf-8")
    css = DATA_ICON.sub(lambda found: f'url("icons/{names[found.group(1)]}.svg")', cut(css))
    note = "/* KERN, @kern-ux/native, licensed under the EUPL 1.2; cut by cut.py, see VERSION. */\n"
    (here / "kern.css").write_text(note + without_unread_properties(css) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
