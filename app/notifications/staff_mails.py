"""The mail that asks somebody to take a role."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.invitations import invitation_by_id
from app.identity.mailed_links import link_to_mail
from app.identity.queries import people
from app.identity.rules import Role
from app.kernel.refusals import marked, phrase
from app.kernel.wall_time import local_day
from app.notifications.post_office import Letter, PostOffice
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.teams.invited_roles import ROLE_NAMES, whose_role

_ZONE: Final = ZoneInfo("Europe/Berlin")
_SUBJECT: Final = marked("Einladung zu {whose}: {role}")
_FIRST: Final = marked("{inviter} lädt Sie zu {whose} ein. Ihre Aufgabe: {role}.")
_LEADS: Final = marked("{network} lädt Sie ein, {whose} im Netzwerk einzurichten und zu leiten.")
_STEPS: Final = marked("Es geht Schritt für Schritt, auch am Telefon. Sie können unterbrechen und später weitermachen.")
_UNTIL: Final = marked("Der Link gilt bis {until} und nur einmal.")
_NOT_ME: Final = marked("Das ist nicht für Sie? Dann ist nichts zu tun: Ohne den Link ändert sich nichts.")


@dataclass(frozen=True, slots=True)
class StaffMails:
    """Writes it; `signing_key` makes the tokens of mailed links anew."""

    office: PostOffice
    signing_key: bytes = field(repr=False)

    async def send_invitation(self, key: int, now: datetime) -> None:
        """Mails the link, unless the invitation was accepted or taken back meanwhile."""
        invitation = await invitation_by_id(key)
        link = await link_to_mail(invitation.link, now, key=self.signing_key) if invitation else None
        if invitation is None or link is None:
            return
        says, network = speaker(link.language), (await self.office.network()).name
        inviter = (await people([invitation.invited_by])).get(invitation.invited_by) if invitation.invited_by else None
        facts = {
            "whose": await whose_role(invitation.grant),
            "role": phrase(ROLE_NAMES[invitation.grant.role]),
            "inviter": inviter.name if inviter else network,
            "network": network,
            "until": local_day(link.expires_at, _ZONE),
        }
        leads = invitation.grant.role is Role.OPERATOR_MANAGER
        letter = Letter(
            key=f"link-{invitation.link}",
            to=Mailbox(invitation.name, invitation.email),
            person=None,
            language=link.language,
            subject=says.say(_SUBJECT, facts),
            template="account",
            context={
                "first": says.say(_LEADS if leads else _FIRST, facts),
                "paragraphs": [says.say(text, facts) for text in (*([_STEPS] if leads else []), _UNTIL, _NOT_ME)],
                "action": says.gettext(marked("Einladung ansehen")),
                "action_last": False,
                "url": f"{self.office.address}/einladung?token={link.token}",
            },
        )
        await self.office.send(letter, now)
