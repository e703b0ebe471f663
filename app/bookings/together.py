"""Several resources in one act: all of them are booked, or none; and they are given back together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from app.bookings.booker import booker_of
from app.bookings.draft import Draft
from app.bookings.operations import BookDesk, drafted, lock_person, take
from app.bookings.queries import BookingCard, bookings_by_id
from app.bookings.taking import candidates
from app.identity.merging import standing_record
from app.identity.rules import Actor
from app.inventory.operations import lock_resources
from app.kernel.money import FREE
from app.kernel.refusals import BadInput, Refusal, marked
from app.plans.rules import check_total
from app.platform.database import Busy, retried, transaction
from app.platform.random_ids import new_public_id

MOST_TOGETHER: Final = 20


class NotSeveral(BadInput):
    """Fewer than two resources, or too many."""

    code = "not_several"
    text = marked("Zusammen buchen lassen sich 2 bis {most}.")


@retried
async def book_together(
    actor: Actor, commands: Sequence[BookDesk], now: datetime, *, whom: int | None = None, agreed: int | None = None
) -> list[BookingCard]:
    """Books all of these or none, for the actor or as front desk for the person with the key `whom`.

    The bookings share a group: `cancel` of one gives all of them back, and one mail tells of all. Two such acts never
    wait for each other, in whatever order they want the same. `agreed` is what all of it may cost, in minor units.
    Raises NotSeveral, PriceChanged and what `book` raises.
    """
    if not 2 <= len(commands) <= MOST_TOGETHER:
        raise NotSeveral(field="bookings", most=MOST_TOGETHER)
    async with transaction():
        person = actor.person if whom is None else await standing_record(whom)
        drafts = [await drafted(actor, command, person, now) for command in commands]
        for counted in sorted({draft.person for draft in drafts if draft.counts_open}):
            await lock_person(counted)
        await _lock_all(commands, drafts)
        group = new_public_id()
        made: list[int] = []
        for command, draft in zip(commands, drafts, strict=True):
            earlier = {before.facts.space.id for before in drafts[: len(made)]}
            made.append((await take(actor, command, _rules_read(draft, earlier), group_id=group)).id)
        bookings = sorted(await bookings_by_id(made), key=lambda booking: made.index(booking.id))
        check_total(sum((booking.price for booking in bookings if booking.price.amount), start=FREE), agreed)
        return bookings


async def _lock_all(commands: Sequence[BookDesk], drafts: Sequence[Draft]) -> None:
    """Locks all that might be taken, in one order for everybody."""
    claimed: set[int] = set()
    for command, draft in zip(commands, drafts, strict=True):
        facts = draft.facts
        booker = await booker_of(draft.person, facts, draft.wish)
        try:
            found = await candidates(command.what, facts, draft.wish, booker)
        except Busy:
            raise
        except Refusal:
            continue  # taking it says so, in the order of what is wanted
        claimed |= {key for candidate in found for key in candidate.resource.claims}
    await lock_resources(list(claimed))


def _rules_read(draft: Draft, spaces: set[int]) -> Draft:
    """The draft of somebody who has accepted these spaces' house rules with the bookings before."""
    facts, rules = draft.facts, draft.facts.house_rules
    if facts.space.id not in spaces:
        return draft
    return replace(draft, facts=replace(facts, house_rules=replace(rules, accepted=rules.edition)))
