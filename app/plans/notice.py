"""Notice: how long a contract still runs, and its end. What is booked behind the end: bookings/contract_ends.py."""

from datetime import date, datetime

from app.identity.audit import record
from app.identity.rules import Actor
from app.plans.contracts import ContractCard
from app.plans.ending import EndedAlready, EndedBecause
from app.plans.memberships import end
from app.plans.queries import membership_by_id
from app.plans.upkeep import settle_membership
from app.plans.withdrawal import refund_unused
from app.platform.database import execute, transaction
from app.platform.outbox import emit


async def earliest_end(contract: ContractCard, today: date) -> date:
    """The last day of the contract if notice is given today. A pass ends by itself, and not sooner than that."""
    if contract.is_pass:
        return contract.last_day or today
    card = await membership_by_id(contract.id)
    assert card is not None, "a contract that was found"
    return min(card.earliest_end(today), contract.last_day or date.max)


async def end_contract_row(
    actor: Actor | None, contract: ContractCard, last: date, because: EndedBecause, now: datetime, today: date
) -> None:
    """The contract ends with this day. For cause what a pass has not given is paid back; a membership costs what its
    days cost in any case.

    Raises AlreadyEnding where a membership ends so early already, EndedAlready where a pass is over.
    """
    if not contract.is_pass:
        await end(actor, contract.id, last, because, now, today)
        return
    if contract.is_over(today):
        raise EndedAlready
    async with transaction():
        if because is EndedBecause.CAUSE:
            await refund_unused(contract, now, today)
        await execute("UPDATE pass SET noticed_at = coalesce(noticed_at, $2) WHERE id = $1", contract.id, now)
        await execute("UPDATE entitlement SET ends_on = greatest(starts_on, $2) WHERE pass = $1", contract.id, last)
        await record("pass.ended", "pass", contract.id, actor, now, last=last, because=because, whom=contract.person)
        await emit("pass.ended", "pass", contract.id, now)


async def take_notice_back(actor: Actor | None, contract: ContractCard, now: datetime, today: date) -> None:
    """A membership under notice goes on as if none had been given; what was cancelled meanwhile stays so.

    Raises EndedAlready where it is over, was never given notice, or is a pass.
    """
    async with transaction():
        if contract.is_pass or not await execute(
            "UPDATE membership SET noticed_at = NULL, ends_on = NULL, ended_because = NULL, version = version + 1"
            " WHERE id = $1 AND ended_because = $2 AND ends_on >= $3",
            contract.id,
            EndedBecause.NOTICE,
            today,
        ):
            raise EndedAlready
        await record("membership.kept", "membership", contract.id, actor, now, whom=contract.person)
        await emit("membership.kept", "membership", contract.id, now)
        await settle_membership(contract.id, now, today)
