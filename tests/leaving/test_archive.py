"""What an operator takes along is all of its own, of one moment, and nothing of anybody else."""

import asyncio
import csv
import io
import re
import sys
import zipfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.leaving.contents import TABLES
from app.leaving.making import make_due
from app.leaving.operations import exports_of, file_of, forget_exports
from app.leaving.rules import MOST_ATTEMPTS, ExportState
from app.leaving.words import word_of
from app.network.queries import OperatorCard
from app.platform.database import execute, fetch_value
from tests.leaving.marked import OURS, RIVALS, SECRET, SHARED, Marked, a_person, entangle, filled, put
from tests.worlds import NOW

OVERLAPPING = {
    "people": "somebody may be known to both",
    "legal_texts": "the network's, for everybody",
    "booking_guests": "those of bookings that are over are left out",
}
"""Tables of which the two operators together do not have each row exactly once."""


class MarkedFiles:
    """Pictures that say whose they are; `on_read` is called when the first is read."""

    def __init__(self, on_read: Callable[[], Awaitable[None]] | None = None) -> None:
        self._on_read = on_read

    async def put(self, content: bytes, media_type: str) -> str:
        raise NotImplementedError

    async def get(self, name: str) -> tuple[bytes, str] | None:
        if self._on_read is not None:
            on_read, self._on_read = self._on_read, None
            await on_read()
        mark = OURS if name.startswith(OURS.lower()) else RIVALS
        return f"{mark} Bild {name}".encode(), "image/webp"


@dataclass(frozen=True, slots=True)
class Taken:
    """An archive that was opened again."""

    contents: Mapping[str, bytes]
    raw: bytes

    @property
    def summary(self) -> Mapping[str, Any]:
        return msgspec.json.decode(self.contents["export.json"])  # type: ignore[no-any-return]

    def rows(self, table: str) -> Sequence[Mapping[str, Any]]:
        return msgspec.json.decode(self.contents[f"json/{table}.json"])  # type: ignore[no-any-return]

    def cells(self, table: str) -> list[list[str]]:
        text = self.contents[f"csv/{table}.csv"].decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))

    def everything(self) -> bytes:
        return self.raw + b"".join(name.encode() + content for name, content in self.contents.items())


async def order(operator: int, person: int, now: datetime = NOW) -> str:
    await execute(
        "INSERT INTO operator_export (public_id, operator, ordered_by, ordered_at, next_attempt_at)"
        " VALUES ('bestellung' || (SELECT count(*) FROM operator_export)::text, $1, $2, $3, $3)",
        operator,
        person,
        now,
    )
    return str(await fetch_value("SELECT public_id FROM operator_export ORDER BY id DESC LIMIT 1"))


async def taken(of: Marked, folder: Path, files: MarkedFiles | None = None) -> Taken:
    ordered = await order(of.operator, of.staff)
    assert await make_due(folder, files or MarkedFiles(), lambda: NOW)
    return opened(file_of(folder, ordered))


def opened(path: Path) -> Taken:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return Taken({name: archive.read(name) for name in archive.namelist()}, path.read_bytes())


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def card(of: Marked) -> OperatorCard:
    return OperatorCard(of.operator, of.slug, of.mark, "", "")


@pytest.fixture(scope="module")
async def operators(database: str) -> tuple[Marked, Marked]:
    """Ours and the rival, with one guest in common."""
    both = await a_person(SHARED, f"{SHARED} Gast", phone="+49 171 2")
    ours, rivals = await filled(OURS, both), await filled(RIVALS, both)
    await entangle(ours, rivals)
    await put("role_grant", RIVALS, person=rivals.staff, role="telephone", scope_kind="network", scope_id=None)
    await put("audit_entry", RIVALS, actor=rivals.staff, via="page", subject_kind="network", subject_id=None)
    return ours, rivals


@pytest.fixture(scope="module")
async def totals(operators: tuple[Marked, Marked]) -> Mapping[str, int]:
    """How many rows each table has before anything is taken along."""
    return {
        table.table: await fetch_value(f"SELECT count(*) FROM {table.table}")
        for table in TABLES
        if table.name not in OVERLAPPING
    }


