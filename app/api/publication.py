"""Publishing a space and taking it off the pages again, for who manages it."""

from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.managed import managed, only_managers
from app.api.parameters import SlugInPath
from app.api.problem_shapes import refusals
from app.api.shapes import Moment
from app.bookings.closing_down import unpublish
from app.identity.authentication import Visitor
from app.inventory.publishing import publish, steps_of
from app.network.queries import SpaceCard


class StepShape(msgspec.Struct, frozen=True):
    """Something that a space should have."""

    what: Annotated[str, Meta(description="A stable word, e.g. `hours`.")]
    text: Annotated[str, Meta(description="The same in words, in the language of the request.")]
    is_there: bool
    is_needed: Annotated[bool, Meta(description="Without it the space cannot be published.")]


class PublicationShape(msgspec.Struct, frozen=True):
    """Since when people find the space, if they do, and what it has for them."""

    published_at: Moment | None
    steps: list[StepShape]


@get(
    "/api/v1/spaces/{slug:str}/publication",
    operation_id="show_publication",
    response_description="Whether it is published, and what is missing.",
    summary="Whether a space is published, and what it lacks",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_publication(visitor: NamedDependency[Visitor], slug: SlugInPath) -> PublicationShape:
    return await _shown(await managed(slug, visitor), visitor)


@put(
    "/api/v1/spaces/{slug:str}/publication",
    operation_id="publish_space",
    response_description="Since when it is published, and what it has.",
    summary="Publish a space",
    description="From now on people find and book it; nothing happens where they do already. 409 where something is "
    "missing that is needed.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409),
)
async def publish_space(visitor: NamedDependency[Visitor], slug: SlugInPath) -> PublicationShape:
    await publish(visitor.signed_in, await managed(slug, visitor), visitor.now)
    return await _shown(await managed(slug, visitor), visitor)


@delete(
    "/api/v1/spaces/{slug:str}/publication",
    operation_id="unpublish_space",
    response_description="Nothing more to say.",
    summary="Take a space off the pages",
    description="Nobody finds or books it until it is published again. What is booked stands; places in line end.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def unpublish_space(visitor: NamedDependency[Visitor], slug: SlugInPath) -> None:
    await unpublish(visitor.signed_in, await managed(slug, visitor), visitor.now)


HANDLERS = [show_publication, publish_space, unpublish_space]


async def _shown(space: SpaceCard, visitor: Visitor) -> PublicationShape:
    steps = [
        StepShape(step.what, visitor.speaker.word(step.text), step.is_there, step.is_needed)
        for step in await steps_of(space)
    ]
    since = space.published_at
    return PublicationShape(since.astimezone(ZoneInfo(space.time_zone)) if since else None, steps)
