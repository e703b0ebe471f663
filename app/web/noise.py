"""What will be heard at the desks of a space, announced and withdrawn by its manager."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.inventory.hours_setting import HoursUnusable
from app.inventory.noise_setting import LONGEST_WHAT, Noise, announce_noise, noises_ahead, withdraw_noise
from app.inventory.rules import wall_instant
from app.kernel.refusals import BadInput, Refusal, marked
from app.kernel.wall_time import local_day
from app.network.queries import SpaceCard
from app.web.block_form import DayMissing
from app.web.fact_form import read_date
from app.web.forms import NO_ERRORS, checked_key, notice, show_again
from app.web.home import FormData
from app.web.hours_form import HoursUnreadable, read_openings
from app.web.managing import operators_space
from app.web.pages import PageRequest, Pages, go
from app.web.week_view import times_text

NOTICES = {"angesagt": marked("Angesagt. Wer dann bucht, liest es vorher."), "weg": marked("Zurückgenommen.")}


@get("/betrieb/{slug:str}/zu-hoeren")
async def noise_page(
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
    zone = ZoneInfo(space.time_zone)
    context = {
        "space": space,
        "groups": _together(await noises_ahead(space.id, visitor.now), zone, visitor),
        "typed": typed,
        "today": local_day(visitor.now, zone).isoformat(),
        "longest": LONGEST_WHAT,
        "notice": notice(request, NOTICES),
    }
    if refused:
        return await show_again(request, visitor, pages, "operator/noise.html", context, refused)
    return await pages.show(request, visitor, "operator/noise.html", context | {"errors": NO_ERRORS})


def _together(
    noises: Sequence[Noise], zone: ZoneInfo, visitor: Visitor
) -> list[tuple[str, str, list[tuple[Noise, str]]]]:
    """What is heard again on the same weekday at the same time stands together, by its next time.

    What it is, when, and each time of it in words.
    """
    groups: dict[tuple[object, ...], tuple[str, str, list[tuple[Noise, str]]]] = {}
    for each in noises:
        starts, ends = each.period.starts_at.astimezone(zone), each.period.ends_at.astimezone(zone)
        times = times_text(starts, ends, visitor)
        of = each.what_de, each.what_en, starts.weekday(), starts.time(), ends.time()
        _, _, rows = groups.setdefault(of, (each.what_de, f"{visitor.speaker.weekday(starts.date())}, {times}", []))
        rows.append((each, f"{visitor.speaker.day(starts.date())} {starts.year}, {times}"))
    return list(groups.values())


@post("/betrieb/{slug:str}/zu-hoeren")
async def announce_it(
    request: PageRequest,
    slug: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    data: FormData,
) -> Response[str] | Redirect:
    space = await operators_space(slug, visitor)
    refused: list[Refusal] = []
    when = _when(data, space, refused)
    if when is not None:
        try:
            german, english = data.get("what_de", ""), data.get("what_en", "")
            await announce_noise(visitor.signed_in, space, *when, german, english, visitor.now)
            return go(f"/betrieb/{slug}/zu-hoeren?getan=angesagt")
        except BadInput as refusal:
            refusal.field = "hours" if refusal.field == "ends_at" else refusal.field
            refused.append(refusal)
    return await _show(request, visitor, pages, space, data, refused)


def _when(data: Mapping[str, str], space: SpaceCard, refused: list[Refusal]) -> tuple[datetime, datetime] | None:
    """From one wall time of a day to another, past midnight where it ends before it begins."""
    day = read_date(data, "tag", refused)
    if day is None:
        refused[:] = [DayMissing(field="tag")]
        return None
    try:
        openings = read_openings(data.get("hours", ""), "hours")
    except HoursUnreadable as refusal:
        refused.append(refusal)
        return None
    if len(openings) != 1:
        refused.append(HoursUnusable(field="hours"))
        return None
    zone, [opening] = ZoneInfo(space.time_zone), openings
    past_midnight = 24 * 60 if opening.closes <= opening.opens else 0
    return wall_instant(day, opening.opens, zone), wall_instant(day, opening.closes + past_midnight, zone)


@post("/betrieb/{slug:str}/zu-hoeren/{noise:str}/zuruecknehmen")
async def withdraw_it(slug: FromPath[str], noise: FromPath[str], visitor: NamedDependency[Visitor]) -> Redirect:
    space = await operators_space(slug, visitor)
    await withdraw_noise(visitor.signed_in, space, checked_key(noise), visitor.now)
    return go(f"/betrieb/{slug}/zu-hoeren?getan=weg")


HANDLERS = [noise_page, announce_it, withdraw_it]
