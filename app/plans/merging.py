"""What a merge of two records does with contracts and accounts: they follow the person."""

from app.identity.merging import Merge, on_merge
from app.plans.accounts import expire
from app.plans.entries import entry_row, lock_account, use_of, use_row
from app.plans.uses import Change, Entry, release
from app.platform.database import execute, fetch, fetch_value
from app.platform.new_rows import insert_together

_HOLDERS = ("membership", "pass", "concession", "contract_document")


@on_merge(*(f"{table}.person" for table in _HOLDERS))
async def _move_contracts(merge: Merge) -> None:
    """A trial is once a person: of two the later is a pass like others from now on."""
    await execute(
        "UPDATE pass SET is_trial = false WHERE person = $2 AND is_trial"
        " AND EXISTS (SELECT FROM pass kept WHERE kept.person = $1 AND kept.is_trial)",
        merge.kept,
        merge.gone,
    )
    for table in _HOLDERS:
        await execute(f"UPDATE {table} SET person = $1 WHERE person = $2", merge.kept, merge.gone)  # noqa: S608


@on_merge("entitlement.person", "entitlement_entry.person")
async def _move_accounts(merge: Merge) -> None:
    """Whatever both have taken of an account is the one person's now: a day ahead that both had booked is paid once,
    and two budgets of a month are one."""
    both = await fetch(
        "SELECT DISTINCT x.entitlement, x.day FROM entitlement_entry x JOIN entitlement e ON e.id = x.entitlement"
        " WHERE x.person = $2 AND e.expired_at IS NULL AND EXISTS (SELECT FROM entitlement_entry k"
        "  WHERE k.entitlement = x.entitlement AND k.person = $1 AND k.day = x.day) ORDER BY x.entitlement, x.day",
        merge.kept,
        merge.gone,
    )
    await _join_budgets(merge)
    await fetch_value("SELECT move_uses($1, $2)", merge.kept, merge.gone)
    await execute("UPDATE entitlement SET person = $1 WHERE person = $2", merge.kept, merge.gone)
    for row in both:
        account = await lock_account(row["entitlement"])
        use = await use_of(row["entitlement"], merge.kept, row["day"])
        if account is None or not use.held:
            continue
        entry = release(use, account.unit, 0, half_days=account.half_days)
        if entry.left:
            await insert_together(
                use_row(account.id, entry, use.step + 1, merge.kept, row["day"], None, merge.now),
            )


async def _join_budgets(merge: Merge) -> None:
    """Of two budgets of a month that one purse provides, that of the record that goes ends; what was spent of it is
    taken off the other one, as far as there is any. What is booked with it stays paid."""
    pairs = await fetch(
        "SELECT k.id AS kept, g.id AS gone, coalesce((SELECT -sum(left_change) FROM entitlement_entry"
        "   WHERE entitlement = g.id AND day IS NOT NULL), 0)::int AS spent, k.left_units AS left"
        " FROM entitlement g JOIN entitlement k ON k.purse = g.purse AND k.starts_on = g.starts_on AND k.unit = g.unit"
        " WHERE g.person = $2 AND k.person = $1 AND g.unit = 'money' AND g.expired_at IS NULL AND k.expired_at IS NULL"
        " ORDER BY k.id FOR UPDATE",
        merge.kept,
        merge.gone,
    )
    for pair in pairs:
        await expire(pair["gone"], merge.now)
        taken = min(pair["spent"], pair["left"])
        if taken:
            await insert_together(entry_row(pair["kept"], Entry(Change.ADJUST, left=-taken), merge.now))


@on_merge("contract_order.person")
async def _move_orders(merge: Merge) -> None:
    """The numbers of those that come go on after those that are there."""
    await execute(
        "UPDATE contract_order SET person = $1, number = number"
        " + (SELECT coalesce(max(number), 0) FROM contract_order WHERE person = $1) WHERE person = $2",
        merge.kept,
        merge.gone,
    )


@on_merge(
    "product_version.made_by",
    "concession.checked_by",
    "entitlement_entry.actor",
    "contract_order.placed_by",
    "fixed_desk.assigned_by",
)
async def _keep_staff(merge: Merge) -> None:
    """Who signs in is never merged away, and staff signs in."""
