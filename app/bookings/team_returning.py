"""What a team has provided to somebody for days ahead comes back to it, where that person may not use it any more.

It comes back as it was booked, whatever the person has made of it since: else what a team pays in the end would tell
whether somebody had given the desk back. So it is known to who has booked it, and to nobody else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.billing.operations import charge_again, take_back
from app.bookings.team_writing import desks_said
from app.plans.team_days import end_days, put_back
from app.platform.database import execute, fetch, fetch_row
from app.platform.new_rows import insert_together

_UNUSABLE = """
    SELECT p.id, p.act, a.public_id, a.day, p.space, p.pool, p.charge, p.units, p.price, p.account
      FROM team_act_place p JOIN team_act a ON a.id = p.act JOIN team t ON t.id = a.team
     WHERE t.purse = $1 AND p.person = $2 AND p.give_back_until > $3 AND a.called_off_at IS NULL
       AND (p.pool IS NOT NULL OR p.charge IS NOT NULL)
       AND NOT EXISTS (SELECT FROM purse_member m
                        WHERE m.purse = $1 AND m.person = $2 AND coalesce(m.last, 'infinity') >= a.day)
     ORDER BY p.id
"""


async def lock_acts_for(purse: int, person: int, now: datetime) -> None:
    """Until the transaction ends nobody else calls off what a team has booked for the person. Lock them before
    bookings."""
    await fetch(
        "SELECT FROM team_act WHERE id IN (SELECT p.act FROM team_act_place p JOIN team_act a ON a.id = p.act"
        " JOIN team t ON t.id = a.team WHERE t.purse = $1 AND p.person = $2 AND p.give_back_until > $3)"
        " ORDER BY id FOR UPDATE",
        purse,
        person,
        now,
    )


async def return_provided(purse: int, person: int, now: datetime) -> None:
    """Brings back to pool and team what was provided to the person for days on which he may not spend from the purse,
    as long as the desk, as it was booked, could be given back for nothing; after that the team has paid for it. The
    acts are locked. Twice brings back nothing more."""
    found = await fetch(_UNUSABLE, purse, person, now)
    for place in found:
        if place["pool"] is not None:
            await put_back(place["pool"], place["units"], None, now)
        else:
            await _charge_one_less(place, now)
        await execute(
            "UPDATE team_act_place SET pool = NULL, charge = NULL, units = 0, price = 0 WHERE id = $1", place["id"]
        )
    await end_days([place["account"] for place in found if place["account"] is not None], now)


async def people_with_unusable(now: datetime) -> list[tuple[int, int]]:
    """The purses and people of whom `return_provided` would bring something back."""
    rows = await fetch(
        "SELECT DISTINCT t.purse, p.person FROM team_act_place p JOIN team_act a ON a.id = p.act"
        " JOIN team t ON t.id = a.team"
        " WHERE p.give_back_until > $1 AND a.called_off_at IS NULL AND (p.pool IS NOT NULL OR p.charge IS NOT NULL)"
        " AND NOT EXISTS (SELECT FROM purse_member m"
        "  WHERE m.purse = t.purse AND m.person = p.person AND coalesce(m.last, 'infinity') >= a.day)",
        now,
    )
    return [(row["purse"], row["person"]) for row in rows]


async def _charge_one_less(place: Mapping[str, Any], now: datetime) -> None:
    """The charge of all desks that the act has at this space is taken back, and made again for the others."""
    row = await fetch_row("SELECT charge FROM team_act_place WHERE id = $1", place["id"])
    assert row is not None, "its act is locked"
    charge = row["charge"]
    await take_back(charge, now)
    others = await fetch("SELECT price FROM team_act_place WHERE charge = $1 AND id <> $2", charge, place["id"])
    if not others:
        return
    key = f"team_act:{place['public_id']}:{place['space']}:without:{place['id']}"
    said = desks_said(len(others), place["day"])
    again = await charge_again(charge, sum(other["price"] for other in others), key, now, said)
    await insert_together(again)
    await execute(
        "UPDATE team_act_place SET charge = $2 WHERE charge = $1 AND id <> $3", charge, again.values["id"], place["id"]
    )
