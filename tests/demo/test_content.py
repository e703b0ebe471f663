"""What the demo network promises, read from its content alone."""

import io
import re
from collections import Counter
from datetime import date, time
from itertools import combinations

import pytest
from PIL import Image

from app.demo.content.catalogue import DemoPages, DemoResource, DemoSpace
from app.demo.content.facts import facts_recipes
from app.demo.content.network import demo_network, demo_operators
from app.demo.content.pictures import draw, draw_room
from app.demo.content.spaces import demo_spaces
from app.inventory import floor_plans
from app.inventory import rules as inventory_rules
from app.inventory.floor_plans import Box, Placement
from app.network import rules as network_rules

MEMBERS = {
    "Andernach",
    "Mayen",
    "Bendorf",
    "Pellenz",
    "Maifeld",
    "Vordereifel",
    "Mendig",
    "Vallendar",
    "Weißenthurm",
    "Rhein-Mosel",
}
every_space = pytest.mark.parametrize("space", demo_spaces(), ids=lambda space: space.slug)


def placed(space: DemoSpace) -> list[tuple[DemoResource, Placement]]:
    return [(resource, resource.placement) for resource in space.resources if resource.placement]


def reach(resource: DemoResource, placement: Placement) -> list[Box]:
    """The floor that a resource needs: a desk's top and its chair."""
    return [placement.bounds, placement.chair] if resource.kind == "desk" else [placement.bounds]


def inside(outline: list[tuple[int, int]], x: float, y: float) -> bool:
    """Whether a point lies within a closed line, by counting the edges to its right."""
    crossings = 0
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1


def test_the_county_is_all_there() -> None:
    spaces = demo_spaces()
    assert {space.member for space in spaces} == MEMBERS
    assert sum(space.regiohub for space in spaces) == 5
    assert len([space for space in spaces if not space.regiohub]) >= 12
    assert sum(len(space.resources) for space in spaces) >= 250
    assert len({space.slug for space in spaces}) == len(spaces)
    kinds = Counter(resource.kind for space in spaces for resource in space.resources)
    assert kinds["desk"] >= 200
    assert min(kinds.values()) >= 20


def test_six_operators_of_differing_tax_status_run_the_spaces() -> None:
    operators = demo_operators()
    assert len(operators) == 6
    assert {operator.kind for operator in operators} == {
        "town",
        "association_of_municipalities",
        "cooperative",
        "company",
        "club",
    }
    assert {operator.tax_status for operator in operators} == {"standard", "small_business", "public_body"}
    assert {space.operator for space in demo_spaces()} == {operator.slug for operator in operators}
    run_by = {space.slug: space.operator for space in demo_spaces()}
    assert run_by["regiohub-polch"] == "dorfwerk-maifeld"
    assert run_by["regiohub-andernach"] == "stadthaus-andernach"


def test_telephone_numbers_and_addresses_reach_nobody() -> None:
    network = demo_network()
    contacts = [network, *demo_operators(), *demo_spaces()]
    assert all(re.fullmatch(r"0221 4710 \d{3}", contact.phone) for contact in contacts)
    assert all(contact.mail.endswith(".example") for contact in contacts)
    assert len({contact.phone for contact in contacts}) == len(contacts)


@every_space
def test_open_8_to_18_on_working_days_and_closed_at_night(space: DemoSpace) -> None:
    hours = {entry.weekday: entry for entry in space.hours}
    assert len(hours) == len(space.hours)
    for weekday in range(5):
        assert hours[weekday].opens <= time(8)
        assert hours[weekday].closes >= time(18)
    for entry in space.hours:
        assert time(4) <= entry.opens < entry.closes
    assert {(entry.month, entry.day) for entry in space.exceptions} == {(12, 24), (12, 31)}
    for entry in space.exceptions:
        assert entry.opens is None or (entry.closes is not None and time(4) <= entry.opens < entry.closes)


def test_hours_differ_from_place_to_place() -> None:
    spaces = demo_spaces()
    assert len({space.hours for space in spaces}) >= 8
    assert 1 <= sum(not space.closed_on_holidays for space in spaces) <= 2
    assert any(entry.weekday == 6 for space in spaces for entry in space.hours)


