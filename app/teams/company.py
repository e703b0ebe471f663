"""What a company says of itself: the account's name, its legal form, who gets invoices and what these have to say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from app.billing.payers import PayerDetails, change_payer, checked, new_team_payer, payer_by_id
from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, Refusal, marked
from app.plans.shared_purses import let_spend, new_purse
from app.platform.database import execute, fetch, fetch_row, transaction
from app.teams.leitweg import usable_leitweg_id
from app.teams.queries import TeamCard

LONGEST_NAME: Final = 80
LONGEST_LEGAL_FORM: Final = 80
LONGEST_ORDER_NUMBER: Final = 60


class TeamNameUnusable(BadInput):
    code = "team_name_unusable"
    text = marked("Bitte geben Sie dem Firmenkonto einen Namen mit höchstens {longest} Zeichen.")


class CompanyTextTooLong(BadInput):
    code = "company_text_too_long"
    text = marked("Bitte höchstens {longest} Zeichen.")


class TeamChangedMeanwhile(Conflict):
    """Somebody has saved the account since the form was opened."""

    code = "team_changed"
    text = marked(
        "Inzwischen hat jemand anderes das Firmenkonto geändert. Bitte vergleichen Sie und speichern noch einmal."
    )


class TeamEnded(Conflict):
    """Nobody joins or changes an account that has ended."""

    code = "team_ended"
    text = marked("Dieses Firmenkonto ist beendet.")


@dataclass(frozen=True, slots=True)
class CompanyDetails:
    """The account's name, who pays (nobody where the network is free of charge), and what its invoices have to say."""

    name: str
    payer: PayerDetails | None = None
    leitweg_id: str = ""
    order_number: str = ""
    legal_form: str = ""


def checked_company(details: CompanyDetails) -> tuple[CompanyDetails, list[Refusal]]:
    """The details as they are kept, and what is wrong with them, field by field. Without a name the account has that of
    the company."""
    payer, refusals = checked(details.payer) if details.payer is not None else (None, [])
    name = one_line(details.name) or (payer.company[:LONGEST_NAME] if payer is not None else "")
    clean = CompanyDetails(
        name, payer, details.leitweg_id, one_line(details.order_number), one_line(details.legal_form)
    )
    found: list[Refusal] = []
    if not 0 < len(name) <= LONGEST_NAME and not any(each.field == "company" for each in refusals):
        found.append(TeamNameUnusable(field="team_name", longest=LONGEST_NAME))
    try:
        clean = replace(clean, leitweg_id=usable_leitweg_id(details.leitweg_id))
    except Refusal as refusal:
        refusals.append(refusal)
    return clean, [*found, *refusals, *_too_long(clean)]


def usable_company(details: CompanyDetails) -> CompanyDetails:
    """The details as they are kept. Raises what `checked_company` finds first."""
    clean, refusals = checked_company(details)
    if refusals:
        raise refusals[0]
    return clean


async def company_of(team: TeamCard) -> CompanyDetails:
    """What the company says of itself now."""
    payer = await payer_by_id(team.payer) if team.payer is not None else None
    return CompanyDetails(
        team.name, payer.details if payer else None, team.leitweg_id, team.order_number, team.legal_form
    )


async def change_company(actor: Actor, team: TeamCard, wanted: CompanyDetails, version: int, now: datetime) -> None:
    """The company says this of itself from now on; documents that were made keep what they say. An account that was
    founded without a payer gets one with the first details.

    Raises TeamEnded, TeamChangedMeanwhile where the account has another version, and what `checked_company` finds.
    """
    clean = usable_company(wanted)
    async with transaction():
        row = await locked_team(team.id)
        if row["version"] != version:
            raise TeamChangedMeanwhile
        before = await company_of(team)
        payer, purse = row["payer"], row["purse"]
        if clean.payer is not None and payer is None:
            payer = await new_team_payer(clean.payer, now)
            purse = await new_purse(payer, now)
            await _let_all_spend(team.id, purse, now.date())
        elif clean.payer is not None:
            await change_payer(payer, clean.payer)
        await execute(
            "UPDATE team SET name = $2, legal_form = $3, leitweg_id = $4, order_number = $5, payer = $6, purse = $7,"
            " version = version + 1 WHERE id = $1",
            team.id,
            clean.name,
            clean.legal_form,
            clean.leitweg_id,
            clean.order_number,
            payer,
            purse,
        )
        await record("team.changed", "team", team.id, actor, now, fields=list(_changed(before, clean)))


async def locked_team(team: int) -> Any:
    """The account's row, which nobody else changes until the transaction ends. Raises TeamEnded."""
    row = await fetch_row("SELECT * FROM team WHERE id = $1 FOR UPDATE", team)
    assert row is not None, "accounts are never deleted"
    if row["ended_at"] is not None:
        raise TeamEnded
    return row


async def _let_all_spend(team: int, purse: int, first: date) -> None:
    for row in await fetch("SELECT person FROM team_member WHERE team = $1 AND left_at IS NULL", team):
        await let_spend(purse, row["person"], first)


def _too_long(details: CompanyDetails) -> Iterator[Refusal]:
    if len(details.legal_form) > LONGEST_LEGAL_FORM:
        yield CompanyTextTooLong(field="legal_form", longest=LONGEST_LEGAL_FORM)
    if len(details.order_number) > LONGEST_ORDER_NUMBER:
        yield CompanyTextTooLong(field="order_number", longest=LONGEST_ORDER_NUMBER)


def _changed(before: CompanyDetails, after: CompanyDetails) -> Iterator[str]:
    """Which parts are others now; never what they say, which stands in the account."""
    for part in ("name", "legal_form", "leitweg_id", "order_number"):
        if getattr(before, part) != getattr(after, part):
            yield part
    if before.payer != after.payer and after.payer is not None:
        yield "payer"
