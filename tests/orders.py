"""An order as a page would place it, for tests that need one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app.identity.rules import Actor
from app.kernel.wall_time import local_day
from app.plans.agreements import Choice
from app.plans.order_documents import Paper
from app.plans.ordering import Statements, Wish, place_order, prepared
from app.plans.orders import OrderCard, next_number
from app.plans.products import Offer
from app.plans.terms import Audience, PassTerms
from app.platform.settings import ROOT
from app.platform.templates import Templates

PAPER = Paper(Templates(ROOT / "templates", str), "http://nahwerk.example", "de")
A_GIFT = PassTerms(name_de="Schnuppertag", name_en="Taster day", amount=1, price=0)
ALL = Statements(is_adult=True, asks_early_start=True, knows_early_loss=True)


async def wish_of(
    person: int, offer: Offer, now: datetime, choice: Choice | None = None, stated: Statements = ALL
) -> Wish:
    """What the form holds that the person was shown at this time."""
    today = local_day(now, ZoneInfo("Europe/Berlin"))
    choice = choice or Choice(today, Audience.CONSUMER)
    mark = (await prepared(offer, choice, "de", now, today)).mark
    return Wish(offer.public_id, choice, await next_number(person), mark, stated)


async def ordered(
    actor: Actor, offer: Offer, now: datetime, choice: Choice | None = None, stated: Statements = ALL
) -> OrderCard:
    wish = await wish_of(actor.person, offer, now, choice, stated)
    return await place_order(actor, wish, PAPER, now, local_day(now, ZoneInfo("Europe/Berlin")))
