"""What a merge of two records does with contracts and accounts: they follow the person."""

from app.identity.merging import Merge, on_merge
from app.platform.database import execute

_HOLDERS = ("membership", "pass", "concession", "entitlement", "entitlement_entry", "contract_document")


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
