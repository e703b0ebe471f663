"""The confirmation of an order as a durable document (BGB § 312f): all that was agreed, in a file by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.billing.payers import PayerDetails
from app.kernel.refusals import marked
from app.network.queries import legal_document, the_network
from app.plans.agreements import Agreement
from app.plans.contract_words import facts_of, name_of, where_of
from app.plans.withdrawal_notices import withdrawal_notice
from app.platform.database import execute
from app.platform.language import speaker
from app.platform.random_ids import new_public_id
from app.platform.templates import Templates

_ZONE: Final = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True, slots=True)
class Paper:
    """What documents are written with: the templates, the site's address, and the reader's language."""

    templates: Templates
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Placed:
    """An order that is just being placed: its key and id, for whom, who pays, what was stated, and when."""

    id: int
    public_id: str
    person: int
    name: str
    payer: PayerDetails
    agreed: Agreement
    stated: Sequence[str]
    at: datetime
    is_of_counter: bool = False


async def write_confirmation(paper: Paper, placed: Placed, now: datetime) -> None:
    """Writes the confirmation and keeps it, in the transaction of the order."""
    says, agreed = speaker(paper.language), placed.agreed
    title = says.say(marked("Bestätigung Ihrer Bestellung"))
    network = await the_network()
    assert network is not None, "a network sells"
    content = paper.templates.render(
        "contract/order.html",
        paper.language,
        {
            "title": title,
            "network": network,
            "placed": placed,
            "agreed": agreed,
            "is_plan": agreed.offer.is_plan,
            "name": name_of(agreed.terms, paper.language),
            "facts": facts_of(agreed, await where_of(agreed.terms.scope), says),
            "at": placed.at.astimezone(_ZONE),
            "address": paper.address,
            "terms_of_use": await legal_document("terms", paper.language, now),
            "imprint": await legal_document("imprint", paper.language, now) if agreed.seller.key is None else None,
            "notice": withdrawal_notice(agreed.seller, paper.language, now.astimezone(_ZONE).date(), paper.address)
            if agreed.withdrawal_until
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
