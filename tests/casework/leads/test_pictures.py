"""A picture keeps what it shows and how it is to be looked at, and nothing of where, when and by what it was made."""

import struct
from io import BytesIO

import pytest
from PIL import Image

from casework.errors import FileRefused
from casework.leads import pictures
from tests.casework.leads.pictures_of import LATITUDE, MAKER, PLACE_TAG, jpeg, painted, png

MAKES = {
    "a photograph": (jpeg(), "jpg"),
    "a photograph for print": (jpeg(mode="CMYK"), "jpg"),
    "a screenshot": (png(), "png"),
    "a screenshot of few colours": (png(mode="P"), "png"),
    "a drawing": (png(mode="1"), "png"),
}


def tells(content):
    """Return everything but its points that a picture says."""
    picture = Image.open(BytesIO(content))
    harmless = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
    found = {name: value for name, value in picture.info.items() if name not in harmless}
    exif = picture.getexif()
    return found | dict(exif) | dict(exif.get_ifd(PLACE_TAG)) | ({"words": True} if b"ZhangSan" in content else {})


def renamed_only(content, *, extension, name):
    """Do what a careless service does: keep the file and forget its name."""
    return content


def test_the_photograph_of_this_test_tells_where_it_was_taken():
    found = tells(jpeg())
    assert (found[2], found[0x010F]) == (LATITUDE, MAKER)


@pytest.mark.parametrize(("content", "extension"), MAKES.values(), ids=MAKES)
def test_nothing_but_the_points_is_left(content, extension):
    assert tells(renamed_only(content, extension=extension, name="a")) != {}
    assert tells(pictures.strip(content, extension=extension, name="a")) == {}


def test_a_picture_is_turned_as_it_was_meant():
    clean = Image.open(BytesIO(pictures.strip(jpeg(), extension="jpg", name="a.jpg")))
    assert clean.size == (20, 40)  # upright now, without saying so
    above, below = clean.getpixel((10, 3)), clean.getpixel((10, 36))
    assert above[0] > 200 > above[2]
    assert below[2] > 200 > below[0]


def test_what_shines_through_goes_on_shining_through():
    out = BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(BytesIO(pictures.strip(out.getvalue(), extension="png", name="a"))).getpixel((0, 0))[3] == 0


def cut_off():
    return jpeg()[:200]


def unpacks_to_too_much():
    out = BytesIO()
    Image.new("1", (6000, 5000)).save(out, "PNG")
    return out.getvalue()


def of_another_kind():
    out = BytesIO()
    painted().save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize("content", [cut_off(), unpacks_to_too_much(), of_another_kind(), b"no picture"])
def test_what_cannot_be_painted_anew_is_refused(content):
    with pytest.raises(FileRefused, match="“b”"):
        pictures.strip(content, extension="png", name="b")


BROKEN_TAGS = {
    "a description that is a fraction": (0x010E, 5, 1, b"\x00\x00\x00\x00"),
    "a resolution that is a letter": (0x011A, 1, 1, b"\x00\x00\x00\x00"),
    "a resolution that is too small for its kind": (0x011A, 6, 1, b"\xff\xff\xff\xff"),
}


def with_tag(tag, kind, count, value):
    """Return a photograph that is to be turned a quarter and says something else that is broken."""
    turned = struct.pack("<HHII", 0x0112, 3, 1, 6)
    broken = struct.pack("<HHI", tag, kind, count) + value
    out = BytesIO()
    painted().save(out, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x02\0" + turned + broken + bytes(4))
    return out.getvalue()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("tag", BROKEN_TAGS.values(), ids=BROKEN_TAGS)
def test_broken_words_about_a_picture_are_left_behind_like_the_others(tag):
    clean = pictures.strip(with_tag(*tag), extension="jpg", name="a")
    assert tells(clean) == {}
    assert Image.open(BytesIO(clean)).size == (20, 40)


@pytest.mark.parametrize("fault", [struct.error, TypeError, KeyError, OverflowError, AttributeError])
def test_whatever_breaks_in_a_picture_refuses_it_with_a_sentence(monkeypatch, fault):
    def breaks(*_given):
        raise fault("broken")

    monkeypatch.setattr(Image.Image, "transpose", breaks)
    with pytest.raises(FileRefused, match="“b”"):
        pictures.strip(jpeg(), extension="jpg", name="b")


def test_one_picture_is_unpacked_at_a_time_and_its_points_are_copied_once(monkeypatch):
    content, held, paste = jpeg(), [], Image.Image.paste

    def watched(picture, *given):
        held.append(pictures.ONE_AT_A_TIME.locked())
        paste(picture, *given)

    def copied(*_given):
        raise TypeError("a copy of every point as bytes")

    monkeypatch.setattr(Image.Image, "paste", watched)
    monkeypatch.setattr(Image.Image, "tobytes", copied)
    pictures.strip(content, extension="jpg", name="a")
    assert held == [True]
    assert not pictures.ONE_AT_A_TIME.locked()
