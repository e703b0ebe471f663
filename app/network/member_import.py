"""An operator's members read in from a file: entered once, known again by address, by number and name, or by name.

No mail goes out, and an address that was typed by others proves nothing: it becomes an account's when its owner signs
up. What is said of somebody who is known already stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.identity.audit import record
from app.identity.merging import Merge, on_merge
from app.identity.operations import NewPerson, create_people
from app.identity.queries import PHONE_DIGITS
from app.identity.rules import Actor, phone_digits, usable_email, usable_name, usable_phone
from app.kernel.refusals import BadInput, Refusal, marked, phrase
from app.kernel.wall_time import local_day
from app.network.grouping import add_to_group, demand_operator, groups_at, make_group, people_in
from app.network.importing import (
    ImportChanged,
    ImportPlan,
    Outcome,
    PlannedRow,
    RowTwice,
    draft_of,
    drop_draft,
    lock_operator,
    no_formula,
    planned,
    space_in,
    spaces_of,
)
from app.network.queries import OperatorCard
from app.platform.csv_tables import TableRow, read_table, whole_number
from app.platform.database import execute, fetch, fetch_row, retried, transaction

COLUMNS: Final = {
    "name": ("name", "mitglied", "member", "full name"),
    "email": ("e-mail", "email", "mail", "e-mail-adresse", "e-mail address"),
    "phone": ("telefon", "telefonnummer", "handy", "phone", "telephone", "mobile"),
    "days": ("resttage", "tage", "days left", "days"),
    "space": ("standort", "space"),
}
TEMPLATE: Final = [["name", "e-mail", "telefon", "resttage", "standort"]]
MOST_DAYS: Final = 366
_ZONE: Final = ZoneInfo("Europe/Berlin")
_OWN_MEMBERS: Final = marked("Eigene Mitglieder")


class CardDaysUnreadable(BadInput):
    code = "card_days_unreadable"
    text = marked("Resttage: bitte eine ganze Zahl von 0 bis {most}.")


class SeveralOfThisName(BadInput):
    code = "several_of_this_name"
    text = marked("Mehrere heißen so. Bitte E-Mail oder Telefon angeben.")


@dataclass(frozen=True, slots=True)
class _Member:
    """A row that can be read in: somebody known, or a newcomer."""

    newcomer: NewPerson
    known: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """The days that were left on the paper card on that day."""

    days: int
    as_of: date


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom the operator's file can mean: by address everywhere, by number and name or by name among its own."""

    emails: Mapping[str, int]
    by_phone: Mapping[tuple[str, str], int]
    by_name: Mapping[str, list[int]]
    balances: Mapping[int, int]
    members: frozenset[int]


async def plan_members(actor: Actor, operator: OperatorCard, public_id: str, now: datetime) -> ImportPlan:
    """What reading the file in would do, row by row, and changes nothing. Raises NotFound, what `read_table` raises."""
    demand_operator(actor, operator.id)
    return (await _planned(actor, operator, public_id, now))[0]


async def _planned(
    actor: Actor, operator: OperatorCard, public_id: str, now: datetime
) -> tuple[ImportPlan, list[_Member]]:
    draft = await draft_of(operator.id, public_id, now)
    table = read_table(draft.content, COLUMNS, ["name"], draft.what)
    known, spaces = (
        await _known(operator.id, [row.cells.get("email", "") for row in table.rows]),
        await spaces_of(actor, operator),
    )
    seen: dict[object, int] = {}

    def read(row: TableRow) -> _Member:
        space = space_in(row.cells.get("space", ""), spaces)
        member = _member(row, operator.id, space.id if space else None, known)
        _demand_once(member, row.line, seen)
        return member

    def outcome_of(row: TableRow, member: _Member) -> PlannedRow:
        return _outcome(row.line, member, known, to_own_members=draft.to_own_members)

    return planned(table, read, outcome_of)


def _member(row: TableRow, operator: int, space: int | None, known: _Known) -> _Member:
    cells = row.cells
    name, email = no_formula(cells.get("name", "")), no_formula(cells.get("email", ""))
    newcomer = NewPerson(
        usable_name(name),
        usable_email(email) if email else None,
        usable_phone(cells["phone"]) if cells.get("phone") else None,
        operator=operator,
        space=space,
    )
    days = whole_number(cells.get("days", ""), 0, MOST_DAYS)
    if cells.get("days") and days is None:
        raise CardDaysUnreadable(most=MOST_DAYS)
    return _Member(newcomer, _who(newcomer, known), days)


def _who(newcomer: NewPerson, known: _Known) -> int | None:
    """Raises SeveralOfThisName where a name alone does not say it."""
    name = newcomer.name.casefold()
    if newcomer.email in known.emails:
        return known.emails[newcomer.email or ""]
    if newcomer.phone and (name, phone_digits(newcomer.phone)) in known.by_phone:
        return known.by_phone[name, phone_digits(newcomer.phone)]
    if newcomer.email or newcomer.phone:
        return None
    found = known.by_name.get(name, [])
    if len(found) > 1:
        raise SeveralOfThisName
    return found[0] if found else None


def _demand_once(member: _Member, line: int, seen: dict[object, int]) -> None:
    """Raises RowTwice."""
    new = member.newcomer
    name = new.name.casefold()
    keys: list[object] = [member.known] if member.known else []
    keys += [new.email] if new.email else []
    keys += [(name, phone_digits(new.phone))] if new.phone else []
    for key in keys or [name]:
        if key in seen:
            raise RowTwice(line=seen[key])
    seen.update(dict.fromkeys(keys or [name], line))


