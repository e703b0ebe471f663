"""`nahwerk check`."""

import asyncio
import hashlib
import json

import click

from app.bookings.consistency import disagreements
from app.cli import read_settings
from app.kernel.clock import system_clock
from app.platform.database import DB
from app.platform.installation import DatabaseAddress, database_server
from app.platform.jobs import waiting_summary
from app.platform.pending_migrations import pending_migrations


@click.command()
@click.option("--json", "as_json", is_flag=True, help='Print {"ok", "ledger_hash", "documents", "problems"}.')
def check(as_json: bool) -> None:
    """Look for what must never be: bookings that disagree with what holds their time, an old schema.

    Exits with 1 where something is found. What waits for a worker is told and is no problem.
    """
    with database_server(read_settings()) as address:
        problems, notes = asyncio.run(_check(address))
    # Documents and the ledger come with billing; until then both are empty.
    documents, ledger_hash = 0, hashlib.sha256().hexdigest()
    if as_json:
        report = {"ok": not problems, "ledger_hash": ledger_hash, "documents": documents, "problems": problems}
        click.echo(json.dumps(report))
    else:
        click.echo("\n".join([*problems, *notes, f"{documents} documents, ledger {ledger_hash}"]))
        click.echo("Something is wrong." if problems else "All is well.")
    if problems:
        raise click.exceptions.Exit(1)


async def _check(address: DatabaseAddress) -> tuple[list[str], list[str]]:
    """What is wrong, and what else is worth knowing."""
    await DB.open_pool(address.app, size=2, application="nahwerk-cli", statement_timeout=600)
    try:
        if pending := await pending_migrations():
            return [f"{len(pending)} migrations have not run: nahwerk migrate"], []
        problems = [f"{d.count} {d.what}, such as {', '.join(map(str, d.examples))}" for d in await disagreements()]
        waiting = await waiting_summary(system_clock())
    finally:
        await DB.close_pool()
    return problems, [f"{waiting.events} events and {waiting.jobs} jobs wait for a worker, {waiting.dead} jobs failed"]
