"""Calendar addresses as the pages show them: in a list, and a new one on the only page that ever holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from app.calendars.entries import subject_name
from app.calendars.queries import FeedCard
from app.calendars.subscriptions import FeedAddress, FeedKind
from app.identity.authentication import Visitor
from app.kernel.refusals import marked
from app.web.lately import lately

_CONTENTS = {
    FeedKind.PERSON: marked("Wann, wo und welcher Platz"),
    FeedKind.RESOURCE: marked("Belegte Zeiten, ohne Namen"),
    FeedKind.TEAM: marked("Teamtage, und die Tage der Kollegen, die sie Ihnen zeigen"),
    FeedKind.SPACE: marked("Belegte Zeiten aller Plätze und Schließtage, ohne Namen"),
}


@dataclass(frozen=True, slots=True)
class FeedLine:
    """A feed in a list; its address is known to nobody any more."""

    public_id: str
    name: str
    contents: str
    made: str
    fetched: str


@dataclass(frozen=True, slots=True)
class NewAddress:
    """The address of a feed that was made or renewed just now, and the links that subscribe to it."""

    name: str
    contents: str
    https: str
    webcal: str
    google: str
    outlook: str
    is_only_here: bool
    """Whether calendars on the internet cannot reach it, because the network runs on a machine of one's own."""


def feed_lines(feeds: Sequence[FeedCard], visitor: Visitor) -> list[FeedLine]:
    """The feeds as their owner sees them."""
    return [feed_line(feed, visitor) for feed in feeds]


def feed_line(feed: FeedCard, visitor: Visitor) -> FeedLine:
    say = visitor.speaker
    renewed_or_made = marked("erneuert {when}") if feed.rotated_at else marked("angelegt {when}")
    return FeedLine(
        public_id=feed.public_id,
        name=subject_name(feed.subject, say),
        contents=say.gettext(_CONTENTS[feed.subject.kind]),
        made=say.say(renewed_or_made, when=lately(feed.rotated_at or feed.created_at, visitor)),
        fetched=_fetched(feed, visitor),
    )


def new_address(feed: FeedCard, token: str, site: str, visitor: Visitor) -> NewAddress:
    """`site` is the public address of the pages. The token stands nowhere else than in this answer."""
    line, address = feed_line(feed, visitor), FeedAddress.of(token, site)
    return NewAddress(
        name=line.name,
        contents=line.contents,
        https=address.https,
        webcal=address.webcal,
        google=address.google,
        outlook=f"{address.outlook}&name={quote(line.name, safe='')}",
        is_only_here=is_only_here(site),
    )


def is_only_here(site: str) -> bool:
    """Whether this address means the machine itself or one in a private network."""
    host = urlsplit(site).hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _fetched(feed: FeedCard, visitor: Visitor) -> str:
    say = visitor.speaker
    if feed.last_fetched_at is None:
        return say.gettext(marked("noch nicht abgerufen"))
    when = lately(feed.last_fetched_at, visitor)
    if feed.last_fetched_by is None:
        return say.say(marked("zuletzt abgerufen: {when}"), when=when)
    program = say.gettext(feed.last_fetched_by)
    return say.say(marked("zuletzt abgerufen: {program}, {when}"), program=program, when=when)
