"""Webhooks by the Standard Webhooks scheme: what is told of which event, how it is signed, and when it is tried again.

Pure.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

from app.bookings.queries import BookingCard
from app.bookings.rules import HOLDING
from app.kernel.refusals import BadInput, Conflict, marked
from app.platform.outgoing_rules import TargetRefused, target_of

VERSION: Final = 1
ROTATION: Final = timedelta(hours=24)
"""So long after a new secret the former one signs too."""

SECRET_BEGINS: Final = "whsec_"  # noqa: S105
HINT_LENGTH: Final = 4

DELAYS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long a delivery rests after each failed attempt; after the tenth it has failed, a good three days later."""

GONE: Final = 410


class Told(StrEnum):
    """What an endpoint can hear of."""

    CREATED = "booking.created"
    CHANGED = "booking.changed"
    CANCELLED = "booking.cancelled"
    CHECKED_IN = "booking.checked_in"


TEST_EVENT: Final = "webhook.test"

TOLD_NAMES: Final[Mapping[Told, str]] = {
    Told.CREATED: marked("gebucht oder angefragt"),
    Told.CHANGED: marked("geändert: verschoben, bestätigt, früher gegangen"),
    Told.CANCELLED: marked("abgesagt, abgelehnt oder nicht gekommen"),
    Told.CHECKED_IN: marked("angekommen"),
}


class UrlUnusable(BadInput):
    """Nothing is sent there: not https, no host, or one that is not of the open internet."""

    code = "webhook_url_unusable"
    text = marked("Bitte eine vollständige Adresse mit https:// angeben, die aus dem Internet erreichbar ist.")


class NothingTold(BadInput):
    code = "webhook_tells_nothing"
    text = marked("Bitte wählen Sie mindestens ein Ereignis.")


class TooManyEndpoints(Conflict):
    code = "too_many_webhooks"
    text = marked("Mehr als {most} Adressen gehen nicht. Löschen Sie zuerst eine, die Sie nicht mehr brauchen.")


class EndpointAsleep(Conflict):
    """What is switched off is sent nothing."""

    code = "webhook_inactive"
    text = marked("Diese Adresse ist abgeschaltet. Schalten Sie sie zuerst ein.")


def checked_url(url: str, *, own_machine: bool = False) -> str:
    """The address without blanks around it. Raises UrlUnusable."""
    clean = url.strip()
    try:
        target_of(clean, own_machine=own_machine)
    except TargetRefused as refused:
        raise UrlUnusable(field="url") from refused
    return clean


def checked_events(events: Sequence[str]) -> list[str]:
    """The events in their order and once each. Raises NothingTold where there is none, or an unknown one."""
    if not events or set(events) - set(Told):
        raise NothingTold(field="events")
    return [told.value for told in Told if told in events]


def secret_of(key: bytes, endpoint: str, salt: bytes) -> bytes:
    """The endpoint's secret, made anew from its salt each time it is needed; no table holds it."""
    return hmac.digest(key, b"webhook secret\0" + endpoint.encode() + b"\0" + salt, hashlib.sha256)


def shown(secret: bytes) -> str:
    """The secret as its receiver is given it."""
    return SECRET_BEGINS + base64.b64encode(secret).decode()


def hint_of(secret: bytes) -> str:
    """By what people recognise it; also by what is seen that the installation's own key is another one now."""
    return shown(secret).rstrip("=")[-HINT_LENGTH:]


def signed_headers(message: str, body: bytes, secrets: Sequence[bytes], now: datetime) -> dict[str, str]:
    """The headers of one attempt, with a signature for each secret that holds."""
    timestamp = str(int(now.timestamp()))
    signed = b".".join((message.encode(), timestamp.encode(), body))
    signatures = [base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Nahwerk-Webhooks/1",
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def delay_after(attempts: int, spread: float) -> timedelta | None:
    """How long to rest after so many failed attempts (from 1); None when it is enough.

    `spread` from 0 to 1 makes it up to 10 % shorter or longer, so that what failed together does not return together.
    """
    return DELAYS[attempts - 1] * (0.9 + 0.2 * spread) if attempts <= len(DELAYS) else None


def is_taken(status: int | None) -> bool:
    """Whether the receiver has taken it: any 2xx."""
    return status is not None and 200 <= status < 300


def told_of(event: str, booking: BookingCard, occurred_at: datetime) -> Told | None:
    """What a receiver hears of an event of the application about this booking; nothing of some.

    By its present state: an event may come late, and what is over by then is not told as new.
    """
    if event in _ENDS:
        return None if booking.status in HOLDING else Told.CANCELLED
    if event == "series.changed" and booking.status not in HOLDING:
        return Told.CANCELLED
    if event == "booking.checked_in":
        return Told.CHECKED_IN
    if event in ("booking.confirmed", "booking.requested", "series.made"):
        was_known = booking.sequence > 0 and booking.created_at < occurred_at
        return Told.CHANGED if was_known else Told.CREATED
    if event == "series.changed":
        return Told.CREATED if booking.created_at >= occurred_at else Told.CHANGED
    return Told.CHANGED if event in ("booking.moved", "booking.left") else None


LISTENED_TO: Final = (
    *("booking.confirmed", "booking.requested", "booking.moved", "booking.left", "booking.checked_in"),
    *("booking.cancelled", "booking.declined", "booking.released", "booking.no_show"),
    *("series.made", "series.changed", "series.cancelled"),
)
"""The events of the application that webhooks are made of."""

_ENDS: Final = frozenset(
    {"booking.cancelled", "booking.declined", "booking.released", "booking.no_show", "series.cancelled"}
)


def payload(told: Told, booking: BookingCard, occurred_at: datetime) -> bytes:
    """What is sent: ids and times, and nothing of whose booking it is."""
    return msgspec.json.encode(
        {
            "type": told,
            "timestamp": occurred_at,
            "version": VERSION,
            "data": {
                "booking_id": booking.public_id,
                "space": booking.space.slug,
                "resource_id": booking.resource.public_id,
                "kind": booking.resource.kind,
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "status": booking.status,
                "sequence": booking.sequence,
            },
        }
    )


def departure_payload(booking: str, space: str, occurred_at: datetime) -> bytes:
    """What is sent where a booking has left for another operator's space: that it is no more, and nothing of where."""
    data = {"booking_id": booking, "space": space, "status": "moved_away"}
    return msgspec.json.encode({"type": Told.CANCELLED, "timestamp": occurred_at, "version": VERSION, "data": data})


def trial_payload(now: datetime) -> bytes:
    """What is sent on trial."""
    return msgspec.json.encode({"type": TEST_EVENT, "timestamp": now, "version": VERSION, "data": {}})
