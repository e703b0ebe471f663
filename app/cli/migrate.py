"""`nahwerk migrate`: the only command that connects as the owner of the tables."""

import asyncio
from collections.abc import Sequence

import click

from app.cli import read_settings
from app.platform import migrations
from app.platform.installation import DATABASE, DatabaseAddress, database_server


@click.command()
def migrate() -> None:
    """Bring the database up to date."""
    with database_server(read_settings()) as address:
        ran = asyncio.run(_migrate(address))
    for app, migration in ran:
        click.echo(f"{app}: {migration}")
    click.echo(f"{len(ran)} migrations run." if ran else "The database is up to date.")


async def _migrate(address: DatabaseAddress) -> Sequence[tuple[str, str]]:
    if address.server is not None:
        await migrations.create_database(address.server, DATABASE)
    return await migrations.migrate(address.owner)
