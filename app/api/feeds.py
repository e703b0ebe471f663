"""/api/v1/me/feeds: the calendar feeds of whoever asks."""

import secrets
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import RequestBody
from msgspec import Meta

from app.api.access import SIGNED_IN, only_who_may
from app.api.idempotent_writes import written_with_secret
from app.api.parameters import IdempotencyKey, IdInPath, known_id, known_slug
from app.api.problem_shapes import refusals
from app.api.shapes import Moment
from app.api.strict_json import LARGEST_BODY, StrictJson
from app.calendars.entries import subject_name
from app.calendars.operations import CreateFeed, create_feed, revoke_feed, rotate_feed
from app.calendars.queries import FeedCard, feeds_of
from app.calendars.subscriptions import FeedAddress, FeedKind
from app.identity.authentication import Visitor
from app.identity.rules import Action
from app.kernel.refusals import BadInput, marked
from app.platform.random_ids import derived_token, token_hash
from app.platform.settings import Settings


class SubjectIsUnclear(BadInput):
    code = "subject_is_unclear"
    text = marked(
        "Zu „resource“ gehört genau resource_id, zu „space“ genau space, zu „team“ genau team, zu „person“ keins davon."
    )


class FeedShape(msgspec.Struct, frozen=True):
    """A calendar feed."""

    id: str
    kind: FeedKind
    name: Annotated[str, Meta(description="Whose time it shows.")]
    language: str
    url: Annotated[str | None, Meta(description="Secret; only in the answer that makes or renews it.")]
    webcal_url: Annotated[str | None, Meta(description="The same for programs that subscribe by webcal.")]
    created_at: Moment
    last_fetched_at: Moment | None
    last_fetched_by: Annotated[str | None, Meta(description="The program that read it last.")]


class Feeds(msgspec.Struct, frozen=True):
    """Own feeds, in the order in which they were made. There is never a further page."""

    items: list[FeedShape]
    next: None = None


class KeptFeed(msgspec.Struct, frozen=True):
    """What an Idempotency-Key keeps of the answer that makes or renews a feed.

    The address is all that its reader needs, and what is kept lies in every backup. So a salt stands here in its place:
    with the signing key, which is in no table, it gives a repetition the same address; without it, nothing.
    """

    feed: FeedShape
    salt: bytes
    token_hash: bytes

    def told(self, settings: Settings) -> FeedShape:
        """The answer. Without the address where the signing key is another one than it was at first."""
        token = _token(self.salt, settings)
        if token_hash(token) != self.token_hash:
            return self.feed
        address = FeedAddress.of(token, settings.address)
        return msgspec.structs.replace(self.feed, url=address.https, webcal_url=address.webcal)


class FeedWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to subscribe to."""

    kind: Annotated[FeedKind, Meta(description="Own bookings, colleagues who show their days, or as staff taken time.")]
    resource_id: Annotated[str, Meta(max_length=100, description="With kind `resource`.")] | None = None
    space: Annotated[str, Meta(max_length=100, description="With kind `space`.")] | None = None

    team: Annotated[str, Meta(max_length=100, description="With kind `team`: an own one.")] | None = None

    def command(self) -> CreateFeed:
        """Raises SubjectIsUnclear, and NotFound for what can be no id."""
        match (self.kind, self.resource_id, self.space, self.team):
            case (FeedKind.PERSON, None, None, None):
                return CreateFeed(self.kind)
            case (FeedKind.RESOURCE, str(resource), None, None):
                return CreateFeed(self.kind, known_id(resource))
            case (FeedKind.SPACE, None, str(space), None):
                return CreateFeed(self.kind, known_slug(space))
            case (FeedKind.TEAM, None, None, str(team)):
                return CreateFeed(self.kind, known_id(team))
        raise SubjectIsUnclear(field="kind")


@get(
    "/api/v1/me/feeds",
    operation_id="list_feeds",
    response_description="The feeds.",
    summary="Own calendar feeds",
    description="Without their addresses, which are shown only when they are made.",
    tags=["feeds"],
    guards=only_who_may(Action.MANAGE_OWN_FEEDS),
    security=SIGNED_IN,
    responses=refusals(403),
)
async def list_feeds(visitor: NamedDependency[Visitor]) -> Feeds:
    return Feeds([_feed(card, visitor) for card in await feeds_of(visitor.signed_in)])


@post(
    "/api/v1/me/feeds",
    operation_id="make_feed",
    response_description="The new feed with its address.",
    summary="Make a calendar feed",
    description="The answer holds its secret address. Feeds of resources and spaces are for their staff.",
    tags=["feeds"],
    guards=only_who_may(Action.MANAGE_OWN_FEEDS),
    security=SIGNED_IN,
    dto=StrictJson[FeedWanted],
    return_dto=None,
    request_max_body_size=LARGEST_BODY,
    responses=refusals(404, 409, body=True),
)
async def make_feed(
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    data: RequestBody[FeedWanted],
    idempotency_key: IdempotencyKey = None,
) -> Response[FeedShape]:
    async def run() -> KeptFeed:
        salt = secrets.token_bytes(16)
        card, token = await create_feed(visitor.signed_in, data.command(), visitor.now, token=_token(salt, settings))
        return KeptFeed(_feed(card, visitor), salt, token_hash(token))

    return await written_with_secret(
        request, visitor, idempotency_key, 201, run, KeptFeed, lambda kept: kept.told(settings)
    )


@post(
    "/api/v1/me/feeds/{feed_id:str}/rotate",
    operation_id="rotate_feed",
    response_description="The feed with its new address.",
    summary="Give a feed a new address",
    description="The old address is dead at once.",
    tags=["feeds"],
    status_code=200,
    guards=only_who_may(Action.MANAGE_OWN_FEEDS),
    security=SIGNED_IN,
    responses=refusals(403, 404, 409, 422),
)
async def give_feed_a_new_address(
    request: Request[Any, Any, Any],
    visitor: NamedDependency[Visitor],
    settings: NamedDependency[Settings],
    feed_id: IdInPath,
    idempotency_key: IdempotencyKey = None,
) -> Response[FeedShape]:
    async def run() -> KeptFeed:
        salt = secrets.token_bytes(16)
        card, token = await rotate_feed(visitor.signed_in, known_id(feed_id), visitor.now, token=_token(salt, settings))
        return KeptFeed(_feed(card, visitor), salt, token_hash(token))

    return await written_with_secret(
        request, visitor, idempotency_key, 200, run, KeptFeed, lambda kept: kept.told(settings)
    )


@delete(
    "/api/v1/me/feeds/{feed_id:str}",
    operation_id="revoke_feed",
    response_description="The feed is no more.",
    summary="End a feed",
    description="Its address answers 404 from now on.",
    tags=["feeds"],
    guards=only_who_may(Action.MANAGE_OWN_FEEDS),
    security=SIGNED_IN,
    responses=refusals(403, 404),
)
async def end_feed(visitor: NamedDependency[Visitor], feed_id: IdInPath) -> None:
    await revoke_feed(visitor.signed_in, known_id(feed_id), visitor.now)


def _token(salt: bytes, settings: Settings) -> str:
    return derived_token(settings.signing_key, "feed", salt)


def _feed(card: FeedCard, visitor: Visitor) -> FeedShape:
    """The feed without its address."""
    return FeedShape(
        id=card.public_id,
        kind=card.subject.kind,
        name=subject_name(card.subject, visitor.speaker),
        language=card.language,
        url=None,
        webcal_url=None,
        created_at=card.created_at,
        last_fetched_at=card.last_fetched_at,
        last_fetched_by=card.last_fetched_by,
    )


HANDLERS = [list_feeds, make_feed, give_feed_a_new_address, end_feed]
