"""Reading people of a team in from a file: shown line by line first, then everybody in it is invited at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.identity.audit import record
from app.identity.rules import Actor, usable_email, usable_name
from app.kernel.refusals import BadInput, NotFound, marked, phrase
from app.network.importing import ImportChanged, ImportPlan, Outcome, PlannedRow, RowTwice, no_formula, planned
from app.platform.csv_tables import MOST_BYTES, MOST_ROWS, TableRow, TableTooLarge, read_table
from app.platform.database import execute, fetch_value, transaction
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, hit
from app.teams.company import TeamEnded
from app.teams.invitations import (
    TeamInvitationCard,
    book_invited_on,
    invite_people,
    members_by_email,
    open_invitations,
)
from app.teams.invited_lines import Invited
from app.teams.operations import JoinedBy
from app.teams.people import book_on
from app.teams.queries import CostCentreCard, MemberCard, TeamCard, cost_centres_of

COLUMNS: Final = {
    "email": ("e-mail", "email", "mail", "e-mail-adresse", "e-mail address"),
    "name": ("name", "person", "full name"),
    "cost_centre": ("kostenstelle", "cost centre", "cost center"),
}
TEMPLATE: Final = [["name", "e-mail", "kostenstelle"]]
KEPT: Final = timedelta(days=1)
UPLOADS: Final = Limit("uploads_of_team", 30, timedelta(hours=1))


class NoSuchCostCentre(BadInput):
    code = "import_cost_centre_unknown"
    text = marked("Diese Kostenstelle gibt es nicht: {name}.")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that can be read in; without a cost centre in the file the one that stands is kept."""

    invited: Invited
    cost_centre: CostCentreCard | None


@dataclass(frozen=True, slots=True)
class _Known:
    """Who belongs to the team and who is asked, by address, and its cost centres by code and name."""

    members: Mapping[str, MemberCard]
    asked: Mapping[str, TeamInvitationCard]
    cost_centres: Mapping[str, CostCentreCard]


async def keep_upload(team: TeamCard, content: bytes, now: datetime) -> str:
    """Keeps the file for a day at most; its public id. Raises TableTooLarge, TeamEnded, TooMany."""
    if team.has_ended:
        raise TeamEnded
    if len(content) > MOST_BYTES:
        raise TableTooLarge(field="file", rows=MOST_ROWS, kilobytes=MOST_BYTES // 1024)
    await hit(UPLOADS, str(team.id), now)
    public_id = new_public_id()
    await execute(
        "INSERT INTO team_upload (public_id, team, content, created_at) VALUES ($1, $2, $3, $4)",
        public_id,
        team.id,
        content,
        now,
    )
    return public_id


async def plan_people(team: TeamCard, public_id: str, now: datetime) -> ImportPlan:
    """What reading the file in would do, line by line. Raises NotFound, and what `read_table` raises."""
    return (await _planned(team, public_id, now))[0]


async def import_people(
    actor: Actor, team: TeamCard, public_id: str, shown_state: str, now: datetime, *, key: bytes
) -> ImportPlan:
    """Does what the plan with the state `shown_state` said: invitations go out, cost centres change; then the file is
    gone. Raises what `plan_people` raises, ImportChanged, InvitedTooMany, TooMany."""
    async with transaction():
        await execute("SELECT FROM team WHERE id = $1 FOR NO KEY UPDATE", team.id)
        plan, lines, known = await _planned(team, public_id, now)
        if plan.state != shown_state:
            raise ImportChanged
        fresh = [line.invited for line in lines if not _is_known(line, known)]
        if fresh:
            await invite_people(actor, team, fresh, JoinedBy.FILE, now, key=key)
        for line in lines:
            await _change(actor, team, line, known, now)
        counts = {outcome.value: plan.count(outcome) for outcome in Outcome}
        await record("team.people_imported", "team", team.id, actor, now, **counts)
        await drop_upload(team, public_id)
    return plan


async def drop_upload(team: TeamCard, public_id: str) -> None:
    """The file is gone. Raises NotFound."""
    if not await execute("DELETE FROM team_upload WHERE team = $1 AND public_id = $2", team.id, public_id):
        raise NotFound


async def forget_uploads(now: datetime) -> int:
    """Deletes the files that nobody has read in within a day; how many."""
    return await execute("DELETE FROM team_upload WHERE created_at <= $1", now - KEPT)


async def _planned(team: TeamCard, public_id: str, now: datetime) -> tuple[ImportPlan, Sequence[_Line], _Known]:
    content = await fetch_value(
        "SELECT content FROM team_upload WHERE team = $1 AND public_id = $2 AND created_at > $3 FOR UPDATE",
        team.id,
        public_id,
        now - KEPT,
    )
    if content is None:
        raise NotFound
    table = read_table(content, COLUMNS, ["email"], "file")
    known = await _known(team, now)
    seen: dict[str, int] = {}

    def read(row: TableRow) -> _Line:
        line = _line(row, known)
        if line.invited.email in seen:
            raise RowTwice(line=seen[line.invited.email])
        seen[line.invited.email] = row.line
        return line

    plan, lines = planned(table, read, lambda row, line: _outcome(row.line, line, known))
    return plan, lines, known


def _line(row: TableRow, known: _Known) -> _Line:
    name, code = no_formula(row.cells.get("name", "")), row.cells.get("cost_centre", "")
    cost_centre = known.cost_centres.get(code.casefold()) if code else None
    if code and cost_centre is None:
        raise NoSuchCostCentre(name=code)
    email = usable_email(no_formula(row.cells.get("email", "")))
    key = cost_centre.id if cost_centre else None
    return _Line(Invited(usable_name(name) if name else "", email, key), cost_centre)


def _outcome(number: int, line: _Line, known: _Known) -> PlannedRow:
    shown = line.invited.name or line.invited.email
    if not _is_known(line, known):
        return PlannedRow(number, shown, Outcome.NEW)
    if line.cost_centre is not None and _booked_on(line, known) != line.cost_centre.id:
        said = phrase(marked("Kostenstelle: {code}"), code=line.cost_centre.code)
        return PlannedRow(number, shown, Outcome.CHANGED, said)
    return PlannedRow(number, shown, Outcome.SAME)


def _is_known(line: _Line, known: _Known) -> bool:
    return line.invited.email in known.members or line.invited.email in known.asked


def _booked_on(line: _Line, known: _Known) -> int | None:
    one = known.members.get(line.invited.email) or known.asked[line.invited.email]
    return one.cost_centre


async def _change(actor: Actor, team: TeamCard, line: _Line, known: _Known, now: datetime) -> None:
    email = line.invited.email
    if not _is_known(line, known) or line.cost_centre is None:
        return
    if email in known.members:
        await book_on(actor, team, known.members[email], line.cost_centre, now)
    else:
        await book_invited_on(actor, known.asked[email], line.cost_centre.id, now)


async def _known(team: TeamCard, now: datetime) -> _Known:
    cost_centres: dict[str, CostCentreCard] = {}
    for one in await cost_centres_of(team.id):
        cost_centres.setdefault(one.name.casefold(), one)
    for one in await cost_centres_of(team.id):
        cost_centres[one.code.casefold()] = one
    asked = {one.email: one for one in await open_invitations(team.id) if not one.has_lapsed(now)}
    return _Known(await members_by_email(team.id), asked, cost_centres)
