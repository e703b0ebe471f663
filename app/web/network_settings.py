"""What the network says of itself, and its legal texts: drafts, versions, and what changed between two of them."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import LANGUAGES, Action
from app.kernel.refusals import NotFound, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.charging import network_charges
from app.network.legal_texts import (
    LegalVersion,
    difference,
    keep_draft,
    publish_text,
    version_of_day,
    versions_of,
)
from app.network.settings import FIELDS, NetworkSettings, change_settings, check_settings, network_settings
from app.web.forms import NO_ERRORS, notice, read_day, show_again
from app.web.home import LEGAL_PAGES, FormData
from app.web.pages import PageRequest, Pages, go
from app.web.search_form import ZONE
from app.web.staff import staff

NOTICES = {
    "kosten": marked("Gespeichert. Es gilt für alles, was ab jetzt gebucht wird."),
    "gespeichert": marked("Gespeichert. Ab jetzt steht es so auf allen Seiten und in den E-Mails."),
    "entwurf": marked("Der Entwurf ist gespeichert. Sichtbar ist er nur hier."),
    "veroeffentlicht": marked("Die neue Fassung ist veröffentlicht."),
}
_TEXTS = "/netzwerk/texte"
_LONGEST = 70_000


@get("/netzwerk/einstellungen")
async def settings_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    settings = await network_settings(staff(visitor, Action.MANAGE_NETWORK))
    context = {"typed": _fields(settings), "errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "network/settings.html", context)


@post("/netzwerk/einstellungen")
async def settings_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    actor = staff(visitor, Action.MANAGE_NETWORK)
    wanted = NetworkSettings(**{name: data.get(name, "")[:400] for name in FIELDS}).cleaned()
    refusals = check_settings(wanted, sells=await network_charges())
    if refusals:
        context = {"typed": _fields(wanted), "notice": ""}
        return await show_again(request, visitor, pages, "network/settings.html", context, refusals)
    await change_settings(actor, wanted, visitor.now)
    return go("/netzwerk/einstellungen?getan=gespeichert")


def _fields(settings: NetworkSettings) -> dict[str, str]:
    return {name: getattr(settings, name) for name in FIELDS}


@get(_TEXTS)
async def texts_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    staff(visitor, Action.MANAGE_NETWORK)
    rows = []
    for address, (kind, title) in LEGAL_PAGES.items():
        versions = await versions_of(kind)
        holding = [version for version in versions if version.valid_from and version.valid_from <= visitor.now]
        rows.append(
            {
                "address": address,
                "title": title,
                "current": holding[0] if holding else None,
                "coming": [v for v in versions if v.valid_from and v.valid_from > visitor.now],
                "has_draft": any(version.valid_from is None for version in versions),
            }
        )
    return await pages.show(request, visitor, "network/texts.html", {"rows": rows, "notice": notice(request, NOTICES)})


@get(_TEXTS + "/{text:str}")
async def text_page(
    request: PageRequest, text: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """The form with the draft, else with what holds; below it all versions."""
    staff(visitor, Action.MANAGE_NETWORK)
    kind, _ = _known(text)
    versions = await versions_of(kind)
    start = versions[0] if versions else None
    typed = {f"text_{language}": start.text(language) if start else "" for language in LANGUAGES}
    typed["valid_from"] = local_day(visitor.now, ZONE).isoformat()
    context = _text(text, versions, visitor) | {"typed": typed, "errors": NO_ERRORS, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "network/text.html", context)


@post(_TEXTS + "/{text:str}")
async def text_form(
    request: PageRequest,
    text: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Keeps a draft, or publishes it by the other button."""
    actor = staff(visitor, Action.MANAGE_NETWORK)
    kind, _ = _known(text)
    typed = {name: data.get(name, "")[:_LONGEST] for name in ("text_de", "text_en", "valid_from")}
    texts = {language: typed[f"text_{language}"] for language in LANGUAGES}
    try:
        if data.get("womit") == "veroeffentlichen":
            await publish_text(actor, kind, texts, read_day(typed["valid_from"], "valid_from"), visitor.now)
            return go(f"{_TEXTS}/{text}?getan=veroeffentlicht")
        await keep_draft(actor, kind, texts, visitor.now)
    except NotFound:
        raise
    except Refusal as refusal:
        context = _text(text, await versions_of(kind), visitor) | {"typed": typed, "notice": ""}
        return await show_again(request, visitor, pages, "network/text.html", context, [refusal])
    return go(f"{_TEXTS}/{text}?getan=entwurf")


@get(_TEXTS + "/{text:str}/{version:str}")
async def text_difference(
    request: PageRequest,
    text: FromPath[str],
    version: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What a version changed, in both languages; `entwurf` is the draft against what holds."""
    staff(visitor, Action.MANAGE_NETWORK)
    kind, title = _known(text)
    versions = await versions_of(kind)
    number = next((i for i, each in enumerate(versions) if _name(each) == version), None)
    if number is None:
        raise NotFound
    before = versions[number + 1] if number + 1 < len(versions) else None
    context = {
        "title": title,
        "address": text,
        "version": versions[number],
        "before": before,
        "changes": [
            (
                language,
                difference(
                    before.sections.get(language, ()) if before else (), versions[number].sections.get(language, ())
                ),
            )
            for language in LANGUAGES
        ],
    }
    return await pages.show(request, visitor, "network/text_difference.html", context)


@get([f"/{address}/{{version:str}}" for address in LEGAL_PAGES])
async def old_version(
    request: PageRequest, version: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """A version by the day from which it holds, also one that no longer does: whoever agreed to it can read it."""
    kind, title = _known(request.url.path.split("/")[1])
    try:
        day = date.fromisoformat(version)
    except ValueError as error:
        raise NotFound from error
    document = await version_of_day(kind, day, visitor.language)
    if document is None:
        raise NotFound
    context = {
        "title": visitor.speaker.gettext(title),
        "document": document,
        "others": [each.day for each in await versions_of(kind) if each.day and each.day != day],
        "here_url": f"/{request.url.path.split('/')[1]}",
    }
    return await pages.show(request, visitor, "legal.html", context)


def _text(text: str, versions: list[LegalVersion], visitor: Visitor) -> dict[str, Any]:
    published = [version for version in versions if version.valid_from is not None]
    holding = next((v for v in published if v.valid_from and v.valid_from <= visitor.now), None)
    return {
        "title": _known(text)[1],
        "address": text,
        "versions": published,
        "current": holding,
        "has_draft": len(published) < len(versions),
    }


def _known(text: str) -> tuple[str, str]:
    """Kind and title of the text at this address. Raises NotFound."""
    if text not in LEGAL_PAGES:
        raise NotFound
    return LEGAL_PAGES[text]


def _name(version: LegalVersion) -> str:
    return version.day.isoformat() if version.day else "entwurf"


HANDLERS = [settings_page, settings_form, texts_page, text_page, text_form, text_difference, old_version]
