"""Limits hold, exactly where they promise it and within a lease where they don't."""

import asyncio
from datetime import timedelta

import pytest

from app.platform.database import execute, fetch_value, queries_run
from app.platform.rate_limits import LeasedLimit, Limit, TooMany, address_key, forget_old, hit, take_back
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("database")

FIVE = Limit("five", 5, timedelta(minutes=15))
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def empty_table(database: str) -> None:
    await execute("DELETE FROM rate_limit")


async def passed(*attempts: object) -> int:
    """How many of the attempts were not refused."""
    results = await asyncio.gather(*attempts, return_exceptions=True)  # type: ignore[call-overload]
    assert all(result is None or isinstance(result, TooMany) for result in results), results
    return sum(result is None for result in results)


async def test_of_twenty_parallel_hits_exactly_the_limit_passes() -> None:
    assert await passed(*(hit(FIVE, "a", NOW) for _ in range(20))) == 5


async def test_each_key_and_each_limit_counts_alone() -> None:
    for _ in range(5):
        await hit(FIVE, "a", NOW)
    await hit(FIVE, "b", NOW)
    await hit(Limit("other", 5, timedelta(minutes=15)), "a", NOW)
    with pytest.raises(TooMany):
        await hit(FIVE, "a", NOW)


async def test_the_refusal_says_when_the_next_window_begins() -> None:
    later = NOW + timedelta(minutes=3, seconds=30)
    await passed(*(hit(FIVE, "a", later) for _ in range(5)))
    with pytest.raises(TooMany) as refused:
        await hit(FIVE, "a", later)
    assert refused.value.retry_after == 11 * 60 + 30
    assert refused.value.facts == {"minutes": 12}
    await hit(FIVE, "a", later + timedelta(seconds=refused.value.retry_after))


async def test_what_is_taken_back_does_not_count() -> None:
    for _ in range(12):
        await hit(FIVE, "a", NOW)
        await take_back(FIVE, "a", NOW)
    assert await passed(*(hit(FIVE, "a", NOW) for _ in range(8))) == 5


async def test_no_address_stands_in_the_table() -> None:
    await hit(FIVE, "anna@firma.example", NOW)
    assert "anna" not in await fetch_value("SELECT string_agg(key, ' ') FROM rate_limit")


async def test_a_leased_limit_is_exact_for_one_process() -> None:
    leased = LeasedLimit(Limit("leased", 600, MINUTE))
    assert await passed(*(leased.hit("a", NOW) for _ in range(900))) == 600
    assert await passed(*(leased.hit("a", NOW + MINUTE) for _ in range(50))) == 50


async def test_three_processes_pass_the_limit_by_at_most_one_lease_each() -> None:
    limit = Limit("leased", 600, MINUTE)
    processes = [LeasedLimit(limit) for _ in range(3)]
    together = await passed(*(process.hit("a", NOW) for _ in range(500) for process in processes))
    lease = processes[0].lease
    assert lease == 10
    assert 600 - 2 * lease <= together <= 600 + 3 * lease


async def test_within_one_lease_nothing_is_asked_of_the_database() -> None:
    leased = LeasedLimit(Limit("leased", 600, MINUTE))
    noted: list[str] = []
    queries_run.set(noted)
    for _ in range(leased.lease):
        await leased.hit("a", NOW)
    assert noted == []
    for _ in range(100):
        await leased.hit("a", NOW)
    assert len(noted) == 10
    queries_run.set(None)


async def test_a_used_up_lease_refuses_without_asking_again() -> None:
    leased = LeasedLimit(Limit("leased", 4, MINUTE), leases=2)
    assert await passed(*(leased.hit("a", NOW) for _ in range(6))) == 4
    noted: list[str] = []
    queries_run.set(noted)
    with pytest.raises(TooMany):
        await leased.hit("a", NOW)
    assert noted == []
    queries_run.set(None)


async def test_a_late_request_of_the_window_before_does_not_reset_the_count() -> None:
    leased = LeasedLimit(Limit("leased", 4, MINUTE), leases=2)
    assert await passed(*(leased.hit("a", NOW) for _ in range(4))) == 4
    assert await passed(leased.hit("a", NOW - MINUTE), leased.hit("a", NOW)) == 0


def test_a_limit_that_cannot_be_parted_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="equal leases"):
        LeasedLimit(Limit("odd", 7, MINUTE))


async def test_old_counts_are_forgotten_and_current_ones_kept() -> None:
    await hit(FIVE, "a", NOW - timedelta(days=2))
    await hit(FIVE, "a", NOW)
    assert await forget_old(NOW) == 1
    assert await fetch_value("SELECT count(*) FROM rate_limit") == 1


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_neighbours_behind_one_ipv6_network_share_a_key(address: str, key: str) -> None:
    assert address_key(address) == key
