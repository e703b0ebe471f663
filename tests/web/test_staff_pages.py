"""What the network's staff sees of jobs and of the audit trail, and that nobody else does."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.identity.audit import record
from app.platform.database import execute, fetch_value
from app.web import audit_trail, staff
from tests.identity.conftest import trail
from tests.web.conftest import Browser, fresh
from tests.worlds import NOW, World

Browsers = Callable[[], Browser]

PAGES = ["/netzwerk", "/netzwerk/aufgaben", "/netzwerk/protokoll"]
FORMS = ["/netzwerk/aufgaben/1/wiederholen", "/netzwerk/aufgaben/alle-wiederholen"]


async def a_dead_job(handler: str = "mail_confirmation") -> int:
    """A job that was given up; its key."""
    event = await fetch_value(
        "INSERT INTO outbox_event (name, aggregate_kind, aggregate_id, occurred_at, dispatched_at)"
        " VALUES ('booking.confirmed', 'booking', 7, $1, $1) RETURNING id",
        NOW,
    )
    job: int = await fetch_value(
        "INSERT INTO job (handler, event, aggregate_kind, aggregate_id, state, attempts, next_attempt_at, last_error,"
        " finished_at) VALUES ($1, $2, 'booking', 7, 'dead', 9, $3, 'SMTPRecipientsRefused: 550', $3) RETURNING id",
        handler,
        event,
        NOW,
    )
    return job


async def state_of(job: int) -> str:
    state: str = await fetch_value("SELECT state FROM job WHERE id = $1", job)
    return state


@pytest.mark.parametrize("who", ["mia", "frida", "otto", "rolf", "tilda", "ada"])
async def test_for_everybody_else_there_is_no_such_page(who: str, browser: Browsers, world: World) -> None:
    visitor = await browser().signed_in(getattr(world, who))
    job = await a_dead_job()
    for path in PAGES:
        assert (await visitor.get(path)).status_code == 404
    for path in [f"/netzwerk/aufgaben/{job}/wiederholen", *FORMS]:
        assert (await visitor.post(path)).status_code == 404
    assert await state_of(job) == "dead"


@pytest.mark.parametrize("path", PAGES)
async def test_who_is_not_signed_in_is_asked_to(path: str, browser: Browsers, world: World) -> None:
    assert (await browser().get(path)).headers["location"].startswith("/anmelden?weiter=")


async def test_the_overview_says_what_waits_who_works_and_what_comes_back(browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    assert "Zurzeit läuft kein Arbeitsprozess" in (await nadja.get("/netzwerk")).text
    await a_dead_job()
    await execute("INSERT INTO worker_seen (name, started_at, seen_at) VALUES ('polch-1', $1, $1)", NOW)
    await execute(
        "INSERT INTO periodic_job (name, next_run_at, last_run_at, last_error) VALUES ('prune', $1, $2, 'OSError')",
        NOW + timedelta(hours=1),
        NOW - timedelta(hours=1),
    )
    page = (await nadja.get("/netzwerk")).text
    assert "Zurzeit läuft kein Arbeitsprozess" not in page
    assert "polch-1" in page
    assert re.search(r"<b>1</b>.{0,40}Aufgabe ist gescheitert", page)
    assert "OSError" in page
    assert "24.11.2026, 20:00:00" in page, "the next run, on the network's clock"


async def test_one_dead_job_is_tried_again(browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    job, other = await a_dead_job(), await a_dead_job("other_mail")
    page = (await nadja.get("/netzwerk/aufgaben")).text
    assert "SMTPRecipientsRefused: 550" in page
    assert f"/netzwerk/aufgaben/{job}/wiederholen" in page

    answer = await nadja.post(f"/netzwerk/aufgaben/{job}/wiederholen")

    assert (answer.status_code, answer.headers["location"]) == (303, "/netzwerk/aufgaben?getan=wiederholt")
    assert "wird noch einmal versucht" in (await nadja.get(answer.headers["location"])).text
    assert [await state_of(each) for each in (job, other)] == ["waiting", "dead"]
    [entry] = await trail("job.retried")
    assert (entry["actor"], entry["subject_id"]) == (world.nadja.id, job)


async def test_all_dead_jobs_are_tried_again(browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    jobs = [await a_dead_job(), await a_dead_job("other_mail")]
    assert (await nadja.post("/netzwerk/aufgaben/alle-wiederholen")).status_code == 303
    assert [await state_of(job) for job in jobs] == ["waiting", "waiting"]
    [entry] = await trail("job.all_retried")
    assert (entry["actor"], entry["details"]) == (world.nadja.id, {"jobs": 2})


@pytest.mark.parametrize("job", ["1", "-1", "x", "%00", "9" * 30])
async def test_a_job_that_is_not_dead_cannot_be_tried_again(job: str, browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    assert (await nadja.post(f"/netzwerk/aufgaben/{job}/wiederholen")).status_code == 404
    assert await trail("job.retried") == []


async def test_long_lists_go_on(browser: Browsers, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "PER_PAGE", 2)
    monkeypatch.setattr(audit_trail, "PER_PAGE", 2)
    nadja = await browser().signed_in(world.nadja)
    actor = await fresh(world.nadja)
    for number in range(3):
        await a_dead_job(f"mail_{number}")
        await record("role.granted", "person", number, actor, NOW)
    for path, newest, oldest in (
        ("/netzwerk/aufgaben", "mail_2", "mail_0"),
        ("/netzwerk/protokoll?vorgang=role.", "Person 2", "Person 0"),
    ):
        first = (await nadja.get(path)).text
        assert newest in first
        assert oldest not in first
        [onward] = re.findall(r'href="([^"]+)" rel="next"', first)
        second = (await nadja.get(onward.replace("&amp;", "&"))).text
        assert oldest in second
        assert newest not in second
        assert 'rel="next"' not in second


async def test_the_trail_is_filtered(browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    mia, otto = await fresh(world.mia), await fresh(world.otto)
    await record("booking.cancelled", "booking", 71, mia, NOW, reason="<i>ill</i>")
    await record("booking.confirmed", "booking", 72, otto, NOW - timedelta(days=1))
    await record("role.granted", "person", 73, otto, NOW - timedelta(days=2))

    async def subjects(query: str) -> set[str]:
        page = (await nadja.get(f"/netzwerk/protokoll?{query}")).text
        assert "<i>ill" not in page
        return set(re.findall(r"> ?(?:Buchung|Person) (7\d)<", page))

    assert await subjects("") == {"71", "72", "73"}
    assert await subjects("wer=mia@example.org") == {"71"}
    assert await subjects(f"wer={world.otto.id}") == {"72", "73"}
    assert await subjects("vorgang=booking.") == {"71", "72"}
    assert await subjects("gegenstand=person&nummer=73") == {"73"}
    assert await subjects("von=2026-11-23&bis=2026-11-23") == {"72"}
    assert await subjects("bis=22.11.2026") == {"73"}
    assert await subjects("vorgang=nothing") == set()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("wer=nobody@example.org", "wer"),
        ("wer=99999999999999999999", "wer"),
        ("nummer=twelve", "nummer"),
        ("von=30.2.2026", "von"),
        ("bis=9999-12-31", "bis"),
    ],
)
async def test_a_filter_that_cannot_be_read_is_said_beside_its_field(
    query: str, field: str, browser: Browsers, world: World
) -> None:
    answer = await (await browser().signed_in(world.nadja)).get(f"/netzwerk/protokoll?{query}")
    assert answer.status_code == 422
    assert f'id="{field}-fehler"' in answer.text


async def test_what_the_database_cannot_hold_is_left_out_of_the_filter(browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    assert (await nadja.get("/netzwerk/protokoll?wer=%00&vorgang=%00&gegenstand=%00&nummer=%00")).status_code == 200


@pytest.mark.parametrize("path", ["/netzwerk/protokoll?nach=x", "/netzwerk/aufgaben?nach=x"])
async def test_a_page_that_is_none_is_no_server_error(path: str, browser: Browsers, world: World) -> None:
    assert (await (await browser().signed_in(world.nadja)).get(path)).status_code in (404, 422)


async def test_the_trail_is_taken_along_as_filtered_and_that_is_recorded(browser: Browsers, world: World) -> None:
    nadja = await browser().signed_in(world.nadja)
    mia = await fresh(world.mia)
    await record("booking.cancelled", "booking", 71, mia, NOW, reason="=ill; late")
    await record("booking.moved", "booking", 72, mia, NOW)
    answer = await nadja.post("/netzwerk/protokoll/export", vorgang="booking.c", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert [(row["subject_id"], row["actor_name"], row["details"]) for row in rows] == [
        ("71", "Mia Hammes", '{"reason":"=ill; late"}')
    ]
    answer = await nadja.post("/netzwerk/protokoll/export", wer="mia@example.org", format="json")
    assert [entry["subject_id"] for entry in answer.json()["entries"]] == [72, 71]
    taken = await trail("audit.exported")
    assert [(entry["actor"], entry["details"]) for entry in taken] == [
        (world.nadja.id, {"format": "csv", "filter_vorgang": "booking.c"}),
        (world.nadja.id, {"format": "json"}),
    ]


async def test_a_long_export_is_complete_and_bounded(
    browser: Browsers, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "_AT_ONCE", 2)
    nadja, mia = await browser().signed_in(world.nadja), await fresh(world.mia)
    for number in range(5):
        await record("role.granted", "person", number, mia, NOW)

    async def numbers() -> list[int]:
        answer = await nadja.post("/netzwerk/protokoll/export", vorgang="role.", format="json")
        return [entry["subject_id"] for entry in answer.json()["entries"]]

    assert await numbers() == [4, 3, 2, 1, 0]
    monkeypatch.setattr(audit_trail, "MOST_EXPORTED", 3)
    assert await numbers() == [4, 3, 2]


def test_a_table_program_finds_no_formula() -> None:
    assert [audit_trail._cell(text) for text in ("=1+1", "@x", "-2", "Mia", None)] == ["'=1+1", "'@x", "'-2", "Mia", ""]
