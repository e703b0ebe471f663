"""What a holder gets for days that were left to others: money for each day that somebody else has booked the desk.

It is settled when the day is over, by the plan's terms of that day, and never more for a month than the month costs
(docs/decisions/0045-fixed-desks.md).
"""

from datetime import date, datetime
from typing import Final

from app.billing.queries import law_values
from app.bookings.rules import Status
from app.kernel.wall_time import local_day
from app.plans.accounts import NewAccount, change_grant, open_account
from app.plans.fixed_desks import FixedDesk, desk_by_id, lock_desk
from app.plans.grants import month_of
from app.plans.passes import last_day_of_years
from app.plans.rules import Source
from app.plans.terms import Billed, PlanTerms, PriceClass
from app.plans.uses import Unit
from app.platform.database import execute, fetch, fetch_row, transaction
from app.platform.outbox import emit

_LABEL_DE: Final = "Gutschrift freigegebener Tage"
_LABEL_EN: Final = "Credit for days left to others"

_TAKES: Final = (Status.CONFIRMED, Status.CHECKED_IN, Status.COMPLETED, Status.NO_SHOW)
"""How a booking stands that has taken the desk; who gave it back too late has taken it as well."""


def credit_for_day(terms: PlanTerms, price_class: PriceClass, credited: int) -> int:
    """What a released day that somebody has booked brings, in minor units, when so much was credited that month."""
    price = terms.price_for(price_class)
    month = price // 12 if terms.billed is Billed.YEARLY else price
    return max(0, min(terms.release_credit, month - credited))


async def settle_released(now: datetime) -> int:
    """Credits the released days that are over; how many there were. Twice does nothing more."""
    rows = await fetch(
        "SELECT id, fixed_desk, day FROM fixed_desk_release WHERE settled_at IS NULL AND taken_back_at IS NULL"
        " AND day <= $1::timestamptz::date ORDER BY fixed_desk, day",
        now,
    )
    settled = 0
    for row in rows:
        async with transaction():
            settled += await _settle(row["id"], row["fixed_desk"], row["day"], now)
    return settled


async def _settle(release: int, desk: int, day: date, now: datetime) -> bool:
    await lock_desk(desk)
    found = await desk_by_id(desk)
    if found is None or day >= local_day(now, found.zone):
        return False
    open_still = await fetch_row(
        "SELECT FROM fixed_desk_release WHERE id = $1 AND settled_at IS NULL AND taken_back_at IS NULL", release
    )
    if open_still is None:
        return False
    credit = await _credit(found, day) if await _was_booked(found, day) else 0
    account = await _into_account(found, day, credit, now) if credit else None
    await execute(
        "UPDATE fixed_desk_release SET settled_at = $2, credit = $3, entitlement = $4 WHERE id = $1",
        release,
        now,
        credit,
        account,
    )
    if credit:
        await emit("fixed_desk.credited", "fixed_desk", found.id, now)
    return True


async def _was_booked(desk: FixedDesk, day: date) -> bool:
    row = await fetch_row(
        "SELECT FROM booking WHERE resource = $1 AND person <> $2 AND (starts_at AT TIME ZONE $4)::date = $3"
        " AND (status = ANY($5) OR (status = 'released' AND is_late AND taken_over_by IS NULL)) LIMIT 1",
        desk.resource,
        desk.person,
        day,
        desk.zone.key,
        list(_TAKES),
    )
    return row is not None


async def _credit(desk: FixedDesk, day: date) -> int:
    stretch = desk.membership.timeline.on(day)
    if stretch is None or desk.terms_on(day) is None:
        return 0
    credited, _ = await _of_month(desk, day)
    return credit_for_day(stretch.terms, stretch.price_class, credited)


async def _of_month(desk: FixedDesk, day: date) -> tuple[int, int | None]:
    """What the membership was credited for days of this month, and on which account."""
    month = month_of(day)
    row = await fetch_row(
        "SELECT coalesce(sum(r.credit), 0)::int AS credited, max(r.entitlement) AS account"
        " FROM fixed_desk_release r JOIN fixed_desk d ON d.id = r.fixed_desk"
        " WHERE d.membership = $1 AND r.day BETWEEN $2 AND $3",
        desk.membership.id,
        month.first,
        month.last,
    )
    assert row is not None, "it adds up"
    return row["credited"], row["account"]


async def _into_account(desk: FixedDesk, day: date, credit: int, now: datetime) -> int:
    """One account for each month of released days; it lasts as long as a pass that says nothing else."""
    credited, account = await _of_month(desk, day)
    if account is not None:
        await change_grant(account, credited + credit, now)
        return account
    today = local_day(now, desk.zone)
    terms = desk.terms_on(day)
    assert terms is not None, "its terms have set the credit"
    years = (await law_values(today))["pass_years"]
    return await open_account(
        NewAccount(
            desk.person,
            Unit.MONEY,
            Source.CREDIT,
            credit,
            today,
            last_day_of_years(today, years),
            _LABEL_DE,
            _LABEL_EN,
            terms.scope,
        ),
        now,
    )
