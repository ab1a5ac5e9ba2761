"""Files by hash; the samples are those of the university, with what a careful intake says of each."""

import csv
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework import storage
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import FileRefused
from casework.sealing import SealBroken
from casework.storage import StoredFile
from tests.support.together import together

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "casework/demo_data/university/proofs"
LIMIT = 50 * 1024 * 1024

with (ROOT / "tests/data/truth/file_truth.csv").open(encoding="utf-8-sig", newline="") as handle:
    TRUTH = list(csv.DictReader(handle))

REFUSED = {"corrupt_pdf": "file_corrupt", "not_a_pdf": "file_type", "empty_file": "file_empty"}
WARNED = {"extension_mismatch": "扩展名与内容不符", "active_content": "PDF 含有脚本"}


def content_of(row):
    return (SAMPLES / row["file"]).read_bytes()


def named(reason):
    return [row for row in TRUTH if row["reason"] == reason]


@pytest.mark.parametrize("row", TRUTH, ids=lambda row: row["file"])
def test_every_sample_is_what_its_truth_says(row):
    content = content_of(row)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (int(row["size"]), row["sha256"])
    if row["expected"] == "reject":
        with pytest.raises(FileRefused) as refusal:
            storage.examine(content, name=row["file"], limit=LIMIT)
        assert refusal.value.code == REFUSED[row["reason"]]
        assert row["file"] in str(refusal.value)
        return
    typed = storage.examine(content, name=row["file"], limit=LIMIT)
    assert typed.media_type in storage.ALLOWED.values()
    expected = WARNED.get(row["reason"])
    assert [expected in warning for warning in typed.warnings] == ([True] if expected else [])


def test_a_file_is_typed_by_its_content_and_not_by_its_name():
    picture = content_of(named("extension_mismatch")[0])
    assert storage.examine(picture, name="a.jpg", limit=LIMIT).extension == "png"
    assert storage.examine(picture, name="a.PNG", limit=LIMIT).warnings == ()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "cut.png", "file_corrupt"),
        (b"%PDF-1.4\n" + b"x" * 100, "cut.pdf", "file_corrupt"),
        (b"MZ" + bytes(200), "contract.pdf", "file_type"),
        (b"<html><script>alert(1)</script></html>", "page.html", "file_type"),
        (b"just words", "a.docx", "file_type"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(content, name, code):
    with pytest.raises(FileRefused, match=name) as refusal:
        storage.examine(content, name=name, limit=LIMIT)
    assert refusal.value.code == code


def test_a_file_beyond_the_limit_is_refused_with_the_limit():
    with pytest.raises(FileRefused, match="超过 2 MB"):
        storage.examine(b"%PDF" + bytes(3_000_000), name="a.pdf", limit=2 * 1024 * 1024)


def keep(content, settings):
    with unit_of_work():
        return storage.keep(content, media_type="application/pdf", folder=settings.files_dir).id


def on_disk(settings):
    return [path for path in settings.files_dir.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("app")
def test_the_same_content_is_stored_once_whatever_it_is_called(settings):
    first, copy = (content_of(row) for row in (TRUTH[1], named("duplicate_content")[0]))
    assert keep(first, settings) == keep(copy, settings)
    assert len(on_disk(settings)) == 1
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1


@pytest.mark.usefixtures("app")
def test_near_copies_are_different_files(settings):
    scan, near = (content_of(row) for row in (TRUTH[3], named("near_duplicate")[0]))
    assert keep(scan, settings) != keep(near, settings)
    assert len(on_disk(settings)) == 2


@pytest.mark.usefixtures("app")
def test_what_is_kept_reads_back_and_lies_sealed(settings):
    content = content_of(TRUTH[0])
    file = db.session.get(StoredFile, keep(content, settings))
    assert storage.read(file, folder=settings.files_dir) == content
    [path] = on_disk(settings)
    assert content[:64] not in path.read_bytes()
    assert path.name == file.sha256


@pytest.mark.usefixtures("app")
def test_a_file_changed_on_disk_or_put_under_another_hash_does_not_open(settings):
    one, other = (db.session.get(StoredFile, keep(content, settings)) for content in (b"one", b"other"))
    paths = {path.name: path for path in on_disk(settings)}
    paths[one.sha256].write_bytes(paths[other.sha256].read_bytes())
    with pytest.raises(SealBroken):
        storage.read(one, folder=settings.files_dir)


@pytest.mark.usefixtures("app")
def test_a_failed_unit_of_work_leaves_no_row(settings):
    def fail():
        with unit_of_work():
            storage.keep(b"content", media_type="application/pdf", folder=settings.files_dir)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert db.session.scalars(select(StoredFile)).all() == []
    assert keep(b"content", settings)  # the bytes that were left behind do no harm


def test_two_who_hand_in_the_same_file_at_once_share_it(app, settings):
    ids = together(app, [lambda: keep(b"the same", settings)] * 4)
    assert len(set(ids)) == 1, ids
    assert len(on_disk(settings)) == 1


@pytest.mark.usefixtures("app")
def test_files_are_deleted_only_when_the_unit_of_work_was_committed(settings):
    path = settings.staging_dir / "x.parquet"
    path.write_bytes(b"rows")

    def fail():
        with unit_of_work():
            storage.delete_later(path)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with unit_of_work():
        pass
    assert path.exists()
    with unit_of_work():
        storage.delete_later(path, settings.staging_dir / "never there")
        assert path.exists()
    assert not path.exists()
