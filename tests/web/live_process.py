"""The application behind a real door, for the tests of what streams: python -m tests.web.live_process DSN FOLDER BEAT.

It prints its address when it answers. It is always half past nine there, on the tests' Wednesday.
"""

import socket
import sys
from pathlib import Path

import uvicorn

from app.bookings.news import space_news
from app.main import create_app
from app.platform.live import Live, LivePace
from app.platform.settings import Environment, Secret, Settings
from tests.identity.conftest import KEY
from tests.worlds import tomorrow


class Server(uvicorn.Server):
    """Tells when it answers, and ends open pages when it stops, as `nahwerk serve` does."""

    def __init__(self, config: uvicorn.Config, live: Live, address: str) -> None:
        super().__init__(config)
        self._live, self._address = live, address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._address, flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.end()
        await super().shutdown(sockets)


def main(dsn: str, folder: Path, beat: float) -> None:
    door = socket.create_server(("127.0.0.1", 0))
    port = door.getsockname()[1]
    settings = Settings(environment=Environment.TEST, data_dir=folder, port=port, secret_key=Secret(KEY.decode()))
    live = Live(dsn, space_news, LivePace(beat=beat, again=0.1))
    app = create_app(settings, dsn, lambda: tomorrow(9, 30), live=live)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=20)
    Server(config, live, settings.address).run([door])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
