"""Where somebody lives and would have commuted to: given of one's own accord, and taken back here."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.bookings.cancellation import forget_commutes
from app.identity.authentication import Visitor
from app.identity.commuting import Commute, change_commute, commute_of
from app.kernel.refusals import Refusal, marked
from app.network.commuting import municipalities, municipality_name, municipality_named
from app.web.forms import NO_ERRORS, refusals_of, show_again
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go

_NOTHING = marked("keine Angabe")


def commute_text(commute: Commute, visitor: Visitor) -> str:
    """Polch, Koblenz; or that nothing was said."""
    names = [name for name in (municipality_name(commute.home), municipality_name(commute.usual)) if name]
    return ", ".join(names) or visitor.speaker.gettext(_NOTHING)


@get("/konto/pendeln")
async def commute_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    commute = await commute_of(visitor.signed_in.person)
    context = _context(municipality_name(commute.home), municipality_name(commute.usual)) | {"errors": NO_ERRORS}
    return await pages.show(request, visitor, "account/commute.html", context)


@post("/konto/pendeln")
async def commute_form(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages], data: FormData
) -> Response[str] | Redirect:
    """An empty field takes back what was said."""
    actor, home, usual = visitor.signed_in, data.get("wohnt", ""), data.get("pendelt", "")
    refusals: list[Refusal] = refusals_of(
        lambda: municipality_named(home, "wohnt"), lambda: municipality_named(usual, "pendelt")
    )
    if refusals:
        return await show_again(request, visitor, pages, "account/commute.html", _context(home, usual), refusals)
    commute = Commute(municipality_named(home, "wohnt"), municipality_named(usual, "pendelt"))
    await change_commute(actor, commute, visitor.now)
    return go("/konto?getan=pendeln")


@post("/konto/pendeln/entfernen")
async def forget_form(visitor: NamedDependency[Visitor]) -> Redirect:
    await forget_commutes(visitor.signed_in, visitor.now)
    return go("/konto?getan=entfernt")


def _context(home: str, usual: str) -> dict[str, object]:
    return {"home": home, "usual": usual, "municipalities": [end.name for end in municipalities()]}


HANDLERS = [commute_page, commute_form, forget_form]