@pytest.fixture(scope="module")
async def archives(
    operators: tuple[Marked, Marked], totals: Mapping[str, int], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Taken, Taken]:
    """Of ours and of the rival."""
    folder = tmp_path_factory.mktemp("exports")
    ours, rivals = operators
    mine = await taken(ours, folder)
    return mine, await taken(rivals, folder)


def test_both_operators_have_something_in_every_table(archives: tuple[Taken, Taken]) -> None:
    """Without this the tests below could pass over empty tables."""
    for archive in archives:
        assert [table.name for table in TABLES if not archive.rows(table.name)] == [], "put a row into marked.py"


def test_nothing_of_a_rival_and_no_secret_is_in_any_byte(archives: tuple[Taken, Taken]) -> None:
    mine, _ = archives
    assert OURS.encode() in mine.everything()
    for mark in (RIVALS, SECRET):
        assert [name for name, content in mine.contents.items() if mark.lower().encode() in content.lower()] == []
        assert mark.lower().encode() not in mine.everything().lower()


def test_each_row_belongs_to_exactly_one_of_them(archives: tuple[Taken, Taken], totals: Mapping[str, int]) -> None:
    of_the_network = {"staff": 1, "trail": 1}
    ordered_since = {"exports": len(archives)}
    for table in TABLES:
        rows = [len(archive.rows(table.name)) for archive in archives]
        assert [archive.summary["tables"][table.name] for archive in archives] == rows
        if table.name not in OVERLAPPING:
            expected = totals[table.table] - of_the_network.get(table.name, 0) + ordered_since.get(table.name, 0)
            assert sum(rows) == expected, table.name


def test_both_forms_say_the_same(archives: tuple[Taken, Taken]) -> None:
    for table in TABLES:
        head, *cells = archives[0].cells(table.name)
        rows = archives[0].rows(table.name)
        assert head == list(table.columns)
        assert [[said(row[column]) for column in head] for row in rows] == cells, table.name


