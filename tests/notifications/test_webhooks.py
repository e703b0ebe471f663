"""Webhooks from the event to a receiver that checks them: signed, tried again, stopped, sent again, rotated."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.moving import MoveBooking, move
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.identity.rules import Actor
from app.kernel.refusals import NotFound
from app.network.queries import OperatorCard, operator_by_slug
from app.notifications.webhook_delivery import deliver_due, forget_deliveries, queue, webhook_reactions
from app.notifications.webhook_rules import (
    DELAYS,
    EndpointAsleep,
    NothingTold,
    Told,
    TooManyEndpoints,
    UrlUnusable,
    delay_after,
    signed_headers,
)
from app.notifications.webhooks import (
    EndpointCard,
    EndpointWanted,
    WebhookKeys,
    add_endpoint,
    change_endpoint,
    deliveries_of,
    endpoint_of,
    resend,
    retire_endpoint,
    rotate_secret,
    send_test,
)
from app.platform.database import execute, fetch, fetch_value
from app.platform.outbox import Event
from app.platform.outgoing import Outgoing
from tests.notifications.conftest import Happen, Postman, text_of
from tests.receiver import Received, Receiver, a_receiver
from tests.worlds import NOW, World, tomorrow

KEY = b"the key of this installation, long enough"
KEYS = WebhookKeys(KEY, own_machine=True)
ALL = [told.value for told in Told]
SEND = Outgoing(own_machine=True).post


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with a_receiver() as made:
        yield made


@pytest.fixture
async def operator(world: World) -> OperatorCard:
    found = await operator_by_slug("polch")
    assert found is not None
    return found


@pytest.fixture
async def hook(world: World, operator: OperatorCard, receiver: Receiver) -> tuple[EndpointCard, str]:
    """Polch's endpoint at the receiver, and its secret."""
    return await add_endpoint(world.otto.actor(), operator, EndpointWanted(receiver.url, ALL), NOW, KEYS)


async def told(since: int = 0) -> int:
    """Hands all events on to webhooks, as the worker's jobs do; the key of the last one."""
    rows = await fetch("SELECT * FROM outbox_event WHERE id > $1 ORDER BY id", since)
    for row in rows:
        if row["name"] in webhook_reactions():
            ids = json.loads(row["payload"])
            event = Event(
                row["id"], row["name"], 1, row["aggregate_kind"], row["aggregate_id"], ids, row["occurred_at"]
            )
            await queue(event, row["occurred_at"])
    return rows[-1]["id"] if rows else since


async def delivered(at: datetime, key: bytes = KEY) -> int:
    return await deliver_due(SEND, key, lambda: at)


async def a_booking(world: World) -> BookingCard:
    return await book(world.mia.actor(), BookDesk(world.polch["1"].public_id, tomorrow(8), tomorrow(12)), NOW)


def verified(received: Received, secret: str, at: datetime) -> bool:
    """What a receiver does by the specification: its own HMAC over id.timestamp.body, within five minutes."""
    timestamp = received.headers["webhook-timestamp"]
    if abs(at.timestamp() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = f"{received.headers['webhook-id']}.{timestamp}.".encode() + received.body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, one) for one in received.headers["webhook-signature"].split(" "))


