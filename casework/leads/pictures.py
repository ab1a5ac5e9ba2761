"""Pictures without what they say about their maker: place, device, time, thumbnails, comments, colour profiles.

A photograph of a class group can name the street and the telephone of whoever
took it. So nothing is filtered out of a picture: its points are painted into a
new one, turned as the old one says that it should be looked at, and only that one
is kept. What cannot be painted anew is refused.
"""

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from casework.errors import N_, FileRefused

PICTURES = frozenset({"jpg", "png"})
MOST_POINTS = 60_000_000
"""More than any telephone takes; unpacked it is a hundred times its file, so it is asked before it is unpacked."""
JPEG_QUALITY = 90
_SOURCES = ("JPEG", "PNG")
_KEPT = {"jpg": ("L", "RGB"), "png": ("1", "L", "LA", "RGB", "RGBA")}
_NOT_PAINTABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, UnidentifiedImageError)


def strip(content: bytes, *, extension: str, name: str) -> bytes:
    """Return the same picture with nothing in it but its points; raises `FileRefused` with a sentence."""
    try:
        with Image.open(BytesIO(content), formats=_SOURCES) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise _refused(name)
            return _painted(ImageOps.exif_transpose(picture), extension)
    except _NOT_PAINTABLE as fault:
        raise _refused(name) from fault


def _painted(picture: Image.Image, extension: str) -> bytes:
    if picture.mode not in _KEPT[extension]:
        see_through = extension == "png" and picture.has_transparency_data
        picture = picture.convert("RGBA" if see_through else "RGB")
    clean = Image.frombytes(picture.mode, picture.size, picture.tobytes())
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
