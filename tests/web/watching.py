"""All that somebody can get from the application: every page, answer, file and feed of its own route table, and mails.

What is drawn anew for each answer is made the same, so that two worlds can be compared letter by letter.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from unittest.mock import patch

import httpx
import msgspec

from app import jobs
from app.calendars.operations import CreateFeed, create_feed
from app.calendars.subscriptions import FeedKind
from app.kernel.refusals import Refusal
from app.platform.database import fetch, fetch_value
from app.platform.outbox import Event
from app.platform.settings import Environment, Settings
from tests.notifications.conftest import Postman, text_of
from tests.web.conftest import Browser
from tests.web.test_access import OF_DEVICES, WAYS, Way, ids_for
from tests.worlds import NOW, APerson

OF_A_TEAM = re.compile(r"/team\b|/firma\b|/netzwerk/firmen\b")
_DRAWN_ANEW: Sequence[tuple[str, str]] = (
    (r'name="_csrf_token" value="[^"]*"', 'name="_csrf_token"'),
    (r'name="schluessel" value="[^"]*"', 'name="schluessel"'),
    (r'"(request_id|instance|trace_id)": ?"[^"]*"', r'"\1"'),
    (r"Vorgang [0-9a-f-]{8,}", "Vorgang"),
    (r'(?<="id":")[2-9a-hjkmnp-z]{16}(?=","day":)', "drawn"),
    (r"(/antraege/|/mein-rahmen/|/buchen/|(?:antrag|tage|stunden|budget|antwort)-)[2-9a-hjkmnp-z]{16}", r"\1drawn"),
)

_NOTHING = "zzzzzzzzzzzzzzzz"

Seen = dict[str, str]
"""What somebody got, by what he asked for."""


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody at a browser and with a program, and his feeds."""

    person: APerson
    browser: Browser
    program: Browser
    feeds: Sequence[str]

    async def sees(self, ids: Mapping[str, str], of_the_life: Mapping[str, str], only: re.Pattern[str] | None) -> Seen:
        """Every answer to a GET of any route, with everybody's ids, and those of `of_the_life` in their place too."""
        seen: Seen = {}
        for way in _READING:
            if only is not None and not only.search(way.path):
                continue
            known = _known(way, ids)
            path = way.to(known)
            seen[str(way)] = await self._answer(way, path)
            meant = {name: key for name, key in of_the_life.items() if name in way.names}
            if meant:
                answer = await self._answer(way, way.to({**known, **meant}))
                seen[f"{way} of the life"] = _without(answer, of_the_life.values())
        for number, feed in enumerate(self.feeds):
            seen[f"feed {number}"] = same((await self.browser.get(feed)).text)
        return seen

    async def does(self, ids: Mapping[str, str], form: Mapping[str, str]) -> Seen:
        """Every answer to a form of a team's, and to that for all that is kept of oneself."""
        seen: Seen = {}
        for way in _ACTING:
            answer = await self.browser.post(
                way.to({**dict.fromkeys(way.names, _NOTHING), **ids_for(way, ids)}), **form
            )
            seen[str(way)] = f"{answer.status_code} {answer.headers.get('location', '')} {same(answer.text)}"
        return seen

    async def asks(self, ids: Mapping[str, str], day: date) -> Seen:
        """Every answer to what programs ask of a team: booking for everybody in it, and giving all of it back."""
        seen: Seen = {}
        team = f"/api/v1/team/{ids['team']}"
        head = {"headers": dict(self.person.bearer)}
        people = (await self.program.client.get(team, **head)).json().get("members", {}).get("items", ())
        wanted = {
            "members": [one["id"] for one in people] or ["niemand"],
            "day": day.isoformat(),
            "spaces": ["regiohub-polch", "alte-post-andernach"],
        }
        act = _NOTHING
        for way in _ASKING:
            path = way.to({**dict.fromkeys(way.names, _NOTHING), **ids_for(way, ids), "act": act})
            answer = await self.program.client.post(path, json=wanted, **head)
            act = answer.json().get("id", act)
            seen[str(way)] = f"{answer.status_code} {same(answer.text)}"
        return seen

    async def _answer(self, way: Way, path: str) -> str:
        if way.is_api:
            answer = await self.program.get(path, headers=dict(self.person.bearer))
        else:
            answer = await self.browser.get(path)
        return f"{answer.status_code} {answer.headers.get('location', '')}\n{same(_text(answer))}"


async def a_watcher(browser: Browser, program: Browser, person: APerson) -> Watcher:
    """The person signed in, with every feed that he may make."""
    await browser.signed_in(person)
    feeds = []
    for kind in FeedKind:
        try:
            _, token = await create_feed(person.actor(), CreateFeed(kind), NOW)
        except Refusal:
            continue
        feeds.append(f"/calendars/{token}.ics")
    return Watcher(person, browser, program, feeds)


async def mails_since(event: int) -> list[tuple[str, str]]:
    """Address and text of each mail that follows from what happened after this event, once all is settled that follows
    from it."""
    postman = Postman()
    with patch.object(jobs, "mail_transport", return_value=postman):
        reactions = jobs.all_reactions(Settings(environment=Environment.TEST))
    while rows := await fetch(_HAPPENED, event):
        for row in rows:
            for reaction in reactions.get(row["name"], ()):
                ids = msgspec.json.decode(row["payload"])
                known = Event(
                    row["id"], row["name"], row["version"], row["aggregate_kind"], row["aggregate_id"], ids, NOW
                )
                await reaction.run(known, NOW)
            event = row["id"]
    return [(str(mail["to"]), f"{mail['subject']}\n{text_of(mail)}") for mail in postman.mails]


_HAPPENED = (
    "SELECT id, name, version, aggregate_kind, aggregate_id, payload::text AS payload FROM outbox_event WHERE id > $1"
    " ORDER BY id"
)


async def last_event() -> int:
    """The key of what happened last."""
    return int(await fetch_value("SELECT coalesce(max(id), 0) FROM outbox_event"))


_OF_NOBODY = {"/dev/mail", "/dev/mail/{name}", "/dev/mail/{name}/html", "/dev/mail/{name}/invite.ics", "/metrics"}
_READING = [way for way in WAYS if way.method == "GET" and way.path not in OF_DEVICES | _OF_NOBODY]
_ASKING = [Way("POST", f"/api/v1/team/{{team}}/{asked}") for asked in ("quotes", "bookings", "bookings/{act}/cancel")]
"""In the order in which a program asks."""
ASKED_BY_PROGRAMS = {str(way) for way in WAYS if way.method != "GET" and way.path.startswith("/api/v1/team")}
"""All that a program can ask of a team besides reading."""
_ACTING = [way for way in WAYS if way.method == "POST" and (OF_A_TEAM.match(way.path) or way.path == "/konto/daten")]


def _known(way: Way, ids: Mapping[str, str]) -> Mapping[str, str]:
    """What the parameters of the address stand for; those that belong to nobody name nothing."""
    return {**dict.fromkeys(way.names, _NOTHING), **ids_for(way, ids)}


def _text(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    return answer.text if kind.startswith(("text/", "application/")) else answer.content.hex()


def same(text: str) -> str:
    """Without what is drawn anew for each answer."""
    for pattern, instead in _DRAWN_ANEW:
        text = re.sub(pattern, instead, text)
    return text


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "…")
    return text
