"""Pictures of a space and of its resources: uploaded, described, ordered, removed by programs of who manages them."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, Router, delete, get, post, put
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter, RequestBody
from litestar.types import OperationIDCreator
from msgspec import Meta

from app.api.access import SIGNED_IN
from app.api.idempotent_writes import written
from app.api.managed import managed, managed_resource, only_managers
from app.api.parameters import IdempotencyKey, ResourceInPath, SlugInPath, known_id
from app.api.problem_shapes import refusals
from app.api.strict_form import StrictForm, only_a_form
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.identity.authentication import Visitor
from app.network.albums import (
    MOST_PHOTOS,
    Album,
    KeptPhoto,
    add_photo,
    describe_photo,
    drop_photo,
    order_photos,
    photos_in,
)
from app.platform.files import Files
from app.platform.pictures import LARGEST_UPLOAD
from app.platform.settings import Settings

PhotoInPath = Annotated[str, PathParameter(description="The picture's id.")]
Alt = Annotated[str, Meta(max_length=1000)]
_UPLOAD: Final = "JPEG, PNG or WebP of at most 15 MB. It is drawn anew: what it says of place and camera is gone."


class NewPhoto(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture, and what is to be seen on it for whoever cannot see it."""

    photo: UploadFile
    alt_de: Annotated[Alt, Meta(description="In German; at most 250 characters.")]
    alt_en: Annotated[Alt, Meta(description="In English.")] = ""


class PhotoTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be seen."""

    alt_de: Annotated[Alt, Meta(description="At most 250 characters.")]
    alt_en: Alt = ""


class PhotoOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ids of all pictures there are, in the order in which they are shown."""

    order: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=MOST_PHOTOS)]


class KeptPhotoShape(msgspec.Struct, frozen=True):
    """A picture as its manager keeps it; anybody can load it from `url`."""

    id: str
    url: str
    alt_de: str
    alt_en: str


class PhotoList(msgspec.Struct, frozen=True):
    """All pictures in their order."""

    items: list[KeptPhotoShape]


def _named(verb: str, noun: str) -> OperationIDCreator:
    """`list_space_photos`, by whose pictures the path names."""

    def name(_handler: object, _method: object, path: Sequence[object]) -> str:
        return f"{verb}_{'space' if 'spaces' in path else 'resource'}_{noun}"

    return name


@get(
    "/",
    operation_id=_named("list", "photos"),
    response_description="The list.",
    summary="The pictures of a space or of a resource",
    tags=["photos"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def list_photos(settings: NamedDependency[Settings], album: NamedDependency[Album]) -> PhotoList:
    return await _listed(album, settings)


@post(
    "/",
    operation_id=_named("add", "photo"),
    response_description="The picture, which is the last one.",
    summary="Add a picture of a space or of a resource",
    description=_UPLOAD,
    tags=["photos"],
    guards=[*only_managers(), only_a_form],
    security=SIGNED_IN,
    dto=StrictForm[NewPhoto],
    return_dto=None,
    request_max_body_size=LARGEST_UPLOAD,
    responses=refusals(404, 409, body=True),
)
async def add_a_photo(
    *,
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    files: NamedDependency[Files],
    album: NamedDependency[Album],
    data: Annotated[NewPhoto, Body(media_type=RequestEncodingType.MULTI_PART)],
    idempotency_key: IdempotencyKey = None,
) -> Response[KeptPhotoShape]:
    return await _added(request, visitor, settings, files, album, data, idempotency_key)


@put(
    "/order",
    operation_id=_named("order", "photos"),
    response_description="The pictures in that order.",
    summary="Order the pictures of a space or of a resource",
    description="409 where meanwhile there are others.",
    tags=["photos"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[PhotoOrder],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def put_in_order(
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    album: NamedDependency[Album],
    data: RequestBody[PhotoOrder],
) -> PhotoList:
    return await _ordered(album, data, visitor, settings)


@put(
    "/{photo_id:str}",
    operation_id=_named("describe", "photo"),
    response_description="The picture as it is now.",
    summary="Say anew what a picture of a space shows",
    tags=["photos"],
    guards=only_managers(),
    security=SIGNED_IN,
    dto=StrictJson[PhotoTexts],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, body=True),
)
async def describe(
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    album: NamedDependency[Album],
    photo_id: PhotoInPath,
    data: RequestBody[PhotoTexts],
) -> KeptPhotoShape:
    return await _described(album, photo_id, data, visitor, settings)


@delete(
    "/{photo_id:str}",
    operation_id=_named("remove", "photo"),
    response_description="Nothing more to say.",
    summary="Remove a picture of a space or of a resource",
    tags=["photos"],
    guards=only_managers(),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def remove(visitor: NamedDependency[Visitor], album: NamedDependency[Album], photo_id: PhotoInPath) -> None:
    await drop_photo(visitor.signed_in, album, known_id(photo_id), visitor.now)


def _router(path: str, album_of: Callable[..., Awaitable[Album]]) -> Router:
    return Router(
        path,
        route_handlers=[list_photos, add_a_photo, put_in_order, describe, remove],
        dependencies={"album": Provide(album_of)},
    )


async def _of_space(visitor: NamedDependency[Visitor], slug: SlugInPath) -> Album:
    space = await managed(slug, visitor)
    return Album(space, "space", space.id)


async def _of_resource(visitor: NamedDependency[Visitor], resource_id: ResourceInPath) -> Album:
    space, resource = await managed_resource(resource_id, visitor)
    return Album(space, "resource", resource.id)


HANDLERS = [
    _router("/api/v1/spaces/{slug:str}/photos", _of_space),
    _router("/api/v1/resources/{resource_id:str}/photos", _of_resource),
]


async def _listed(album: Album, settings: Settings) -> PhotoList:
    return PhotoList([_shape(photo, settings) for photo in await photos_in(album)])


async def _added(
    request: Request[Any, Any, Any],
    visitor: Visitor,
    settings: Settings,
    files: Files,
    album: Album,
    data: NewPhoto,
    idempotency_key: str | None,
) -> Response[KeptPhotoShape]:
    upload = await data.photo.read()

    async def run() -> KeptPhotoShape:
        actor = visitor.signed_in
        return _shape(await add_photo(actor, album, upload, data.alt_de, data.alt_en, files, visitor.now), settings)

    said = repr((hashlib.sha256(upload).hexdigest(), data.alt_de, data.alt_en)).encode()
    return await written(request, visitor, idempotency_key, 201, run, said)


async def _ordered(album: Album, data: PhotoOrder, visitor: Visitor, settings: Settings) -> PhotoList:
    await order_photos(visitor.signed_in, album, data.order, visitor.now)
    return await _listed(album, settings)


async def _described(
    album: Album, photo_id: str, data: PhotoTexts, visitor: Visitor, settings: Settings
) -> KeptPhotoShape:
    public_id, actor = known_id(photo_id), visitor.signed_in
    return _shape(await describe_photo(actor, album, public_id, data.alt_de, data.alt_en, visitor.now), settings)


def _shape(photo: KeptPhoto, settings: Settings) -> KeptPhotoShape:
    return KeptPhotoShape(photo.public_id, f"{settings.address}/bilder/{photo.file}", photo.alt_de, photo.alt_en)