def _outcome(line: int, member: _Member, known: _Known, *, to_own_members: bool) -> PlannedRow:
    name = member.newcomer.name
    if member.known is None:
        return PlannedRow(line, name, Outcome.NEW)
    before = known.balances.get(member.known)
    if member.days is not None and member.days != before:
        said = phrase(marked("Resttage: {days}"), days=member.days)
        return PlannedRow(line, name, Outcome.CHANGED, said)
    if to_own_members and member.known not in known.members:
        return PlannedRow(line, name, Outcome.CHANGED, phrase(marked("kommt zu den eigenen Mitgliedern")))
    return PlannedRow(line, name, Outcome.SAME)


def _as_stored(email: str) -> str | None:
    try:
        return usable_email(email)
    except Refusal:
        return None


async def _known(operator: int, emails: list[str]) -> _Known:
    by_email = await fetch(
        "SELECT id, lower(email) AS email FROM person WHERE lower(email) = ANY($1::text[]) AND retired_at IS NULL",
        [email for email in map(_as_stored, emails) if email],
    )
    own = await fetch(
        f"SELECT p.id, p.name, {PHONE_DIGITS} AS digits FROM person p"  # noqa: S608
        " WHERE p.retired_at IS NULL AND (p.entered_by_operator = $1 OR EXISTS (SELECT FROM person_group_member m"
        " JOIN person_group g ON g.id = m.person_group WHERE m.person = p.id AND g.operator = $1))",
        operator,
    )
    balances = await fetch("SELECT person, days FROM opening_balance WHERE operator = $1", operator)
    by_name: dict[str, list[int]] = {}
    for row in own:
        by_name.setdefault(row["name"].casefold(), []).append(row["id"])
    group = next((group for group in await groups_at(operator) if group.are_own_members), None)
    return _Known(
        {row["email"]: row["id"] for row in by_email},
        {(row["name"].casefold(), row["digits"]): row["id"] for row in own if row["digits"]},
        by_name,
        {row["person"]: row["days"] for row in balances},
        frozenset(await people_in(group.id)) if group else frozenset(),
    )


@retried
async def import_members(
    actor: Actor, operator: OperatorCard, public_id: str, shown_state: str, now: datetime
) -> ImportPlan:
    """Does what the plan with the state `shown_state` said, all of it or nothing; then the file is gone.

    Raises what `plan_members` raises, and ImportChanged.
    """
    demand_operator(actor, operator.id)
    async with transaction():
        await lock_operator(operator.id)
        draft = await draft_of(operator.id, public_id, now)
        plan, members = await _planned(actor, operator, public_id, now)
        if plan.state != shown_state:
            raise ImportChanged
        fresh = await create_people([m.newcomer for m in members if m.known is None], now, actor=actor)
        made = iter(fresh)
        people = [(member, member.known if member.known is not None else next(made)) for member in members]
        if draft.to_own_members:
            await _add_all(actor, operator.id, [person for _, person in people], now)
        for member, person in people:
            if member.days is not None:
                await _set_balance(person, operator.id, member.days, local_day(now, _ZONE))
        counts = {outcome.value: plan.count(outcome) for outcome in Outcome}
        await record("operator.members_imported", "operator", operator.id, actor, now, **counts)
        await drop_draft(actor, operator, public_id)
    return plan


async def _add_all(actor: Actor, operator: int, people: list[int], now: datetime) -> None:
    """To the operator's own members, a group that is made where there is none."""
    group = next((group for group in await groups_at(operator) if group.are_own_members), None)
    if group is None:
        group = await make_group(actor, operator, _OWN_MEMBERS, now, own_members=True)
    for person in people:
        await add_to_group(actor, group, person, now)


async def _set_balance(person: int, operator: int, days: int, as_of: date) -> None:
    await execute(
        "INSERT INTO opening_balance (person, operator, days, as_of) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT ON CONSTRAINT opening_balance_once DO UPDATE SET days = $3, as_of = $4"
        " WHERE opening_balance.days <> $3",
        person,
        operator,
        days,
        as_of,
    )


async def opening_balance_of(person: int, operator: int) -> OpeningBalance | None:
    """The days of the person's paper card at this operator, where there were any."""
    row = await fetch_row(
        "SELECT days, as_of FROM opening_balance WHERE person = $1 AND operator = $2", person, operator
    )
    return OpeningBalance(**row) if row else None


@on_merge("opening_balance.person")
async def _move_balances(merge: Merge) -> None:
    """Two cards at one operator become one with the days of both."""
    await execute(
        "UPDATE opening_balance k SET days = k.days + g.days, as_of = greatest(k.as_of, g.as_of)"
        " FROM opening_balance g WHERE k.person = $1 AND g.person = $2 AND g.operator = k.operator",
        merge.kept,
        merge.gone,
    )
    await execute(
        "DELETE FROM opening_balance WHERE person = $2"
        " AND operator IN (SELECT operator FROM opening_balance WHERE person = $1)",
        merge.kept,
        merge.gone,
    )
    await execute("UPDATE opening_balance SET person = $1 WHERE person = $2", merge.kept, merge.gone)
