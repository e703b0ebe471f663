"""Accounts: signing up, a forgotten password, changes of address, password, name and language.

`key` is the settings' signing key and `address` the network address of the caller; `network` is the network's name,
which makes no password.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.identity.audit import record, record_each
from app.identity.federation import forget_ended_identities
from app.identity.hashing import hash_password, verify_password
from app.identity.mailed_links import (
    LinkNoLongerWorks,
    Purpose,
    SignUp,
    create_link,
    demand_link,
    forget_old_links,
    use_link,
    void_links,
)
from app.identity.passwords import demand_good_password
from app.identity.queries import actor_of_person
from app.identity.reachability import forget_trouble
from app.identity.rules import (
    Action,
    Actor,
    demand,
    demand_fresh_sign_in,
    local_path,
    usable_email,
    usable_language,
    usable_name,
    usable_phone,
)
from app.identity.sessions import end_sessions, forget_old_sessions
from app.identity.sign_in import FAILURES_OF_ACCOUNT
from app.kernel.refusals import BadInput, Conflict, marked
from app.platform.database import execute, fetch, fetch_row, fetch_value, refuse_constraint, transaction
from app.platform.outbox import emit
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, address_key, hit, take_back

MAILS_TO_ADDRESS = Limit("account_mails_to", 6, timedelta(hours=1))
"""Mails that strangers can cause to one e-mail address by signing up, forgetting or changing."""

MAILS_BY_ADDRESS = Limit("account_mails_by", 60, timedelta(hours=1))
"""The same, caused from one network address; a whole space may sit behind it."""

_TOKENS_KEPT = timedelta(days=365)
_INVITATIONS_KEPT = timedelta(days=730)


class EmailTaken(Conflict):
    """Somebody has confirmed this address meanwhile."""

    code = "email_taken"
    text = marked("Zu dieser E-Mail-Adresse gibt es inzwischen ein Konto.")


class WrongPassword(BadInput):
    """The current password was not given or is another one."""

    code = "wrong_password"
    text = marked("Das ist nicht Ihr jetziges Passwort.")


refuse_constraint("person_email", EmailTaken)


async def sign_up(
    name: str,
    email: str,
    password: str | None,
    now: datetime,
    *,
    language: str,
    next_url: str,
    key: bytes,
    address: str,
    network: str,
) -> None:
    """Mails a link that makes the account; to a known address one that sets a new password instead.

    Whoever asks learns nothing about the address: the answer, the statements and the one Argon2 are the same. Nobody
    becomes a person before the address is confirmed, and each link makes the account that was typed in for it, so that
    a stranger's earlier sign-up cannot slip a password into it. Whom a front desk entered with this address becomes the
    account.
    Raises NameUnusable, EmailUnusable, LanguageUnknown, the refusals of passwords.py, TooMany.
    """
    name, email, language = usable_name(name), usable_email(email), usable_language(language)
    if password is not None:
        demand_good_password(password, (name, email, network))
    await count_mail(email, address, now)
    password_hash = await hash_password(password) if password is not None else None
    async with transaction():
        known = await confirmed_person(email)
        link = await create_link(
            Purpose.RESET_PASSWORD if known else Purpose.CONFIRM_EMAIL,
            now,
            key=key,
            email=email,
            person=known,
            language=language,
            next_url=local_path(next_url),
            sign_up=None if known else SignUp(name, password_hash),
        )
        event = "person.sign_up_repeated" if known else "person.sign_up_requested"
        await record(event, "mailed_link", link, None, now)
        await emit(event, "mailed_link", link, now)


async def confirm_email(token: str, now: datetime) -> tuple[Actor, str]:
    """Makes the account of a sign-up; the person to open a session for, and the path that was asked for.

    For a POST alone: programs that look through mail open links. Raises LinkNoLongerWorks.
    """
    async with transaction():
        link = await use_link(token, Purpose.CONFIRM_EMAIL, now)
        if link["person"] is not None:
            raise LinkNoLongerWorks  # it is for a record that stands already: records.py
        actor = await person_of_sign_up(link, now)
        if actor is None:
            raise EmailTaken
    return actor, local_path(link["next_url"])


async def person_of_sign_up(link: Mapping[str, Any], now: datetime) -> Actor | None:
    """Makes the account that was typed in for a link just used; None where somebody has confirmed its address."""
    person = await fetch_value(
        "INSERT INTO person AS p (public_id, name, email, email_confirmed_at, password_hash, language, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $4)"
        " ON CONFLICT (lower(email)) WHERE retired_at IS NULL DO UPDATE"
        " SET name = $2, email_confirmed_at = $4, password_hash = $5, version = p.version + 1"
        " WHERE p.email_confirmed_at IS NULL RETURNING id",
        new_public_id(),
        link["name"],
        link["email"],
        now,
        link["password_hash"],
        link["language"],
    )
    if person is None:
        return None
    await void_links(now, person=person, email=link["email"], purposes=(Purpose.CONFIRM_EMAIL,))
    actor = await actor_of_person(person, "page", authenticated_at=now)
    await record("person.signed_up", "person", person, actor, now)
    await emit("person.signed_up", "person", person, now)
    return actor


async def request_password_reset(
    email: str, next_url: str, now: datetime, *, key: bytes, address: str, language: str = "de"
) -> None:
    """Mails a link to set a new password, if the address is known; otherwise does the same without a mail.

    Raises EmailUnusable, TooMany.
    """
    await mail_link_if_known(
        Purpose.RESET_PASSWORD,
        "person.password_reset_requested",
        email,
        next_url,
        now,
        key=key,
        address=address,
        language=language,
    )


async def mail_link_if_known(
    purpose: Purpose, event: str, email: str, next_url: str, now: datetime, *, key: bytes, address: str, language: str
) -> None:
    """Makes the link and emits the event for its mail; for an unknown address the same, and nothing is mailed.

    Raises EmailUnusable, TooMany.
    """
    email = usable_email(email)
    await count_mail(email, address, now)
    async with transaction():
        known = await confirmed_person(email)
        link = await create_link(
            purpose,
            now,
            key=key,
            email=email if known else None,
            person=known,
            language=usable_language(language),
            next_url=local_path(next_url),
        )
        await record(event, "person", known, None, now)
        await emit(event, "mailed_link", link, now)


async def reset_password(token: str, new: str, now: datetime, *, network: str) -> tuple[Actor, str]:
    """Sets a new password by a mailed link and ends all sessions; the person to sign in, and the path asked for.

    API tokens stay: they are listed with their last use, and the mail about the change says so. A second factor stays
    too (ASVS 6.4.3). Raises LinkNoLongerWorks and the refusals of passwords.py; those leave the link usable.
    """
    link = await demand_link(token, Purpose.RESET_PASSWORD, now)
    person = await fetch_row("SELECT name, email FROM person WHERE id = $1", link["person"])
    if person is None:
        raise LinkNoLongerWorks
    demand_good_password(new, (person["name"], person["email"] or "", network), field="new")
    password_hash = await hash_password(new)
    async with transaction():
        await use_link(token, Purpose.RESET_PASSWORD, now)
        await _set_password(link["person"], password_hash, now)
        await end_sessions(link["person"])
        actor = await actor_of_person(link["person"], "page", authenticated_at=now)
        await record("person.password_reset", "person", actor.person, actor, now)
        await emit("person.password_changed", "person", actor.person, now)
    return actor, local_path(link["next_url"])


async def change_password(actor: Actor, current: str | None, new: str, now: datetime, *, network: str) -> None:
    """Sets a new password and ends the person's other sessions; `current` may be None for who has none yet.

    Raises FreshSignInNeeded, WrongPassword, TooMany (guesses count like those at sign-in), and those of passwords.py.
    """
    demand_fresh_sign_in(actor, now)
    demand_good_password(new, (actor.name, actor.email or "", network), field="new")
    await _demand_current_password(actor, current, now)
    password_hash = await hash_password(new)
    async with transaction():
        await _set_password(actor.person, password_hash, now)
        await end_sessions(actor.person, but=actor.session)
        await record("person.password_changed", "person", actor.person, actor, now)
        await emit("person.password_changed", "person", actor.person, now)


async def request_email_change(actor: Actor, email: str, now: datetime, *, key: bytes, address: str) -> None:
    """Mails a link to the new address, and the old one is told; nothing changes before the link is used.

    The address that the person has already may be proved once more in the same way.

    Whether somebody else has the address is not said here. Raises FreshSignInNeeded, EmailUnusable, TooMany.
    """
    demand_fresh_sign_in(actor, now)
    email = usable_email(email)
    await count_mail(email, address, now)
    async with transaction():
        await void_links(now, person=actor.person, email=None, purposes=(Purpose.CHANGE_EMAIL,))
        link = await create_link(
            Purpose.CHANGE_EMAIL, now, key=key, email=email, person=actor.person, language=actor.language
        )
        await record("person.email_change_requested", "person", actor.person, actor, now)
        await emit("person.email_change_requested", "mailed_link", link, now)


async def confirm_email_change(actor: Actor, token: str, now: datetime) -> bool:
    """Takes the new address and ends the person's other sessions. False where it is the same one, proved once more.

    The person must be signed in: whoever receives a link at a mistyped address could otherwise take the account with
    it. Raises LinkNoLongerWorks, also for another person's link, and EmailTaken.
    """
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        link = await use_link(token, Purpose.CHANGE_EMAIL, now)
        if link["person"] != actor.person:
            raise LinkNoLongerWorks  # and is unused again, because the transaction ends without effect
        former = await fetch_value("SELECT email FROM person WHERE id = $1 FOR UPDATE", actor.person)
        await execute(
            "UPDATE person SET email = $2, email_confirmed_at = $3, version = version + 1 WHERE id = $1",
            actor.person,
            link["email"],
            now,
        )
        if former == link["email"]:
            await record("person.email_confirmed", "person", actor.person, actor, now)
            return False
        if former is not None:
            await forget_trouble(former)
        await execute("UPDATE mailed_link SET former_email = $2 WHERE id = $1", link["id"], former)
        await void_links(now, person=actor.person, email=link["email"], purposes=tuple(Purpose))
        await end_sessions(actor.person, but=actor.session)
        await record("person.email_changed", "person", actor.person, actor, now)
        await emit("person.email_changed", "person", actor.person, now, link=link["id"])
        return True


async def change_name(actor: Actor, name: str, now: datetime) -> None:
    """Raises NameUnusable."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        await execute(
            "UPDATE person SET name = $2, version = version + 1 WHERE id = $1", actor.person, usable_name(name)
        )
        await record("person.name_changed", "person", actor.person, actor, now)


