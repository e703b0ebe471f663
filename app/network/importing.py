"""Files that an operator's manager reads in: kept until it was shown what would happen, then done as a whole."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeVar

from app.identity.rules import Actor
from app.kernel.refusals import BadInput, Conflict, NotFound, Phrase, Refusal, marked
from app.network.grouping import demand_operator
from app.network.managing import managed_spaces
from app.network.queries import OperatorCard, SpaceCard
from app.platform.csv_tables import (
    MOST_BYTES,
    MOST_ROWS,
    CsvTable,
    TableRow,
    TableTooLarge,
    looks_like_a_formula,
)
from app.platform.database import execute, fetch_row
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, hit

What = Literal["members", "resources"]
KEPT: Final = timedelta(days=1)
UPLOADS: Final = Limit("imports_of_operator", 30, timedelta(hours=1))
"""Who could ask for any number of addresses could find out which have an account."""


class ImportChanged(Conflict):
    """What would happen now is not what was shown."""

    code = "import_changed"
    text = marked("Inzwischen hat sich etwas geändert. Bitte die Vorschau noch einmal ansehen.")


class FormulaInCell(BadInput):
    code = "formula_in_cell"
    text = marked("„{name}“ sieht aus wie eine Formel.")


class RowTwice(BadInput):
    code = "row_twice"
    text = marked("Steht schon in Zeile {line}.")


class SpaceUnknown(BadInput):
    code = "import_space_unknown"
    text = marked("Diesen Standort haben Sie nicht: {name}.")


class SpaceMissing(BadInput):
    code = "import_space_missing"
    text = marked("Bitte den Standort angeben, Sie haben mehrere.")


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the file and what would become of it; `why` says what is wrong or what changes."""

    line: int
    name: str
    outcome: Outcome
    why: Refusal | Phrase | None = None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """All that reading in would do; what is wrong is left out. `state` is another one as soon as anything of it is."""

    rows: Sequence[PlannedRow]
    ignored: Sequence[str]

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def does_anything(self) -> bool:
        return any(row.outcome in (Outcome.NEW, Outcome.CHANGED) for row in self.rows)

    @property
    def state(self) -> str:
        said = [(row.line, row.name, row.outcome.value) for row in self.rows]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


Read = TypeVar("Read")


def planned(
    table: CsvTable, read: Callable[[TableRow], Read], outcome_of: Callable[[TableRow, Read], PlannedRow]
) -> tuple[ImportPlan, list[Read]]:
    """What becomes of each row, and what was read of those that change anything. What `read` refuses is wrong."""
    rows, found = [], []
    for row in table.rows:
        try:
            what = read(row)
        except Refusal as refusal:
            rows.append(PlannedRow(row.line, row.cells.get("name", ""), Outcome.WRONG, refusal))
            continue
        rows.append(outcome_of(row, what))
        if rows[-1].outcome is not Outcome.SAME:
            found.append(what)
    return ImportPlan(rows, table.ignored), found


def no_formula(text: str) -> str:
    """The text of a cell that is shown to people. Raises FormulaInCell."""
    if looks_like_a_formula(text):
        raise FormulaInCell(name=text)
    return text


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that waits to be read in."""

    public_id: str
    what: What
    content: bytes
    to_own_members: bool


async def keep_draft(
    actor: Actor, operator: OperatorCard, what: What, content: bytes, now: datetime, *, to_own_members: bool = False
) -> str:
    """Keeps the upload for a day at most; its public id. Raises NotFound, TableTooLarge, TooMany."""
    demand_operator(actor, operator.id)
    if len(content) > MOST_BYTES:
        raise TableTooLarge(field=what, rows=MOST_ROWS, kilobytes=MOST_BYTES // 1024)
    await hit(UPLOADS, str(operator.id), now)
    public_id = new_public_id()
    await execute(
        "INSERT INTO import_draft (public_id, operator, what, content, to_own_members, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        public_id,
        operator.id,
        what,
        content,
        to_own_members,
        now,
    )
    return public_id


async def draft_of(operator: int, public_id: str, now: datetime) -> Draft:
    """The operator's file with this id; in a transaction nobody else reads it in meanwhile. Raises NotFound."""
    row = await fetch_row(
        "SELECT public_id, what, content, to_own_members FROM import_draft"
        " WHERE operator = $1 AND public_id = $2 AND created_at > $3 FOR UPDATE",
        operator,
        public_id,
        now - KEPT,
    )
    if row is None:
        raise NotFound
    return Draft(**row)


async def drop_draft(actor: Actor, operator: OperatorCard, public_id: str) -> None:
    """The file is gone. Raises NotFound."""
    demand_operator(actor, operator.id)
    if not await execute("DELETE FROM import_draft WHERE operator = $1 AND public_id = $2", operator.id, public_id):
        raise NotFound


async def forget_drafts(now: datetime) -> int:
    """Deletes the files that nobody has read in within a day; how many."""
    return await execute("DELETE FROM import_draft WHERE created_at <= $1", now - KEPT)


async def lock_operator(operator: int) -> None:
    """Until the transaction ends nobody else reads in for the operator."""
    await execute("SELECT FROM operator WHERE id = $1 FOR NO KEY UPDATE", operator)


async def spaces_of(actor: Actor, operator: OperatorCard) -> list[SpaceCard]:
    """The operator's spaces."""
    return [space for space in await managed_spaces(actor) if space.operator.id == operator.id]


def space_in(cell: str, spaces: Sequence[SpaceCard]) -> SpaceCard | None:
    """The space that the cell names or the only one; None where nothing is said and there are several.

    Raises SpaceUnknown.
    """
    if not cell:
        return spaces[0] if len(spaces) == 1 else None
    for space in spaces:
        if cell.casefold() in (space.name.casefold(), space.slug):
            return space
    raise SpaceUnknown(name=cell)
