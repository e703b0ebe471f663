"""Mails about belonging to a team: the invitation, the question to who looks after a domain, joining and leaving."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.bookings.paid_with import paid_text, paid_with
from app.bookings.queries import BookingFilter, bookings_of
from app.bookings.rules import HOLDING
from app.bookings.team_leaving import settle_left
from app.identity.mailed_links import link_to_mail
from app.identity.queries import people
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.notifications.booking_mails import when
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import Speaker, speaker
from app.platform.mail import Mailbox
from app.platform.outbox import Event
from app.teams.domains import MailDomainCard, mail_domain_by_id
from app.teams.invitations import open_invitation
from app.teams.queries import member_of, place_by_id, team_by_id

_ZONE: Final = ZoneInfo("Europe/Berlin")
_MOST_NAMED: Final = 30
_WHAT_IT_SEES: Final = marked(
    "Ihre Firma sieht Ihren Namen, Ihre E-Mail-Adresse und Ihre Kostenstelle. An welchen Tagen Sie wo arbeiten, sieht"
    " sie nicht."
)
_WHAT_A_DOMAIN_BRINGS: Final = marked(
    "Wenn Sie zustimmen, gilt die Domain als die dieser Firma. Wer eine Adresse mit @{domain} hat, kann"
    " dann dem Team beitreten."
)
_WHAT_A_PROVIDER_CAN: Final = marked(
    "Das Team will seine Leute über den Anbieter {issuer} anmelden. Wer ihn betreibt, kann dann jedes Konto mit einer"
    " Adresse @{domain} öffnen. Stimmen Sie nur zu, wenn es der Anbieter Ihrer Firma ist."
)
_ASKED_OF_KEEPERS: Final = {
    False: (marked("Gehört {domain} zu {team}?"), marked("Gehört die Domain {domain} zu {team}?")),
    True: (
        marked("Darf {issuer} für {domain} sprechen?"),
        marked("Darf der Anbieter {issuer} sagen, wer hinter Adressen mit @{domain} steht?"),
    ),
}
"""Subject and question, by whether the domain is proven."""


@dataclass(frozen=True, slots=True)
class TeamPeopleMails:
    """Writes them; `signing_key` makes the tokens of mailed links anew."""

    office: PostOffice
    signing_key: bytes = field(repr=False)

    async def send_invitation(self, key: int, now: datetime) -> None:
        """Mails the link, unless the invitation was accepted or taken back meanwhile."""
        invitation = await open_invitation(key)
        link = await link_to_mail(invitation.link, now, key=self.signing_key) if invitation else None
        team = await team_by_id(invitation.team) if invitation else None
        if invitation is None or link is None or team is None or team.has_ended:
            return
        says, network = speaker(link.language), (await self.office.network()).name
        inviter = (await people([invitation.invited_by])).get(invitation.invited_by) if invitation.invited_by else None
        facts = {
            "team": team.name,
            "inviter": inviter.name if inviter else team.name,
            "network": network,
            "until": local_day(link.expires_at, _ZONE),
        }
        until = marked("Der Link gilt bis {until} und nur einmal.")
        not_me = marked("Das ist nicht für Sie? Dann ist nichts zu tun: Ohne den Link ändert sich nichts.")
        await self._send(
            f"link-{invitation.link}",
            Mailbox(invitation.name or invitation.email, invitation.email),
            None,
            says,
            says.say(marked("{team} lädt Sie ein: Arbeiten nahe am Zuhause"), facts),
            says.say(marked("{inviter} lädt Sie ins Team von {team} bei {network} ein."), facts),
            [says.say(text, facts) for text in (_WHAT_IT_SEES, until, not_me)],
            (f"/team/beitreten/{link.token}", marked("Einladung ansehen")),
            now,
        )

    async def ask_keeper(self, key: int, now: datetime) -> None:
        """Asks who looks after the domain whether it is the team's, and whether its provider may speak for it; nothing
        where that is settled."""
        found = await mail_domain_by_id(key, signing_key=self.signing_key)
        if found is None or found[0].is_settled or found[0].expires_at <= now:
            return
        domain, token = found
        team = await team_by_id(domain.team)
        asker = (await people([domain.asked_by])).get(domain.asked_by) if domain.asked_by else None
        if team is None:
            return
        says = speaker(asker.language if asker else "de")
        facts = {
            "team": team.name,
            "domain": domain.domain,
            "asker": asker.name if asker else team.name,
            "network": (await self.office.network()).name,
            "until": local_day(domain.expires_at, _ZONE),
            "issuer": domain.asked_issuer,
        }
        texts = [marked("{asker} hat das für das Firmenkonto „{team}“ angefragt.")]
        if not domain.is_proven:
            texts.append(_WHAT_A_DOMAIN_BRINGS)
        if domain.asked_issuer:
            texts.append(_WHAT_A_PROVIDER_CAN)
        texts.append(
            marked("Kennen Sie die Firma oder den Anbieter nicht, ist nichts zu tun. Der Link gilt bis {until}.")
        )
        subject, question = _ASKED_OF_KEEPERS[domain.is_proven]
        await self._send(
            f"mail-domain-{domain.public_id}-{domain.asked_at:%Y%m%d%H%M%S}",
            Mailbox(domain.keeper, domain.keeper),
            None,
            says,
            says.say(subject, facts),
            says.say(question, facts),
            [says.say(text, facts) for text in texts],
            (f"/team/domain/{token}", marked("Ansehen und zustimmen")),
            now,
        )

    async def tell_proven(self, key: int, now: datetime) -> None:
        """To who has asked: the domain is the team's."""
        found = await mail_domain_by_id(key, signing_key=self.signing_key)
        if found is None or found[0].asked_by is None:
            return
        domain: MailDomainCard = found[0]
        team = await team_by_id(domain.team)
        assert team is not None, "teams are never deleted"
        says = await self._speaker(found[0].asked_by)
        first = says.say(marked("{domain} ist bestätigt"), domain=domain.domain)
        texts = (
            [marked("Wer eine Adresse mit @{domain} hat, kann dem Team jetzt beitreten.")] if domain.lets_join else []
        )
        if domain.issuer:
            texts.append(marked("Der Anbieter {issuer} darf für diese Adressen sprechen."))
        paragraphs = [says.say(text, domain=domain.domain, issuer=domain.issuer) for text in texts]
        way = (f"/team/{team.public_id}/beitritt", marked("Beitritt ansehen"))
        key_of_mail = f"mail-domain-proven-{domain.public_id}-{domain.asked_at:%Y%m%d%H%M%S}"
        await self._write(found[0].asked_by, key_of_mail, first, paragraphs, way, now)

    async def tell_joined(self, key: int, now: datetime) -> None:
        """To who has joined: what that means; nothing where the person has left again."""
        place = await place_by_id(key)
        if place is None or place.left_at is not None:
            return
        says = await self._speaker(place.person)
        first = says.say(marked("Sie gehören zum Team {team}"), team=place.team.name)
        paid = marked("Was das Team bereitstellt, steht beim Buchen zur Wahl. Sie entscheiden, womit Sie bezahlen.")
        leave = marked("Sie können das Team jederzeit verlassen. Ihr Konto und Ihre privaten Buchungen bleiben.")
        texts = [*([paid] if place.team.purse is not None else []), _WHAT_IT_SEES, leave]
        way = (f"/team/{place.team.public_id}", marked("Team ansehen"))
        await self._write(place.person, f"team-joined-{key}", first, [says.gettext(text) for text in texts], way, now)

    async def tell_left(self, event: Event, now: datetime) -> None:
        """To who belongs to the team no more: what stays, and what pays for it now."""
        place = await place_by_id(event.aggregate_id)
        if place is None or await member_of(place.team.id, place.person) is not None:
            return
        if place.team.purse is not None:
            await settle_left(place.team.purse, place.person, now)
        says = await self._speaker(place.person)
        text = (
            marked("Sie haben das Team {team} verlassen")
            if "own" in event.ids
            else marked("Sie gehören nicht mehr zum Team {team}")
        )
        paragraphs = [says.gettext(marked("Ihr Konto und Ihre privaten Buchungen bleiben."))]
        if place.team.purse is not None:
            given_back = marked(
                "Was das Team bezahlt hätte und nichts anderes bezahlt, ist zurückgegeben. Dazu bekommen Sie eigene"
                " E-Mails."
            )
            paragraphs.append(says.gettext(given_back))
        keep = marked(
            "Ist diese Adresse eine der Firma? Dann ändern Sie sie in Ihrem Konto, solange Sie hier Post bekommen."
        )
        paragraphs += [says.gettext(keep), *await _still_booked(place.person, says, now)]
        first = says.say(text, team=place.team.name)
        await self._write(
            place.person, f"team-left-{event.aggregate_id}", first, paragraphs, ("/woche", marked("Meine Woche")), now
        )

    async def _speaker(self, person: int) -> Speaker:
        return speaker((await people([person]))[person].language)

    async def _write(
        self, key: int, name: str, first: str, paragraphs: Sequence[str], way: tuple[str, str], now: datetime
    ) -> None:
        person = (await people([key]))[key]
        if person.email is not None:
            to = Mailbox(person.name, person.email)
            await self._send(name, to, key, speaker(person.language), first, first, paragraphs, way, now)

    async def _send(
        self,
        key: str,
        to: Mailbox,
        person: int | None,
        says: Speaker,
        subject: str,
        first: str,
        paragraphs: Sequence[str],
        way: tuple[str, str],
        now: datetime,
    ) -> None:
        path, word = way
        letter = Letter(
            key=key,
            to=to,
            person=person,
            language=says.language,
            subject=subject,
            template="news",
            context={
                "first": first,
                "paragraphs": list(paragraphs),
                "actions": [(f"{self.office.address}{path}", says.gettext(word))],
            },
        )
        await self.office.send(letter, now)


async def _still_booked(person: int, says: Speaker, now: datetime) -> list[str]:
    """What is booked ahead, each with what pays for it; nothing where nothing is."""
    standing = BookingFilter(from_at=now, statuses=sorted(HOLDING))
    bookings = await bookings_of(person, standing, limit=_MOST_NAMED, latest_first=False)
    if not bookings:
        return []
    paid = await paid_with(bookings, says.language)
    lines = []
    for one in bookings:
        by = paid_text(paid.get(one.id), says)
        what = f"{when(one, says, now)}, {one.space.name}, {one.resource.name}"
        lines.append(f"{what}: {by}" if by else what)
    return [says.gettext(marked("Das ist weiter für Sie gebucht:")), *lines]
