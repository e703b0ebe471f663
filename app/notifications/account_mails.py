"""The mails about an account: links that prove an address, and word of what was changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.identity.federation import identity_to_tell
from app.identity.mailed_links import Purpose, link_to_mail, replaced_address
from app.identity.queries import KnownPerson, actor_of_person, people
from app.kernel.refusals import marked
from app.notifications.post_office import Letter, PostOffice
from app.notifications.queries import person_of_link
from app.platform.language import speaker
from app.platform.mail import Mailbox
from app.teams.queries import team_by_id

_A_DAY: Final = marked("Der Link gilt 24 Stunden lang und nur einmal.")
_AN_HOUR: Final = marked("Der Link gilt eine Stunde lang und nur einmal.")
_A_QUARTER: Final = marked("Der Link gilt 15 Minuten lang und nur einmal.")
_NEW_PASSWORD: Final = marked("Neues Passwort setzen")
_FORGOTTEN: Final = "/passwort-vergessen"


@dataclass(frozen=True, slots=True)
class Wording:
    """What a mail says, in German; {network} stands for its name. `action` is the button, `path` where it leads.

    The button stands right below the first sentence, unless it is only for those to whom the news is bad.
    """

    subject: str
    first: str
    paragraphs: tuple[str, ...]
    action: str = ""
    path: str = ""
    action_last: bool = False


CONFIRM_EMAIL: Final = Wording(
    marked("Bitte bestätigen: Ihre E-Mail-Adresse für {network}"),
    marked("Noch ein Schritt, dann ist Ihr Konto bei {network} fertig."),
    (_A_DAY, marked("Das waren nicht Sie? Dann ist nichts zu tun: Ohne Bestätigung entsteht kein Konto.")),
    marked("Adresse bestätigen"),
    "/bestaetigen",
)
CONFIRM_RECORD: Final = Wording(
    marked("Bitte bestätigen: Ihre E-Mail-Adresse für {network}"),
    marked("Am Empfang oder am Telefon von {network} wurde diese E-Mail-Adresse für Sie angegeben."),
    (
        marked("Nach der Bestätigung sehen und ändern Sie Ihre Buchungen auch selbst."),
        _A_DAY,
        marked("Das waren nicht Sie? Dann ist nichts zu tun: Ohne Bestätigung ändert sich nichts."),
    ),
    marked("Adresse bestätigen"),
    "/eintrag-bestaetigen",
)
ADDRESS_KNOWN: Final = Wording(
    marked("Ihr Konto bei {network} gibt es schon"),
    marked("Mit dieser Adresse gibt es bei {network} schon ein Konto."),
    (
        marked("Sie können sich damit anmelden. Fehlt das Passwort, setzen Sie hier ein neues."),
        _AN_HOUR,
        marked("Das waren nicht Sie? Dann ist nichts zu tun: Am Konto hat sich nichts geändert."),
    ),
    _NEW_PASSWORD,
    "/passwort-neu",
)
RESET_PASSWORD: Final = Wording(
    marked("Neues Passwort für {network}"),
    marked("Hier setzen Sie ein neues Passwort für Ihr Konto bei {network}."),
    (_AN_HOUR, marked("Das waren nicht Sie? Dann ist nichts zu tun: Das alte Passwort gilt weiter.")),
    _NEW_PASSWORD,
    "/passwort-neu",
)
CONFIRM_NEW_EMAIL: Final = Wording(
    marked("Bitte bestätigen: neue E-Mail-Adresse für {network}"),
    marked("Bestätigen Sie, dass diese Adresse künftig zu Ihrem Konto bei {network} gehört."),
    (_A_DAY, marked("Das waren nicht Sie? Dann ist nichts zu tun: Ohne Bestätigung ändert sich nichts.")),
    marked("Adresse bestätigen"),
    "/konto/email/bestaetigen",
)
EMAIL_CHANGE_REQUESTED: Final = Wording(
    marked("Ihre E-Mail-Adresse bei {network} soll sich ändern"),
    marked("Für Ihr Konto bei {network} wurde eine neue E-Mail-Adresse angegeben."),
    (
        marked("Sie gilt, sobald sie bestätigt ist. Bis dahin bleibt es bei dieser."),
        marked("Das waren nicht Sie? Dann setzen Sie bitte gleich ein neues Passwort."),
    ),
    _NEW_PASSWORD,
    _FORGOTTEN,
    action_last=True,
)
EMAIL_CHANGED: Final = Wording(
    marked("Ihre E-Mail-Adresse bei {network} ist geändert"),
    marked("Zu Ihrem Konto bei {network} gehört jetzt eine andere E-Mail-Adresse."),
    (
        marked("Diese Adresse wird nicht mehr verwendet."),
        marked("Das waren nicht Sie? Dann rufen Sie uns bitte an."),
    ),
)
PASSWORD_CHANGED: Final = Wording(
    marked("Ihr Passwort bei {network} ist geändert"),
    marked("Das Passwort Ihres Kontos bei {network} wurde geändert."),
    (
        marked("Andere Geräte sind abgemeldet. Schlüssel für Programme gelten weiter; sie stehen in Ihrem Konto."),
        marked("Das waren nicht Sie? Dann setzen Sie bitte gleich ein neues Passwort."),
    ),
    _NEW_PASSWORD,
    _FORGOTTEN,
    action_last=True,
)
COMPANY_LINKED: Final = Wording(
    marked("Ihr Konto bei {network} ist jetzt mit {company} verbunden"),
    marked("Ihr Konto bei {network} öffnet ab jetzt auch die Anmeldung von {company}."),
    (
        marked("Es bleibt Ihr Konto: Wann und wo Sie arbeiten, erfährt die Firma nicht."),
        marked("Unter „Konto“ können Sie die Verbindung jederzeit trennen."),
        marked("Das waren nicht Sie? Dann trennen Sie die Verbindung bitte gleich und rufen uns an."),
    ),
    marked("Zum Konto"),
    "/konto",
    action_last=True,
)
SIGN_IN: Final = Wording(
    marked("Ihr Link zum Anmelden bei {network}"),
    marked("Mit diesem Link melden Sie sich bei {network} an, ohne Passwort."),
    (_A_QUARTER, marked("Das waren nicht Sie? Dann ist nichts zu tun: Niemand sonst hat diesen Link.")),
    marked("Anmelden"),
    "/anmelden/link",
)
SIGN_IN_WITH_PASSWORD: Final = Wording(
    marked("Bitte mit Passwort anmelden bei {network}"),
    marked("Sie haben bei {network} eine Aufgabe und melden sich deshalb mit Ihrem Passwort an."),
    (
        marked("Fehlt das Passwort, setzen Sie auf derselben Seite ein neues."),
        marked("Das waren nicht Sie? Dann ist nichts zu tun: Am Konto hat sich nichts geändert."),
    ),
    marked("Mit Passwort anmelden"),
    "/anmelden",
)

_OF_PURPOSE: Final = {
    Purpose.CONFIRM_EMAIL: CONFIRM_EMAIL,
    Purpose.RESET_PASSWORD: RESET_PASSWORD,
    Purpose.CHANGE_EMAIL: CONFIRM_NEW_EMAIL,
    Purpose.SIGN_IN: SIGN_IN,
}


@dataclass(frozen=True, slots=True)
class AccountMails:
    """Writes them; `signing_key` makes the tokens of mailed links anew."""

    office: PostOffice
    signing_key: bytes = field(repr=False)

    async def send_link(self, link: int, now: datetime, wording: Wording | None = None) -> None:
        """Mails the link to the address that it proves; nothing where it has ended meanwhile or has no address."""
        mail = await link_to_mail(link, now, key=self.signing_key)
        if mail is not None:
            to, person = Mailbox(mail.name or "", mail.email), await person_of_link(link)
            said = wording or _OF_PURPOSE[mail.purpose]
            await self._send(f"link-{link}", to, person, mail.language, said, now, f"?token={mail.token}")

    async def tell_address_known(self, link: int, now: datetime) -> None:
        """To somebody who signs up again: that there is an account, with a link for a new password."""
        await self.send_link(link, now, ADDRESS_KNOWN)

    async def tell_record_entered(self, link: int, now: datetime) -> None:
        """To the address that staff typed in for somebody, with the link that proves it."""
        await self.send_link(link, now, CONFIRM_RECORD)

    async def send_sign_in_link(self, link: int, now: datetime) -> None:
        """The link; who works for the network hears that a password is needed instead."""
        key = await person_of_link(link)
        if key is None:
            return
        if not (await actor_of_person(key)).is_staff:
            await self.send_link(link, now)
            return
        person = (await people([key]))[key]
        if person.email is not None:
            await self._notice(f"link-{link}", person, person.email, SIGN_IN_WITH_PASSWORD, now)

    async def tell_email_change_requested(self, link: int, now: datetime) -> None:
        """To the address that the person still has: that another one is to take its place."""
        key, mail = await person_of_link(link), await link_to_mail(link, now, key=self.signing_key)
        person = (await people([key])).get(key) if key is not None else None
        if person is not None and person.email is not None and (mail is None or mail.email != person.email):
            await self._notice(f"email-change-{link}", person, person.email, EMAIL_CHANGE_REQUESTED, now)

    async def tell_email_changed(self, key: int, link: int, now: datetime) -> None:
        """To the address that the person had before."""
        person, former = (await people([key])).get(key), await replaced_address(link)
        if person is not None and former is not None:
            await self._notice(f"email-changed-{link}", person, former, EMAIL_CHANGED, now)

    async def tell_password_changed(self, key: int, event: int, now: datetime) -> None:
        """To the person whose password was changed; `event` tells one change from another."""
        person = (await people([key])).get(key)
        if person is not None and person.email is not None:
            await self._notice(f"password-changed-{event}", person, person.email, PASSWORD_CHANGED, now)

    async def tell_company_linked(self, identity: int, now: datetime) -> None:
        """To the person whose account a company's sign-in opens from now on."""
        found = await identity_to_tell(identity)
        person = (await people([found[0]])).get(found[0]) if found is not None else None
        team = await team_by_id(found[1]) if found is not None else None
        if person is not None and person.email is not None and team is not None:
            to = Mailbox(person.name, person.email)
            key = f"company-linked-{identity}"
            await self._send(key, to, person.id, person.language, COMPANY_LINKED, now, company=team.name)

    async def _notice(self, key: str, person: KnownPerson, email: str, said: Wording, now: datetime) -> None:
        await self._send(key, Mailbox(person.name, email), person.id, person.language, said, now)

    async def _send(
        self,
        key: str,
        to: Mailbox,
        person: int | None,
        language: str,
        said: Wording,
        now: datetime,
        query: str = "",
        company: str = "",
    ) -> None:
        says = speaker(language)
        facts = {"network": (await self.office.network()).name, "company": company}
        letter = Letter(
            key=key,
            to=to,
            person=person,
            language=language,
            subject=says.say(said.subject, **facts),
            template="account",
            context={
                "first": says.say(said.first, **facts),
                "paragraphs": [says.say(paragraph, **facts) for paragraph in said.paragraphs],
                "action": says.gettext(said.action) if said.action else "",
                "action_last": said.action_last,
                "url": f"{self.office.address}{said.path}{query}",
            },
        )
        await self.office.send(letter, now)
