"""Calendar programs that people use, each asked what it sees in a document."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import icalendar
import pytest
import recurring_ical_events
import vobject

FROM, UNTIL = date(2026, 1, 1), date(2027, 12, 31)
HERE = Path(__file__).parent


class Seen(NamedTuple):
    """One event as a reader shows it: instants in UTC, or whole days with the day after the last as end."""

    uid: str
    starts: datetime | date
    ends: datetime | date
    summary: str
    status: str


def in_utc(when: datetime | date) -> datetime | date:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def icalendar_sees(content: bytes) -> list[Seen]:
    return [_seen(event) for event in icalendar.Calendar.from_ical(content).walk("VEVENT")]


def recurring_ical_events_sees(content: bytes) -> list[Seen]:
    calendar = icalendar.Calendar.from_ical(content)
    return [_seen(event) for event in recurring_ical_events.of(calendar).between(FROM, UNTIL)]


def _seen(event: icalendar.Event) -> Seen:
    start, end = in_utc(event.start), in_utc(event.end)
    return Seen(str(event["uid"]), start, end, str(event["summary"]), str(event["status"]))


def vobject_sees(content: bytes) -> list[Seen]:
    events = vobject.readOne(content.decode()).contents.get("vevent", [])
    replaced = {
        (event.uid.value, in_utc(event.recurrence_id.value)) for event in events if "recurrence-id" in event.contents
    }
    return [seen for event in events for seen in _vobject_occurrences(event, replaced)]


def _vobject_occurrences(event: Any, replaced: Collection[tuple[str, datetime | date]]) -> list[Seen]:
    """vobject expands; to leave out the dates in whose place other events stand is its caller's part."""
    start, end = event.dtstart.value, event.dtend.value
    starts = [start]
    if "rrule" in event.contents:
        starts = [at for at in event.getrruleset() if (event.uid.value, in_utc(at)) not in replaced]
    texts = event.summary.value, event.status.value
    return [Seen(event.uid.value, in_utc(at), in_utc(at + (end - start)), *texts) for at in starts]


def ical_js_reads(content: bytes) -> dict[str, list[list[str]]]:
    """What ical.js makes of the document; the test is skipped where Node.js is not installed."""
    if shutil.which("node") is None:
        pytest.skip("ical.js needs Node.js")
    command = ["node", str(HERE / "read.mjs"), f"{UNTIL}T00:00:00Z"]
    done = subprocess.run(command, input=content, capture_output=True, timeout=30, check=True)
    read: dict[str, list[list[str]]] = json.loads(done.stdout)
    return read


def ical_js_sees(content: bytes) -> list[Seen]:
    return [
        Seen(uid, _when(start), _when(end), summary, status)
        for uid, start, end, summary, status in ical_js_reads(content)["events"]
    ]


def _when(text: str) -> datetime | date:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


Reader = Callable[[bytes], list[Seen]]
READERS: Sequence[Reader] = [icalendar_sees, recurring_ical_events_sees, vobject_sees, ical_js_sees]
EXPANDING_READERS: Sequence[Reader] = [recurring_ical_events_sees, vobject_sees, ical_js_sees]


def khal_sees(documents: Mapping[str, bytes], folder: Path) -> dict[str, set[Seen]]:
    """What khal shows of each document after vdirsyncer has fetched it over HTTP.

    A set, because khal repeats an event on each of its days. The uid is always empty: vdirsyncer gives
    every event of a subscription one of its own.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _serving(documents))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        config = _written(folder / "vdirsyncer", _vdirsyncer_config(documents, folder, server.server_port))
        _run(folder, "vdirsyncer", "-c", config, "discover")
        _run(folder, "vdirsyncer", "-c", config, "sync")
    finally:
        server.shutdown()
        server.server_close()
    config = _written(folder / "khal.conf", _khal_config(documents, folder))
    fields = ["calendar", "start-long-full", "end-long-full", "title", "status", "all-day"]
    options = [argument for field in fields for argument in ("--json", field)]
    printed = _run(folder, "khal", "-c", config, "list", *options, str(FROM), str(UNTIL))
    shown: dict[str, set[Seen]] = {name: set() for name in documents}
    for day in printed.splitlines():
        for event in json.loads(day):
            shown[event["calendar"]].add(_khal_seen(event))
    return shown


def _khal_seen(event: Mapping[str, str]) -> Seen:
    start, end = (datetime.fromisoformat(event[f"{side}-long-full"]).replace(tzinfo=UTC) for side in ("start", "end"))
    if event["all-day"] == "True":
        return Seen("", start.date(), end.date() + timedelta(days=1), event["title"], event["status"])
    return Seen("", start, end, event["title"], event["status"])


def _serving(documents: Mapping[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = documents[self.path.strip("/").removesuffix(".ics")]
            self.send_response(200)
            self.send_header("Content-Type", "text/calendar; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Keeps the test's output quiet."""

    return Handler


def _vdirsyncer_config(documents: Mapping[str, bytes], folder: Path, port: int) -> str:
    pairs = [
        f"""
[pair {name}]
a = "{name}_web"
b = "{name}_disk"
collections = null
[storage {name}_web]
type = "http"
url = "http://127.0.0.1:{port}/{name}.ics"
[storage {name}_disk]
type = "filesystem"
path = "{_made(folder / name)}"
fileext = ".ics"
"""
        for name in documents
    ]
    return f'[general]\nstatus_path = "{folder / "status"}"\n' + "".join(pairs)


def _khal_config(documents: Mapping[str, bytes], folder: Path) -> str:
    calendars = "".join(f"[[{name}]]\npath = {folder / name}\n" for name in documents)
    return f"""[calendars]
{calendars}
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder / "khal.db"}
"""


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def _run(home: Path, program: str, *arguments: str) -> str:
    """Runs a program that stands beside this Python; it finds no settings but ours and nobody to ask."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / program), *arguments],
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
