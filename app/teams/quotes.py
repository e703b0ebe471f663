"""Quotes: what an offer would cost a team until a day, as a PDF to pass on. It can be ordered as it was written."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from app.billing.payers import PayerDetails, payer_by_id
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import NotFound, marked
from app.network.queries import the_network
from app.plans.products import Offer
from app.plans.shown_prices import TaxSaid
from app.plans.terms_said import name_of
from app.platform.database import execute, fetch_value, transaction
from app.platform.language import Speaker, speaker
from app.platform.random_ids import new_public_id
from app.platform.rate_limits import Limit, hit
from app.platform.settings import ROOT
from app.teams.buying_queries import QuoteCard, quote_of
from app.teams.company import TeamEnded
from app.teams.ordering import may_buy
from app.teams.purchase_terms import PurchaseTerms, check_wish, every, facts_for_team, prepared_for_team, tax_said
from app.teams.queries import TeamCard
from app.teams.reading import business_reader
from app.teams.settings import team_settings

QUOTES_MADE: Final = Limit("team_quotes", 50, timedelta(days=1))
"""Each is a number and a file that are kept."""

_TEMPLATE: Final = ROOT / "templates" / "documents" / "quote.typ"
_FONTS: Final = ROOT / "static" / "vendor" / "fira-sans" / "print"
_ONE_AT_A_TIME: Final = 0x616E_6765
"""Any number of our own: two quotes at once do not get one number."""


async def make_quote(
    actor: Actor,
    team: TeamCard,
    offer: Offer,
    quantity: int,
    address: str,
    language: str,
    now: datetime,
    today: date,
) -> QuoteCard:
    """A quote of what is on sale, with its PDF. Raises NotFound to who may not, TeamEnded, QuantityUnusable,
    TooMany."""
    if not may_buy(actor, team) or team.payer is None:
        raise NotFound
    if team.has_ended:
        raise TeamEnded
    for refusal in check_wish(quantity, today, today):
        raise refusal
    await hit(QUOTES_MADE, str(team.id), now)
    agreed = await prepared_for_team(offer, quantity, today, today)
    until = today + timedelta(days=(await team_settings(today))["quote_days"])
    payer = await payer_by_id(team.payer)
    assert payer is not None, "a team's payer stays"
    async with transaction():
        await fetch_value("SELECT pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)
        number = await _next_number(today.year)
        said = await _said(agreed, payer.details, number, until, address, language, today)
        public_id = new_public_id()
        await execute(
            "INSERT INTO team_quote (public_id, number, team, seller, product_version, terms, quantity, amount,"
            " currency, valid_until, content, made_by, made_at)"
            " VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13)",
            public_id,
            number,
            team.id,
            offer.seller,
            offer.version,
            msgspec.json.encode(offer.terms).decode(),
            quantity,
            agreed.total.gross.amount,
            agreed.total.gross.currency,
            until,
            await write_pdf(said, now),
            actor.person,
            now,
        )
        await record("team_quote.made", "team", team.id, actor, now, number=number)
        quote = await quote_of(team.id, public_id)
    assert quote is not None, "it was just made"
    return quote


async def _next_number(year: int) -> str:
    """Counted through the year, so that nobody has to ask which one is meant."""
    latest: int = await fetch_value(
        "SELECT coalesce(max(split_part(number, '-', 3)::int), 0) FROM team_quote WHERE number LIKE $1 || '%'",
        f"A-{year}-",
    )
    return f"A-{year}-{latest + 1:04}"


_CONDITIONS: Final = (
    marked("Dieses Angebot ist bis zum genannten Tag gültig und verpflichtet Sie zu nichts."),
    marked("Der Vertrag kommt mit Ihrer Bestellung zustande; dazu gehören die Nutzungsbedingungen."),
    marked("Vereinbart ist der Preis mit Steuer; der Preis ohne Steuer ist daraus gerechnet und auf Cent gerundet."),
    marked("Gezahlt wird auf Rechnung, je Zeitraum im Voraus; ein angebrochener Zeitraum zählt nach Tagen."),
)


async def _said(
    agreed: PurchaseTerms, payer: PayerDetails, number: str, until: date, address: str, language: str, today: date
) -> Mapping[str, Any]:
    """All that stands in the PDF, in words."""
    says, network = speaker(language), await the_network()
    assert network is not None, "a network sells"
    reader = await business_reader(agreed, language, today)
    left_out = says.gettext(marked("Erster Tag")), says.gettext(marked("Erster Zeitraum"))
    say = says.gettext
    return {
        "language": language,
        "title": say(marked("Angebot")),
        "number": number,
        "network": network.name,
        "sender": agreed.seller.contact,
        "addressee": payer.lines,
        "head": [
            [say(marked("Nummer")), number],
            [say(marked("Datum")), says.day_of_year(today)],
            [say(marked("Gültig bis")), says.day_of_year(until)],
        ],
        "name": name_of(agreed.offer.terms, language),
        "columns": [say(marked("Was")), say(marked("Anzahl")), say(marked("Preis je Stück")), say(marked("Zusammen"))],
        "row": [
            name_of(agreed.offer.terms, language),
            str(agreed.quantity),
            says.money(agreed.piece.first),
            says.money(agreed.total.first),
        ],
        "sums": _sums(agreed, says),
        "facts_title": say(marked("Was vereinbart würde")),
        "facts": [list(fact) for fact in facts_for_team(agreed, reader, says) if fact[0] not in left_out],
        "conditions_title": say(marked("Bedingungen")),
        "conditions": [say(text) for text in _CONDITIONS],
        "order_title": say(marked("Bestellen")),
        "order": says.say(marked("Im Firmenkonto unter {address}, mit einem Klick und diesem Preis."), address=address),
        "page": say(marked("Seite")),
    }


def _sums(agreed: PurchaseTerms, says: Speaker) -> list[list[str]]:
    tax = agreed.seller.tax_said(agreed.offer.terms.tax_code)
    if tax is not TaxSaid.INCLUDED or agreed.total.net is None or agreed.total.tax is None or agreed.rate is None:
        return [[tax_said(agreed, says), every(agreed, agreed.total.gross, says)]]
    percent = f"{agreed.rate / 100:g}".replace(".", "," if says.language == "de" else ".")
    return [
        [says.gettext(marked("Netto")), says.money(agreed.total.net)],
        [says.say(marked("{rate} % MwSt."), rate=percent), says.money(agreed.total.tax)],
        [says.gettext(marked("Gesamt")), every(agreed, agreed.total.gross, says)],
    ]


async def write_pdf(said: Mapping[str, Any], now: datetime) -> bytes:
    """The quote as PDF/UA, so that it can be read aloud."""
    return await asyncio.to_thread(_compile, _TEMPLATE, msgspec.json.encode(said).decode(), now)


def _compile(template: Path, said: str, now: datetime) -> bytes:
    """The compiler is loaded with the first quote alone: it takes its time."""
    written = import_module("typst").compile(
        str(template),
        format="pdf",
        root=str(template.parent),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        timestamp=int(now.timestamp()),
        sys_inputs={"said": said},
    )
    assert isinstance(written, bytes), "one document"
    return written
