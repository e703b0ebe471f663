"""Where the plain model's things stand in the application: their space, their people, a database of their own."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any

from app.bookings.block_plan import Block, Fate
from app.bookings.blocking import block, lift_block, plan_block
from app.inventory.blockers import BlockerCard
from app.inventory.rules import Kind
from app.kernel.refusals import Refusal
from app.network.managing import managed_space
from app.platform.database import execute, fetch
from tests.bookings.model_things import Claim, Thing
from tests.worlds import NOW, APerson, AResource, World, a_resource, a_world, rules_at, staffed_at, with_parts

THINGS: Mapping[str, Thing] = {
    thing.name: thing
    for thing in (
        Thing("1", "desk", no_show_after=30),
        Thing("2", "desk", cancel_before=120, no_show_after=30),
        Thing("K1", "booth", most_open=2, no_show_after=60),
        Thing("Saal", "room", parts=("Links", "Rechts"), no_show_after=30),
        Thing("Links", "room", no_show_after=60),
        Thing("Rechts", "room", cancel_before=60, needs_approval=True, no_show_after=30),
        Thing("Nette", "room", before=15, after=30, no_show_after=30),
    )
}
"""In the order in which who waits for any gets them."""

_BOOKINGS = """
    SELECT b.public_id, b.status, r.name, b.starts_at, b.ends_at, b.due_at,
           CASE WHEN b.status = 'no_show' THEN b.reason END
      FROM booking b JOIN resource r ON r.id = b.resource ORDER BY b.id
"""
_CLAIMS = """
    SELECT r.name, c.starts_at, c.ends_at FROM claim c JOIN resource r ON r.id = c.resource
      LEFT JOIN desk_hold h ON h.id = c.holder AND c.reason = 'hold'
      LEFT JOIN waiting w ON w.id = c.holder AND c.reason = 'offer'
     WHERE c.reason <> 'blocker' AND coalesce(h.expires_at, w.offer_expires_at, 'infinity') > $1
"""
_BLOCKED = """
    SELECT r.name, c.starts_at, c.ends_at FROM claim c JOIN resource r ON r.id = c.resource
     WHERE c.reason = 'blocker'
"""
_LINE = """
    SELECT w.public_id, w.status, w.reason, CASE WHEN w.status = 'offered' THEN r.name END,
           CASE WHEN w.status = 'offered' THEN w.offer_expires_at END, b.public_id AS booking
      FROM waiting w LEFT JOIN resource r ON r.id = w.offered LEFT JOIN booking b ON b.id = w.booking
"""


class Stage:
    """The tests' network with the model's things, in a database and an event loop of its own."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.world: World = self.run(a_world())
        self.resources: dict[str, AResource] = self.run(self._things())

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.runner.run(awaited())

    async def _things(self) -> dict[str, AResource]:
        polch = self.world.polch
        await staffed_at(polch)
        made = {name: polch[name] for name in THINGS if name in polch.resources}
        for thing in THINGS.values():
            if thing.name not in made:
                made[thing.name] = await a_resource(polch.id, Kind(thing.kind), thing.name)
        others = [resource.id for name, resource in polch.resources.items() if name not in THINGS]
        await execute("UPDATE resource SET retired_at = $2 WHERE id = ANY($1)", others, NOW)
        for thing in THINGS.values():
            await with_parts(made[thing.name], *(made[part] for part in thing.parts))
            await rules_at(
                polch,
                made[thing.name].kind,
                made[thing.name],
                buffer_before=thing.before,
                buffer_after=thing.after,
                cancel_before=thing.cancel_before,
                no_show_after=thing.no_show_after,
                most_open=thing.most_open,
                needs_approval=thing.needs_approval,
            )
        return made

    def person(self, name: str) -> APerson:
        return getattr(self.world, name)  # type: ignore[no-any-return]

    def said(self, work: Awaitable[Any]) -> Any:
        """What it returns, or the code of its refusal."""
        try:
            return self.run(work)
        except Refusal as refusal:
            return "taken" if refusal.code in ("desk_already_taken", "nothing_free", "blocked") else refusal.code

    async def block(self, thing: Thing, starts: datetime, ends: datetime, now: datetime) -> tuple[str, set[str]]:
        """The operator blocks it and cancels all bookings in it; the blocker, and which bookings these are."""
        otto = self.world.otto.actor()
        space = await managed_space(otto, self.world.polch.slug)
        command = Block((self.resources[thing.name].public_id,), starts, ends, "Heizung")
        plan = await plan_block(otto, space, command, now)
        affected = {each.booking.public_id for each in plan.affected}
        cards = await block(otto, space, command, plan.state, dict.fromkeys(affected, Fate.CANCEL), now)
        return cards[0].public_id, affected

    async def lift(self, blocker: str, now: datetime) -> BlockerCard:
        otto = self.world.otto.actor()
        return await lift_block(otto, await managed_space(otto, self.world.polch.slug), blocker, now)

    async def mails_go_out(self, now: datetime) -> None:
        """The worker has handed on whatever waited."""
        await execute("UPDATE outbox_event SET dispatched_at = $1 WHERE dispatched_at IS NULL", now)

    def bookings(self) -> dict[str, tuple[object, ...]]:
        """By public id what the model has to say of each, too."""
        return {row["public_id"]: tuple(row)[1:] for row in self.run(fetch(_BOOKINGS))}

    def claims(self, now: datetime) -> set[Claim]:
        """What bookings, and holds and offers that are not over, hold."""
        return {(row["name"], row["starts_at"], row["ends_at"]) for row in self.run(fetch(_CLAIMS, now))}

    def line(self) -> dict[str, tuple[object, ...]]:
        """By public id what the model has to say of each place in line, too; its booking comes last."""
        return {row["public_id"]: tuple(row)[1:] for row in self.run(fetch(_LINE))}

    def blocked(self) -> list[Claim]:
        """What blockers hold."""
        return [(row["name"], row["starts_at"], row["ends_at"]) for row in self.run(fetch(_BLOCKED))]


async def emptied() -> None:
    for table in ("claim", "booking_guest", "desk_hold", "waiting", "booking", "series", "blocker"):
        await execute(f"DELETE FROM {table}")
    for table in ("mailed_link", "rate_limit", "outbox_event"):
        await execute(f"DELETE FROM {table}")
