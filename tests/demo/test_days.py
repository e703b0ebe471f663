"""The demo network on days on which a month begins or ends."""

from datetime import date

import pytest

from app.bookings.consistency import disagreements
from app.demo.network import Site, fill
from app.plans.accounts import accounts_out_of_balance
from app.platform.database import DB, fetch_value
from tests.conftest import PREFIX, copied
from tests.demo.conftest import THIS_MONTH


@pytest.mark.long
@pytest.mark.parametrize("day", [date(2026, 12, 31), date(2027, 1, 1), date(2027, 5, 2), date(2028, 2, 29)])
async def test_on_any_day_the_freelancer_has_three_days_left(
    admin_dsn: str, template: str, worker_id: str, site: Site, day: date
) -> None:
    async with copied(admin_dsn, template, f"{PREFIX}_demo_day_{worker_id}") as dsn:
        await DB.open_pool(dsn, size=2, statement_timeout=60)
        try:
            assert await fill(day, site, lambda _: None)
            left = await fetch_value(THIS_MONTH, day)
            assert (left, await accounts_out_of_balance(), await disagreements()) == (6, [], [])
            assert await fetch_value("SELECT count(*) FROM fixed_desk") == 1
        finally:
            await DB.close_pool()
