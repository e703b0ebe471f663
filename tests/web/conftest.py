"""The tests' network with its pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.sites import Site, a_site
from tests.worlds import World, a_world


@pytest.fixture(scope="module")
async def world(database: str) -> World:
    return await a_world()


@pytest.fixture(scope="module")
async def site(database: str, world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    data_dir: Path = tmp_path_factory.mktemp("var")
    async with a_site(database, data_dir) as made:
        yield made
