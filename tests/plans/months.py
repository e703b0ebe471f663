"""Somebody's life with plans and passes, day by day: what the night settles, what is done, what is left then."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.billing.operations import own_payer
from app.bookings.arrivals import check_in
from app.bookings.cancellation import cancel
from app.bookings.operations import BookDesk, book
from app.bookings.queries import BookingCard
from app.plans.accounts import accounts_out_of_balance, expire_past, use_up_past
from app.plans.memberships import Begun, begin, change_terms
from app.plans.passes import SoldPass, sell_pass
from app.plans.product_versions import new_product, put_on_sale
from app.plans.products import Offer, offer_on_sale, pass_of, plan_of
from app.plans.queries import MembershipCard
from app.plans.terms import PriceClass, Terms
from app.plans.upkeep import settle_running
from app.platform.database import fetch
from tests.worlds import World, at

A_DAY = timedelta(days=1)

Done = Callable[[], Awaitable[object]]

_SUMS = """
    SELECT e.id, e.left_units AS left_now, e.held_units AS held_now,
           coalesce(sum(x.left_change) FILTER (WHERE x.change IN ('grant', 'adjust')), 0) AS given,
           -coalesce(sum(x.left_change) FILTER (WHERE x.change = 'expire'), 0) AS lapsed,
           -coalesce(sum(x.left_change + x.held_change) FILTER (WHERE x.step IS NOT NULL), 0) AS spent,
           coalesce(max(x.of_a_day) FILTER (WHERE e.unit <> 'money'), 0) AS most_a_day
      FROM entitlement e
      LEFT JOIN (
        SELECT *, -sum(left_change) FILTER (WHERE step IS NOT NULL) OVER (PARTITION BY entitlement, person, day)
                  AS of_a_day FROM entitlement_entry
      ) x ON x.entitlement = e.id
     WHERE e.left_units IS NOT NULL GROUP BY e.id
"""


@dataclass(slots=True)
class Life:
    """Mia's, at the desks of Polch."""

    world: World
    bookings: dict[date, BookingCard] = field(default_factory=dict)
    seen: dict[date, tuple[int, int]] = field(default_factory=dict)

    async def joins(self, terms: Terms, day: date) -> MembershipCard:
        offer = await self._offer(terms, day)
        payer = await own_payer(self.world.mia.id, at(day, 9))
        begun = Begun(self.world.mia.id, payer, offer.seller, offer.version, plan_of(offer), PriceClass.NORMAL, day)
        return await begin(self.world.mia.actor(), begun, at(day, 9), day)

    async def changes(self, membership: int, terms: Terms, valid_from: date, today: date) -> MembershipCard:
        offer = await self._offer(terms, today)
        normal = PriceClass.NORMAL
        return await change_terms(
            None, membership, offer.version, plan_of(offer), normal, valid_from, at(today, 9), today
        )

    async def buys(self, terms: Terms, day: date) -> SoldPass:
        offer = await self._offer(terms, day)
        assert pass_of(offer)
        payer = await own_payer(self.world.mia.id, at(day, 9))
        return await sell_pass(None, self.world.mia.id, payer, offer, PriceClass.NORMAL, at(day, 9), day)

    async def books(self, day: date, today: date, *, desk: str = "1") -> BookingCard:
        """A whole day at a desk; made at noon of `today`, or at half past seven on the day itself."""
        now = at(today, 12) if today < day else at(day, 7, 30)
        wanted = BookDesk(self.world.polch[desk].public_id, at(day, 8), at(day, 16))
        self.bookings[day] = await book(self.world.mia.actor(), wanted, now)
        return self.bookings[day]

    async def comes(self, day: date) -> None:
        """Arrives for what is booked that day, or books it when arriving."""
        booking = self.bookings.get(day) or await self.books(day, day)
        await check_in(self.world.mia.actor(), booking.public_id, at(day, 8))

    async def gives_back(self, day: date, today: date) -> None:
        await cancel(self.world.mia.actor(), self.bookings.pop(day).public_id, at(today, 12))

    async def lives(self, first: date, last: date, on: Mapping[date, Done] | None = None) -> None:
        """Each day from the first to the last: the night's work, what is done `on` it, and then what is left and held.

        `seen` notes it where it differs from the day before. Every account is checked on every day.
        """
        day = first
        while day <= last:
            night = at(day, 0, 10)
            await use_up_past(night, day)
            await expire_past(night, day)
            await settle_running(night, day)
            if on is not None and day in on:
                await on[day]()
            await self._check(day)
            left = await self._left(day)
            if not self.seen or list(self.seen.values())[-1] != left:
                self.seen[day] = left
            day += A_DAY

    async def _left(self, day: date) -> tuple[int, int]:
        """What can be spent on desks that day, and what is held for it and later days of the same accounts."""
        [row] = await fetch(
            "SELECT coalesce(sum(left_units), 0)::int AS left_now, coalesce(sum(held_units), 0)::int AS held"
            " FROM entitlement WHERE person = $1 AND unit = 'desk_day' AND expired_at IS NULL AND charge IS NULL"
            " AND starts_on <= $2 AND coalesce(ends_on, 'infinity') >= $2",
            self.world.mia.id,
            day,
        )
        return row["left_now"], row["held"]

    async def _check(self, day: date) -> None:
        """Nothing below zero, nothing lost, no day paid twice, and the sums are those of the rows."""
        assert await accounts_out_of_balance() == [], day
        rows: Sequence[Any] = await fetch(_SUMS)
        for row in rows:
            said = f"{day}: {dict(row)}"
            assert min(row["left_now"], row["held_now"], row["spent"]) >= 0, said
            assert row["given"] == row["left_now"] + row["held_now"] + row["spent"] + row["lapsed"], said
            assert row["most_a_day"] <= 2, said

    async def _offer(self, terms: Terms, day: date) -> Offer:
        public_id = await new_product(None, None, terms, at(day, 0), day)
        await put_on_sale(None, public_id, at(day, 0), at(day, 0))
        offer = await offer_on_sale(public_id, at(day, 9))
        assert offer is not None
        return offer


async def due() -> list[tuple[date, int]]:
    """What is due on balance, by the first day of what it is for."""
    rows = await fetch(
        "SELECT supply_from, sum(amount) AS due FROM charge GROUP BY 1 HAVING sum(amount) <> 0 ORDER BY 1"
    )
    return [(row["supply_from"], row["due"]) for row in rows]
