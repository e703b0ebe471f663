"""Which mails somebody wants: a reminder on the evening before a booking, and for staff word of new reports."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.reminders import choose_reminders, choose_report_mails, hears_of_reports, wants_reminders
from app.identity.rules import Action
from app.web.forms import way_on
from app.web.home import FormData
from app.web.pages import PageRequest, Pages, go


@get("/konto/erinnerungen")
async def reminders_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    actor = visitor.signed_in
    context = {
        "wanted": await wants_reminders(actor.person),
        "answers_reports": bool(actor.reach(Action.ANSWER_REPORTS)),
        "hears": await hears_of_reports(actor.person),
    }
    return await pages.show(request, visitor, "account/reminders.html", context)


@post("/konto/erinnerungen")
async def reminders_form(visitor: NamedDependency[Visitor], data: FormData) -> Redirect:
    """Switches them; the way on is the booking after which it was asked, or the account."""
    await choose_reminders(visitor.signed_in, data.get("erinnern") == "ja", visitor.now)
    if "meldungen" in data:
        await choose_report_mails(visitor.signed_in, data["meldungen"] == "ja", visitor.now)
    return go(way_on(data) if "weiter" in data else "/konto?getan=erinnerungen")


HANDLERS = [reminders_page, reminders_form]
