"""A network, and a postman who keeps what he is given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

import pytest

from app.notifications.reactions import notification_reactions
from app.platform.database import execute
from app.platform.mail import Envelope, Mailbox
from app.platform.outbox import Event
from app.platform.settings import ROOT
from app.platform.templates import Templates
from tests.worlds import NOW, World, a_world

ADDRESS = "https://nahwerk.example"
KEY = b"a signing key of the tests, long enough"


@dataclass
class Postman:
    """A transport that delivers into `mails`, unless told to fail."""

    mails: list[EmailMessage] = field(default_factory=list)
    failure: Exception | None = None
    envelopes: list[Envelope] = field(default_factory=list)

    async def send(self, message: EmailMessage, envelope: Envelope, /) -> None:
        if self.failure is not None:
            raise self.failure
        self.mails.append(message)
        self.envelopes.append(envelope)


@pytest.fixture
async def world(undone: None) -> World:
    world = await a_world()
    await execute(
        "UPDATE space SET access_de = 'Klingeln bei Nahwerk.', access_en = 'Ring at Nahwerk.',"
        " directions_de = 'Vom Bahnhof links.' WHERE id = $1",
        world.polch.id,
    )
    await execute("UPDATE network SET phone_hours_de = 'Mo–Fr 9–17 Uhr'")
    return world


@pytest.fixture
def postman() -> Postman:
    return Postman()


Happen = Callable[..., Awaitable[None]]


@pytest.fixture
def happens(postman: Postman) -> Happen:
    """Runs all reactions to an event: `await happens("booking.confirmed", key)`."""
    templates = Templates(ROOT / "templates", static_url=lambda name: name)
    sender = Mailbox("Nahwerk", "post@nahwerk.example")
    reactions = notification_reactions(postman, templates, sender, ADDRESS, KEY)

    async def run(name: str, aggregate: int, event: int = 1, now: datetime = NOW, **ids: object) -> None:
        for reaction in reactions[name]:
            await reaction.run(Event(event, name, 1, "any", aggregate, ids, now), now)

    return run


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """The mail's text/plain or text/html."""
    body = mail.get_body(preferencelist=(kind,))
    assert body is not None
    content: str = body.get_content()
    return content
