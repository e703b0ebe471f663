"""The day on paper, and as a file for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.bookings.front_desk import day_of
from app.bookings.settling import settle_at
from app.identity.authentication import Visitor
from app.inventory.rules import KIND_NAMES
from app.kernel.refusals import marked
from app.kernel.wall_time import local_day
from app.web.arrivals_view import ArrivalRow, Groups, arrival_row, grouped
from app.web.front_desk import asked_day, desk_space, single
from app.web.pages import PageRequest, Pages
from app.web.today import day_context

_COLUMNS = (
    *(marked("Von"), marked("Bis"), marked("Art"), marked("Platz"), marked("Name"), marked("Für"), marked("Personen")),
    *(marked("Gäste"), marked("Zweck"), marked("Telefon"), marked("Notiz"), marked("Stand")),
)
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n|%")


@get("/theke/{slug:str}/tag")
async def day_sheet(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Who comes, with a box to tick, what is taken, and how full the week is."""
    space = await desk_space(slug, visitor)
    context = await day_context(request, visitor, space)
    rows = in_order(context["groups"])
    return await pages.show(request, visitor, "front_desk/sheet.html", context | {"rows": rows})


@get("/theke/{slug:str}/tag.csv")
async def day_file(request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The same list for a spreadsheet, in its reader's manner of writing."""
    space = await desk_space(slug, visitor)
    await settle_at(space.id, visitor.now)
    today = local_day(visitor.now, ZoneInfo(space.time_zone))
    day, _ = asked_day(single(request).get("tag", ""), today, visitor)
    rows = [arrival_row(arrival, visitor) for arrival in await day_of(space, day, visitor.now)]
    text = as_csv(in_order(grouped(rows, visitor.now)), visitor)
    return Response(
        b"\xef\xbb\xbf" + text.encode(),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{space.slug}-{day.isoformat()}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def in_order(groups: Groups) -> list[ArrivalRow]:
    """All that was not given back, by time and place."""
    rows = [*groups.expected, *groups.later, *groups.here, *groups.gone, *groups.absent]
    return sorted(rows, key=lambda row: (row.booking.period.starts_at, row.label, row.booking.id))


def as_csv(rows: Sequence[ArrivalRow], visitor: Visitor) -> str:
    """The rows with a head. No cell is a formula to a spreadsheet, whatever somebody has typed into a note."""
    say = visitor.speaker.gettext
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if visitor.language == "de" else ",", lineterminator="\r\n")
    writer.writerow([say(column) for column in _COLUMNS])
    writer.writerows([harmless(cell) for cell in _cells(row, visitor)] for row in rows)
    return file.getvalue()


def _cells(row: ArrivalRow, visitor: Visitor) -> Iterator[str]:
    booking, say = row.booking, visitor.speaker
    for at in (booking.starts_at, booking.ends_at):
        yield f"{at:%Y-%m-%d %H:%M}"
    yield say.gettext(KIND_NAMES[booking.resource.kind])
    yield booking.resource.name
    yield row.name
    yield booking.organisation or ""
    yield str(booking.people)
    yield ", ".join(row.guests)
    yield row.purpose
    yield row.phone or ""
    yield booking.note
    yield row.state[1]


def harmless(cell: str) -> str:
    """What a spreadsheet would read as a formula begins with an apostrophe, and so is text."""
    return f"'{cell}" if cell.lstrip().startswith(_BEGINS_A_FORMULA) or cell.startswith(_BEGINS_A_FORMULA) else cell


HANDLERS = [day_sheet, day_file]
