"""How a mail goes out: rendered in its reader's language, noted, and sent once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.bookings.mail_links import link_token
from app.bookings.offer_links import offer_token
from app.bookings.short_notice import read_token
from app.network.bars import bar_token
from app.network.evening_mail import day_token, end_token
from app.network.queries import NetworkCard, SpaceCard, the_network
from app.platform.database import execute, transaction
from app.platform.mail import Attachment, CalendarPart, Envelope, Mail, Mailbox, MailNotSent, MailTransport, to_mime
from app.platform.outbox import Permanent
from app.platform.random_ids import mac_of
from app.platform.templates import Templates

KEPT_FOR = timedelta(days=90)
"""How long it is known that a mail went out."""

_TAG_LENGTH = 26
"""130 bits: only who had the mail in his hands knows it."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The network as every mail names it, in the reader's language."""

    name: str
    tagline: str
    phone: str
    phone_hours: str
    is_demo: bool

    @classmethod
    def of(cls, network: NetworkCard, language: str) -> "Letterhead":
        return cls(
            network.name, network.tagline[language], network.phone, network.phone_hours[language], network.is_demo
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is rendered: `template` names mail/<template>.txt and .html.

    `key` is the same for the same news, so that nobody hears it twice. `person` is None for somebody without account.
    A calendar part is about one booking or series (RFC 5546); what the mail says of others is in `further_calendars`.
    """

    key: str
    to: Mailbox
    person: int | None
    language: str
    subject: str
    template: str
    context: Mapping[str, Any]
    calendar: CalendarPart | None = None
    further_calendars: Sequence[CalendarPart] = ()
    documents: Sequence[Attachment] = ()


class PostOffice:
    """Sends letters in the name of the network; `address` is the site's, without a slash at its end.

    `signing_key` is the settings' own, with which links in mails are made. What cannot be delivered comes back to
    `returns_to`, in which {tag} may stand for the mail's own tag; without one to the sender.
    """

    def __init__(
        self,
        transport: MailTransport,
        templates: Templates,
        sender: Mailbox,
        address: str,
        signing_key: bytes,
        returns_to: str | None = None,
    ) -> None:
        self._transport = transport
        self._templates = templates
        self._signing_key = signing_key
        self._returns_to = returns_to or sender.email
        self.sender = sender
        self.address = address

    def booking_link(self, public_id: str) -> str:
        """Where the reader of a mail cancels or moves this booking without signing in."""
        return f"{self.address}/absagen/{link_token(public_id, self._signing_key)}"

    def read_link(self, public_id: str) -> str:
        """Where the reader of a mail says that he has read that this booking is off."""
        return f"{self.address}/gelesen/{read_token(public_id, self._signing_key)}"

    def bar_link(self, public_id: str) -> str:
        """Where the reader of a mail reads why he is barred, and objects."""
        return f"{self.address}/hausverbot/{bar_token(public_id, self._signing_key)}"

    def day_link(self, space: SpaceCard, day: date, email: str) -> str:
        """Where this host sees who comes that day, and closes it."""
        return f"{self.address}/morgen/{space.slug}/{day}/{day_token(space, day, email, self._signing_key)}"

    def no_more_evenings_link(self, space: SpaceCard, email: str) -> str:
        """Where this host wants no more such mails."""
        return f"{self.address}/abendmail/{space.slug}/{end_token(space, email, self._signing_key)}"

    def offer_link(self, public_id: str) -> str:
        """Where the reader of a mail accepts or declines what this place in line is offered, without signing in."""
        return f"{self.address}/angebot/{offer_token(public_id, self._signing_key)}"

    async def network(self) -> NetworkCard:
        """The network that writes. Raises Permanent before it is set up."""
        network = await the_network()
        if network is None:
            raise Permanent("there is no network to write in the name of")
        return network

    async def send(self, letter: Letter, now: datetime) -> None:
        """Sends the letter unless one of its key was sent before.

        The note that it was sent stands or falls with the transaction around it. Raises MailNotSent where another try
        may help, and Permanent where none will.
        """
        async with transaction():
            if not await self._is_first(letter, now):
                return
            try:
                message = to_mime(await self._rendered(letter), now)
            except ValueError as error:
                raise Permanent(str(error)) from error
            try:
                await self._transport.send(message, Envelope.of(self._returns_to, self._tag(letter)))
            except MailNotSent as failure:
                if failure.permanent:
                    raise Permanent(str(failure)) from failure
                raise

    async def _is_first(self, letter: Letter, now: datetime) -> bool:
        return bool(
            await execute(
                "INSERT INTO sent_mail (person, message_id, subject, sent_at, email, tag)"
                " VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT ON CONSTRAINT sent_mail_message_id DO NOTHING",
                letter.person,
                f"<{letter.key}@{self._domain}>",
                letter.subject,
                now,
                letter.to.email.lower(),
                self._tag(letter),
            )
        )

    async def _rendered(self, letter: Letter) -> Mail:
        letterhead = Letterhead.of(await self.network(), letter.language)
        context = {**letter.context, "site": letterhead, "subject": letter.subject, "address": self.address}
        return Mail(
            sender=self.sender,
            to=letter.to,
            subject=letter.subject,
            text=self._templates.render(f"mail/{letter.template}.txt", letter.language, context),
            html=self._templates.render(f"mail/{letter.template}.html", letter.language, context),
            language=letter.language,
            message_id=f"<{letter.key}.{self._tag(letter)}@{self._domain}>",
            calendar=letter.calendar,
            further_calendars=letter.further_calendars,
            documents=letter.documents,
        )

    def _tag(self, letter: Letter) -> str:
        """By this the mail is known again when it comes back; the same each time it is sent."""
        return mac_of(self._signing_key, "returned mail", f"{letter.key} {letter.to.email}")[:_TAG_LENGTH]

    @property
    def _domain(self) -> str:
        return self.sender.email.rpartition("@")[2]


async def forget_old_mails(now: datetime) -> int:
    """Forgets which mails went out more than 90 days ago; how many."""
    return await execute("DELETE FROM sent_mail WHERE sent_at < $1", now - KEPT_FOR)