async def change_language(actor: Actor, language: str, now: datetime) -> None:
    """The language of pages and mails. Raises LanguageUnknown."""
    demand(actor, Action.MANAGE_OWN_ACCOUNT)
    async with transaction():
        await execute(
            "UPDATE person SET language = $2, version = version + 1 WHERE id = $1",
            actor.person,
            usable_language(language),
        )
        await record("person.language_changed", "person", actor.person, actor, now)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody entered by others. An address that is not confirmed signs nobody in until its owner signs up.

    `operator` and `space` are the keys of the front desk that enters the person.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    operator: int | None = None
    space: int | None = None
    language: str = "de"
    password_hash: str | None = None
    is_confirmed: bool = False


async def create_people(newcomers: Sequence[NewPerson], now: datetime, *, actor: Actor | None = None) -> list[int]:
    """Enters people without their doing, for front desks and the demo network; their keys in order.

    Raises NameUnusable, EmailUnusable, PhoneUnusable, LanguageUnknown, EmailTaken; then nobody was entered.
    """
    async with transaction():
        rows = await fetch(
            "INSERT INTO person (public_id, name, email, email_confirmed_at, password_hash, language, created_at,"
            " phone, entered_by_operator, entered_at_space)"
            " SELECT u.public_id, u.name, u.email, CASE WHEN u.is_confirmed THEN $6::timestamptz END,"
            " u.password_hash, u.language, $6, u.phone, u.operator, u.space"
            " FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $7::bool[], $8::text[],"
            " $9::bigint[], $10::bigint[]) WITH ORDINALITY"
            " AS u (public_id, name, email, password_hash, language, is_confirmed, phone, operator, space, place)"
            " ORDER BY u.place RETURNING id",
            [new_public_id() for _ in newcomers],
            [usable_name(newcomer.name) for newcomer in newcomers],
            [usable_email(newcomer.email) if newcomer.email else None for newcomer in newcomers],
            [newcomer.password_hash for newcomer in newcomers],
            [usable_language(newcomer.language) for newcomer in newcomers],
            now,
            [newcomer.is_confirmed and newcomer.email is not None for newcomer in newcomers],
            [usable_phone(newcomer.phone) if newcomer.phone else None for newcomer in newcomers],
            [newcomer.operator for newcomer in newcomers],
            [newcomer.space for newcomer in newcomers],
        )
        people = sorted(row["id"] for row in rows)
        await record_each("person.entered", "person", people, actor, now)
    return people


