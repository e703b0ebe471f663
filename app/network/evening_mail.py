"""Who is told in the evening who comes tomorrow, and the links in that mail.

A link is made for one space, one day and one address under the settings' signing key, and stands in no table. It is
dead as soon as the address is no host's any more (docs/decisions/0036-people.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor, EmailUnusable, usable_email
from app.kernel.refusals import BadInput, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, transaction
from app.platform.random_ids import is_same, mac_of

MOST_HOSTS: Final = 5

_DAY: Final = "evening link"
_END: Final = "evening mail ends"


class TooManyHosts(BadInput):
    code = "too_many_hosts"
    text = marked("Höchstens {most} Adressen, jede in einer eigenen Zeile.")


@dataclass(frozen=True, slots=True)
class EveningSetting:
    """What the space's manager has said; `is_wanted` is None where nothing was. Without addresses the space's own."""

    is_wanted: bool | None = None
    also_when_empty: bool = False
    emails: tuple[str, ...] = ()


def hosts_of(space: SpaceCard, setting: EveningSetting) -> Sequence[str]:
    """The addresses that it goes to; none where the space has none either."""
    own = space.email or space.operator.email
    return setting.emails or ((own,) if own else ())


async def evening_settings(spaces: Iterable[int]) -> Mapping[int, EveningSetting]:
    """What was said of these spaces, by key; spaces of which nothing was are left out."""
    rows = await fetch(
        "SELECT space, is_wanted, also_when_empty, emails FROM evening_mail WHERE space = ANY($1::bigint[])",
        list(spaces),
    )
    return {
        row["space"]: EveningSetting(row["is_wanted"], row["also_when_empty"], tuple(row["emails"])) for row in rows
    }


async def set_evening(actor: Actor, space: SpaceCard, wanted: EveningSetting, now: datetime) -> None:
    """Raises NotFound to who does not manage the space, TooManyHosts, and EmailUnusable at the one that is wrong."""
    demand_managed(actor, space)
    if len(wanted.emails) > MOST_HOSTS:
        raise TooManyHosts(field="emails", most=MOST_HOSTS)
    emails = list(dict.fromkeys(_usable(email, at) for at, email in enumerate(wanted.emails)))
    async with transaction():
        await execute(
            "INSERT INTO evening_mail (space, is_wanted, also_when_empty, emails) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (space) DO UPDATE SET is_wanted = $2, also_when_empty = $3, emails = $4",
            space.id,
            bool(wanted.is_wanted),
            wanted.also_when_empty,
            emails,
        )
        await record("space.evening_mail_set", "space", space.id, actor, now, is_wanted=bool(wanted.is_wanted))


def _usable(email: str, at: int) -> str:
    try:
        return usable_email(email)
    except EmailUnusable as refusal:
        refusal.field = f"emails[{at}]"
        raise


def day_token(space: SpaceCard, day: date, email: str, key: bytes) -> str:
    """What stands in the link with which this host closes this day."""
    return mac_of(key, _DAY, f"{space.slug} {day} {email}")


def end_token(space: SpaceCard, email: str, key: bytes) -> str:
    """What stands in the link with which this host wants no more such mails."""
    return mac_of(key, _END, f"{space.slug} {email}")


async def host_of_day(space: SpaceCard, day: date, token: str, key: bytes) -> str:
    """The host's address for which the link of this day was made. Raises NotFound."""
    return _matching(token, {day_token(space, day, email, key): email for email in await _hosts(space)})


async def host_who_ends(space: SpaceCard, token: str, key: bytes) -> str:
    """The host's address for which the link that ends the mails was made. Raises NotFound."""
    return _matching(token, {end_token(space, email, key): email for email in await _hosts(space)})


async def end_evening_mail(space: SpaceCard, token: str, now: datetime, *, key: bytes) -> None:
    """This host gets no more of them; without hosts nobody does. Raises NotFound."""
    email = await host_who_ends(space, token, key)
    setting = (await evening_settings([space.id])).get(space.id, EveningSetting())
    left = [each for each in setting.emails if each != email]
    async with transaction():
        await execute(
            "INSERT INTO evening_mail (space, is_wanted, also_when_empty, emails) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (space) DO UPDATE SET is_wanted = $2, emails = $4",
            space.id,
            bool(left),
            setting.also_when_empty,
            left,
        )
        await record("space.evening_mail_ended", "space", space.id, None, now, left=len(left))


async def _hosts(space: SpaceCard) -> Sequence[str]:
    setting = (await evening_settings([space.id])).get(space.id, EveningSetting())
    return () if setting.is_wanted is False else hosts_of(space, setting)


def _matching(token: str, tokens: Mapping[str, str]) -> str:
    found = [email for each, email in tokens.items() if is_same(token, each)]
    if not found:
        raise NotFound
    return found[0]
