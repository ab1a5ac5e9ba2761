"""Pictures without what they say about their maker: place, device, time, thumbnails, comments, colour profiles.

A photograph of a class group can name the street and the telephone of whoever
took it. So nothing is filtered out of a picture: its points are painted into a
new one, turned as the old one says that it should be looked at, and only that one
is kept. What cannot be painted anew is refused.
"""

import struct
import zlib
from io import BytesIO
from threading import Lock

from PIL import ExifTags, Image

from casework.errors import N_, FileRefused

PICTURES = frozenset({"jpg", "png"})
MOST_POINTS = 25_000_000
"""As many as telephones take; unpacked it is a hundred times its file, so it is asked before it is unpacked."""
JPEG_QUALITY = 90
_SOURCES = ("JPEG", "PNG")
_KEPT = {"jpg": ("L", "RGB"), "png": ("1", "L", "LA", "RGB", "RGBA")}
_NOT_PAINTABLE = (  # what Pillow raises over a broken picture, or over broken words about it, has no common class
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    SyntaxError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ONE_AT_A_TIME = Lock()
"""Of a process: an unpacked picture takes a hundred megabytes, and everybody may hand one in at once."""


def strip(content: bytes, *, extension: str, name: str) -> bytes:
    """Return the same picture with nothing in it but its points; raises `FileRefused` with a sentence."""
    try:
        with ONE_AT_A_TIME:
            return _painted(_upright(content), extension)
    except _NOT_PAINTABLE as fault:
        raise _refused(name) from fault


def _upright(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content), formats=_SOURCES) as picture:
        if picture.width * picture.height > MOST_POINTS:
            raise ValueError("too many points")
        picture.load()
        turn = _UPRIGHT.get(_orientation(picture))
        return picture if turn is None else picture.transpose(turn)


def _orientation(picture: Image.Image) -> int:
    """Return how the picture is to be turned; where its words are broken it is looked at as it lies.

    Only this one is read: Pillow's own way of turning writes every other tag anew, the broken ones too.
    """
    try:
        found = picture.getexif().get(ExifTags.Base.Orientation)
    except _NOT_PAINTABLE:
        return 1
    return found if isinstance(found, int) else 1


def _painted(picture: Image.Image, extension: str) -> bytes:
    if picture.mode not in _KEPT[extension]:
        see_through = extension == "png" and picture.has_transparency_data
        picture = picture.convert("RGBA" if see_through else "RGB")
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = BytesIO()
    if extension == "jpg":
        clean.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    else:
        clean.save(out, "PNG")
    return out.getvalue()


def _refused(name: str) -> FileRefused:
    return FileRefused(
        N_("图片“%(name)s”无法清除其中的位置信息，没有保存。请截图后重新上传。"),
        code="picture_not_clean",
        params={"name": name},
    )
