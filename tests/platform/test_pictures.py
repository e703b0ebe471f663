"""What becomes of pictures that people upload."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.platform.pictures import MOST_BYTES, NotAPicture, Picture, PictureTooHeavy, PictureTooManyPixels, safe_picture


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    written = BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def _read(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content))


async def test_a_photo_loses_place_and_camera_and_stands_upright() -> None:
    photo = Image.new("RGB", (3000, 2000), "navy")
    exif = photo.getexif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"

    picture = await safe_picture(_saved(photo, "JPEG", exif=exif, comment=b"taken at home"), field="photo")

    assert (picture.media_type, picture.width, picture.height) == ("image/webp", 1067, 1600)
    kept = _read(picture)
    assert (kept.format, dict(kept.getexif()), kept.info.get("comment")) == ("WEBP", {}, None)
    assert b"Secret" not in picture.content
    assert b"home" not in picture.content


async def test_nothing_behind_a_picture_is_kept() -> None:
    upload = _saved(Image.new("RGB", (20, 10), "white"), "PNG") + b"<script>alert(1)</script>"
    picture = await safe_picture(upload, field="photo")
    assert (picture.width, picture.height) == (20, 10)
    assert b"script" not in picture.content


async def test_what_is_transparent_lies_on_white() -> None:
    picture = await safe_picture(_saved(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"), field="photo")
    assert _read(picture).convert("RGB").getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK"])
async def test_every_kind_of_colour_can_be_read(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    picture = await safe_picture(_saved(Image.new(mode, (30, 20)), form), field="photo")
    assert (picture.width, picture.height) == (30, 20)


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        _saved(Image.new("RGB", (8, 8)), "GIF"),
        _saved(Image.new("RGB", (8, 8)), "PPM"),
        _saved(Image.new("RGB", (200, 200), "red"), "PNG")[:90],
        _saved(Image.effect_noise((200, 200), 50), "JPEG")[:400],
    ],
    ids=["nothing", "svg", "gif", "ppm", "half a png", "half a jpeg"],
)
async def test_what_is_no_picture_is_refused(upload: bytes) -> None:
    with pytest.raises(NotAPicture) as refused:
        await safe_picture(upload, field="photo")
    assert refused.value.field == "photo"


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@pytest.mark.parametrize(("side", "refusal"), [(9_000, PictureTooManyPixels), (60_000, PictureTooHeavy)])
async def test_a_picture_that_swells_is_refused_before_it_is_unpacked(side: int, refusal: type[Exception]) -> None:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    upload = b"\x89PNG\r\n\x1a\n" + header + _chunk(b"IDAT", zlib.compress(bytes(1000))) + _chunk(b"IEND", b"")
    with pytest.raises(refusal):
        await safe_picture(upload, field="photo")


async def test_too_many_bytes_are_not_even_looked_at() -> None:
    with pytest.raises(PictureTooHeavy):
        await safe_picture(bytes(MOST_BYTES + 1), field="photo")
