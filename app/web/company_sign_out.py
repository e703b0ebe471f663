"""Where a company's provider tells that it has signed somebody out; programs alone come here."""

from typing import Final

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.identity.authentication import Visitor
from app.teams.company_sign_out import company_signs_out
from app.teams.openid_rules import CompanySignInFailed
from app.web.company_sign_in import installation_of
from app.web.home import FormData
from app.web.pages import Pages

_LONGEST: Final = 16_000
_NOT_KEPT: Final = {"Cache-Control": "no-store"}


@post("/firma/abmelden/{team:str}", status_code=200)
async def company_sign_out(
    visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], team: FromPath[str], data: FormData
) -> Response[dict[str, str] | None]:
    """Nothing where it is done or there was nothing to do, as the standard has it; else 400, and never why."""
    token, installation = data.get("logout_token", "")[:_LONGEST], installation_of(pages)
    try:
        await company_signs_out(team, token, visitor.now, installation, address=visitor.address)
    except CompanySignInFailed:
        return Response({"error": "invalid_request"}, status_code=400, headers=_NOT_KEPT)
    return Response(None, status_code=200, headers=_NOT_KEPT)


HANDLERS = [company_sign_out]
