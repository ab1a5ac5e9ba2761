"""The receipt as a picture: drawn wherever it runs, with a Chinese face or without one."""

from io import BytesIO

from PIL import Image

from casework.leads.receipt_image import FACES, HEIGHT, MARGIN, WIDTH, draw

CODE = "7KQ4-M2XD-9T3F-HW6B"
LINES = (
    "7月30日收到您的反映。" * 6,
    "To look at the progress, open the address below and type in the code. " * 2,
    "https://a.example/receipt",
)


def drawn(faces):
    picture = draw(CODE, title="回执码", lines=LINES, faces=faces)
    with Image.open(BytesIO(picture)) as found:
        assert (found.format, found.size, found.info) == ("PNG", (WIDTH, HEIGHT), {})
        return found.convert("L")


def test_it_is_drawn_with_any_face_or_none_and_nothing_runs_over_its_edge():
    for faces in (FACES, (("/no/such/face.ttc", 0),), ()):
        picture = drawn(faces)
        inside = picture.crop((MARGIN // 2, MARGIN // 2, WIDTH - MARGIN // 2, HEIGHT - 20)).point(
            lambda grey: 255 - grey
        )
        left, top, right, bottom = inside.getbbox()
        assert left > 0, faces
        assert right < inside.width, faces
        assert (top > 0, bottom < inside.height) == (True, True), faces
        assert picture.crop((0, 190, WIDTH, 270)).getextrema()[0] < 100, "the code is there"
