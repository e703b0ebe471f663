"""Chromium in front of the real application and its demo network, on one evening that never ends."""

import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.addresses import TUESDAY, Site
from tests.browser.visitors import PATIENCE, Visitors
from tests.conftest import PREFIX, DemoNetwork, copied

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def program() -> str:
    """Where Chromium is; skips where it is not."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(_NAMES)} is installed")
    return found


@pytest.fixture(scope="session")
async def database_of_its_own(
    program: str, admin_dsn: str, demo_network: DemoNetwork, worker_id: str
) -> AsyncIterator[str]:
    async with copied(admin_dsn, demo_network.template, f"{PREFIX}_browser_{worker_id}") as dsn:
        yield dsn


@pytest.fixture(scope="session")
def site(
    database_of_its_own: str, demo_network: DemoNetwork, tmp_path_factory: pytest.TempPathFactory, repository: Path
) -> Iterator[Site]:
    """The application in a process of its own, so that nothing of the tests is in it."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(demo_network.files, folder / "files")
    command = [
        *(sys.executable, "-m", "tests.browser.serve"),
        *(database_of_its_own, str(folder), TUESDAY.isoformat()),
    ]
    with subprocess.Popen(
        command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as served:
        assert served.stdout is not None
        told = served.stdout.readline()
        assert told, "the application did not start"
        yield Site(**json.loads(told))
        served.terminate()


@asynccontextmanager
async def started(program: str, *more: str) -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--lang=de-DE", *more],
            env={"LANGUAGE": "de", "LANG": "de_DE.UTF-8"},
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def chromium(program: str) -> AsyncIterator[Browser]:
    async with started(program) as browser:
        yield browser


@pytest.fixture(scope="session")
async def visitors(chromium: Browser, site: Site) -> Visitors:
    return Visitors(chromium, site.address)


@pytest.fixture(scope="session")
async def large_print(program: str, site: Site) -> AsyncIterator[Visitors]:
    """People who have set letters of twice the size in their browser; what is said in rem grows with them."""
    async with started(program, "--blink-settings=defaultFontSize=32") as browser:
        yield Visitors(browser, site.address)
