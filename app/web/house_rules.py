"""A space's house rules as everybody may read them, in the edition that holds or in another one."""

from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.identity.authentication import Visitor
from app.kernel.refusals import NotFound
from app.network.house_rules import HouseRulesEdition, house_rules_editions, house_rules_of
from app.web.pages import PageRequest, Pages
from app.web.spaces import published


@get("/standorte/{slug:str}/hausordnung")
async def house_rules_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """`fassung` is the number of an edition; without it the one that holds."""
    space = await published(slug, visitor)
    current = await house_rules_of(space.id, visitor.now)
    editions = await house_rules_editions(space.id)
    asked = request.query_params.get("fassung", "")
    context = {
        "space": space,
        "zone": ZoneInfo(space.time_zone),
        "current": current,
        "shown": _asked(editions, asked) if asked else current,
        "editions": editions,
    }
    return await pages.show(request, visitor, "space/house_rules.html", context)


def _asked(editions: list[HouseRulesEdition], number: str) -> HouseRulesEdition:
    """Raises NotFound."""
    for edition in editions:
        if str(edition.edition) == number:
            return edition
    raise NotFound


HANDLERS = [house_rules_page]
