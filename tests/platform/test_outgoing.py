"""Requests to addresses of others: nothing within the house, nothing behind a second look-up, nothing without end."""

import shutil
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.platform import outgoing
from app.platform.outgoing import MOST_FETCHED, MOST_READ, FetchFailed, Outgoing
from app.platform.outgoing_rules import TargetRefused, is_open_internet, target_of
from tests.receiver import a_receiver

HEADERS = {"X-Test": "ja"}


class Names:
    """A name service that answers as it is told, each time the next, and counts how often it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.178.1", "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3"),
        *("169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1", "239.1.2.3", "255.255.255.255"),
        *("192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "240.0.0.1", "192.0.0.8"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1"),
        *("64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "3fff::1", "kein.name", ""),
    ],
)
def test_what_is_within_the_house_or_nowhere_is_refused(address: str) -> None:
    assert not is_open_internet(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "172.32.0.1", "100.128.0.1", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_what_anybody_could_have_is_let_through(address: str) -> None:
    assert is_open_internet(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://haus.example/x", "https_only"),
        ("ftp://haus.example/x", "https_only"),
        ("//haus.example/x", "https_only"),
        ("haus.example", "url_unusable"),
        ("https://", "url_unusable"),
        ("https://me:secret@haus.example/", "url_unusable"),
        ("https://haus.example:99999/", "url_unusable"),
        ("https://haus.example/ leer", "url_unusable"),
        ("https://haus.example/\r\nX: y", "url_unusable"),
        ("https://häus.example/", "url_unusable"),
        ("https://[fe80::1%25eth0]/", "url_unusable"),
        ("https://haus.example/" + "x" * 500, "url_unusable"),
        ("https://localhost/", "address_refused"),
        ("https://intranet/", "address_refused"),
        ("https://drucker.local/", "address_refused"),
        ("https://db.internal./", "address_refused"),
        ("https://127.0.0.1/", "address_refused"),
        ("https://2130706433/", "address_refused"),
        ("https://[::ffff:127.0.0.1]/", "address_refused"),
        ("http://127.0.0.1:1/", "https_only"),
    ],
)
def test_an_address_says_by_itself_that_it_is_refused(url: str, why: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        target_of(url)
    assert refused.value.why == why


def test_an_address_is_taken_apart_as_it_is_asked() -> None:
    target = target_of("https://haus.example:8443/eingang?a=1#b")
    assert (target.host, target.port, target.path, target.host_header) == (
        "haus.example", 8443, "/eingang?a=1", "haus.example:8443"
    )  # fmt: skip
    assert target_of("https://haus.example").path == "/"


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["9.9.9.9", "10.0.0.1"], ["::ffff:192.168.0.1"], ["169.254.169.254"], []]
)
async def test_a_name_that_leads_into_the_house_is_refused(found: list[str]) -> None:
    answer = await Outgoing(resolve=Names(found)).post("https://haus.example/", b"{}", HEADERS)
    assert answer.status is None
    assert answer.error in ("address_refused", "host_unknown")


async def test_an_address_in_disguise_is_looked_at_as_what_it_is() -> None:
    assert (await Outgoing().post("https://0x7f.1/", b"{}", HEADERS)).error == "address_refused"


async def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_was_looked_at() -> None:
    """A name service that answers differently the second time (rebinding) is not asked a second time."""
    async with a_receiver() as trap, a_receiver() as receiver:
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        sent = await Outgoing(own_machine=True, resolve=names).post(
            f"http://localhost:{receiver.port}/x", b"{}", HEADERS
        )
        assert (sent.status, names.asked) == (204, 1)
        assert [one.headers["host"] for one in receiver.received] == [f"localhost:{receiver.port}"]
        rebinding = Names(["9.9.9.9", "127.0.0.1"], ["127.0.0.1"])
        refused = await Outgoing(resolve=rebinding).post(f"https://rebind.example:{trap.port}/", b"{}", HEADERS)
        assert (refused.error, rebinding.asked, trap.received) == ("address_refused", 1, [])


async def test_this_machine_is_asked_only_where_the_settings_allow_it() -> None:
    async with a_receiver() as receiver:
        assert (await Outgoing().post(receiver.url, b"{}", HEADERS)).error == "https_only"
        assert (await Outgoing(own_machine=True).post(receiver.url, b"{}", HEADERS)).status == 204
        assert len(receiver.received) == 1
    elsewhere = Outgoing(own_machine=True, resolve=Names(["192.168.0.1"]))
    assert (await elsewhere.post("http://localhost/", b"{}", HEADERS)).error == "address_refused"


async def test_nothing_is_followed() -> None:
    async with a_receiver() as target, a_receiver() as receiver:
        receiver.answers, receiver.headers = [302], f"Location: {target.url}\r\n"
        answer = await Outgoing(own_machine=True).post(receiver.url, b"{}", HEADERS)
        assert (answer.status, target.received) == (302, [])


async def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    async with a_receiver() as receiver:
        receiver.answers = [b"HTTP/1.1 200 OK\r\n\r\n" + b"\x00<b>" + b"x" * 1_000_000]
        answer = await Outgoing(own_machine=True).post(receiver.url, b"{}", HEADERS)
        assert answer.status == 200
        assert answer.excerpt.startswith("<b>xxx")
        assert len(answer.excerpt) <= MOST_READ


async def test_silence_and_rubbish_and_nobody_are_answers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "WHOLE_SECONDS", 0.2)
    async with a_receiver() as receiver:
        send = Outgoing(own_machine=True).post
        receiver.answers = [None]
        assert (await send(receiver.url, b"{}", HEADERS)).error == "timeout"
        receiver.answers = [b"SMTP hello\r\n\r\n"]
        assert (await send(receiver.url, b"{}", HEADERS)).error == "connection_broken"
        url = receiver.url
    assert (await send(url, b"{}", HEADERS)).error == "connection_refused"


@pytest.fixture
def certified(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for haus.example, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=haus.example",
         "-addext", "subjectAltName=DNS:haus.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.mark.parametrize(("host", "error"), [("haus.example", ""), ("anders.example", "tls_failed")])
async def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    certified: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, host: str, error: str
) -> None:
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(*certified)
    trust = ssl.create_default_context(cafile=str(certified[0]))
    monkeypatch.setattr(outgoing, "is_open_internet", lambda address: address == "127.0.0.1")
    async with a_receiver(served) as receiver:
        send = Outgoing(resolve=Names(["127.0.0.1"]), trust=trust).post
        answer = await send(f"https://{host}:{receiver.port}/", b"{}", HEADERS)
        assert answer.error == error
        assert answer.status == (None if error else 204)
        hosts = [one.headers["host"] for one in receiver.received]
        assert hosts == ([] if error else [f"haus.example:{receiver.port}"])


async def test_what_is_asked_for_its_content_comes_whole_or_not_at_all() -> None:
    async with a_receiver() as receiver:
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        receiver.answers = [head + b"x" * MOST_FETCHED, head + b"x" * (MOST_FETCHED + 1)]
        outgoing = Outgoing(own_machine=True)
        answer = await outgoing.fetch("GET", receiver.url, HEADERS)
        assert (answer.status, len(answer.body)) == (200, MOST_FETCHED)
        with pytest.raises(FetchFailed, match="too_long"):
            await outgoing.fetch("GET", receiver.url, HEADERS)


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://haus.example/", "https://localhost/"])
async def test_what_is_fetched_is_guarded_like_what_is_sent(url: str) -> None:
    with pytest.raises(FetchFailed):
        await Outgoing().fetch("GET", url, HEADERS)
