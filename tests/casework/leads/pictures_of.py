"""Pictures as telephones make them: with a place, a device, a thumbnail's worth of words and a turn of the camera."""

from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

MAKER, PLACE_TAG, TURNED = "PhoneOfZhangSan", 0x8825, 6
"""Orientation 6: the camera was held upright, so the picture is to be turned a quarter to the right."""
LATITUDE, LONGITUDE = (30.0, 31.0, 12.3), (114.0, 21.0, 9.8)


def _exif():
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = MAKER, "Model 7", TURNED
    place = exif.get_ifd(PLACE_TAG)
    place[1], place[2], place[3], place[4] = "N", LATITUDE, "E", LONGITUDE
    return exif


def painted(mode="RGB", size=(40, 20)):
    """Return a picture whose left half is red and whose right half is blue."""
    picture = Image.new(mode, size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    return picture


def jpeg(*, mode="RGB"):
    out = BytesIO()
    painted(mode).save(
        out, "JPEG", exif=_exif(), comment=b"taken by ZhangSan", icc_profile=b"profile of ZhangSan", quality=95
    )
    return out.getvalue()


def png(*, mode="RGB"):
    out, words = BytesIO(), PngInfo()
    words.add_text("Author", "ZhangSan")
    painted().convert(mode).save(out, "PNG", pnginfo=words, exif=_exif())
    return out.getvalue()
