"""What employers have ordered is forgotten when its time is over (docs/decisions/0047-when-accounts-forget.md)."""

from datetime import date, datetime

from app.platform.database import fetch_value, transaction


async def forget_past_purchases(now: datetime, today: date) -> int:  # noqa: ARG001  as the other work by day
    """Deletes employers' contracts with orders and documents when the law's years for books are over, quotes that were
    never ordered when the network's time for them is, and takes the payer from accounts that ended so long ago. How
    many of all. Twice does nothing more."""
    async with transaction():
        forgotten: int = await fetch_value("SELECT forget_team_contracts($1)", today)
        forgotten += await fetch_value("SELECT forget_team_quotes($1)", today)
        forgotten += await fetch_value("SELECT forget_team_payers($1)", today)
    return forgotten
