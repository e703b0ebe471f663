"""Meine Woche: the next booking, the week around it, and all bookings before and after."""

from datetime import datetime
from itertools import groupby

from babel.dates import format_date
from litestar import Response, get
from litestar.di import NamedDependency

from app.bookings.no_shows import own_no_shows
from app.bookings.queries import BookingCard, BookingFilter, booking_of, bookings_of
from app.bookings.series_queries import series_ahead
from app.bookings.waiting import in_line
from app.calendars.queries import feeds_of
from app.calendars.subscriptions import FeedKind
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import NotFound
from app.kernel.wall_time import local_day
from app.network.charging import network_charges
from app.notifications.queries import recent_mails
from app.web.asked_changes import asked_changes
from app.web.feed_view import feed_lines
from app.web.forms import notice
from app.web.holdings_view import own_credit
from app.web.lately import lately
from app.web.offline import keep_with_the_week
from app.web.own_desk import NOTICES, own_desks
from app.web.pages import PageRequest, Pages
from app.web.search_form import ZONE
from app.web.series_view import title_of
from app.web.team_leaving import LEFT_TEAM
from app.web.usual_view import usual_offer
from app.web.waiting_view import waiting_lines
from app.web.week_view import BookingLine, asked_week, booking_line, month_text, next_booking, week_of

BOOKINGS_ON_A_PAGE = 30
MAILS_SHOWN = 5


@get("/woche")
async def week_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = visitor.allowed(Action.SEE_OWN_BOOKINGS)
    charges = await network_charges()
    monday = asked_week(request.query_params.get("woche", ""), visitor)
    following = await next_booking(actor.person, visitor)
    latest = following.booking if following else await _latest(actor.person)
    near = f"{latest.space.postcode} {latest.space.place}" if latest else ""
    context = {
        "today": _today(visitor),
        "week_number": local_day(visitor.now, ZONE).isocalendar().week,
        "following": following,
        "week": await week_of(actor.person, monday, following.booking if following else None, near, visitor),
        "lines": waiting_lines(await in_line(actor.person), visitor),
        "own_desks": await own_desks(actor.person, visitor) if charges else [],
        "asked": await asked_changes(actor.person, visitor) if charges else [],
        "notice": notice(request, {**NOTICES, **LEFT_TEAM}),
        "usual": await usual_offer(actor.person, visitor) if latest else None,
        "has_booked": latest is not None,
        "series": [
            (title_of(one, visitor), f"/woche/serien/{one.public_id}", one.space.name)
            for one in await series_ahead(actor.person, visitor.now)
        ],
        "feeds": feed_lines([feed for feed in await feeds_of(actor) if feed.subject.kind is FeedKind.PERSON], visitor),
        "credit": await own_credit(actor.person, visitor) if charges else [],
        "mails": [
            (mail.sent_at, lately(mail.sent_at, visitor), mail.subject)
            for mail in await recent_mails(actor.person, MAILS_SHOWN)
        ],
    }
    kept = keep_with_the_week(following.booking.public_id if following else None)
    return await pages.show(request, visitor, "week/show.html", context, headers=kept)


@get("/woche/alle")
async def all_bookings(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Every booking, the latest first; `vor` is the last one of the page before."""
    person = visitor.allowed(Action.SEE_OWN_BOOKINGS).person
    before = request.query_params.get("vor", "")
    after = await _place_in_list(person, before) if before else None
    found = await bookings_of(person, BookingFilter(), limit=BOOKINGS_ON_A_PAGE + 1, after=after, latest_first=True)
    shown = found[:BOOKINGS_ON_A_PAGE]
    context = {
        "months": _by_month(shown, visitor),
        "next_url": f"/woche/alle?vor={shown[-1].public_id}" if len(found) > len(shown) else "",
        "first_url": "/woche/alle" if before else "",
        "missed": await own_no_shows(person, visitor.now),
    }
    return await pages.show(request, visitor, "week/all.html", context)


async def _latest(person: int) -> BookingCard | None:
    found = await bookings_of(person, BookingFilter(), limit=1, latest_first=True)
    return found[0] if found else None


async def _place_in_list(person: int, public_id: str) -> tuple[datetime, int]:
    """What `bookings_of` continues after. Raises NotFound."""
    booking = await booking_of(person, public_id)
    if booking is None:
        raise NotFound
    return booking.period.starts_at, booking.id


def _by_month(bookings: list[BookingCard], visitor: Visitor) -> list[tuple[str, list[BookingLine]]]:
    return [
        (month, [booking_line(booking, visitor) for booking in group])
        for month, group in groupby(bookings, lambda booking: month_text(booking, visitor))
    ]


def _today(visitor: Visitor) -> str:
    """Dienstag, 24. November."""
    pattern = "EEEE, d. MMMM" if visitor.language == "de" else "EEEE d MMMM"
    return format_date(local_day(visitor.now, ZONE), pattern, locale=visitor.speaker.locale)


HANDLERS = [week_page, all_bookings]
