"""What mail servers write about mails that they gave up is understood, and everything else is left alone.

The samples in returned/ are our own, in the form of Postfix, Exim, Exchange and Gmail; {tag} stands for the mail's.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.delivery_status import TAG, delivery_failure
from app.platform.random_ids import mac_of

RETURNED = Path(__file__).parent / "returned"
A_TAG = mac_of(b"key", "returned mail", "booking-7f3c-2 mia@example.org")[:26]


def sample(name: str, tag: str = A_TAG) -> bytes:
    """The message with this tag, in the form in which it comes over the wire."""
    return (RETURNED / f"{name}.eml").read_text().replace("{tag}", tag).replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("name", "status", "is_permanent"),
    [
        ("postfix_unknown", "5.1.1", True),
        ("postfix_given_up", "4.4.1", False),
        ("exim_unknown", "5.0.0", True),
        ("exchange_unknown", "5.1.10", True),
        ("gmail_full", "5.2.2", True),
    ],
)
def test_a_mail_that_was_given_up_is_known_again_with_its_status(name: str, status: str, is_permanent: bool) -> None:
    failure = delivery_failure(sample(name))
    assert failure is not None
    assert (list(failure.tags), failure.status, failure.is_permanent) == ([A_TAG], status, is_permanent)


@pytest.mark.parametrize("name", ["postfix_delayed", "delivered", "out_of_office", "read_receipt", "complaint"])
def test_delays_answers_receipts_and_complaints_are_no_failures(name: str) -> None:
    assert delivery_failure(sample(name)) is None


def test_of_several_recipients_the_mildest_counts_and_one_who_was_reached_is_enough() -> None:
    two = sample("postfix_unknown").replace(
        b"\r\n\r\n--3F1C81C0041.1795543204/mail.plaetze.example\r\nContent-Description: Undelivered",
        b"\r\n\r\nFinal-Recipient: rfc822; b@example.org\r\nAction: failed\r\nStatus: 4.2.2\r\n"
        b"\r\n--3F1C81C0041.1795543204/mail.plaetze.example\r\nContent-Description: Undelivered",
    )
    failure = delivery_failure(two)
    assert failure is not None
    assert failure.status == "4.2.2"
    assert delivery_failure(two.replace(b"failed\r\nStatus: 4.2.2", b"delivered\r\nStatus: 2.0.0")) is None


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"Status: unclear\r\nDiagnostic-Code: smtp; 550 No such user", "5.0.0"),
        (b"Diagnostic-Code: smtp; 452-4.2.2 mailbox full", "4.2.2"),
        (b"Status: who knows", "4.0.0"),
    ],
)
def test_a_status_that_is_missing_is_taken_from_what_the_server_said_else_it_is_no_final_word(
    said: bytes, status: str
) -> None:
    raw = sample("postfix_given_up")
    begins, ends = raw.index(b"Status: 4.4.1"), raw.index(b"\r\n\r\n--A1\r\nContent-Type: message/rfc822")
    failure = delivery_failure(raw[:begins] + said + raw[ends:])
    assert failure is not None
    assert failure.status == status


def test_a_report_without_a_tag_is_about_nobody() -> None:
    assert delivery_failure(sample("postfix_unknown", "unknown")) is None


def test_a_message_that_was_cut_is_still_read() -> None:
    raw = sample("exim_unknown")
    failure = delivery_failure(raw[: raw.index(b"From: Nahwerk")])
    assert failure is not None
    assert list(failure.tags) == [A_TAG]


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_nothing_that_comes_in_breaks_the_reader(noise: bytes, at: int) -> None:
    raw = sample("gmail_full")
    failure = delivery_failure(raw[:at] + noise + raw[at:])
    assert failure is None or all(TAG.fullmatch(tag) for tag in failure.tags)
    assert delivery_failure(noise) is None


def test_parts_within_parts_without_end_do_not_break_it_either() -> None:
    nested = b"".join(
        b"Content-Type: multipart/report; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) for depth in range(3000)
    )
    assert delivery_failure(nested) is None
