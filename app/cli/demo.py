"""`nahwerk demo`."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from app.cli import read_settings
from app.cli.child_processes import bring_up_to_date
from app.cli.demo_network import accounts, no_demo_in_production
from app.demo.cast import add_members
from app.demo.history import add_bookings, refresh_statistics
from app.demo.network import Site, fill
from app.kernel.clock import system_clock
from app.plans.order_documents import Paper
from app.platform.files import FolderFiles
from app.platform.installation import DatabaseAddress, database_server, open_database
from app.platform.settings import ROOT, Settings
from app.platform.templates import Templates

HERE = ZoneInfo("Europe/Berlin")


@click.command()
@click.option(
    "--members",
    type=click.IntRange(0, 100_000),
    default=0,
    metavar="N",
    help="See to it that member0001@demo.example and so on exist, N of them, for load tests.",
)
@click.option(
    "--bookings",
    type=click.IntRange(0, 10_000_000),
    default=0,
    metavar="N",
    help="Add N more past and future bookings, years of them where N is large.",
)
@click.option("--free-of-charge", is_flag=True, help="A network that takes no money: no plan, no price, for good.")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), hidden=True, help="Pretend that it is this day.")
def demo(members: int, bookings: int, free_of_charge: bool, on: datetime | None) -> None:
    """Fill an empty database with the demo network: a county's spaces, people to sign in as, a month of bookings.

    Where the demo network stands already it stays as it is, and only members and bookings are added. Refuses to run
    where real data is.
    """
    settings = read_settings()
    no_demo_in_production(settings)
    today = on.date() if on else system_clock().astimezone(HERE).date()
    with database_server(settings) as address:
        bring_up_to_date(address)
        asyncio.run(_demo(address, settings, members, bookings, today, free_of_charge=free_of_charge))


async def _demo(
    address: DatabaseAddress, settings: Settings, members: int, bookings: int, today: date, *, free_of_charge: bool
) -> None:
    async with open_database(address):
        paper = Paper(Templates(ROOT / "templates", str), settings.address, "de")
        site = Site(FolderFiles(settings.data_dir / "files"), paper, settings.signing_key)
        with _without_collecting():
            is_new = await fill(today, site, _tell, free_of_charge=free_of_charge)
        if is_new:
            click.echo("The demo network stands.")
            click.echo(accounts(charges=not free_of_charge))
        else:
            click.echo("The demo network stands already.")
        if members:
            new = await add_members(members, system_clock())
            click.echo(f"{members} members are there, {new} of them new.")
        if bookings:
            with click.progressbar(length=bookings, label="Bookings", file=sys.stderr) as bar:
                await add_bookings(bookings, today, system_clock(), bar.update)
            await refresh_statistics(address.owner)
            click.echo(f"{bookings} bookings added.")


@contextmanager
def _without_collecting() -> Iterator[None]:
    """What is made is kept to the end: to look for garbage would take long and find none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _tell(step: str) -> None:
    click.echo(f"Making the demo network: {step}", err=True)
