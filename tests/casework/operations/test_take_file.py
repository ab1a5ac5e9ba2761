"""A file is taken, or refused with nothing left behind."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework import journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, FileRefused, Forbidden, NotFound
from casework.intake.models import Batch, Record
from casework.journal import JournalEntry
from casework.operations.take_file import promise_staging
from casework.promises import Promise
from tests.casework.sample_university import (
    UNIVERSITY,
    confirm,
    get,
    graduate,
    hand_in,
    open_university,
    organisation,
    registration,
    stage,
    stranger,
    take,
)

DIRTY = Path(__file__).parents[2] / "data/dirty"

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def _university(app):
    open_university()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("employer_register.csv", "employers"),
        ("operators.csv", "operators"),
        ("change_log.csv", "changes"),
        ("proofs/manifest.csv", "proofs"),
        ("confirmations/confirm_2024-08-01.csv", "confirmations"),
        ("graduates_subset_pinyin_utf8bom.csv", "graduates"),
        ("graduates_subset_gb18030.csv", "graduates"),
    ],
)
def test_a_file_is_recognised_by_its_headers_and_kept_for_staging(name, kind, settings):
    batch = get(take(UNIVERSITY / name, settings))
    assert (batch.kind, batch.state) == (kind, "uploaded")
    assert batch.inspection["samples"] == []
    assert (settings.staging_dir / f"{batch.ref}.source").read_bytes() == (UNIVERSITY / name).read_bytes()
    assert count(Record) == 0


@pytest.mark.parametrize("name", ["01_empty.csv", "03_truncated.xlsx", "14_high_ratio.xlsx"])
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(name, settings):
    before = journal.head(organisation().id)
    with pytest.raises(FileRefused, match="。"):
        take(DIRTY / name, settings, kind="graduates")
    assert count(Batch) == 0
    assert list(settings.staging_dir.iterdir()) == []
    assert journal.head(organisation().id) == before


def test_the_same_content_again_names_the_first_import(settings, tmp_path):
    path = registration(tmp_path, graduate(1))
    first = hand_in(path, settings)
    with pytest.raises(Conflict, match=first) as refusal:
        take(path, settings, name="another name.csv")
    assert refusal.value.code == "already_imported"
    assert count(Batch) == 1


def test_the_same_content_may_be_taken_again_as_long_as_it_was_not_written(settings, tmp_path):
    path = registration(tmp_path, graduate(1))
    first, second = take(path, settings), take(path, settings)
    for ref in (first, second):
        stage(ref, settings)
    confirm(first, settings)
    assert confirm(second, settings)["unchanged"] == 1  # written twice it says nothing new


@pytest.mark.parametrize(
    ("login", "refusal"),
    [
        ("U900", NotFound),
        ("U020", Forbidden),
        ("U007", Forbidden),
        ("U018", Forbidden),
        ("U026", Forbidden),
        ("U027", Forbidden),
    ],
)
def test_whoever_does_not_import_here_is_refused_and_leaves_nothing(login, refusal, settings, tmp_path):
    path = registration(tmp_path, graduate(1))
    stranger()
    with pytest.raises(refusal):
        take(path, settings, login=login)
    assert count(Batch) == 0
    assert list(settings.staging_dir.iterdir()) == []


def test_a_batch_outside_of_ones_scope_does_not_exist(settings, tmp_path):
    ref = take(registration(tmp_path, graduate(1)), settings)
    assert get(ref, "U021").ref == ref  # the province above sees it
    for login in (stranger(), "U020", "U024", "U007", "U027"):
        with pytest.raises(NotFound):
            get(ref, login)


def test_a_header_or_a_file_name_with_a_nul_reaches_the_database_written_out(settings, tmp_path):
    path = registration(tmp_path, graduate(1))
    path.write_bytes(path.read_bytes().replace("姓名".encode(), "姓名,不\x00明".encode(), 1))
    ref = take(path, settings, name="a\x00b.csv")
    assert get(ref).file_name == "ab.csv"
    assert any("␀" in header for header in get(ref).inspection["headers"])


@pytest.mark.parametrize("state", ["staging", "writing", "written", "refused", "dropped"])
def test_a_batch_whose_file_does_not_lie_ready_is_not_staged_and_stays_as_it_is(state, settings, tmp_path):
    ref = take(registration(tmp_path, graduate(1)), settings)
    with unit_of_work():
        get(ref).state = state
    with unit_of_work(), pytest.raises(Conflict) as refusal:
        promise_staging(get(ref), mapping=["name"])
    assert refusal.value.code == "not_stageable"
    assert (get(ref).state, get(ref).promise_ref, count(Promise)) == (state, "", 0)
    assert get(ref).mapping != ["name"]


def test_a_batch_that_was_read_may_be_read_again_with_another_mapping(settings, tmp_path):
    ref = take(registration(tmp_path, graduate(1)), settings)
    stage(ref, settings)
    with unit_of_work():
        promise_staging(get(ref), mapping=["name"])
    assert (get(ref).state, get(ref).mapping, count(Promise)) == ("staging", ["name"], 1)


def test_taking_a_file_is_journalled_with_its_hash(settings, tmp_path):
    ref = take(registration(tmp_path, graduate(1)), settings)
    entry = db.session.scalars(select(JournalEntry).filter_by(action="intake:take")).one()
    assert (entry.subject, entry.facts["sha256"]) == (ref, get(ref).sha256)