def said(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value[:1] in "=+-@" and value else value
    return "" if value is None else msgspec.json.encode(value).decode()


def test_rows_can_be_joined_as_the_words_say(archives: tuple[Taken, Taken]) -> None:
    """Where a column is said to be (people.id) each of its values is there."""
    joined = 0
    for table in TABLES:
        for column in table.columns:
            named = re.search(r"\((\w+)\.(\w+)\)$", word_of(table, column))
            if named is None:
                continue
            there = {row[named[2]] for row in archives[0].rows(named[1])}
            values = [row[column] for row in archives[0].rows(table.name) if row[column] is not None]
            flat = {each for value in values for each in (value if isinstance(value, list) else [value])}
            assert flat <= there, f"{table.name}.{column}"
            joined += len(flat)
    assert joined > 40


def test_times_have_their_offset_and_money_is_in_cents(archives: tuple[Taken, Taken]) -> None:
    for table in TABLES:
        for row in archives[0].rows(table.name):
            for name, value in row.items():
                if name.endswith("_at") and isinstance(value, str):
                    assert datetime.fromisoformat(value).tzinfo is not None, f"{table.name}.{name}"
    assert {row["price_amount"] for row in archives[0].rows("bookings")} == {1900}


def test_of_people_there_is_what_a_front_desk_sees(archives: tuple[Taken, Taken]) -> None:
    people = {person["name"]: person for person in archives[0].rows("people")}
    assert people.keys() == {f"{OURS} Leitung", f"{OURS} Gast", f"{OURS} an der Tür", f"{SHARED} Gast"}
    assert people[f"{SHARED} Gast"]["phone"] == "+49 171 2"
    assert [row for row in archives[0].cells("people") if "'+49 171 2" in row]
    assert {row["email"] for row in archives[0].rows("staff")} == {"eigenzeichen-leitung@haus.example"}
    bookings = archives[0].rows("bookings")
    [bygone] = [row for row in bookings if datetime.fromisoformat(row["ends_at"]) < NOW]
    assert (bygone["person"], bygone["note"]) == (None, "")
    assert all(row["person"] for row in bookings if row is not bygone)


def test_pictures_lie_in_the_archive_under_the_names_that_rows_give(archives: tuple[Taken, Taken]) -> None:
    named = {row["file"] for table in TABLES if table.attached for row in archives[0].rows(table.name) if row["file"]}
    assert {name for name in archives[0].contents if name.startswith("files/")} == named
    assert len(named) == archives[0].summary["files"] == 4
    [report] = archives[0].rows("reports")
    assert archives[0].contents[report["file"]] == f"{OURS} Foto".encode()


def test_it_explains_itself_in_both_languages(archives: tuple[Taken, Taken]) -> None:
    german, english = archives[0].contents["LIESMICH.md"].decode(), archives[0].contents["README.md"].decode()
    for table in TABLES:
        for page in (german, english):
            assert f"## {table.name}\n" in page
            assert all(f"| `{column}` |" in page for column in table.columns)
    assert "Bewahren Sie sie" in german
    assert "Keep it accordingly" in english


async def test_what_happens_meanwhile_is_not_in_it(operators: tuple[Marked, Marked], tmp_path: Path) -> None:
    ours, _ = operators

    async def book_meanwhile() -> None:
        await put(
            "noisy_event", OURS, space=ours.space, starts_at=NOW, ends_at=NOW + timedelta(hours=1), what_de="Meanwhile"
        )

    archive = await taken(ours, tmp_path, MarkedFiles(book_meanwhile))
    assert await fetch_value("SELECT count(*) FROM noisy_event WHERE what_de = 'Meanwhile'") == 1
    assert "Meanwhile" not in {row["what_de"] for row in archive.rows("noisy_events")}


async def test_a_maker_that_is_killed_leaves_nothing_half(
    operators: tuple[Marked, Marked], database: str, tmp_path: Path
) -> None:
    ours, _ = operators
    ordered = await order(ours.operator, ours.staff)
    maker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.leaving.maker_process",
        database,
        str(tmp_path),
        NOW.isoformat(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert maker.stdout is not None
    async with asyncio.timeout(30):
        assert await maker.stdout.readline()
    maker.kill()
    await maker.wait()
    assert names_in(tmp_path) == [f".{ordered}.1"], "a draft, and no archive"
    [export] = [each for each in await exports_of(card(ours)) if each.public_id == ordered]
    assert export.state is ExportState.MAKING
    assert await make_due(tmp_path, MarkedFiles(), lambda: NOW)
    assert names_in(tmp_path) == [f"{ordered}.zip"]
    assert opened(file_of(tmp_path, ordered)).rows("spaces")
    assert file_of(tmp_path, ordered).stat().st_mode & 0o777 == 0o600


async def test_what_never_works_is_given_up(operators: tuple[Marked, Marked], tmp_path: Path) -> None:
    ours, _ = operators
    ordered, now = await order(ours.operator, ours.staff), NOW

    async def fail() -> None:
        raise OSError("the disk is full")

    for _ in range(MOST_ATTEMPTS):
        assert not await make_due(tmp_path, MarkedFiles(fail), lambda now=now: now)  # type: ignore[misc]
        assert not await make_due(tmp_path, MarkedFiles(), lambda now=now: now), "it rests"  # type: ignore[misc]
        now += timedelta(hours=1)
    [export] = [each for each in await exports_of(card(ours)) if each.public_id == ordered]
    assert export.state is ExportState.FAILED
    assert names_in(tmp_path) == []


async def test_a_file_goes_when_its_time_is_over_and_strays_go_too(
    operators: tuple[Marked, Marked], tmp_path: Path
) -> None:
    ours, _ = operators
    ordered = await order(ours.operator, ours.staff)
    assert await make_due(tmp_path, MarkedFiles(), lambda: NOW)
    (tmp_path / "niemands.zip").write_bytes(b"")
    await forget_exports(tmp_path, NOW + timedelta(days=6))
    assert names_in(tmp_path) == [f"{ordered}.zip"]
    await forget_exports(tmp_path, NOW + timedelta(days=7))
    assert names_in(tmp_path) == []
    [export] = [each for each in await exports_of(card(ours)) if each.public_id == ordered]
    assert (export.state, export.size is not None) == (ExportState.DELETED, True)
    await forget_exports(tmp_path, NOW + timedelta(days=400))
    assert await fetch_value("SELECT count(*) FROM operator_export WHERE public_id = $1", ordered) == 0