@every_space
def test_a_space_says_what_it_has(space: DemoSpace) -> None:
    assert set(space.features) <= set(network_rules.FEATURES)
    assert all(set(resource.features) <= set(inventory_rules.FEATURES) for resource in space.resources)
    assert all(len(set(resource.features)) == len(resource.features) for resource in space.resources)
    assert all(resource.capacity >= 1 for resource in space.resources)
    names = [(resource.kind, resource.name) for resource in space.resources]
    assert len(set(names)) == len(names)
    desks = [resource.name for resource in space.resources if resource.kind == "desk"]
    assert desks == [str(number) for number in range(1, len(desks) + 1)]
    kinds = {resource.kind for resource in space.resources}
    assert ("parking" in kinds) == ("parking" in space.features)
    assert ("booth" in kinds) == ("phone_booth" in space.features)
    assert ("room" in kinds) == ("meeting_room" in space.features)
    charging = any("charging_point" in r.features for r in space.resources if r.kind == "parking")
    assert charging == ("charging_point" in space.features)
    monitors = any("monitor" in r.features for r in space.resources)
    assert monitors or "monitors" not in space.features


@every_space
def test_a_space_lies_in_its_county(space: DemoSpace) -> None:
    assert 50.15 < space.lat < 50.50
    assert 7.00 < space.lng < 7.70
    assert re.fullmatch(r"56\d{3}", space.postcode)


@every_space
def test_nothing_overlaps_in_the_plan(space: DemoSpace) -> None:
    standing = [
        *((resource.name, box) for resource, placement in placed(space) for box in reach(resource, placement)),
        *((thing.name or "furniture", thing.bounds) for thing in space.floor_plan.furniture),
        *(("door", door.swept) for door in space.floor_plan.doors if door.leaf),
    ]
    assert [(one, two) for (one, a), (two, b) in combinations(standing, 2) if a.overlaps(b)] == []


@every_space
def test_desks_stand_in_the_open_and_not_in_a_room_or_its_doorway(space: DemoSpace) -> None:
    zones = [room.bounds for room in space.floor_plan.rooms]
    assert [(a, b) for a, b in combinations(zones, 2) if a.overlaps(b)] == []
    doorways = [
        Box(door.bounds.x - 20, door.bounds.y - 20, door.bounds.width + 40, door.bounds.height + 40)
        for door in space.floor_plan.doors
    ]
    desks = [reach(resource, placement) for resource, placement in placed(space) if resource.kind == "desk"]
    for box in (box for boxes in desks for box in boxes):
        assert not any(box.overlaps(other) for other in (*zones, *doorways))


@every_space
def test_everything_stands_within_the_walls(space: DemoSpace) -> None:
    outlines = [wall.points for wall in space.floor_plan.walls if wall.outer]
    assert len(outlines) == 1
    for resource, placement in placed(space):
        for box in reach(resource, placement):
            gap = 8 if resource.kind == "desk" else -1
            corners = [(x, y) for x in (box.x - gap, box.right + gap) for y in (box.y - gap, box.bottom + gap)]
            assert all(inside(outlines[0], x, y) for x, y in corners), resource.name


@every_space
def test_every_desk_room_and_booth_has_its_place_in_the_plan(space: DemoSpace) -> None:
    assert all(resource.placement for resource in space.resources if resource.kind != "parking")
    floor_plans.check_placements([placement for _, placement in placed(space)], space.floor_plan)
    assert floor_plans.decode(floor_plans.encode(space.floor_plan)) == space.floor_plan


@every_space
def test_every_word_in_the_plan_has_an_english_one(space: DemoSpace) -> None:
    plan = space.floor_plan
    words = [(shape.name, shape.name_en) for shape in (*plan.rooms, *plan.furniture) if shape.name]
    words += [(label.text, label.text_en) for label in plan.labels]
    assert len(words) >= 5
    assert [german for german, english in words if not english] == []
    assert {german for german, english in words if english == german} <= {"Sofa", "WC"}


@every_space
def test_both_pictures_are_small_and_drawn_the_same_every_time(space: DemoSpace) -> None:
    for picture in space.pictures:
        first, second = draw(space.slug, picture.view), draw(space.slug, picture.view)
        assert first == second
        assert len(first) < 40_000
        with Image.open(io.BytesIO(first)) as image:
            assert (image.format, image.size) == ("WEBP", (1200, 800))
        assert picture.alt.de
        assert picture.alt.en


