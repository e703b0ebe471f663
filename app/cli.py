"""The command `nahwerk`."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import click
import uvicorn
from pydantic import ValidationError

from app.jobs import make_worker
from app.kernel.refusals import Refusal
from app.main import create_app
from app.platform.installation import bring_up_to_date, database_server
from app.platform.language import speaker
from app.platform.logs import configure_logging
from app.platform.settings import Settings
from app.platform.worker import run_worker


class Command(click.Group):
    """Says what is wrong in one sentence instead of a stack trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(speaker(_terminal_language()).refusal(refusal)) from refusal
        except ValidationError as error:
            problems = "\n".join(
                f"  {'.'.join(map(str, e['loc'])).upper() or 'settings'}: {e['msg']}" for e in error.errors()
            )
            raise click.ClickException(f"These settings do not fit:\n{problems}") from error


def _terminal_language() -> str:
    return "de" if os.environ.get("LANG", "").startswith("de") else "en"


@click.group(cls=Command)
def main() -> None:
    """Nahwerk runs a network of coworking spaces."""


@main.command()
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demo network first.")
@click.option("--worker/--no-worker", default=None, help="Start a worker beside the web process (default: yes).")
def serve(with_demo: bool, worker: bool | None) -> None:
    """Migrate, then serve the pages and the interface."""
    settings = Settings()
    configure_logging(settings.log_format)
    with database_server(settings) as address:
        asyncio.run(bring_up_to_date(address))
        app = create_app(settings, address.app)
        server = uvicorn.Server(
            uvicorn.Config(
                app,
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
        )
        with _worker_beside(settings.worker if worker is None else worker):
            click.echo(f"Nahwerk is served at {settings.address}", err=True)
            server.run()


@main.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
def worker(with_parent: bool) -> None:
    """Send mails and do what else follows from events, until it is stopped."""
    settings = Settings()
    configure_logging(settings.log_format)
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    with database_server(settings) as address:
        asyncio.run(run_worker(make_worker(settings), address.app))


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = Settings()
    with database_server(settings) as address:
        ran = asyncio.run(bring_up_to_date(address))
    for app, migration in ran:
        click.echo(f"{app}: {migration}")
    click.echo(f"{len(ran)} migrations run." if ran else "The database is up to date.")


@contextlib.contextmanager
def _worker_beside(wanted: bool) -> Iterator[None]:
    """A worker as a child process, started anew when it ends, stopped with this one, and gone when this one is killed.

    Its standard input is a pipe that ends with this process, however that ends.
    """
    if not wanted:
        yield
        return
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
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for process in child:
            process.terminate()
        keeper.join(timeout=8)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
