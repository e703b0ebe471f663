"""The page behind a mailed link that signs in: it asks first, because programs that look through mail open links."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.link_sign_in import StaffNeedsPassword, sign_in_by_link
from app.identity.mailed_links import LinkNoLongerWorks, Purpose, demand_link
from app.web.home import FormData
from app.web.pages import PageRequest, Pages
from app.web.sign_in import enter
from app.web.sign_up import link_ended


@get("/anmelden/link")
async def link_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    token = request.query_params.get("token", "")
    try:
        link = await demand_link(token, Purpose.SIGN_IN, visitor.now)
    except LinkNoLongerWorks as refusal:
        return await link_ended(request, visitor, pages, refusal, "/anmelden")
    context = {"token": token, "email": link["email"]}
    return await pages.show(request, visitor, "account/sign_in_link.html", context)


@post("/anmelden/link")
async def link_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """Signs this browser in and leads on to where the person was, on whichever device."""
    try:
        actor, next_url = await sign_in_by_link(data.get("token", ""), visitor.now)
    except (LinkNoLongerWorks, StaffNeedsPassword) as refusal:
        return await link_ended(request, visitor, pages, refusal, "/anmelden")
    return await enter(request, visitor, pages, actor, next_url)


HANDLERS = [link_page, link_form]