def test_every_space_looks_different() -> None:
    pictures = {draw(space.slug, view) for space in demo_spaces() for view in ("outside", "inside")}
    assert len(pictures) == 2 * len(demo_spaces())


def every_word(pages: DemoPages) -> str:
    texts = [pages.imprint, pages.privacy, pages.terms, pages.accessibility]
    return "\n".join(
        paragraph for page in texts for section in page.sections for paragraph in (section.heading, *section.paragraphs)
    )


def test_the_legal_texts_say_what_the_law_wants_in_both_languages() -> None:
    network = demo_network()
    for pages in (network.german, network.english):
        words = every_word(pages)
        for duty in ("DDG", "VSBG", "MStV", "durchsetzungsstelle@mastd.rlp.de", network.phone, network.mail):
            assert duty in words
        assert "demo" in words.lower()
        assert "ec.europa.eu" not in words
    german, english = network.german, network.english
    for one, other in ((german.imprint, english.imprint), (german.terms, english.terms)):
        assert len(one.sections) == len(other.sections)
    assert len(german.privacy.sections) == len(english.privacy.sections)
    assert len(german.accessibility.sections) == len(english.accessibility.sections)


def test_german_texts_keep_the_voice_of_the_house() -> None:
    words = every_word(demo_network().german) + "".join(
        text for space in demo_spaces() for text in (space.description.de, space.arrival.de)
    )
    assert "!" not in words
    assert "leider" not in words.lower()


def test_rooms_have_a_picture_of_their_own() -> None:
    drawn = draw_room("regiohub-polch")
    assert drawn == draw_room("regiohub-polch")
    assert drawn not in (draw("regiohub-polch", "inside"), draw("regiohub-polch", "outside"))
    assert len(drawn) < 40_000


@every_space
def test_a_space_is_checked_but_for_some_things_and_measured(space: DemoSpace) -> None:
    known = {*space.features, *space.lacking}
    assert not set(space.features) & set(space.lacking)
    assert len(set(network_rules.FEATURES) - known) <= 3
    for resource in space.resources:
        of_kind = inventory_rules.FEATURES_OF[inventory_rules.Kind(resource.kind)]
        assert set(resource.features) <= set(of_kind)
        assert set(resource.lacking) == set(of_kind) - set(resource.features) - unchecked(resource)
        assert len(unchecked(resource)) <= 2


def unchecked(resource: DemoResource) -> set[str]:
    of_kind = inventory_rules.FEATURES_OF[inventory_rules.Kind(resource.kind)]
    return set(of_kind) - set(resource.features) - set(resource.lacking)


def test_some_things_are_not_checked_and_some_not_measured() -> None:
    spaces = demo_spaces()
    assert any(unchecked(resource) for space in spaces for resource in space.resources if resource.kind == "desk")
    assert any(set(network_rules.FEATURES) - {*space.features, *space.lacking} for space in spaces)
    for measure in ("internet_mbit", "door_width_cm", "threshold_cm"):
        values = [getattr(space.measures, measure) for space in spaces]
        assert None in values
        assert len(set(values)) > 4
    assert any(resource.measures.internet_mbit for space in spaces for resource in space.resources)


def test_regiohubs_are_staffed_in_office_hours_one_village_never_and_one_on_two_mornings() -> None:
    staffed = {space.slug: space.staffed for space in demo_spaces()}
    for space in demo_spaces():
        if space.regiohub:
            assert {entry.weekday for entry in space.staffed} >= set(range(5))
    assert staffed["dorfbuero-monreal"] == ()
    mornings = staffed["dorfbuero-miesenheim"]
    assert len(mornings) == 2
    assert all(entry.closes <= time(12) for entry in mornings)


def test_the_choir_sings_every_thursday_and_the_builders_come_on_a_working_day() -> None:
    tuesday = date(2026, 12, 22)
    choir = list(facts_recipes()["regiohub-polch"].noises(tuesday))
    assert {noise.day.isoweekday() for noise in choir} == {4}
    assert date(2026, 12, 17) in {noise.day for noise in choir}
    assert date(2027, 12, 16) in {noise.day for noise in choir}
    [builders] = facts_recipes()["regiohub-mayen"].noises(tuesday)
    assert builders.day == date(2026, 12, 28), "Wednesday, Thursday, then over Christmas and the weekend"
    assert list(facts_recipes()["regiohub-polch"].noises(tuesday)) == choir
