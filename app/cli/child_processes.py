"""What `nahwerk` runs in processes of their own: the migrations, and the worker beside the web."""

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import click

from app.platform.installation import DatabaseAddress, is_behind
from app.platform.settings import ROOT


def bring_up_to_date(address: DatabaseAddress) -> None:
    """Runs `nahwerk migrate` if there is something to migrate; ends this command where that fails."""
    if asyncio.run(is_behind(address)):
        done = subprocess.run(_nahwerk("migrate"), check=False, env=_environment(), stdout=subprocess.DEVNULL)  # noqa: S603
        if done.returncode != 0:
            raise click.exceptions.Exit(done.returncode)


@contextlib.contextmanager
def worker_beside(wanted: bool) -> Iterator[Callable[[], None]]:
    """Starts a worker as a child process when told to, if it is wanted at all.

    It is started anew when it ends, stopped with this process, and gone when this one is killed: its standard input is
    a pipe that ends with this process, however that ends.
    """
    stopping = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def keep_running() -> None:
        while not stopping.is_set():
            process = subprocess.Popen(  # noqa: S603
                _nahwerk("worker", "--with-parent"), env=_environment(), stdin=subprocess.PIPE
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


def _nahwerk(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "app.cli", *arguments]


def _environment() -> dict[str, str]:
    """This process's, with its own code first, whatever the current folder holds."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
