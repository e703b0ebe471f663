"""Who is in the demo network: the accounts that people try out, a crowd that fills the desks, members for load tests.

All share one password, which is hashed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice

from app.demo.acceptances import accept_everywhere
from app.demo.contracts import give_unlimited
from app.identity.hashing import hash_password
from app.identity.operations import NewPerson, create_people
from app.identity.queries import actor_of_person
from app.identity.roles import grant_role
from app.identity.rules import Grant, Role
from app.platform.database import fetch

PASSWORD = "nahwerk-demo"  # noqa: S105 - printed on the sign-in page of every demo network
CROWD_SIZE = 190
_PEOPLE_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody to sign in as. A role is for the operator with this slug, or for the whole network without one.

    `has` is said where the network charges.
    """

    email: str
    name: str
    about: str
    role: Role | None = None
    operator: str | None = None
    has: str = ""

    def said(self, *, charges: bool) -> str:
        """Who it is, without a word of money where nothing costs anything."""
        return ", ".join(part for part in (self.about, self.has if charges else "") if part)


COMMUTER = Account("commuter@demo.example", "Mia Krämer", "an employee, belongs to the team", has="which pays for her")
FREELANCER = Account("freelancer@demo.example", "Felix Born", "a freelancer", has="with an own membership")
FRONT_DESK = Account(
    "frontdesk@demo.example", "Frida Lang", "front desk of the RegioHub Polch", Role.FRONT_DESK, "dorfwerk-maifeld"
)
EMPLOYER = Account("employer@demo.example", "Emil Hoffmann", "manages the team, and answers for a club's bookings")
ASSISTANT = Account("assistant@demo.example", "Anton Weiler", "assists the team: books for its people")
COUNCIL = Account("council@demo.example", "Britta Engels", "works council of the team: reads its settings and reports")
GUEST = Account("guest@demo.example", "Gundula Weis", "a guest", has="has no plan")
OPERATOR = Account(
    "operator@demo.example", "Otto Brand", "runs the RegioHub Polch", Role.OPERATOR_MANAGER, "dorfwerk-maifeld"
)
RIVAL = Account(
    "rival@demo.example", "Rolf Hommes", "runs the RegioHub Andernach", Role.OPERATOR_MANAGER, "stadthaus-andernach"
)
ACCOUNTANT = Account(
    "accountant@demo.example",
    "Ada Simon",
    "keeps the accounts of Dorfwerk Maifeld",
    Role.ACCOUNTANT,
    "dorfwerk-maifeld",
    has="at a desk of her own",
)
TELEPHONE = Account(
    "telephone@demo.example",
    "Tilda Roth",
    "answers the network's telephone",
    Role.TELEPHONE,
    has="her membership rests",
)

ACCOUNTS = (
    COMMUTER,
    FREELANCER,
    GUEST,
    EMPLOYER,
    ASSISTANT,
    COUNCIL,
    OPERATOR,
    FRONT_DESK,
    RIVAL,
    ACCOUNTANT,
    TELEPHONE,
    Account("network@demo.example", "Nadja Theis", "administers the network", Role.NETWORK_ADMINISTRATOR),
)

_GIVEN_NAMES = (
    *("Anja", "Bernd", "Carla", "Dirk", "Elif", "Frank", "Greta", "Hakan", "Ines", "Jonas", "Katrin", "Lukas"),
    *("Maren", "Nico", "Olga", "Paul", "Rana", "Stefan", "Tanja", "Uwe", "Vera", "Werner", "Yasmin", "Zoe"),
    *("Andreas", "Birgit", "Claus", "Doris", "Erik", "Franziska"),
)
_FAMILY_NAMES = ("Adams", "Becker", "Clemens", "Daum", "Engel", "Fries", "Geisen")
"""Of each there is a number without a common divisor, so that each of the crowd has a name of its own."""


async def enter_accounts(operators: Mapping[str, int], now: datetime) -> Mapping[Account, int]:
    """Enters the accounts with their roles; `operators` are the operators' keys by slug. Their own keys by account."""
    password_hash = await hash_password(PASSWORD)
    newcomers = [
        NewPerson(account.name, account.email, password_hash=password_hash, is_confirmed=True) for account in ACCOUNTS
    ]
    keys = dict(zip(ACCOUNTS, await create_people(newcomers, now), strict=True))
    for account, person in keys.items():
        if account.role is not None:
            operator = operators[account.operator] if account.operator else None
            grant = Grant(account.role, "operator" if operator else "network", operator)
            await grant_role(None, person, grant, now)
    return keys


async def enter_guests(operators: Mapping[str, int], desk: int, now: datetime) -> tuple[int, int]:
    """Enters two people who have no e-mail, as the front desk does: one with a number, one with nothing but a name."""
    operator = operators[FRONT_DESK.operator or ""]
    newcomers = [
        NewPerson("Erna Schmitz", phone="0221 4710 301", operator=operator),
        NewPerson("Josef Clemens", operator=operator),
    ]
    phone, name_only = await create_people(newcomers, now, actor=await actor_of_person(desk))
    return phone, name_only


async def enter_crowd(now: datetime) -> Sequence[int]:
    """Enters the people who fill the desks; they have no address and cannot sign in. Their keys."""
    names = islice(zip(cycle(_GIVEN_NAMES), cycle(_FAMILY_NAMES), strict=True), CROWD_SIZE)
    return await create_people([NewPerson(f"{given} {family}") for given, family in names], now)


async def add_members(count: int, now: datetime) -> int:
    """Sees to it that member0001@demo.example and so on exist up to this number; how many were missing.

    They have accepted every space's house rules and have unlimited desks, so that their programs can book at once.
    """
    rows = await fetch("SELECT lower(email) AS email FROM person WHERE email ILIKE 'member%@demo.example'")
    known = {row["email"] for row in rows}
    missing = [number for number in range(1, count + 1) if _member_email(number) not in known]
    password_hash = await hash_password(PASSWORD)
    for at in range(0, len(missing), _PEOPLE_AT_ONCE):
        newcomers = [
            NewPerson(f"Mitglied {number}", _member_email(number), password_hash=password_hash, is_confirmed=True)
            for number in missing[at : at + _PEOPLE_AT_ONCE]
        ]
        await accept_everywhere(await create_people(newcomers, now), now)
    there = "SELECT id FROM person WHERE email ILIKE 'member%@demo.example' ORDER BY id"
    await give_unlimited([row["id"] for row in await fetch(there)], now)
    return len(missing)


async def crowd_and_members() -> Sequence[int]:
    """The keys of all who are in the demo network to be many: everybody but the accounts and the desk's guests."""
    rows = await fetch(
        "SELECT id FROM person WHERE retired_at IS NULL"
        " AND entered_by_operator IS NULL AND (email IS NULL OR email ILIKE 'member%@demo.example') ORDER BY id"
    )
    return [row["id"] for row in rows]


def _member_email(number: int) -> str:
    return f"member{number:04d}@demo.example"
