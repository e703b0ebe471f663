"""The command `nahwerk`.

What only one command needs is imported where it runs: every command starts in a moment, and the worker beside the web
process carries nothing of the web.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import asyncpg
import click
import uvicorn
from pydantic import ValidationError

from app.kernel.clock import system_clock
from app.kernel.refusals import Refusal
from app.platform.database import DB
from app.platform.installation import DatabaseAddress, bring_up_to_date, database_server, open_database
from app.platform.logs import configure_logging
from app.platform.settings import Settings

HERE = ZoneInfo("Europe/Berlin")
WORKER_NICENESS = 10
"""A worker beside the web process lets pages go first where processors are few."""


class Command(click.Group):
    """Says what is wrong in one sentence instead of a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            from app.platform.language import speaker

            raise click.ClickException(speaker(_terminal_language()).refusal(refusal)) from refusal
        except ValidationError as error:
            problems = "\n".join(
                f"  {'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors()
            )
            raise click.ClickException(f"These settings do not fit:\n{problems}") from error
        except asyncpg.InvalidCatalogNameError as error:
            raise click.ClickException("There is no database yet. Run: nahwerk migrate") from error


def _terminal_language() -> str:
    return "de" if os.environ.get("LANG", "").startswith("de") else "en"


def _settings() -> Settings:
    """The settings; what is logged goes to standard error, so that standard output is a command's answer alone."""
    settings = Settings()
    configure_logging(settings.log_format)
    return settings


@click.group(cls=Command)
def main() -> None:
    """Nahwerk runs a network of coworking spaces.

    Settings come from the environment and a .env file. Without DATABASE_URL the embedded database in DATA_DIR is used;
    any number of commands can use it at the same time.
    """


@main.command()
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demo network first.")
@click.option("--worker/--no-worker", default=None, help="Start a worker beside the web process (default: yes).")
def serve(with_demo: bool, worker: bool | None) -> None:
    """Migrate, then serve the pages and the interface."""
    settings = _settings()
    with database_server(settings) as address:
        asyncio.run(bring_up_to_date(address))
        is_demo = asyncio.run(_fill_and_tell(address, settings, fill=with_demo))

        from app.main import create_app

        config = uvicorn.Config(
            create_app(settings, address.app),
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=5,
        )
        with _worker_beside(settings.worker if worker is None else worker) as start_worker:

            def ready() -> None:
                click.echo(f"Nahwerk is served at {settings.address}", err=True)
                if is_demo:
                    click.echo(_accounts(), err=True)
                start_worker()

            _Server(config, ready).run()


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


@main.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
def worker(with_parent: bool) -> None:
    """Send mails and do what else follows from events, until it is stopped."""
    from app.jobs import make_worker
    from app.platform.worker import run_worker

    settings = _settings()
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
        if sys.platform != "win32":
            os.nice(WORKER_NICENESS)
    with database_server(settings) as address:
        asyncio.run(run_worker(make_worker(settings), address.app))


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = _settings()
    with database_server(settings) as address:
        ran = asyncio.run(bring_up_to_date(address))
    for app, migration in ran:
        click.echo(f"{app}: {migration}")
    click.echo(f"{len(ran)} migrations run." if ran else "The database is up to date.")


@main.command()
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
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), hidden=True, help="Pretend that it is this day.")
def demo(members: int, bookings: int, on: datetime | None) -> None:
    """Fill an empty database with the demo network: a county's spaces, people to sign in as, a month of bookings.

    Where the demo network stands already it stays as it is, and only members and bookings are added. Refuses to run
    where real data is.
    """
    settings = _settings()
    today = on.date() if on else _today()
    with database_server(settings) as address:
        asyncio.run(bring_up_to_date(address))
        asyncio.run(_demo(address, settings, members, bookings, today))


async def _demo(address: DatabaseAddress, settings: Settings, members: int, bookings: int, today: date) -> None:
    from app.demo.cast import add_members
    from app.demo.history import add_bookings, refresh_statistics

    async with open_database(address):
        if await _fill(settings, today):
            click.echo("The demo network stands.")
            click.echo(_accounts())
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


