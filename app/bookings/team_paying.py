"""What pays for a desk that a team provides to somebody: a seat without limit, a pool, or the team's money.

None of it asks what the person has used, so that nobody learns it from what is possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Final

from app.bookings.candidates import Candidate
from app.bookings.facts import Facts
from app.inventory.rules import Kind
from app.kernel.money import Money
from app.kernel.periods import Period
from app.kernel.wall_time import local_day
from app.plans.grants import Days
from app.plans.needs import Need
from app.plans.purses import Paid, purse_of
from app.plans.rules import Payment, ways_to_pay
from app.plans.team_days import Pool, Seats, people_who_spend, pools_of, seats_without_limit
from app.teams.queries import TeamCard

FEWEST_TO_TELL: Final = 5
"""Below so many people what is left of a pool tells what one of them has used."""


@dataclass(frozen=True, slots=True)
class Chest:
    """All of a team's that could pay on that day. Without a purse nothing costs anything."""

    purse: int | None
    payer: int | None
    seats: Seats
    pools: Sequence[Pool]
    is_small: bool


NO_CHEST: Final = Chest(None, None, Seats({}), (), is_small=False)


async def chest_of(team: TeamCard, day: date) -> Chest:
    """The team's, as it is now."""
    if team.purse is None:
        return NO_CHEST
    is_small = await people_who_spend(team.purse, day) < FEWEST_TO_TELL
    pools = await pools_of(team.purse, day)
    return Chest(team.purse, team.payer, await seats_without_limit(team.purse, day), pools, is_small=is_small)


@dataclass(frozen=True, slots=True)
class TeamPays:
    """How one desk is paid: by an `account` as it stands, by a day out of a `pool`, or at the price of the desk."""

    account: int | None = None
    pool: Pool | None = None
    by_money: bool = False


@dataclass(frozen=True, slots=True)
class AtASpace:
    """Paying at one space: what each free desk costs there by its key, where all of them have a price. Without a `need`
    it is free of charge."""

    chest: Chest
    need: Need | None
    prices: Mapping[int, Payment] | None

    @classmethod
    async def of(
        cls, facts: Facts, period: Period, free: Sequence[Candidate], chest: Chest, now: datetime
    ) -> "AtASpace":
        """As the space's operator charges for it today."""
        if not facts.charges:
            return cls(chest, None, None)
        zone, operator = facts.space.zone, facts.operator
        days = Days(local_day(period.starts_at, zone), local_day(period.ends_at, zone))
        prices = await purse_of(None, operator, Kind.DESK, days, local_day(now, zone), "de")
        needs = {one.resource.id: Paid(Kind.DESK, operator, facts.space.id, one.resource.id) for one in free}
        ways = {desk: ways_to_pay(paid.need(period, zone), prices)[:1] for desk, paid in needs.items()}
        said = {desk: way[0] for desk, way in ways.items() if way}
        need = Paid(Kind.DESK, operator, facts.space.id, facts.resource.id).need(period, zone)
        return cls(chest, need, said if len(said) == len(free) else None)

    @property
    def dearest(self) -> Money | None:
        """What a desk there costs at most; None where it has no price."""
        prices = self.prices.values() if self.prices else ()
        return max((way.price for way in prices), key=attrgetter("amount"), default=None)

    def costs_more_than(self, agreed: int | None) -> bool:
        """Whether a desk may cost more than this, in minor units; None agrees to everything."""
        return agreed is not None and self.dearest is not None and self.dearest.amount > agreed

    def pay(self, person: int) -> TeamPays | None:
        """What pays for this person's desk, which is taken off for the next; None where nothing does.

        Where money does not stand in for a pool, whether the pool is empty would be told by the answer: a small team's
        pools pay only where it does.
        """
        if self.need is None:
            return TeamPays()
        seat = self.chest.seats.paying(person, self.need)
        if seat is not None:
            return TeamPays(account=seat)
        has_price = self.prices is not None and self.chest.payer is not None
        for pool in self.chest.pools:
            if pool.left is None and pool.gives(self.need):
                return TeamPays(account=pool.id)
            if pool.left is not None and pool.gives(self.need) and (has_price or not self.chest.is_small):
                pool.left -= pool.units(self.need)
                return TeamPays(pool=pool)
        return TeamPays(by_money=True) if has_price else None