def test_the_published_example_is_signed_as_published() -> None:
    """The vector of the Standard Webhooks libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, NOW.tzinfo)
    headers = signed_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', [secret], at)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_bookings_whole_life_arrives_signed_and_without_a_name(
    world: World, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    mia, last = world.mia.actor(), 0
    booking = await a_booking(world)
    last = await told(last)
    await delivered(NOW)
    await move(mia, booking.public_id, MoveBooking(starts_at=tomorrow(9), ends_at=tomorrow(13)), NOW)
    last = await told(last)
    await delivered(NOW)
    await check_in(mia, booking.public_id, tomorrow(9))
    last = await told(last)
    await delivered(tomorrow(9))
    other = await book(mia, BookDesk(world.polch["2"].public_id, tomorrow(14), tomorrow(15)), NOW)
    await cancel(mia, other.public_id, tomorrow(9))
    await told(last)
    await delivered(tomorrow(9))
    said = [json.loads(one.body) for one in receiver.received]
    assert [(one["type"], one["data"]["booking_id"], one["data"]["status"]) for one in said] == [
        ("booking.created", booking.public_id, "confirmed"),
        ("booking.changed", booking.public_id, "confirmed"),
        ("booking.checked_in", booking.public_id, "checked_in"),
        ("booking.created", other.public_id, "cancelled"),
        ("booking.cancelled", other.public_id, "cancelled"),
    ]
    assert said[1]["data"]["starts_at"] == tomorrow(9).isoformat()
    assert set(said[0]["data"]) == {
        "booking_id", "space", "resource_id", "kind", "starts_at", "ends_at", "status", "sequence"
    }  # fmt: skip
    everything = b"".join(one.body for one in receiver.received)
    for personal in (b"Mia", b"mia@", world.mia.public_id.encode()):
        assert personal not in everything
    assert all(verified(one, hook[1], NOW if n < 2 else tomorrow(9)) for n, one in enumerate(receiver.received))
    assert not verified(receiver.received[0], "whsec_" + base64.b64encode(b"x" * 32).decode(), NOW)


async def test_the_same_event_twice_is_told_once(
    world: World, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    await a_booking(world)
    await told()
    await told()
    assert await delivered(NOW) == 1
    assert len(receiver.received) == 1


async def test_only_what_was_chosen_and_only_the_own_spaces(
    world: World, operator: OperatorCard, receiver: Receiver
) -> None:
    otto, rolf = world.otto.actor(), world.rolf.actor()
    rival = await operator_by_slug("andernach")
    assert rival is not None
    await add_endpoint(otto, operator, EndpointWanted(receiver.url, [Told.CANCELLED]), NOW, KEYS)
    foreign, _ = await add_endpoint(rolf, rival, EndpointWanted(receiver.url, ALL), NOW, KEYS)
    await a_booking(world)
    await told()
    assert await delivered(NOW) == 0, "Polch hears of cancellations alone, Andernach of nothing there"
    await book(world.mia.actor(), BookDesk(world.andernach["A1"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await told()
    assert await delivered(NOW) == 1
    assert [one.event for one in await deliveries_of(foreign, 5)] == ["booking.created"]


async def test_a_booking_that_goes_to_a_rival_is_no_more_here_and_new_there(world: World, receiver: Receiver) -> None:
    last, spaces = 0, {}
    for slug, person in (("polch", world.otto), ("andernach", world.rolf)):
        operator = await operator_by_slug(slug)
        assert operator is not None
        spaces[slug], _ = await add_endpoint(person.actor(), operator, EndpointWanted(receiver.url, ALL), NOW, KEYS)
    booking = await a_booking(world)
    last = await told(last)
    await move(world.mia.actor(), booking.public_id, MoveBooking(what=world.andernach["A1"].public_id), NOW)
    await told(last)
    here, there = [await deliveries_of(spaces[slug], 5) for slug in ("polch", "andernach")]
    assert [one.event for one in here] == ["booking.cancelled", "booking.created"]
    assert [one.event for one in there] == ["booking.created"]
    assert json.loads(here[0].body)["data"] == {
        "booking_id": booking.public_id, "space": "regiohub-polch", "status": "moved_away"
    }  # fmt: skip


async def test_what_is_not_taken_is_tried_again_for_three_days(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    receiver.answers = [500, 302, 503, 204]
    await a_booking(world)
    await told()
    at = NOW
    for delay in (DELAYS[0], DELAYS[1], DELAYS[2]):
        assert await delivered(at) == 1
        assert await delivered(at + delay * 0.8) == 0
        at += delay * 1.2
    assert await delivered(at) == 1
    [message] = await deliveries_of(hook[0], 5)
    assert message.state == "taken"
    assert [one.status for one in message.attempts] == [204, 503, 302, 500]
    assert message.attempts[-1].excerpt == "answer 500"
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert verified(receiver.received[-1], hook[1], at), "each try is signed with its own time"
    assert delay_after(9, 0.5) == DELAYS[-1]
    assert delay_after(10, 0.5) is None
    assert timedelta(days=3) < sum(DELAYS, timedelta()) < timedelta(days=3, hours=6)


async def test_after_three_days_of_failing_it_is_switched_off_and_the_operator_is_told(
    world: World,
    operator: OperatorCard,
    receiver: Receiver,
    hook: tuple[EndpointCard, str],
    happens: Happen,
    postman: Postman,
) -> None:
    receiver.answers = [500]
    await a_booking(world)
    last = await told()
    at = NOW
    for _ in range(10):
        assert await delivered(at) == 1
        at += timedelta(hours=27)
    assert await delivered(at) == 0
    endpoint = await endpoint_of(world.otto.actor(), operator, hook[0].public_id)
    assert (endpoint.is_active, endpoint.disabled_because) == (False, "failing")
    disabled = await fetch_value("SELECT id FROM outbox_event WHERE name = 'webhook.disabled' AND id > $1", last)
    assert disabled is not None
    await happens("webhook.disabled", endpoint.id)
    [mail] = postman.mails
    assert (mail["To"], mail["Subject"]) == (
        "Genossenschaft Maifeld <polch@example.org>", "Webhook abgeschaltet: 127.0.0.1"
    )  # fmt: skip
    assert "hat seit drei Tagen nichts angenommen" in text_of(mail)


async def test_who_takes_other_messages_is_not_switched_off(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    receiver.answers = [500]
    await a_booking(world)
    await told()
    await execute("UPDATE webhook_delivery SET attempts = 9")
    await execute("UPDATE webhook_endpoint SET last_taken_at = $1", NOW + timedelta(days=1))
    await delivered(NOW + timedelta(days=3))
    [message] = await deliveries_of(hook[0], 5)
    assert message.state == "failed"
    assert (await endpoint_of(world.otto.actor(), operator, hook[0].public_id)).is_active


async def test_gone_is_gone(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    receiver.answers = [410]
    await a_booking(world)
    await book(world.mia.actor(), BookDesk(world.polch["2"].public_id, tomorrow(8), tomorrow(9)), NOW)
    await told()
    assert await delivered(NOW) == 1
    endpoint = await endpoint_of(world.otto.actor(), operator, hook[0].public_id)
    assert (endpoint.is_active, endpoint.disabled_because) == (False, "gone")
    assert {one.state for one in await deliveries_of(endpoint, 5)} == {"failed", "stopped"}
    with pytest.raises(EndpointAsleep):
        await send_test(world.otto.actor(), operator, endpoint.public_id, NOW)


async def test_a_failing_receiver_is_tried_once_in_a_run_and_holds_nobody_up(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    async with a_receiver() as good:
        await add_endpoint(world.otto.actor(), operator, EndpointWanted(good.url, ALL), NOW, KEYS)
        receiver.answers = [500]
        for name in ("1", "2", "3"):
            await book(world.mia.actor(), BookDesk(world.polch[name].public_id, tomorrow(8), tomorrow(9)), NOW)
        await told()
        assert await delivered(NOW) == 4
        assert (len(receiver.received), len(good.received)) == (1, 3)


async def test_the_same_message_is_sent_again_when_asked(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    await a_booking(world)
    await told()
    await delivered(NOW)
    [message] = await deliveries_of(hook[0], 5)
    later = NOW + timedelta(hours=5)
    await resend(world.otto.actor(), operator, hook[0].public_id, message.message, later)
    await delivered(later)
    first, second = receiver.received
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert verified(second, hook[1], later)
    [message] = await deliveries_of(hook[0], 5)
    assert [one.status for one in message.attempts] == [204, 204]


async def test_for_a_day_both_secrets_sign(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    otto, (endpoint, old) = world.otto.actor(), hook
    _, new = await rotate_secret(otto, operator, endpoint.public_id, NOW, KEYS)
    for hours, old_holds in ((23, True), (25, False)):
        at = NOW + timedelta(hours=hours)
        await send_test(otto, operator, endpoint.public_id, at)
        await delivered(at)
        latest = receiver.received[-1]
        assert verified(latest, new, at)
        assert verified(latest, old, at) is old_holds


async def test_a_trial_tells_nothing_and_is_tried_once(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    receiver.answers = [500]
    await send_test(world.otto.actor(), operator, hook[0].public_id, NOW)
    await delivered(NOW)
    assert await delivered(NOW + timedelta(days=2)) == 0
    assert json.loads(receiver.received[0].body)["type"] == "webhook.test"


async def test_no_table_holds_the_secret_and_another_key_is_noticed(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    secret = base64.b64decode(hook[1].removeprefix("whsec_"))
    rows = [dict(row) for row in await fetch("SELECT * FROM webhook_endpoint")]
    assert secret not in [value for row in rows for value in row.values()]
    assert hook[1] not in repr(rows)
    await send_test(world.otto.actor(), operator, hook[0].public_id, NOW)
    await delivered(NOW, key=b"another key, after SECRET_KEY was changed")
    endpoint = await endpoint_of(world.otto.actor(), operator, hook[0].public_id)
    assert (receiver.received, endpoint.disabled_because) == ([], "key")


async def test_switched_off_and_deleted_nothing_goes_there(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    otto: Actor = world.otto.actor()
    await a_booking(world)
    await told()
    off = EndpointWanted(receiver.url, ALL, is_active=False)
    await change_endpoint(otto, operator, hook[0].public_id, off, NOW, KEYS)
    assert await delivered(NOW) == 0
    await change_endpoint(otto, operator, hook[0].public_id, EndpointWanted(receiver.url, ALL), NOW, KEYS)
    await retire_endpoint(otto, operator, hook[0].public_id, NOW)
    await told()
    assert await delivered(NOW + timedelta(days=1)) == 0
    with pytest.raises(NotFound):
        await endpoint_of(otto, operator, hook[0].public_id)


async def test_webhooks_are_their_operators_own(
    world: World, operator: OperatorCard, hook: tuple[EndpointCard, str]
) -> None:
    rival = await operator_by_slug("andernach")
    assert rival is not None
    for stranger, at in ((world.rolf, operator), (world.rolf, rival), (world.frida, operator), (world.mia, operator)):
        with pytest.raises(NotFound):
            await endpoint_of(stranger.actor(), at, hook[0].public_id)
        with pytest.raises(NotFound):
            await rotate_secret(stranger.actor(), at, hook[0].public_id, NOW, KEYS)


async def test_what_cannot_be_an_address_is_refused_at_once(world: World, operator: OperatorCard) -> None:
    otto = world.otto.actor()
    strict = WebhookKeys(KEY)
    for url in ("http://haus.example/", "https://localhost/", "https://10.0.0.1/", "haus", "http://127.0.0.1:80/"):
        with pytest.raises(UrlUnusable):
            await add_endpoint(otto, operator, EndpointWanted(url, ALL), NOW, strict)
    for events in ([], ["booking.everything"]):
        with pytest.raises(NothingTold):
            await add_endpoint(otto, operator, EndpointWanted("https://haus.example/", events), NOW, strict)
    for _ in range(10):
        await add_endpoint(otto, operator, EndpointWanted("https://haus.example/", ALL), NOW, strict)
    with pytest.raises(TooManyEndpoints):
        await add_endpoint(otto, operator, EndpointWanted("https://haus.example/", ALL), NOW, strict)


async def test_what_was_told_is_forgotten_after_a_month(
    world: World, operator: OperatorCard, receiver: Receiver, hook: tuple[EndpointCard, str]
) -> None:
    await a_booking(world)
    await told()
    await delivered(NOW)
    assert await forget_deliveries(NOW + timedelta(days=29)) == 0
    assert await forget_deliveries(NOW + timedelta(days=31)) == 1
    assert await deliveries_of(hook[0], 5) == []
