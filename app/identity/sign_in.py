"""Signing in with address and password: one answer for every failure, after the same work."""

from datetime import datetime, timedelta

from app.identity.audit import record
from app.identity.hashing import hash_password, is_outdated, verify_password
from app.identity.queries import actor_of_person
from app.identity.rules import Actor, EmailUnusable, usable_email
from app.identity.sessions import renew_session
from app.kernel.refusals import Refusal, marked
from app.platform.database import execute, fetch_row, transaction
from app.platform.rate_limits import Limit, address_key, hit, take_back

FAILURES_OF_ACCOUNT = Limit("sign_in_of_account", 10, timedelta(minutes=15))
"""Guesses at one account, wherever they come from."""

FAILURES_OF_ADDRESS = Limit("sign_in_of_address", 100, timedelta(minutes=15))
"""Failures from one network address; a whole space may sit behind it."""


class WrongCredentials(Refusal):
    """Unknown address, wrong password or unconfirmed address: which of them is not said."""

    code = "wrong_credentials"
    text = marked("E-Mail-Adresse und Passwort passen nicht zusammen.")


async def sign_in(email: str, password: str, now: datetime, *, address: str) -> Actor:
    """Who this is, to open a session for. `address` is the network address of the caller.

    Raises WrongCredentials, after the same statements and one Argon2 each time, or TooMany.
    """
    try:
        account = usable_email(email)
    except EmailUnusable:
        account = ""
    await hit(FAILURES_OF_ADDRESS, address_key(address), now)
    await hit(FAILURES_OF_ACCOUNT, account, now)
    person = await fetch_row(
        "SELECT id, CASE WHEN email_confirmed_at IS NOT NULL THEN password_hash END AS password_hash"
        " FROM person WHERE lower(email) = $1 AND retired_at IS NULL",
        account,
    )
    password_hash: str | None = person["password_hash"] if person else None
    is_right = await verify_password(password_hash, password)
    if person is None or password_hash is None or not is_right:
        await record("person.sign_in_refused", "person", person["id"] if person else None, None, now)
        raise WrongCredentials
    await _forgive(account, address, now)
    stronger = await hash_password(password) if is_outdated(password_hash) else None
    async with transaction():
        actor = await actor_of_person(person["id"], "page", authenticated_at=now)
        if stronger is not None:
            await execute(
                "UPDATE person SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
                actor.person,
                stronger,
                password_hash,
            )
        await record("person.signed_in", "person", actor.person, actor, now)
    return actor


async def sign_in_again(actor: Actor, password: str, now: datetime, *, address: str) -> str:
    """Proves anew who sits at the browser and renews its session; the new token. Raises like `sign_in`."""
    again = await sign_in(actor.email or "", password, now, address=address)
    if again.person != actor.person:
        raise WrongCredentials
    return await renew_session(actor, now)


async def _forgive(account: str, address: str, now: datetime) -> None:
    """Successes do not count."""
    await take_back(FAILURES_OF_ADDRESS, address_key(address), now)
    await take_back(FAILURES_OF_ACCOUNT, account, now)
