"""A network for the tests of feeds."""

import pytest

from tests.worlds import World, a_world


@pytest.fixture
async def world(undone: None) -> World:
    """The test network, undone after the test."""
    return await a_world()
