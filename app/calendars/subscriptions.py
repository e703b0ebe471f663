"""What people subscribe to, under which address, and who came to read it. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from app.kernel.plain_text import one_line
from app.kernel.refusals import Conflict, marked

MOST_FEEDS = 20
"""How many living feeds one person can have."""

_LONGEST_PROGRAM = 40


class FeedKind(StrEnum):
    """Whose time a feed shows."""

    PERSON = "person"
    RESOURCE = "resource"
    SPACE = "space"
    TEAM = "team"


class TooManyFeeds(Conflict):
    """More addresses than anybody can look after."""

    code = "too_many_feeds"
    text = marked(
        "Mehr als {most} Kalender-Adressen sind nicht möglich. Löschen Sie eine, die Sie nicht mehr brauchen."
    )


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where a feed is read, and the links with which calendars subscribe to it. All of it is secret."""

    https: str

    @classmethod
    def of(cls, token: str, address: str) -> "FeedAddress":
        """`address` is the site's, without a slash at its end."""
        return cls(f"{address}/calendars/{token}.ics")

    @property
    def webcal(self) -> str:
        """Opens Apple's calendar, Thunderbird and most others."""
        return f"webcal://{self.https.partition('://')[2]}"

    @property
    def google(self) -> str:
        """Google's page for adding a calendar by its address."""
        return f"https://calendar.google.com/calendar/r?cid={quote(self.webcal, safe='')}"

    @property
    def outlook(self) -> str:
        """The page of Outlook on the web for adding a calendar by its address."""
        return f"https://outlook.live.com/calendar/0/addfromweb?url={quote(self.https, safe='')}"


_PROGRAMS = (
    ("google-calendar", marked("Google Kalender")),
    ("googlebot", marked("Google Kalender")),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook"),
    ("exchange", "Outlook"),
    ("thunderbird", "Thunderbird"),
    ("nextcloud", "Nextcloud"),
    ("davx5", "DAVx5"),
    ("icsx5", "ICSx5"),
    ("calendaragent", marked("Apple Kalender")),
    ("dataaccessd", marked("Apple Kalender")),
    ("remindd", marked("Apple Kalender")),
    ("ical/", marked("Apple Kalender")),
    ("mozilla/", "Browser"),
)


def program_name(user_agent: str) -> str | None:
    """The reading program as people call it; else its product token (RFC 9110, 10.1.5); None where it says nothing."""
    said = one_line(user_agent)
    known = next((name for mark, name in _PROGRAMS if mark in said.lower()), None)
    return known or said.split("/")[0].split(" ")[0][:_LONGEST_PROGRAM] or None
