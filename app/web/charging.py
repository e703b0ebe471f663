"""The switch between free of charge for good and prices: for the network, and for an operator's own spaces."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import marked
from app.network.charging import demand_charging, operator_charges, set_network_charges, set_operator_charges
from app.web.forms import notice
from app.web.home import FormData
from app.web.managing import managed_operator_of
from app.web.pages import PageRequest, Pages, go
from app.web.staff import staff

NOTICES = {"kosten": marked("Gespeichert. Es gilt für alles, was ab jetzt gebucht wird.")}


@post("/netzwerk/einstellungen/kosten")
async def charge_in_network(visitor: NamedDependency[Visitor], data: FormData) -> Redirect:
    actor = staff(visitor, Action.MANAGE_NETWORK)
    await set_network_charges(actor, visitor.now, charges=data.get("kosten") == "ja")
    return go("/netzwerk/einstellungen?getan=kosten")


@get("/betreiber/{slug:str}/kosten")
async def charging_page(
    request: PageRequest, slug: FromPath[str], visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Whether the operator's spaces cost anything; where the whole network is free of charge nobody asks."""
    operator = await managed_operator_of(slug, visitor)
    await demand_charging()
    chosen = "ja" if await operator_charges(operator.id) else "nein"
    context = {"operator": operator, "chosen": chosen, "notice": notice(request, NOTICES)}
    return await pages.show(request, visitor, "operator/charging.html", context)


@post("/betreiber/{slug:str}/kosten")
async def charge_at_operator(slug: FromPath[str], visitor: NamedDependency[Visitor], data: FormData) -> Redirect:
    operator = await managed_operator_of(slug, visitor)
    await demand_charging()
    await set_operator_charges(visitor.signed_in, operator.id, visitor.now, charges=data.get("kosten") == "ja")
    return go(f"/betreiber/{slug}/kosten?getan=kosten")


HANDLERS = [charge_in_network, charging_page, charge_at_operator]
