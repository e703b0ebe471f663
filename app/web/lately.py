"""Moments of the last days in words, as close as people need them."""

from datetime import datetime

from babel.dates import format_date, format_time

from app.identity.authentication import Visitor
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.web.search_form import ZONE

_WEEK = 7


def lately(at: datetime, visitor: Visitor) -> str:
    """heute, 6:40; gestern, 18:20; Mo, 18:20; Fr 20.11.; 20. November 2025."""
    say = visitor.speaker
    local, today = at.astimezone(ZONE), local_day(visitor.now, ZONE)
    clock = format_time(local, "H:mm", locale=say.locale)
    days_ago = (today - local.date()).days
    if days_ago == 0:
        return say.say(marked("heute, {time}"), time=clock)
    if days_ago == 1:
        return say.say(marked("gestern, {time}"), time=clock)
    if 1 < days_ago < _WEEK:
        return f"{format_date(local, 'ccc', locale=say.locale)}, {clock}"
    if local.year != today.year:
        return say.day_of_year(local.date())
    return format_date(local, "ccc d.M." if visitor.language == "de" else "ccc d/M", locale=say.locale)
