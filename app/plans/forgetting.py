"""What was agreed and used is forgotten when its time is over (docs/decisions/0047-when-accounts-forget.md)."""

from datetime import date
from typing import Final

from app.plans.timeline import months_later
from app.platform.database import execute, fetch_value, transaction

_ACCOUNT_MONTHS: Final = 12

_CONCESSIONS: Final = """
    DELETE FROM concession c
     WHERE c.checked_at IS NULL AND c.ended_at < $1
        OR c.checked_at IS NOT NULL AND least(c.ended_at::date, c.ends_on) < $1
       AND NOT EXISTS (SELECT FROM membership m JOIN membership_terms t ON t.membership = m.id
                        WHERE m.person = c.person AND t.price_class = c.price_class)
       AND NOT EXISTS (SELECT FROM pass p WHERE p.person = c.person AND p.price_class = c.price_class)
"""


async def forget_past(today: date) -> int:
    """Takes the person from accounts that ended twelve months ago; deletes contracts, payers and what was shown for a
    price class when the law's years for books are over, and takes the payer from charges then. How many accounts,
    contracts and payers. Twice does nothing more."""
    async with transaction():
        forgotten: int = await fetch_value("SELECT forget_accounts($1)", today)
        forgotten += await fetch_value("SELECT forget_purses($1)", today)
        forgotten += await fetch_value("SELECT forget_contracts($1)", today)
        forgotten += await fetch_value("SELECT forget_payers($1)", today)
        await execute(_CONCESSIONS, months_later(today, -_ACCOUNT_MONTHS))
    return forgotten


def is_forgotten(last: date | None, today: date) -> bool:
    """Whether an account with this last day has no person any more, so that it cannot be found again."""
    return last is not None and last < months_later(today, -_ACCOUNT_MONTHS)
