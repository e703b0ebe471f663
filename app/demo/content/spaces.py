"""The spaces of the demo network, put together from their recipes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from functools import cache

from app.demo.content import layouts
from app.demo.content.catalogue import DemoException, DemoHours, DemoPicture, DemoResource, DemoSpace
from app.demo.content.facts import FactsRecipe, facts_recipes
from app.demo.content.pictures.captions import inside_caption, outside_caption
from app.demo.content.recipes import HoursRecipe, ParkingRecipe, SpaceRecipe, space_recipes

CHRISTMAS_EVE, NEW_YEARS_EVE = (12, 24), (12, 31)


@cache
def demo_spaces() -> tuple[DemoSpace, ...]:
    """All of them, the RegioHubs first, then by slug."""
    return tuple(_space(slug, recipe, facts_recipes()[slug]) for slug, recipe in space_recipes().items())


def _space(slug: str, recipe: SpaceRecipe, facts: FactsRecipe) -> DemoSpace:
    features = recipe.features + facts.also
    return DemoSpace(
        slug=slug,
        name=recipe.name,
        operator=recipe.operator,
        member=recipe.member,
        municipality=recipe.municipality,
        regiohub=recipe.regiohub,
        street=recipe.street,
        postcode=recipe.postcode,
        place=recipe.place,
        lat=recipe.lat,
        lng=recipe.lng,
        phone=recipe.phone,
        mail=recipe.mail,
        description=recipe.description,
        arrival=recipe.arrival,
        features=features,
        lacking=facts.lacking(features),
        measures=facts.measures(),
        hours=tuple(_hours(recipe.hours)),
        staffed=facts.hours(),
        exceptions=_exceptions(recipe.year_end),
        closed_on_holidays=recipe.closed_on_holidays,
        resources=tuple(facts.known(resource) for resource in _resources(recipe)),
        floor_plan=layouts.drawing(recipe.plan),
        pictures=(
            DemoPicture("outside", outside_caption(recipe)),
            DemoPicture("inside", inside_caption(recipe)),
        ),
    )


def _hours(recipe: HoursRecipe) -> Iterator[DemoHours]:
    week = [recipe.weekdays] * 5 + [recipe.saturday, recipe.sunday]
    for weekday, open_time in enumerate(week):
        if open_time:
            yield DemoHours(weekday, *open_time)


def _exceptions(year_end: tuple[time, ...]) -> tuple[DemoException, ...]:
    opens, closes = year_end or (None, None)
    return tuple(DemoException(month, day, opens, closes) for month, day in (CHRISTMAS_EVE, NEW_YEARS_EVE))


def _resources(recipe: SpaceRecipe) -> Iterator[DemoResource]:
    """All that can be booked; where a house is free of steps, so is everything in it."""
    everywhere = ("step_free",) if "step_free" in recipe.features else ()
    for resource in (*layouts.desks(recipe.plan), *layouts.rooms(recipe.plan), *_parking(recipe.parking)):
        yield replace(resource, features=resource.features + everywhere)


def _parking(recipe: ParkingRecipe) -> Iterator[DemoResource]:
    for number in range(1, recipe.count + 1):
        features = ["charging_point"] if number <= recipe.charging else []
        if number > recipe.count - recipe.wheelchair:
            features.append("wheelchair_usable")
        yield DemoResource("parking", str(number), 1, tuple(features), None)
