"""The confirmation of an order as a durable document (BGB § 312f): all that was agreed, in a file by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.billing.payers import PayerDetails
from app.kernel.refusals import marked
from app.network.queries import legal_document, the_network
from app.plans.place_names import reader_of
from app.plans.sellers import Seller
from app.plans.terms import PlanTerms, Terms
from app.plans.terms_said import Reader, name_of
from app.plans.withdrawal_notices import withdrawal_notice
from app.platform.database import execute
from app.platform.language import Speaker, speaker
from app.platform.random_ids import new_public_id
from app.platform.templates import Templates

_ZONE: Final = ZoneInfo("Europe/Berlin")

ORDERED: Final = marked("Bestätigung Ihrer Bestellung")


@dataclass(frozen=True, slots=True)
class Paper:
    """What documents are written with: the templates, the site's address, and the reader's language."""

    templates: Templates
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that is just being placed: its key and id, for whom, who pays and sells, what is agreed in terms and
    `facts`, what was stated, and when. Who may withdraw from it can until `withdrawal_until`."""

    id: int
    public_id: str
    person: int
    name: str
    payer: PayerDetails
    seller: Seller
    terms: Terms
    facts: Callable[[Reader, Speaker], list[tuple[str, str]]]
    costs: bool
    withdrawal_until: date | None
    stated: Sequence[str]
    at: datetime
    title: str = ORDERED
    is_of_counter: bool = False


async def write_confirmation(paper: Paper, placed: Placed, now: datetime) -> None:
    """Writes the confirmation and keeps it, in the transaction of the order."""
    says, today = speaker(paper.language), now.astimezone(_ZONE).date()
    title = says.say(placed.title)
    network = await the_network()
    assert network is not None, "a network sells"
    content = paper.templates.render(
        "contract/order.html",
        paper.language,
        {
            "title": title,
            "network": network,
            "placed": placed,
            "is_plan": isinstance(placed.terms, PlanTerms),
            "name": name_of(placed.terms, paper.language),
            "facts": placed.facts(await reader_of(paper.language, today), says),
            "at": placed.at.astimezone(_ZONE),
            "address": paper.address,
            "terms_of_use": await legal_document("terms", paper.language, now),
            "imprint": await legal_document("imprint", paper.language, now) if placed.seller.key is None else None,
            "notice": withdrawal_notice(placed.seller, paper.language, today, paper.address)
            if placed.withdrawal_until
            else None,
        },
    )
    await execute(
        "INSERT INTO contract_document (public_id, person, contract_order, title, language, content, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new_public_id(),
        placed.person,
        placed.id,
        title,
        paper.language,
        content,
        now,
    )