async def _fill_and_tell(address: DatabaseAddress, settings: Settings, *, fill: bool) -> bool:
    """Fills an empty database if told to; whether this is a demo network."""
    from app.network.queries import the_network

    async with open_database(address):
        if fill:
            await _fill(settings, _today())
        network = await the_network()
    return network is not None and network.is_demo


async def _fill(settings: Settings, today: date) -> bool:
    """Makes the demo network unless it stands; whether it was made."""
    from app.demo.standing import stands

    if await stands():
        return False

    from app.demo.network import fill
    from app.platform.files import FolderFiles

    def tell(step: str) -> None:
        click.echo(f"Making the demo network: {step}", err=True)

    return await fill(today, FolderFiles(settings.data_dir / "files"), tell)


def _accounts() -> str:
    """The demo network's accounts as a table."""
    from app.demo.cast import ACCOUNTS, PASSWORD

    lines = [f"  {account.email:<24} {account.about}" for account in ACCOUNTS]
    return "\n".join([f"Accounts, all with the password {PASSWORD}:", *lines])


def _today() -> date:
    return system_clock().astimezone(HERE).date()


@main.group()
def token() -> None:
    """API tokens."""


@token.command()
@click.option(
    "--email", "emails", multiple=True, required=True, metavar="E", help="Whose token; several give one token each."
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="S",
    help="What it may do: read, bookings, feeds, staff. Default: all that the person can use.",
)
def create(emails: tuple[str, ...], scopes: tuple[str, ...]) -> None:
    """Make API tokens and print them, one a line in the order of the addresses. They are not shown again."""
    settings = _settings()
    with database_server(settings) as address:
        tokens = asyncio.run(_tokens(address, emails, scopes))
    click.echo("\n".join(tokens))


async def _tokens(address: DatabaseAddress, emails: tuple[str, ...], scopes: tuple[str, ...]) -> list[str]:
    from app.identity.api_tokens import tokens_for_emails

    async with open_database(address):
        return await tokens_for_emails(emails, scopes or None, system_clock())


@main.command()
@click.option("--json", "as_json", is_flag=True, help='Print {"ok", "ledger_hash", "documents", "problems"}.')
def check(as_json: bool) -> None:
    """Look for what must never be: bookings that disagree with what holds their time, an old schema.

    Exits with 1 where something is found. What waits for a worker is told and is no problem.
    """
    settings = _settings()
    with database_server(settings) as address:
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
    from app.bookings.consistency import disagreements
    from app.platform.jobs import waiting_summary
    from app.platform.migrations import pending_migrations

    await DB.open_pool(address.app, size=2, application="nahwerk-cli", statement_timeout=600)
    try:
        if pending := await pending_migrations():
            return [f"{len(pending)} migrations have not run: nahwerk migrate"], []
        problems = [f"{d.count} {d.what}, such as {', '.join(map(str, d.examples))}" for d in await disagreements()]
        waiting = await waiting_summary(system_clock())
    finally:
        await DB.close_pool()
    return problems, [f"{waiting.events} events and {waiting.jobs} jobs wait for a worker, {waiting.dead} jobs failed"]


@contextlib.contextmanager
def _worker_beside(wanted: bool) -> Iterator[Callable[[], None]]:
    """Starts a worker as a child process when told to, if it is wanted at all.

    It is started anew when it ends, stopped with this process, and gone when this one is killed: its standard input is
    a pipe that ends with this process, however that ends.
    """
    stopping = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def keep_running() -> None:
        while not stopping.is_set():
            process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "worker", "--with-parent"], stdin=subprocess.PIPE
            )
            child[:] = [process]
            process.wait()
            stopping.wait(1)

    keeper = threading.Thread(target=keep_running, daemon=True)
    try:
        yield keeper.start if wanted else lambda: None
    finally:
        stopping.set()
        for process in child:
            process.terminate()
        if keeper.is_alive():
            keeper.join(timeout=8)


def _end_with_parent() -> None:
    # Not through sys.stdin: a thread that waits in there makes the interpreter abort at its end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
