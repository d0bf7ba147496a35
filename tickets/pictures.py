"""Small pictures of attached images. What is sent was drawn anew from the pixels, so nothing else that a file may hold goes along (RELIABILITY D8, D9)."""

import io
import warnings
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from tickets.models import Attachment
from tickets.models.conversation import PICTURES

FORMATS = tuple(PICTURES.values())
MOST_PIXELS = 30_000_000
MOST_BYTES = 25_000_000
SIDE = 320
BROKEN = (OSError, ValueError, SyntaxError, ArithmeticError, EOFError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning)


def type_of(file: IO[bytes]) -> str | None:
    """The content type of a PNG, JPEG, GIF or WebP by what stands in it, whatever it is called; None for all else. Reads the head only."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                return next(name for name, kind in PICTURES.items() if kind == image.format)
    except BROKEN:
        return None
    finally:
        file.seek(0)


def small(row: Attachment) -> bytes:
    """A WebP of at most 320 by 320 pixels; empty for what is no picture, is broken, or would fill the memory. Drawn once, then kept by digest."""
    kept = f"thumbnails/{row.digest[:2]}/{row.digest}.webp"
    if default_storage.exists(kept):
        with default_storage.open(kept) as file:
            return bytes(file.read())
    drawn = _drawn(row) if row.is_picture and row.size <= MOST_BYTES else b""
    if not default_storage.exists(kept):
        default_storage.save(kept, ContentFile(drawn))
    return drawn


def _drawn(row: Attachment) -> bytes:
    try:
        with row.file.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    return b""
                image.draft("RGB", (SIDE, SIDE))
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((SIDE, SIDE))
                fresh = Image.new("RGBA", upright.size)
                fresh.paste(upright.convert("RGBA"))
                out = io.BytesIO()
                fresh.save(out, "WEBP", quality=80)
                return out.getvalue()
    except BROKEN:
        return b""
