"""Serves the real application with the demo network of one day, for browsers: `python -m tests.browser.serve`.

Arguments: the database (migrated, empty), a folder for files, the day. Prints its address when it answers.
It ends with its standard input.
"""

import asyncio
import os
import signal
import socket
import sys
import threading
from datetime import UTC, date, datetime, time
from pathlib import Path

import uvicorn

from app.demo.network import fill
from app.main import create_app
from app.platform.database import DB
from app.platform.files import FolderFiles
from app.platform.settings import Environment, Secret, Settings


def main(dsn: str, folder: Path, today: date) -> None:
    """It is always seven in the evening of `today`, in Mayen."""
    door = socket.create_server(("127.0.0.1", 0))
    settings = Settings(
        environment=Environment.TEST,
        data_dir=folder,
        port=door.getsockname()[1],
        secret_key=Secret("a secret that only these tests know, and long enough"),
    )
    asyncio.run(_fill(dsn, folder, today))
    now = datetime.combine(today, time(18), UTC)
    app = create_app(settings, dsn, lambda: now)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    _Server(uvicorn.Config(app, log_config=None, access_log=False), settings.address).run([door])


async def _fill(dsn: str, folder: Path, today: date) -> None:
    await DB.open_pool(dsn, size=2, statement_timeout=60)
    try:
        await fill(today, FolderFiles(folder / "files"), lambda _: None)
    finally:
        await DB.close_pool()


def _end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._address, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
