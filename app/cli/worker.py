"""`nahwerk worker`."""

import asyncio
import os
import signal
import sys
import threading

import click

from app.cli import read_settings
from app.jobs import make_worker
from app.platform.installation import database_server
from app.platform.worker import run_worker

BESIDE_PAGES = 10
"""Niceness of a worker beside the web process: where processors are few, pages go first."""


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
def worker(with_parent: bool) -> None:
    """Send mails and do what else follows from events, until it is stopped."""
    settings = read_settings()
    if with_parent:
        threading.Thread(target=_end_with_parent, daemon=True).start()
        if sys.platform != "win32":
            os.nice(BESIDE_PAGES)
    with database_server(settings) as address:
        asyncio.run(run_worker(make_worker(settings), address.app))


def _end_with_parent() -> None:
    # Not through sys.stdin: a thread that waits in there makes the interpreter abort at its end.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
