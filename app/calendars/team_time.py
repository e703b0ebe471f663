"""What a team's feed shows its owner: days on which the team meets, and those of colleagues who let the owner see them.

It is put together anew at every fetch, so that what somebody takes back is gone at once.
"""

import hashlib
from datetime import date, datetime

from app.bookings.near import ColleagueDay, days_of_colleagues
from app.calendars.queries import Mark, ReadFeed
from app.calendars.rules import FEED_EVENTS, ClosingDays, all_day_bytes, feed_window
from app.kernel.refusals import marked
from app.platform.language import Speaker, speaker
from app.teams.queries import teams_of
from app.teams.team_days import SetDay, set_days


async def team_events(feed: ReadFeed, now: datetime) -> list[bytes]:
    """The events by day; none for whoever does not belong to the team any more."""
    if feed.team is None or all(team.id != feed.team for team in await teams_of(feed.person)):
        return []
    window, says = feed_window(now), speaker(feed.language)
    first, last = window.starts_at.date(), window.ends_at.date()
    meetings = [(one.day, _meeting(one, one.day, says)) for one in await set_days(feed.team, first, last) if one.day]
    colleagues = await days_of_colleagues(feed.person, first, last, team=feed.team)
    shown = [*meetings, *((one.day, _colleague(one)) for one in colleagues)]
    nearest = sorted(shown, key=lambda event: (event[0] < now.date(), abs((event[0] - now.date()).days)))[:FEED_EVENTS]
    return [content for _, content in sorted(nearest)]


def team_mark(events: list[bytes]) -> Mark:
    """Another one as soon as anything of it is."""
    return Mark(len(events), hashlib.sha256(b"".join(events)).hexdigest())


def _meeting(one: SetDay, day: date, says: Speaker) -> bytes:
    text = marked("Teamtag: {title}, {space}") if one.space_name else marked("Teamtag: {title}")
    summary = says.say(text, title=one.title, space=one.space_name)
    return all_day_bytes(ClosingDays(f"{one.public_id}@nahwerk", day, day, summary))


def _colleague(one: ColleagueDay) -> bytes:
    times = f" ({one.starts_at:%H:%M}–{one.ends_at:%H:%M})" if one.starts_at and one.ends_at else ""
    holder = f"colleague-{one.person}-{one.space}@nahwerk"
    return all_day_bytes(ClosingDays(holder, one.day, one.day, f"{one.name}: {one.space_name}{times}"))
