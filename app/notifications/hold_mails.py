"""The mail to somebody who has chosen a place and only has to open a link: what is held until when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.bookings.held import hold_by_id
from app.identity.mailed_links import link_to_mail
from app.inventory.rules import label
from app.kernel.refusals import marked
from app.notifications.booking_mails import short_day, when
from app.notifications.post_office import Letter, PostOffice
from app.notifications.queries import person_of_link
from app.platform.language import speaker
from app.platform.mail import Mailbox

_SUBJECT: Final = marked("Bis {until} gehalten: {day}, {place}, {what}")
_FIRST: Final = marked("{what} in {place}, {when}: bis {until} für Sie gehalten.")
_WHERE: Final = marked("{space}, {address}")
_BOOKED_BY_LINK: Final = marked(
    "Gebucht ist der Platz erst mit diesem Link. Er geht auch auf einem anderen Gerät und gilt einmal."
)
_ASKED_FOR_BY_LINK: Final = marked(
    "Angefragt ist der Platz erst mit diesem Link. Er geht auch auf einem anderen Gerät und gilt einmal. Der Standort"
    " entscheidet dann und antwortet per E-Mail; so lange bleibt der Platz für Sie freigehalten."
)
_PARAGRAPHS: Final = (
    marked("Nach {until} wird der Platz wieder frei. Der Link zeigt dann, was sonst noch geht."),
    marked("Das waren nicht Sie? Dann ist nichts zu tun: Ohne den Link wird nichts gebucht."),
)


@dataclass(frozen=True, slots=True)
class HoldMails:
    """Writes them; `signing_key` makes the tokens of mailed links anew."""

    office: PostOffice
    signing_key: bytes = field(repr=False)

    async def tell_held(self, hold: int, now: datetime) -> None:
        """Mails the link that books it; nothing where it is over already or another choice took its place."""
        held = await hold_by_id(hold)
        if held is None or not held.lives_at(now):
            return
        link = await link_to_mail(held.link, now, key=self.signing_key)
        if link is None:
            return
        says = speaker(link.language)
        facts = {
            "what": label(held.resource.kind, held.resource.name),
            "until": held.until.time(),
            "day": short_day(held.starts_at.date(), says),
            "place": held.space.place,
            "space": held.space.name,
            "address": held.space.address,
            "when": when(held, says, now),
        }
        by_link = _ASKED_FOR_BY_LINK if held.needs_approval else _BOOKED_BY_LINK
        letter = Letter(
            key=f"link-{held.link}",
            to=Mailbox(link.name or "", link.email),
            person=await person_of_link(held.link),
            language=link.language,
            subject=says.say(_SUBJECT, facts),
            template="account",
            context={
                "first": says.say(_FIRST, facts),
                "paragraphs": [says.say(text, facts) for text in (_WHERE, by_link, *_PARAGRAPHS)],
                "action": says.gettext(marked("Platz anfragen") if held.needs_approval else marked("Platz buchen")),
                "action_last": False,
                "url": f"{self.office.address}/buchen/bestaetigen?token={link.token}",
            },
        )
        await self.office.send(letter, now)
