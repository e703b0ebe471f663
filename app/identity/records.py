"""Records of people that staff enter: somebody with a name and perhaps a number, who may get an address later.

An address that was typed in by others proves nothing. It is joined with the record when its owner uses the link that
was mailed there; where the address has an account by then, the two become one.
"""

from dataclasses import dataclass
from datetime import datetime

from app.identity.audit import record
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, create_link, use_link, void_links
from app.identity.merging import join_records, locked_records, standing_record
from app.identity.operations import NewPerson, count_mail, create_people
from app.identity.queries import KnownPerson, actor_of_person, people
from app.identity.rules import Action, Actor, usable_email
from app.kernel.refusals import NotAllowed, NotFound
from app.platform.database import execute, fetch_row, fetch_value, retried, transaction
from app.platform.outbox import emit


@dataclass(frozen=True, slots=True)
class Joined:
    """Whose the address is now. `is_new` says that it has no other account, so that the link is the sign-in."""

    actor: Actor
    is_new: bool


async def enter_person(actor: Actor, newcomer: NewPerson, now: datetime, *, key: bytes, address: str) -> KnownPerson:
    """Makes a record for somebody who stands at the desk or is on the telephone.

    With an e-mail address a link goes there, by which its owner makes the record an account. Raises NotAllowed, the
    refusals of `create_people`, TooMany.
    """
    if not actor.may(Action.BOOK_FOR_OTHERS, operator=newcomer.operator, space=newcomer.space):
        raise NotAllowed
    if newcomer.email:
        await count_mail(usable_email(newcomer.email), address, now)
    async with transaction():
        [person] = await create_people([newcomer], now, actor=actor)
        if newcomer.email:
            await _mail_link(actor, person, usable_email(newcomer.email), newcomer.language, now, key)
        return (await people([person]))[person]


async def give_email(actor: Actor, person: int, email: str, now: datetime, *, key: bytes, address: str) -> None:
    """Mails a link to an address that is said to be the person's; nothing changes before it is used.

    Whether the address has an account is not said here. Raises NotAllowed to whoever is no front desk (whose people are
    in reach, the caller decides), NotFound for who has an account already, EmailUnusable, TooMany.
    """
    if not actor.reach(Action.BOOK_FOR_OTHERS):
        raise NotAllowed
    email = usable_email(email)
    await count_mail(email, address, now)
    async with transaction():
        person = await standing_record(person)
        row = await fetch_row("SELECT language, email_confirmed_at FROM person WHERE id = $1", person)
        if row is None or row["email_confirmed_at"] is not None:
            raise NotFound
        await void_links(now, person=person, email=None, purposes=(Purpose.CONFIRM_EMAIL,))
        await _mail_link(actor, person, email, row["language"], now, key)


@retried
async def confirm_record(token: str, now: datetime) -> Joined:
    """Joins the link's address with its record. For a POST alone: programs that look through mail open links.

    An account of this address takes the record in, and so does the record another one with the same unproven address.
    Raises LinkNoLongerWorks, EmailTaken when two records ask for one address at this moment (once more will do).
    """
    async with transaction():
        link = await use_link(token, Purpose.CONFIRM_EMAIL, now)
        if link["person"] is None:
            raise LinkNoLongerWorks  # it makes an account of its own: operations.py
        own = await standing_record(link["person"])
        other: int | None = await fetch_value(
            "SELECT id FROM person WHERE lower(email) = $1 AND retired_at IS NULL AND id <> $2", link["email"], own
        )
        rows = await locked_records(own, *([other] if other else []))
        if rows[own]["email_confirmed_at"] is not None and rows[own]["email"] != link["email"]:
            raise LinkNoLongerWorks
        is_new = other is None or rows[other]["email_confirmed_at"] is None
        kept, gone = (own, other) if other is None or is_new else (other, own)
        actor = await actor_of_person(kept, "page", authenticated_at=now)
        if gone is not None:
            await join_records(actor, rows[kept], rows[gone], now)
        if is_new:
            await execute(
                "UPDATE person SET email = $2, email_confirmed_at = coalesce(email_confirmed_at, $3),"
                " version = version + 1 WHERE id = $1",
                kept,
                link["email"],
                now,
            )
        await void_links(now, person=kept, email=link["email"], purposes=(Purpose.CONFIRM_EMAIL,))
        await record("person.email_confirmed", "person", kept, actor, now)
        await emit("person.email_confirmed", "person", kept, now)
        return Joined(await actor_of_person(kept, "page", authenticated_at=now), is_new)


async def _mail_link(actor: Actor, person: int, email: str, language: str, now: datetime, key: bytes) -> None:
    link = await create_link(Purpose.CONFIRM_EMAIL, now, key=key, email=email, person=person, language=language)
    await record("person.email_given", "person", person, actor, now)
    await emit("person.email_given", "mailed_link", link, now)
