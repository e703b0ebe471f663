"""Who of a space hears in the evening who comes tomorrow, for who manages it."""

from typing import Annotated

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.managed import managed, only_managers
from app.api.parameters import SlugInPath
from app.api.problem_shapes import refusals
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.bookings.evening import is_wanted
from app.identity.authentication import Visitor
from app.network.evening_mail import EveningSetting, evening_settings, hosts_of, set_evening
from app.network.queries import SpaceCard


class EveningMailWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether and to whom the evening's mail goes."""

    is_wanted: bool
    also_when_empty: Annotated[bool, Meta(description="Also when nobody comes.")] = False
    emails: Annotated[
        list[Annotated[str, Meta(max_length=320)]],
        Meta(max_length=20, description="At most 5 addresses; without any the space's own."),
    ] = []


class EveningMailShape(msgspec.Struct, frozen=True):
    """The setting; `goes_to` are the addresses that get the mail while it is wanted."""

    is_wanted: bool
    also_when_empty: bool
    emails: list[str]
    goes_to: list[str]


@get(
    "/api/v1/spaces/{slug:str}/evening-mail",
    operation_id="show_evening_mail",
    response_description="The setting.",
    summary="Who hears in the evening who comes tomorrow",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def show_evening_mail(visitor: NamedDependency[Visitor], slug: SlugInPath) -> EveningMailShape:
    return await _shown(await managed(slug, visitor))


@put(
    "/api/v1/spaces/{slug:str}/evening-mail",
    operation_id="set_evening_mail",
    response_description="The setting as it is now.",
    summary="Say who hears in the evening who comes tomorrow",
    description="All of it anew. The mail has a link that closes the day without signing in.",
    tags=["operators"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[EveningMailWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def set_evening_mail(
    visitor: NamedDependency[Visitor], slug: SlugInPath, data: RequestBody[EveningMailWanted]
) -> EveningMailShape:
    space = await managed(slug, visitor)
    wanted = EveningSetting(data.is_wanted, data.also_when_empty, tuple(data.emails))
    await set_evening(visitor.signed_in, space, wanted, visitor.now)
    return await _shown(space)


HANDLERS = [show_evening_mail, set_evening_mail]


async def _shown(space: SpaceCard) -> EveningMailShape:
    said = (await evening_settings([space.id])).get(space.id, EveningSetting())
    return EveningMailShape(
        await is_wanted(space.id, said), said.also_when_empty, list(said.emails), list(hosts_of(space, said))
    )
