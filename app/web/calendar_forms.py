"""What a free time and a booking of the calendar lead to: booking or blocking it, and what is done with a booking."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.front_desk import booking_at, find_people
from app.bookings.queries import guests_of
from app.bookings.rules import DayPart, Status, check_changeable, check_check_in, is_that_day
from app.identity.authentication import Visitor
from app.inventory.queries import resources_of
from app.inventory.rules import label
from app.kernel.refusals import Refusal, passes
from app.network.queries import SpaceCard
from app.platform.problems import status_of
from app.web.desk_bookings import municipality_name
from app.web.desk_calendar import asked_of, may_block
from app.web.front_desk import booking_context, desk_space, single, state_at_desk
from app.web.pages import PageRequest, Pages
from app.web.search_form import empty_search, read_when, typed_again

_LONGEST_QUERY = 120
_AGAIN = {"tag": "am"}
"""The form's names for what `read_when` calls otherwise: `tag` is the day of the calendar that it came from."""


@get("/theke/{slug:str}/kalender/neu")
async def new_in_calendar(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Book or block: the time and the place as marked in the calendar, then who it is for, or why."""
    space, query = await desk_space(slug, visitor), single(request)
    wish = {name: query.get(name, "") for name in ("von", "bis")} | {"tag": query.get("am", "")}
    wanted, errors = read_when(wish | {"zeit": DayPart.OWN}, visitor) if query.get("von") else (None, {})
    said = query.get("wer", "").strip()[:_LONGEST_QUERY]
    status, found = 422 if errors else 200, []
    try:
        found = await find_people(visitor.signed_in, said, visitor.now) if said and wanted else []
    except Refusal as refusal:
        errors, status = {"wer": visitor.speaker.refusal(refusal)}, status_of(refusal)
    context = await _new_context(space, query, visitor) | {
        "asked": asked_of(request, space, visitor),
        "errors": {_AGAIN.get(name, name): text for name, text in errors.items()},
        "said": said,
        "found": [(person, municipality_name(person.municipality)) for person in found],
        "is_ready": wanted is not None,
    }
    return await pages.show(request, visitor, "front_desk/calendar_new.html", context, status=status)


async def _new_context(space: SpaceCard, query: Mapping[str, str], visitor: Visitor) -> dict[str, Any]:
    say, limits = visitor.speaker, empty_search(visitor)
    places = [(each.public_id, say.word(label(each.kind, each.name))) for each in await resources_of(space.id)]
    place = next((public_id for public_id, _ in places if public_id == query.get("platz")), "")
    typed = typed_again({**query, "tag": query.get("am", "")}) if query.get("am") else {"tag": limits.tag}
    wish = {"tag": typed["tag"], "zeit": "eigen", "von": query.get("von", "")[:5], "bis": query.get("bis", "")[:5]}
    blocked = {"art": "sperre", "tag": wish["tag"], "von": wish["von"], "bis": wish["bis"]}
    return {
        "space": space,
        "places": places,
        "typed": {"platz": place, "am": wish["tag"], "von": wish["von"], "bis": wish["bis"]},
        "wish": urlencode(wish | ({"was": place} if place else {})),
        "block_url": f"/betrieb/{space.slug}/sperren/neu?"
        + urlencode(blocked | ({f"platz-{place}": "ja"} if place else {})),
        "may_block": may_block(space, visitor),
        "first_day": limits.first_day,
        "last_day": limits.last_day,
    }


@get("/theke/{slug:str}/kalender/buchungen/{public_id:str}")
async def booking_in_calendar(
    request: PageRequest,
    slug: FromPath[str],
    public_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """A booking, and all that the desk can do with it."""
    space = await desk_space(slug, visitor)
    booking = await booking_at(space, public_id)
    zone, now = booking.space.zone, visitor.now
    context = await booking_context(booking, space, visitor) | {
        "asked": asked_of(request, space, visitor),
        "state": state_at_desk(booking, now),
        "guests": (await guests_of([booking.id])).get(booking.id, ()),
        "number": booking.guest_phone if is_that_day(booking.period, zone, now) else None,
        "may_change": passes(check_changeable, booking.status, booking.period.ends_at, now),
        "may_check_in": booking.status in (Status.CONFIRMED, Status.NO_SHOW)
        and passes(check_check_in, Status.CONFIRMED, booking.period, zone, now),
    }
    return await pages.show(request, visitor, "front_desk/calendar_booking.html", context)


HANDLERS = [new_in_calendar, booking_in_calendar]
