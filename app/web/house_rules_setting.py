"""A space's house rules as its manager keeps them: the editions, and a new one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import first_instant, local_day
from app.network.house_rules import LONGEST_TEXT, house_rules_editions, house_rules_of, publish_house_rules
from app.network.queries import SpaceCard
from app.web.fact_form import read_date
from app.web.forms import NO_ERRORS, notice, show_again
from app.web.home import FormData
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go

NOTICES = {"fassung": marked("Die Fassung ist veröffentlicht. Mit der nächsten Buchung nimmt man sie an.")}


@get("/betrieb/{slug:str}/hausordnung")
async def editions_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(request, visitor, pages, await operators_space(slug, visitor), {})


async def _show(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    space: SpaceCard,
    typed: Mapping[str, str],
    refused: Sequence[Refusal] = (),
) -> Response[str]:
    current = await house_rules_of(space.id, visitor.now)
    editions = await house_rules_editions(space.id)
    latest = editions[0].text if editions else {"de": "", "en": ""}
    english = latest["en"] if latest["en"] != latest["de"] else ""
    context = {
        "space": space,
        "zone": ZoneInfo(space.time_zone),
        "current": current,
        "editions": editions,
        "typed": typed or {"text_de": latest["de"], "text_en": english},
        "today": local_day(visitor.now, ZoneInfo(space.time_zone)).isoformat(),
        "longest": LONGEST_TEXT,
        "notice": notice(request, NOTICES),
    }
    if refused:
        return await show_again(request, visitor, pages, "operator/house_rules.html", context, refused)
    return await pages.show(request, visitor, "operator/house_rules.html", context | {"errors": NO_ERRORS})


@post("/betrieb/{slug:str}/hausordnung")
async def publish_edition(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    """Without a day, or with today, the edition holds at once."""
    space = await operators_space(slug, visitor)
    refused: list[Refusal] = []
    valid_from = _valid_from(data, space, visitor.now, refused)
    if not refused:
        try:
            german, english = data.get("text_de", ""), data.get("text_en", "")
            await publish_house_rules(visitor.signed_in, space.id, german, english, valid_from, visitor.now)
            return go(f"/betrieb/{slug}/hausordnung?getan=fassung")
        except BadInput as refusal:
            refused = [refusal]
    return await _show(request, visitor, pages, space, data, refused)


def _valid_from(data: Mapping[str, str], space: SpaceCard, now: datetime, refused: list[Refusal]) -> datetime:
    zone = ZoneInfo(space.time_zone)
    day = read_date(data, "valid_from", refused)
    return now if day is None or day == local_day(now, zone) else first_instant(day, time(), zone)


HANDLERS = [editions_page, publish_edition]
