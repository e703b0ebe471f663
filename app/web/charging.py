"""Pages of what costs something: where the network is free of charge for good there are none."""

from app.kernel.refusals import NotFound
from app.network.queries import the_network


async def demand_charges() -> None:
    """Raises NotFound where the network is free of charge for good (docs/design.md decision 22)."""
    if not await charges():
        raise NotFound


async def charges() -> bool:
    """Whether anything can cost anything here."""
    network = await the_network()
    return network is not None and network.charges
