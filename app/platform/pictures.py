"""Pictures that people upload, drawn anew before anybody sees them.

What is kept is only what was to be seen: no place or camera (EXIF), nothing behind or beside the picture, and never a
byte as it was uploaded.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from app.kernel.refusals import BadInput, marked

MOST_BYTES: Final = 15 * 1024 * 1024
"""A picture of a telephone of today has 3 to 10 MB."""

LARGEST_UPLOAD: Final = MOST_BYTES + 64 * 1024
"""A picture and the rest of its form."""

LONGEST_SIDE: Final = 1600
"""Pixels of the longer side of what is kept, unless told otherwise: sharp over the width of a page."""

_READ: Final = ("JPEG", "PNG", "WEBP")
"""No other decoder ever sees what somebody uploaded."""

_MOST_PIXELS: Final = {"JPEG": 110_000_000, "PNG": 40_000_000, "WEBP": 40_000_000}
"""JPEG is read at the size that is needed, so more of it fits into memory."""

_QUALITY: Final = 82
_WHITE: Final = (255, 255, 255)

_one_at_a_time = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
"""So that many uploads at once wait for each other and don't fill the memory."""


class PictureTooHeavy(BadInput):
    """More bytes than are taken."""

    code = "picture_too_heavy"
    text = marked("Das Bild ist zu groß: {megabytes} MB sind möglich.")


class PictureTooManyPixels(BadInput):
    """It would be too large once it is unpacked."""

    code = "picture_too_many_pixels"
    text = marked("Das Bild hat zu viele Bildpunkte ({width} × {height}). Bitte verkleinern Sie es.")


class NotAPicture(BadInput):
    """Nothing that can be shown, whatever it is called."""

    code = "not_a_picture"
    text = marked("Diese Datei ist kein Bild, das wir lesen können. Möglich sind JPEG, PNG und WebP.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be shown to anybody."""

    content: bytes
    media_type: str
    width: int
    height: int


async def safe_picture(upload: bytes, *, field: str, longest_side: int = LONGEST_SIDE) -> Picture:
    """The uploaded picture as WebP, upright, on white, and no larger than `longest_side`.

    Raises PictureTooHeavy, PictureTooManyPixels or NotAPicture at `field`.
    """
    if len(upload) > MOST_BYTES:
        raise PictureTooHeavy(field=field, megabytes=MOST_BYTES // 1024 // 1024)
    return await asyncio.get_running_loop().run_in_executor(_one_at_a_time, _drawn_anew, upload, field, longest_side)


def _drawn_anew(upload: bytes, field: str, longest_side: int) -> Picture:
    try:
        with Image.open(BytesIO(upload), formats=_READ) as opened:
            width, height = opened.size
            if width * height > _most_pixels(opened.format):
                raise PictureTooManyPixels(field=field, width=width, height=height)
            opened.draft("RGB", (longest_side, longest_side))
            seen = _on_white(ImageOps.exif_transpose(opened))
    except Image.DecompressionBombError:
        raise PictureTooHeavy(field=field, megabytes=MOST_BYTES // 1024 // 1024) from None
    except PictureTooManyPixels:
        raise
    except Exception as error:
        # A decoder may fail in any way over bytes that were made to break it.
        raise NotAPicture(field=field) from error
    seen.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    written = BytesIO()
    seen.save(written, "WEBP", quality=_QUALITY, method=4)
    return Picture(written.getvalue(), "image/webp", seen.width, seen.height)


def _most_pixels(read_as: str | None) -> int:
    return _MOST_PIXELS.get("JPEG" if read_as == "MPO" else str(read_as), 0)


def _on_white(image: Image.Image) -> Image.Image:
    """The pixels alone, what was transparent as on paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    shown = image.convert("RGBA")
    paper = Image.new("RGB", shown.size, _WHITE)
    paper.paste(shown, mask=shown.getchannel("A"))
    return paper
