"""A receipt as a picture for the telephone: the code, when it was given, and what it is for. Nothing of the report.

It is drawn when it is asked for and kept nowhere. Words need a Chinese face, which
not every server has; where there is none the picture holds the code and the
moment alone, which is what one comes back with.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FACES = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),  # the third face of the collection is the simplified
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
)
"""Chinese faces where systems keep them, with the place in their collection."""
WIDTH, HEIGHT, MARGIN = 1080, 640, 64
INK, PAPER, RULE = "#16202C", "#FFFFFF", "#1A4D8F"
TITLE, CODE, LINE = 52, 74, 36


def draw(code: str, *, title: str, lines: Sequence[str], faces: Sequence[tuple[str, int]] = FACES) -> bytes:
    """Return a PNG of a receipt; lines that no face here can show are left out."""
    face = next((each for each in faces if Path(each[0]).is_file()), None)
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((8, 8, WIDTH - 9, HEIGHT - 9), outline=RULE, width=6)
    pen.text((MARGIN, MARGIN), _shown(title, face), fill=INK, font=_font(face, TITLE))
    pen.text((WIDTH / 2, 230), code, fill=INK, font=_font(face, CODE), anchor="mm")
    top = 330
    for line in lines:
        for part in _folded(_shown(line, face), _font(face, LINE)):
            pen.text((MARGIN, top), part, fill=INK, font=_font(face, LINE))
            top += LINE + 20
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(face: tuple[str, int] | None, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size) if face is None else ImageFont.truetype(face[0], size, index=face[1])


def _shown(words: str, face: tuple[str, int] | None) -> str:
    return words if face is not None or words.isascii() else ""


def _folded(words: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> list[str]:
    """Return words in lines that fit; a word of Latin letters stays whole where it can."""
    lines, rest = [], words
    while rest:
        length = len(rest)
        while font.getlength(rest[:length]) > WIDTH - 2 * MARGIN:
            length -= 1
        cut = rest.rfind(" ", 1, length) if length < len(rest) and rest.isascii() else -1
        length = cut if cut > 0 else length
        lines.append(rest[:length].strip())
        rest = rest[length:].strip()
    return lines
