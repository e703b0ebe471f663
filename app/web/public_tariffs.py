"""What can be bought, compared for everybody, and which of it fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from app.identity.authentication import Visitor
from app.kernel.money import Money
from app.kernel.refusals import Phrase
from app.kernel.wall_time import local_day
from app.network.charging import demand_charging
from app.plans.fitting import MOST_DAYS_A_WEEK, Fit, Habit, fits
from app.plans.price_lists import DayPrice, day_prices
from app.plans.products import Offer, offers_on_sale
from app.plans.terms import Audience
from app.web.offer_view import Comparison, comparison
from app.web.pages import PageRequest, Pages
from app.web.search_form import ZONE
from app.web.team_shop import offer_rows

_BUSINESS = "geschaeftlich"
_MOST_FITS = 3


@dataclass(frozen=True, slots=True)
class FitRow:
    """One of the offers that fit; without a name it is the day bought alone."""

    name: str
    seller: str
    month: Money
    day: Money
    tax: str
    said: Sequence[Phrase]
    url: str


@get("/tarife")
async def offers_page(
    request: PageRequest, visitor: NamedDependency[Visitor], pages: NamedDependency[Pages]
) -> Response[str]:
    """Plans and passes of the network, then those of its operators; not found where nothing costs anything."""
    await demand_charging()
    today = local_day(visitor.now, ZONE)
    audience = Audience.BUSINESS if request.query_params.get("fuer") == _BUSINESS else Audience.CONSUMER
    offers = [offer for offer in await offers_on_sale(visitor.now) if offer.is_for(audience)]
    compared, days = await comparison(visitor, audience, today), await day_prices(today)
    habit = _habit(request)
    context = {
        "is_business": audience is Audience.BUSINESS,
        "sections": _sections(offers, compared),
        "days": _range(days, compared),
        "habit": habit,
        "typed": {"tage": str(habit.days_a_week) if habit else "2", "halb": "ja" if habit and habit.half_days else ""},
        "found": _fits(habit, offers, days, compared) if habit else None,
        "most_days": MOST_DAYS_A_WEEK,
        "teams": await offer_rows(visitor, today) if audience is Audience.BUSINESS else [],
    }
    return await pages.show(request, visitor, "tariffs/compare.html", context)


def _habit(request: PageRequest) -> Habit | None:
    """How often somebody says to come; nothing that makes no sense."""
    days = request.query_params.get("tage", "")
    if days not in {str(number) for number in range(1, MOST_DAYS_A_WEEK + 1)}:
        return None
    return Habit(int(days), request.query_params.get("halb") == "ja")


def _sections(offers: Sequence[Offer], compared: Comparison) -> list[dict[str, Any]]:
    """The network's plans, its passes, then each operator's offers."""
    own = [offer for offer in offers if offer.seller is None]
    found: list[dict[str, Any]] = [
        {"kind": "plans", "offers": [offer for offer in own if offer.is_plan]},
        {"kind": "passes", "offers": [offer for offer in own if not offer.is_plan]},
    ]
    for seller in dict.fromkeys(offer.seller for offer in offers if offer.seller is not None):
        of_seller = [offer for offer in offers if offer.seller == seller]
        found.append({"kind": "local", "name": of_seller[0].seller_name, "offers": of_seller})
    return [
        section
        | {"rows": [compared.row(offer) for offer in section["offers"]], "seller": section["offers"][0].seller_name}
        for section in found
        if section["offers"]
    ]


def _range(days: Sequence[DayPrice], compared: Comparison) -> list[Money]:
    """The lowest and the highest price of a day without any plan."""
    shown = sorted((_shown_day(day, compared) for day in days), key=lambda money: money.amount)
    return [shown[0], shown[-1]] if shown else []


def _shown_day(day: DayPrice, compared: Comparison, amount: int | None = None) -> Money:
    gross = Money(day.amount if amount is None else amount)
    return compared.taxes.shown(gross, day.seller, day.tax_code, compared.audience)


def _fits(habit: Habit, offers: Sequence[Offer], days: Sequence[DayPrice], compared: Comparison) -> dict[str, Any]:
    """The cheapest that carry the habit; days bought alone are those in the middle of all prices."""
    single = days[len(days) // 2] if days else None
    found = fits(habit, offers, single.amount if single else None)
    return {
        "days_a_month": habit.rounded_days,
        "rows": [_fit_row(fit, single, compared) for fit in found[:_MOST_FITS]],
    }


def _fit_row(fit: Fit, single: DayPrice | None, compared: Comparison) -> FitRow:
    if fit.offer is None:
        assert single is not None, "a day is bought alone where there is a price"
        month, day = (_shown_day(single, compared, amount) for amount in (fit.month, fit.day))
        tax = compared.taxes.word(single.seller, single.tax_code, compared.audience)
        return FitRow("", "", month, day, tax, (), "/plaetze")
    row = compared.row(fit.offer)
    month, day = (compared.shown(fit.offer, amount) for amount in (fit.month, fit.day))
    return FitRow(row.name, fit.offer.seller_name, month, day, row.tax, [row.where[0], row.term[0]], row.url)


HANDLERS = [offers_page]
