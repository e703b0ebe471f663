"""Logs say what happened and never how to get in."""

import json
import logging
from collections.abc import Iterator

import pytest

from app.kernel.refusals import Conflict
from app.platform.logs import Log, configure_logging, error_in_short, masked, request_id
from app.platform.random_ids import new_token


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    (line,) = capsys.readouterr().err.splitlines()
    return dict(json.loads(line))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('1.2.3.4 - "GET /calendars/s3cr3t.ics HTTP/1.1" 200', '1.2.3.4 - "GET /calendars/***.ics HTTP/1.1" 200'),
        ("/calendars/s3cr3t.ics?x=1", "/calendars/***.ics?x=1"),
        ("webcal://host/calendars/s3cr3t", "webcal://host/calendars/***"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("authorization=basic dXNlcjpwYXNz", "authorization=basic ***"),
        ("postgresql://nahwerk:pa:ss@host/db", "postgresql://nahwerk:***@host/db"),
        ("smtps://user:p%40ss@mail:465", "smtps://user:***@mail:465"),
        ("POST /sign-in email=a@b.example&password=pa55 done", "POST /sign-in email=a@b.example&password=*** done"),
        ('{"password": "pa55", "n": 1}', '{"password": "***", "n": 1}'),
        ("GET /confirm?token=pa55&x=1", "GET /confirm?token=***&x=1"),
        ("GET /api/v1/spaces/polch?near=56751", "GET /api/v1/spaces/polch?near=56751"),
    ],
)
def test_secrets_in_text_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_every_token_of_ours_is_masked_wherever_it_stands() -> None:
    for token in (new_token() for _ in range(50)):
        assert token not in masked(f"GET /bestaetigen/{token} HTTP/1.1")
        assert token not in masked(f"'{token}'")


def test_a_line_is_one_json_object_with_the_request_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    token = request_id.set("r-17")
    Log("app.web").info("booked", booking="k2m4", minutes=60)
    request_id.reset(token)
    line = logged(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "booked",
        "level": "info",
        "logger": "app.web",
        "request_id": "r-17",
        "booking": "k2m4",
        "minutes": 60,
    }


def test_fields_that_are_secret_by_name_are_masked_however_deep(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    Log("app").info(
        "request",
        feed_token=b"abc",
        headers={"Cookie": "session=1", "accept": "text/html", "X": [{"Password": "pa55"}]},
        path="/calendars/s3cr3t.ics",
    )
    line = logged(capsys)
    assert line["feed_token"] == "***"
    assert line["headers"] == {"Cookie": "***", "accept": "text/html", "X": [{"Password": "***"}]}
    assert line["path"] == "/calendars/***.ics"


def test_what_libraries_log_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", "/calendars/s3cr3t.ics", "1.1", 200
    )
    line = logged(capsys)
    assert line["event"] == '127.0.0.1:5 - "GET /calendars/***.ics HTTP/1.1" 200'
    assert line["logger"] == "uvicorn.access"


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_a_stack_trace_is_kept_but_its_secrets_are_not(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    configure_logging(log_format)
    try:
        raise ValueError("cannot connect to postgresql://nahwerk:pa55@host/db")
    except ValueError:
        Log("app").exception("failed")
        logging.getLogger("asyncpg").exception("failed too")
    shown = capsys.readouterr().err
    assert shown.count("Traceback") == 2
    assert "nahwerk:***@host" in shown
    assert "pa55" not in shown


def test_an_error_for_staff_is_short_and_names_nobody() -> None:
    assert error_in_short(ValueError("line 1\nline 2")) == "ValueError: line 1"
    assert error_in_short(ValueError("550 <anna@example.org>: unknown")) == "ValueError: 550 <***>: unknown"
    assert error_in_short(Conflict(person="Anna Müller")) == "Conflict: conflict"
    assert error_in_short(TimeoutError()) == "TimeoutError"
    assert len(error_in_short(ValueError("x" * 10_000))) < 250


def test_a_line_for_people_stays_one_line_whatever_a_client_sends(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("text")
    Log("http").info("request", method="GET", path="/x\n2026-01-01 info http: signed in", status=404)
    (line,) = capsys.readouterr().err.splitlines()
    assert 'http: request method=GET path="/x\\n2026-01-01 info http: signed in" status=404' in line
