"""A network for the tests of teams."""

import pytest

from tests.worlds import World, a_world


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()
