"""Signing in by a mailed link, for members: as good as a password, and for many instead of one.

Who works for the network signs in with a password (docs/decisions/0019-sign-in-by-mailed-link.md).
"""

from datetime import datetime

from app.identity.audit import record
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, use_link, void_links
from app.identity.operations import mail_link_if_known
from app.identity.queries import actor_of_person
from app.identity.rules import Actor, local_path
from app.kernel.refusals import NotFound, Refusal, marked
from app.platform.database import fetch_value, transaction


class StaffNeedsPassword(Refusal):
    """A mailbox that somebody else can read must not open what belongs to many."""

    code = "staff_needs_password"
    text = marked("Mit einer Aufgabe im Netzwerk melden Sie sich bitte mit Ihrem Passwort an.")


async def request_sign_in_link(
    email: str, next_url: str, now: datetime, *, key: bytes, address: str, language: str = "de"
) -> None:
    """Mails a link that signs in once and leads on, if the address is known; otherwise does the same without a mail.

    Raises EmailUnusable, TooMany.
    """
    await mail_link_if_known(
        Purpose.SIGN_IN,
        "person.sign_in_link_requested",
        email,
        next_url,
        now,
        key=key,
        address=address,
        language=language,
    )


async def sign_in_by_link(token: str, now: datetime) -> tuple[Actor, str]:
    """Uses the link up; the person to open a session for, freshly signed in, and the path that was asked for.

    For a POST alone: programs that look through mail open links. Raises LinkNoLongerWorks and StaffNeedsPassword.
    """
    async with transaction():
        link = await use_link(token, Purpose.SIGN_IN, now)
        actor = await signed_in_by_mail(link["person"], now)
        if actor.is_staff:
            raise StaffNeedsPassword
        await void_links(now, person=actor.person, email=None, purposes=(Purpose.SIGN_IN,))
    return actor, local_path(link["next_url"])


async def signed_in_by_mail(person: int | None, now: datetime) -> Actor:
    """The person of a link just used. Raises LinkNoLongerWorks where the account has ended."""
    try:
        actor = await actor_of_person(person or 0, "page", authenticated_at=now)
    except NotFound as ended:
        raise LinkNoLongerWorks from ended
    if not actor.is_staff:
        await record("person.signed_in", "person", actor.person, actor, now, by="link")
    return actor


async def has_password(person: int) -> bool:
    """Whether this person has set one."""
    return bool(await fetch_value("SELECT password_hash IS NOT NULL FROM person WHERE id = $1", person))
