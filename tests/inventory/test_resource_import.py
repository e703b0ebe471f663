"""Places read in: new ones can be booked, changed ones keep their bookings, the same stay as they are."""

import pytest

from app.inventory.resource_import import import_resources, plan_resources
from app.inventory.resource_setting import kept_resources
from app.network.importing import keep_draft
from app.network.managing import managed_operator
from tests.worlds import NOW, World, a_world

FILE = (
    "Name;Art;Personen\n1;Schreibtisch;\nNette;room;12\nFenster;Desk;\nP9;Parkplatz;1\n"
    "X;Sofa;\nY;Raum;0\nfenster;Platz;\n"
)


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def test_places_are_entered_changed_and_left_alone(world: World) -> None:
    otto = world.otto.actor()
    polch = await managed_operator(otto, "polch")
    draft = await keep_draft(otto, polch, "resources", FILE.encode(), NOW)
    plan = await plan_resources(otto, polch, draft, NOW)
    assert [row.outcome.value for row in plan.rows] == ["same", "changed", "new", "new", "wrong", "wrong", "wrong"]
    assert [getattr(row.why, "code", "") for row in plan.rows[4:]] == [
        "import_kind_unknown",
        "capacity_out_of_reach",
        "row_twice",
    ]
    assert len(await kept_resources(world.polch.id)) == 5
    await import_resources(otto, polch, draft, plan.state, NOW)
    there = {each.facts.name: each.facts.capacity for each in await kept_resources(world.polch.id)}
    assert (there["Nette"], there["Fenster"], there["P9"]) == (12, 1, 1)
    again = await keep_draft(otto, polch, "resources", FILE.encode(), NOW)
    assert not (await plan_resources(otto, polch, again, NOW)).does_anything


async def test_with_several_spaces_each_row_says_which(world: World) -> None:
    nadja = world.nadja.actor()
    polch = await managed_operator(nadja, "polch")
    text = "name;art;standort\nA;Raum;Alte Post Andernach\nB;Raum;REGIOHUB POLCH"
    draft = await keep_draft(nadja, polch, "resources", text.encode(), NOW)
    plan = await plan_resources(nadja, polch, draft, NOW)
    assert [row.outcome.value for row in plan.rows] == ["wrong", "new"], "the space of another operator is none"
