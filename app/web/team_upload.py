"""Reading people of a team in from a file: upload, preview, and only then invitations go out."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import BadInput, NotFound, Refusal, marked
from app.network.importing import Outcome
from app.platform.csv_tables import MOST_BYTES, MOST_ROWS, TableUnreadable, written_table
from app.platform.problems import status_of
from app.platform.settings import Settings
from app.teams.people_import import TEMPLATE, drop_upload, import_people, keep_upload, plan_people
from app.teams.queries import TeamCard
from app.web.forms import NO_ERRORS, checked_id, notice, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.team_people import managed_team
from app.web.uploads import uploaded

_NOTICES: Final = {"verworfen": marked("Verworfen. Niemand ist eingeladen, die Datei ist gelöscht.")}
_OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.NEW: marked("wird eingeladen"),
    Outcome.CHANGED: marked("wird geändert"),
    Outcome.SAME: marked("schon da"),
    Outcome.WRONG: marked("Fehler"),
}
_SIGNS: Final = {Outcome.NEW: "free", Outcome.CHANGED: "none", Outcome.SAME: "none", Outcome.WRONG: "late"}
_LARGEST: Final = MOST_BYTES + 64 * 1024


@get("/team/{team:str}/personen/import")
async def upload_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    context = _context(await managed_team(visitor, team)) | {"notice": notice(request, _NOTICES), "errors": NO_ERRORS}
    return await pages.show(request, visitor, "team/import.html", context)


@get("/team/{team:str}/personen/vorlage.csv")
async def people_template(team: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The headers to fill in."""
    await managed_team(visitor, team)
    headers = {"Content-Disposition": 'attachment; filename="team.csv"', "Cache-Control": "private, no-store"}
    return Response(written_table(TEMPLATE), media_type="text/csv; charset=utf-8", headers=headers)


@post("/team/{team:str}/personen/import", request_max_body_size=_LARGEST)
async def upload_people(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Keeps the file and leads to what would happen."""
    found = await managed_team(visitor, team)
    content, _ = await uploaded(request, "file")
    try:
        if not content:
            raise TableUnreadable(field="file")
        upload = await keep_upload(found, content, visitor.now)
    except Refusal as refusal:
        return await _again(request, visitor, pages, found, refusal)
    return go(f"/team/{found.public_id}/personen/import/{upload}")


@get("/team/{team:str}/personen/import/{upload:str}")
async def preview_people(
    request: PageRequest,
    team: FromPath[str],
    upload: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What would happen, line by line; nothing has happened yet."""
    return await _preview(request, visitor, pages, await managed_team(visitor, team), checked_id(upload))


@post("/team/{team:str}/personen/import/{upload:str}")
async def read_people_in(
    request: PageRequest,
    team: FromPath[str],
    upload: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
    settings: NamedDependency[Settings],
    data: FormData,
) -> Response[str] | Redirect:
    """Does what was shown, or with `was` = verwerfen throws the file away."""
    found, public_id = await managed_team(visitor, team), checked_id(upload)
    if data.get("was") == "verwerfen":
        await drop_upload(found, public_id)
        return go(f"/team/{found.public_id}/personen/import?getan=verworfen")
    try:
        await import_people(
            visitor.signed_in, found, public_id, data.get("stand", ""), visitor.now, key=settings.signing_key
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return await _preview(request, visitor, pages, found, public_id, refusal)
    return go(f"/team/{found.public_id}/personen?getan=eingelesen")


def _context(team: TeamCard) -> dict[str, object]:
    return {"team": team, "most": MOST_ROWS, "kilobytes": MOST_BYTES // 1024}


async def _again(
    request: PageRequest, visitor: Visitor, pages: Pages, team: TeamCard, refusal: Refusal
) -> Response[str]:
    refusal.field = refusal.field or "file"
    return await show_again(request, visitor, pages, "team/import.html", _context(team) | {"notice": ""}, [refusal])


async def _preview(
    request: PageRequest,
    visitor: Visitor,
    pages: Pages,
    team: TeamCard,
    upload: str,
    refusal: Refusal | None = None,
) -> Response[str]:
    try:
        plan = await plan_people(team, upload, visitor.now)
    except BadInput as unreadable:
        return await _again(request, visitor, pages, team, unreadable)
    say = visitor.speaker
    context = {
        "team": team,
        "upload": upload,
        "plan": plan,
        "counts": [(_SIGNS[one], say.gettext(name), plan.count(one)) for one, name in _OUTCOMES.items()],
        "rows": [(row, _SIGNS[row.outcome], say.gettext(_OUTCOMES[row.outcome])) for row in plan.rows],
        "wrong": plan.count(Outcome.WRONG),
        "refusal": refusal,
    }
    return await pages.show(
        request, visitor, "team/import_preview.html", context, status=status_of(refusal) if refusal else 200
    )


HANDLERS = [upload_page, people_template, upload_people, preview_people, read_people_in]
