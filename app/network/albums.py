"""The pictures of a space or of one of its resources, kept in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from app.identity.audit import record
from app.identity.rules import Actor
from app.kernel.plain_text import one_line
from app.kernel.refusals import BadInput, Conflict, NotFound, marked
from app.network.managing import demand_managed
from app.network.queries import SpaceCard
from app.platform.database import execute, fetch, fetch_row, fetch_value, transaction
from app.platform.files import Files
from app.platform.pictures import safe_picture
from app.platform.random_ids import new_public_id

MOST_PHOTOS: Final = 12
LONGEST_ALT: Final = 250
Owner = Literal["space", "resource"]
_TABLES: Final[Mapping[Owner, str]] = {"space": "space_photo", "resource": "resource_photo"}


class AltMissing(BadInput):
    """Whoever cannot see the picture gets nothing from it."""

    code = "alt_missing"
    text = marked("Bitte beschreiben, was zu sehen ist, mit höchstens {most} Zeichen. Das wird vorgelesen.")


class PhotosChanged(Conflict):
    """The order names others than there are."""

    code = "photos_changed"
    text = marked("Inzwischen sind andere Bilder da. Bitte laden Sie sie neu.")


class TooManyPhotos(Conflict):
    code = "too_many_photos"
    text = marked("Mehr als {most} Bilder zeigen wir nicht. Bitte zuerst eines entfernen.")


@dataclass(frozen=True, slots=True)
class Album:
    """Whose pictures: a space's own, or those of one of its resources (then `key` is the resource's)."""

    space: SpaceCard
    owner: Owner
    key: int

    @property
    def table(self) -> str:
        return _TABLES[self.owner]


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A picture with its texts as they were typed."""

    public_id: str
    file: str
    alt_de: str
    alt_en: str


async def photos_in(album: Album) -> list[KeptPhoto]:
    """The album's pictures in their order."""
    rows = await fetch(
        f"SELECT public_id, file, alt_de, alt_en FROM {album.table} WHERE {album.owner} = $1 ORDER BY position, id",  # noqa: S608
        album.key,
    )
    return [KeptPhoto(**row) for row in rows]


async def add_photo(
    actor: Actor, album: Album, upload: bytes, alt_de: str, alt_en: str, files: Files, now: datetime
) -> KeptPhoto:
    """The upload, drawn anew, is the album's last picture.

    Raises NotFound, AltMissing, TooManyPhotos, and what `safe_picture` raises at `photo`.
    """
    demand_managed(actor, album.space)
    texts, public_id = _checked(alt_de, alt_en), new_public_id()
    picture = await safe_picture(upload, field="photo")
    file = await files.put(picture.content, picture.media_type)
    async with transaction():
        there = await _locked(album)
        if len(there) >= MOST_PHOTOS:
            raise TooManyPhotos(field="photo", most=MOST_PHOTOS)
        await execute(
            f"INSERT INTO {album.table} ({album.owner}, public_id, file, alt_de, alt_en, position)"  # noqa: S608
            f" SELECT $1, $2, $3, $4, $5, coalesce(max(position), -1) + 1 FROM {album.table} WHERE {album.owner} = $1",
            album.key,
            public_id,
            file,
            *texts,
        )
        await record(f"{album.owner}.photo_added", album.owner, album.key, actor, now, file=file)
    return KeptPhoto(public_id, file, *texts)


async def describe_photo(actor: Actor, album: Album, photo: str, alt_de: str, alt_en: str, now: datetime) -> KeptPhoto:
    """Says anew what is to be seen. Raises NotFound, AltMissing."""
    demand_managed(actor, album.space)
    texts = _checked(alt_de, alt_en)
    async with transaction():
        file = await fetch_value(
            f"UPDATE {album.table} SET alt_de = $3, alt_en = $4 WHERE public_id = $2 AND {album.owner} = $1"  # noqa: S608
            " RETURNING file",
            album.key,
            photo,
            *texts,
        )
        if file is None:
            raise NotFound
        await record(f"{album.owner}.photo_described", album.owner, album.key, actor, now)
    return KeptPhoto(photo, file, *texts)


async def move_photo(actor: Actor, album: Album, photo: str, *, up: bool, now: datetime) -> None:
    """Changes places with the one before it or after it; the first and the last stay. Raises NotFound."""
    demand_managed(actor, album.space)
    async with transaction():
        order = [each.public_id for each in await _locked(album)]
        if photo not in order:
            raise NotFound
        here = order.index(photo)
        there = here - 1 if up else here + 1
        if 0 <= there < len(order):
            order[here], order[there] = order[there], order[here]
        await _put_in_order(actor, album, order, now)


async def order_photos(actor: Actor, album: Album, order: Sequence[str], now: datetime) -> None:
    """All of the album's pictures, named once each, in this order. Raises NotFound, PhotosChanged."""
    demand_managed(actor, album.space)
    async with transaction():
        there = [each.public_id for each in await _locked(album)]
        if sorted(order) != sorted(there):
            raise PhotosChanged(field="order")
        await _put_in_order(actor, album, order, now)


async def _put_in_order(actor: Actor, album: Album, order: Sequence[str], now: datetime) -> None:
    await execute(
        f"UPDATE {album.table} p SET position = o.n FROM unnest($1::text[]) WITH ORDINALITY AS o (public_id, n)"  # noqa: S608
        " WHERE p.public_id = o.public_id",
        list(order),
    )
    await record(f"{album.owner}.photos_ordered", album.owner, album.key, actor, now)


async def drop_photo(actor: Actor, album: Album, photo: str, now: datetime) -> None:
    """Nobody sees the picture any more. Raises NotFound."""
    demand_managed(actor, album.space)
    async with transaction():
        gone = await execute(
            f"DELETE FROM {album.table} WHERE public_id = $2 AND {album.owner} = $1",  # noqa: S608
            album.key,
            photo,
        )
        if not gone:
            raise NotFound
        await record(f"{album.owner}.photo_removed", album.owner, album.key, actor, now)


async def _locked(album: Album) -> list[KeptPhoto]:
    """The pictures, and until the transaction ends nobody else adds one or orders them."""
    await fetch_row(f"SELECT FROM {album.owner} WHERE id = $1 FOR NO KEY UPDATE", album.key)
    return await photos_in(album)


def _checked(alt_de: str, alt_en: str) -> tuple[str, str]:
    german, english = one_line(alt_de), one_line(alt_en)
    if not german or len(german) > LONGEST_ALT:
        raise AltMissing(field="alt_de", most=LONGEST_ALT)
    if len(english) > LONGEST_ALT:
        raise AltMissing(field="alt_en", most=LONGEST_ALT)
    return german, english
