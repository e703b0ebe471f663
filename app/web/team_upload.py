"""Reading people of a team in from a file: upload, preview, and only then invitations go out."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.kernel.refusals import Refusal, marked
from app.network.importing import Outcome
from app.platform.settings import Settings
from app.teams.people_import import TEMPLATE, drop_upload, import_people, keep_upload, plan_people
from app.teams.queries import TeamCard
from app.web.forms import checked_id, notice
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go
from app.web.reading_in import LARGEST_UPLOAD, OUTCOME_NAMES, ReadingIn, template_file
from app.web.team_people import managed_team
from app.web.uploads import uploaded

_NOTICES: Final = {"verworfen": marked("Verworfen. Niemand ist eingeladen, die Datei ist gelöscht.")}
_OUTCOMES: Final[Mapping[Outcome, str]] = {
    **OUTCOME_NAMES,
    Outcome.NEW: marked("wird eingeladen"),
    Outcome.CHANGED: marked("wird geändert"),
}


@get("/team/{team:str}/personen/import")
async def upload_page(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    reading = _reading(request, visitor, pages, await managed_team(visitor, team))
    return await reading.form(notice(request, _NOTICES))


@get("/team/{team:str}/personen/vorlage.csv")
async def people_template(team: FromPath[str], visitor: NamedDependency[Visitor]) -> Response[bytes]:
    """The headers to fill in."""
    await managed_team(visitor, team)
    return template_file(TEMPLATE, "team.csv")


@post("/team/{team:str}/personen/import", request_max_body_size=LARGEST_UPLOAD)
async def upload_people(
    request: PageRequest, team: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str] | Redirect:
    """Keeps the file and leads to what would happen."""
    found = await managed_team(visitor, team)
    content, _ = await uploaded(request, "file")
    return await _reading(request, visitor, pages, found).take(
        content,
        "file",
        lambda: keep_upload(found, content, visitor.now),
        lambda upload: f"/team/{found.public_id}/personen/import/{upload}",
    )


@get("/team/{team:str}/personen/import/{upload:str}")
async def preview_people(
    request: PageRequest,
    team: FromPath[str],
    upload: FromPath[str],
    visitor: NamedDependency[Visitor],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What would happen, line by line; nothing has happened yet."""
    found = await managed_team(visitor, team)
    return await _preview(_reading(request, visitor, pages, found), found, checked_id(upload))


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
    actor, shown, key = visitor.signed_in, data.get("stand", ""), settings.signing_key
    reading = _reading(request, visitor, pages, found)
    return await reading.run(
        lambda: import_people(actor, found, public_id, shown, visitor.now, key=key),
        f"/team/{found.public_id}/personen?getan=eingelesen",
        lambda refusal: _preview(reading, found, public_id, refusal),
    )


def _reading(request: PageRequest, visitor: Visitor, pages: Pages, team: TeamCard) -> ReadingIn:
    return ReadingIn(request, visitor, pages, "team", {"team": team}, _OUTCOMES)


async def _preview(reading: ReadingIn, team: TeamCard, upload: str, refusal: Refusal | None = None) -> Response[str]:
    now = reading.visitor.now
    return await reading.preview(lambda: plan_people(team, upload, now), "file", {"upload": upload}, refusal)


HANDLERS = [upload_page, people_template, upload_people, preview_people, read_people_in]
