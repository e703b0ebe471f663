"""The order in which a seller's plans and passes stand everywhere."""

from datetime import datetime

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.refusals import NotFound
from app.plans.product_versions import may_sell_for
from app.platform.database import execute, fetch, fetch_row, transaction


async def order_product(actor: Actor, public_id: str, *, up: bool, now: datetime) -> None:
    """The plan or pass changes its place with the one before or after it, of the same seller and kind. The first one
    stays when it is moved up, the last when it is moved down. Raises NotFound."""
    async with transaction():
        moved = await fetch_row("SELECT id, operator, kind FROM product WHERE public_id = $1", public_id)
        if moved is None or not may_sell_for(actor, moved["operator"]):
            raise NotFound
        product = moved["id"]
        rows = await fetch(
            "SELECT id, position FROM product WHERE operator IS NOT DISTINCT FROM $1 AND kind = $2"
            " ORDER BY id FOR UPDATE",
            moved["operator"],
            moved["kind"],
        )
        keys = [row["id"] for row in sorted(rows, key=lambda row: (row["position"], row["id"]))]
        place = keys.index(product)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(keys):
            return
        keys[place], keys[other] = keys[other], keys[place]
        await execute(
            "UPDATE product SET position = wanted.place FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)"
            " WHERE product.id = wanted.id",
            keys,
        )
        await record("product.ordered", "product", product, actor, now)
