"""Whether anything costs anything: in the network, and at an operator's spaces (docs/design.md decision 22)."""

from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Action, Actor, demand
from app.kernel.refusals import NotFound
from app.platform.database import execute, fetch_value, transaction


async def network_charges() -> bool:
    """False where the network is free of charge for good."""
    return bool(await fetch_value("SELECT charges FROM network LIMIT 1"))


async def operator_charges(operator: int) -> bool:
    """What the operator has said for its own spaces; it counts where the network charges."""
    return bool(await fetch_value("SELECT charges FROM operator WHERE id = $1", operator))


async def demand_charging(operator: int | None = None) -> None:
    """Raises NotFound where the network, or this operator's spaces, are free of charge for good."""
    if not await network_charges() or (operator is not None and not await operator_charges(operator)):
        raise NotFound


async def set_network_charges(actor: Actor, now: datetime, *, charges: bool) -> None:
    """It holds for what is booked from now on; what is booked stays as it is. Raises NotAllowed."""
    demand(actor, Action.MANAGE_NETWORK)
    async with transaction():
        if await execute("UPDATE network SET charges = $1 WHERE charges <> $1", charges):
            await record("network.charges_set", "network", None, actor, now, charges=charges)


async def set_operator_charges(actor: Actor, operator: int, now: datetime, *, charges: bool) -> None:
    """It holds for what is booked from now on. Raises NotFound to who does not manage the operator."""
    if not actor.may(Action.MANAGE_OPERATOR, operator=operator):
        raise NotFound
    async with transaction():
        if await execute("UPDATE operator SET charges = $2 WHERE id = $1 AND charges <> $2", operator, charges):
            await record("operator.charges_set", "operator", operator, actor, now, charges=charges)
