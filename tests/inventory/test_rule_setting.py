"""An operator says rules: what they are for, who obeys them, and what cannot stand."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.inventory.booking_rules import BookingRules, Who
from app.inventory.queries import resources_of
from app.inventory.rule_setting import (
    GroupUnknown,
    RulesChangedMeanwhile,
    RulesFor,
    drop_rules,
    set_rules,
    stated_rules,
    wrong_with,
)
from app.inventory.rules import Kind
from app.kernel.refusals import NotFound
from app.kernel.wall_time import Opening
from app.network.grouping import make_group
from app.network.managing import managed_space
from app.platform.database import fetch, fetch_value
from tests.worlds import NOW, World, a_world


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("rules", "fields"),
    [
        (BookingRules(shortest=minutes(120), longest=minutes(60)), ["longest"]),
        (BookingRules(shortest=minutes(20)), ["shortest"]),
        (BookingRules(grid=minutes(20)), ["grid"]),
        (BookingRules(days_ahead=401, notice=timedelta(days=32)), ["days_ahead", "notice"]),
        (BookingRules(buffer_before=minutes(241), most_open=0), ["buffer_before", "most_open"]),
        (BookingRules(day_parts=(Opening(480, 720), Opening(700, 900))), ["day_parts"]),
        (BookingRules(day_parts=(Opening(480, 485),)), ["day_parts"]),
        (BookingRules(who=Who.GROUPS), ["groups"]),
        (BookingRules(who=Who.GROUPS, groups=frozenset({7})), ["groups"]),
        (BookingRules(no_show_after=minutes(15), decide_within=minutes(30)), ["decide_within", "no_show_after"]),
        (BookingRules(day_parts=(Opening(480, 720), Opening(720, 1080)), most_guests=0), []),
        (BookingRules(), []),
    ],
)
def test_what_cannot_stand_is_refused_beside_its_field(rules: BookingRules, fields: Sequence[str]) -> None:
    assert [refusal.field for refusal in wrong_with(rules, {})] == fields


@pytest.fixture
async def world(undone: None) -> World:
    return await a_world()


async def target(world: World, kind: Kind = Kind.DESK, name: str | None = None) -> RulesFor:
    space = await managed_space(world.otto.actor(), world.polch.slug)
    resource = next((each for each in await resources_of(space.id) if each.name == name), None)
    return RulesFor(space, kind, resource)


async def obeyed(world: World) -> dict[str, timedelta | None]:
    """By name the shortest time of each desk's rules, None where it has none."""
    rows = await fetch(
        "SELECT r.name, q.shortest FROM resource r LEFT JOIN booking_rules q ON q.id = r.rules"
        " WHERE r.space = $1 AND r.kind = 'desk' ORDER BY r.name",
        world.polch.id,
    )
    return {row["name"]: row["shortest"] and minutes(row["shortest"]) for row in rows}


async def test_a_kinds_rules_hold_for_its_resources_but_for_those_with_own_ones(world: World) -> None:
    otto = world.otto.actor()
    own = await set_rules(otto, await target(world, name="2"), BookingRules(shortest=minutes(30)), 0, NOW)
    assert await obeyed(world) == {"1": None, "2": minutes(30), "3": None}

    of_kind = await set_rules(otto, await target(world), BookingRules(shortest=minutes(60)), 0, NOW)
    assert await obeyed(world) == {"1": minutes(60), "2": minutes(30), "3": minutes(60)}

    await drop_rules(otto, await target(world, name="2"), own.version, NOW)
    assert await obeyed(world) == {"1": minutes(60), "2": minutes(60), "3": minutes(60)}

    await drop_rules(otto, await target(world), of_kind.version, NOW)
    assert await obeyed(world) == {"1": None, "2": None, "3": None}
    assert await stated_rules(world.polch.id) == []
    assert await fetch_value("SELECT count(*) FROM audit_entry WHERE action LIKE 'booking_rules.%'") == 4


async def test_all_that_is_said_is_read_back(world: World) -> None:
    group = await make_group(world.otto.actor(), world.operator, "Stammgäste", NOW)
    wanted = BookingRules(
        shortest=minutes(60),
        longest=minutes(240),
        grid=minutes(60),
        day_parts=(Opening(480, 720), Opening(780, 1080)),
        days_ahead=30,
        own_members_days=7,
        notice=minutes(90),
        buffer_before=minutes(15),
        buffer_after=minutes(30),
        most_open=3,
        who=Who.GROUPS,
        groups=frozenset({group.id}),
        cancel_before=minutes(1440),
        needs_approval=True,
        decide_within=minutes(600),
        most_guests=4,
        no_show_after=minutes(45),
    )
    stated = await set_rules(world.otto.actor(), await target(world, Kind.ROOM), wanted, 0, NOW)
    assert stated.rules == BookingRules(**{**_values(wanted), "key": stated.rules.key})


def _values(rules: BookingRules) -> dict[str, object]:
    return {name: getattr(rules, name) for name in BookingRules.__slots__}


async def test_a_stale_form_changes_nothing(world: World) -> None:
    otto, desks = world.otto.actor(), await target(world)
    first = await set_rules(otto, desks, BookingRules(shortest=minutes(60)), 0, NOW)
    with pytest.raises(RulesChangedMeanwhile):
        await set_rules(otto, desks, BookingRules(shortest=minutes(30)), 0, NOW)
    await set_rules(otto, desks, BookingRules(shortest=minutes(45)), first.version, NOW)
    with pytest.raises(RulesChangedMeanwhile):
        await drop_rules(otto, desks, first.version, NOW)
    assert (await obeyed(world))["1"] == minutes(45)


async def test_others_set_nothing_and_foreign_groups_are_unknown(world: World) -> None:
    desks = await target(world)
    for person in (world.rolf, world.frida, world.mia):
        with pytest.raises(NotFound):
            await set_rules(person.actor(), desks, BookingRules(), 0, NOW)
    foreign = await make_group(world.rolf.actor(), world.rival_operator, "Unsere", NOW)
    with pytest.raises(GroupUnknown):
        await set_rules(world.otto.actor(), desks, BookingRules(who=Who.GROUPS, groups=frozenset({foreign.id})), 0, NOW)
