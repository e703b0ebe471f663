"""`nahwerk serve`."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from types import ModuleType

import click
import uvicorn

from app.cli import main, read_settings
from app.cli.child_processes import bring_up_to_date, worker_beside
from app.cli.demo_network import accounts, no_demo_in_production
from app.demo.standing import stands
from app.network.queries import NetworkCard, the_network
from app.platform.installation import DatabaseAddress, database_server, open_database
from app.platform.live import Live


@click.command()
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demo network first.")
@click.option("--free-of-charge", is_flag=True, help="With --demo: one that takes no money.")
@click.option("--worker/--no-worker", default=None, help="Start a worker beside the web process (default: yes).")
@click.pass_context
def serve(ctx: click.Context, with_demo: bool, free_of_charge: bool, worker: bool | None) -> None:
    """Migrate, then serve the pages and the interface."""
    settings = read_settings()
    if with_demo:
        no_demo_in_production(settings)
    _refuse_if_taken(settings.host, settings.port)
    _end_tidily()
    loading = _load_beside("app.main", *(["app.cli.demo"] if with_demo else []))
    with database_server(settings) as address:
        bring_up_to_date(address)
        web, *_ = loading.result()
        if with_demo and not asyncio.run(_demo_stands(address)):
            ctx.invoke(main.get_command(ctx, "demo"), free_of_charge=free_of_charge)  # type: ignore[arg-type]
        demo = asyncio.run(_demo_network(address))
        if demo is not None:
            no_demo_in_production(settings)
        live = web.live_pages(address.app)
        config = uvicorn.Config(
            web.create_app(settings, address.app, live=live),
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
        with worker_beside(settings.worker if worker is None else worker) as start_worker:

            def ready() -> None:
                click.echo(f"Nahwerk is served at {settings.address}", err=True)
                if demo is not None:
                    click.echo(accounts(charges=demo.charges), err=True)
                start_worker()

            _Server(config, ready, live).run()


class _Server(uvicorn.Server):
    """Tells when it answers, and does not wait for open pages when it stops."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], live: Live) -> None:
        super().__init__(config)
        self._ready = ready
        self._live = live

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._live.end()
        await super().shutdown(sockets)


def _refuse_if_taken(host: str, port: int) -> None:
    """Before anything is started or written."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise click.ClickException(
            f"Nothing can be served at {host}, port {port}: {error.strerror}. PORT=... names another one."
        ) from error


def _end_tidily() -> None:
    """Being told to end is no error: the worker and the database are stopped, and the command ends with 0.

    uvicorn handles these signals itself while it serves, and raises them anew when it has finished.
    """
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: sys.exit())


def _load_beside(*modules: str) -> Future[list[ModuleType]]:
    """What takes long to import, while the database starts and is brought up to date by other processes."""
    loader = ThreadPoolExecutor(1)
    loading = loader.submit(lambda: [import_module(name) for name in modules])
    loader.shutdown(wait=False)
    return loading


async def _demo_stands(address: DatabaseAddress) -> bool:
    async with open_database(address):
        return await stands()


async def _demo_network(address: DatabaseAddress) -> NetworkCard | None:
    """None for one that is real."""
    async with open_database(address):
        network = await the_network()
    return network if network is not None and network.is_demo else None