async def forget_old(now: datetime) -> None:
    """Deletes what has served its time: ended sessions, lapsed links, revoked tokens; invitations and audit entries
    after two years."""
    await forget_old_sessions(now)
    await forget_old_links(now)
    await forget_ended_identities(now)
    await execute("DELETE FROM invitation WHERE created_at < $1", now - _INVITATIONS_KEPT)
    await execute("DELETE FROM api_token WHERE revoked_at < $1", now - _TOKENS_KEPT)
    await fetch_value("SELECT forget_old_audit_entries()")


async def count_mail(email: str, address: str, now: datetime) -> None:
    """Counts a mail that a stranger causes; call it before the transaction. Raises TooMany."""
    await hit(MAILS_BY_ADDRESS, address_key(address), now)
    await hit(MAILS_TO_ADDRESS, email, now)


async def confirmed_person(email: str) -> int | None:
    """The key of who has confirmed this address, as `usable_email` gives it."""
    person: int | None = await fetch_value(
        "SELECT id FROM person WHERE lower(email) = $1 AND email_confirmed_at IS NOT NULL AND retired_at IS NULL",
        email,
    )
    return person


async def _demand_current_password(actor: Actor, current: str | None, now: datetime) -> None:
    password_hash = await fetch_value("SELECT password_hash FROM person WHERE id = $1", actor.person)
    if password_hash is None:
        return
    await hit(FAILURES_OF_ACCOUNT, actor.email or str(actor.person), now)
    if current is None or not await verify_password(password_hash, current):
        raise WrongPassword(field="current")
    await take_back(FAILURES_OF_ACCOUNT, actor.email or str(actor.person), now)


async def _set_password(person: int, password_hash: str, now: datetime) -> None:
    """Other links that would set one or sign in end too."""
    await execute("UPDATE person SET password_hash = $2, version = version + 1 WHERE id = $1", person, password_hash)
    await void_links(
        now, person=person, email=None, purposes=(Purpose.RESET_PASSWORD, Purpose.SIGN_IN, Purpose.BOOK_HELD)
    )
