"""The confirmation of what a team has ordered, as a document to keep: a file by itself."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.billing.payers import PayerDetails
from app.kernel.refusals import marked
from app.network.queries import legal_document, the_network
from app.plans.order_documents import Paper
from app.plans.terms_said import name_of
from app.platform.database import execute
from app.platform.language import speaker
from app.platform.random_ids import new_public_id
from app.teams.buying_queries import TeamOrderCard
from app.teams.purchase_terms import PurchaseTerms, facts_for_team
from app.teams.queries import TeamCard
from app.teams.reading import business_reader

_ZONE: Final = ZoneInfo("Europe/Berlin")

CONFIRMED: Final = marked("Bestätigung Ihrer Bestellung")


async def write_team_confirmation(
    paper: Paper, team: TeamCard, order: TeamOrderCard, agreed: PurchaseTerms, payer: PayerDetails, now: datetime
) -> None:
    """Writes it and keeps it, in the transaction of the order."""
    says = speaker(paper.language)
    network = await the_network()
    assert network is not None, "a network sells"
    at = now.astimezone(_ZONE)
    content = paper.templates.render(
        "contract/team_order.html",
        paper.language,
        {
            "title": says.gettext(CONFIRMED),
            "network": network,
            "team": team,
            "order": order,
            "name": name_of(agreed.offer.terms, paper.language),
            "facts": facts_for_team(agreed, await business_reader(agreed, paper.language, at.date()), says),
            "agreed": agreed,
            "payer": payer,
            "at": at,
            "address": paper.address,
            "terms_of_use": await legal_document("terms", paper.language, now),
            "imprint": await legal_document("imprint", paper.language, now) if agreed.seller.key is None else None,
        },
    )
    await execute(
        "INSERT INTO team_document (public_id, team_order, title, language, content, made_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        new_public_id(),
        order.id,
        says.gettext(CONFIRMED),
        paper.language,
        content,
        now,
    )
