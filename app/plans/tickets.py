"""Days that are bought with a booking: what they have cost so far, and what comes back when they become shorter."""

from datetime import datetime

from app.billing.operations import charge_again, take_back
from app.plans.rules import Price, priced
from app.platform.database import fetch
from app.platform.new_rows import NewRow, insert_together


def new_ticket_charge(entitlement: int, charge: int, tariff: Price) -> NewRow:
    """Says that this charge pays for the bought day, by these prices."""
    return NewRow(
        "ticket_charge",
        {
            "entitlement": entitlement,
            "charge": charge,
            "per_day": tariff.day,
            "per_half_day": tariff.half_day,
            "per_hour": tariff.hour,
        },
    )


async def settle_ticket(entitlement: int, booked: int, step: int, now: datetime) -> None:
    """Brings what the day has cost to what so many booked minutes cost by the prices at which it was bought last.

    The later charges go back first; nothing more than before is ever due. The account is locked.
    """
    rows = await fetch(
        "SELECT t.charge, c.amount, t.per_day, t.per_half_day, t.per_hour FROM ticket_charge t"
        " JOIN charge c ON c.id = t.charge WHERE t.entitlement = $1"
        " AND NOT EXISTS (SELECT FROM charge WHERE corrects = c.id) ORDER BY t.id DESC",
        entitlement,
    )
    if not rows:
        return
    latest, paid = rows[0], sum(row["amount"] for row in rows)
    worth = priced(latest["per_day"], latest["per_half_day"], latest["per_hour"], booked) if booked else 0
    due = paid if worth is None else min(worth, paid)
    for row in rows:
        if paid <= due:
            break
        await take_back(row["charge"], now)
        paid -= row["amount"]
    if paid < due:
        again = await charge_again(rows[0]["charge"], due - paid, f"ticket:{entitlement}:{step}", now)
        values = {name: latest[name] for name in ("per_day", "per_half_day", "per_hour")}
        await insert_together(
            again, NewRow("ticket_charge", {"entitlement": entitlement, "charge": again.values["id"], **values})
        )
