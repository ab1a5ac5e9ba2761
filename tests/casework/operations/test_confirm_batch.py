"""A staged file is written whole, in one transaction, once; later exports add what changed and nothing else."""

from datetime import date

import pytest
from sqlalchemy import func, select

from casework import journal
from casework.cases.models import CaseRecord
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, NotFound
from casework.intake.models import Batch, Change, Confirmation, Employer, Operator, Proof, Record, Revision
from casework.intake.writers import graduates
from casework.operations import confirm_batch as module
from casework.operations.confirm_batch import confirm_batch, drop_batch
from casework.people.models import Organisation, Relation
from tests.casework.sample_university import (
    HEADERS,
    UNIVERSITY,
    confirm,
    get,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    stage,
    stranger,
    take,
)
from tests.support.together import together


@pytest.fixture(autouse=True)
def _university(app):
    open_university()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def record(number):
    return db.session.scalars(select(Record).filter_by(student_no=f"20202211{number:04}")).one()


def revisions(number):
    return db.session.scalars(select(Revision).filter_by(record_id=record(number).id).order_by(Revision.number)).all()


def ready(path, settings):
    ref = take(path, settings)
    stage(ref, settings)
    return ref


@pytest.mark.parametrize(
    ("name", "written"), [("graduates_subset_gb18030.csv", 3000), ("graduates_subset_pinyin_utf8bom.csv", 500)]
)
def test_every_family_of_headers_is_written_whole_and_reads_back(name, written, settings):
    ref = hand_in(UNIVERSITY / name, settings)
    counts = get(ref).counts
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (written, 0, 0)
    assert count(Record) == count(Revision) == written
    some = db.session.scalars(select(Record).limit(50)).all()
    assert all(each.revision.number == 1 and each.name == each.revision.name for each in some)
    assert all(each.revision.sealed["id_number"] for each in some[:10] if "id_number" in each.revision.sealed)


def test_records_belong_to_the_college_of_their_name(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1), graduate(2, 院系="不存在的学院")), settings)
    assert db.session.get(Organisation, record(1).college_id).name == "机械与动力工程学院"
    assert record(2).college_id is None


CHANGES = [
    ({"毕业去向类别代码": "70"}, ["destination_code"]),
    ({"单位名称": "另一家有限公司", "统一社会信用代码": "91420100MYF4JFTD0H"}, ["employer_name", "credit_code"]),
    ({"手机号": "13912340001"}, ["phone"]),
    ({"薪酬": "6500"}, ["pay", "pay_text"]),
    ({"签约日期": ""}, ["signing_date"]),
    ({"姓名": "欧阳小明"}, ["name"]),
]


@pytest.mark.parametrize(("values", "changed"), CHANGES, ids=[row[1][0] for row in CHANGES])
def test_a_newer_export_adds_a_revision_that_names_what_changed_and_overwrites_nothing(
    values, changed, settings, tmp_path
):
    hand_in(registration(tmp_path, graduate(1), graduate(2)), settings)
    newer = registration(tmp_path, graduate(1, **values), graduate(2), graduate(3), name="newer.csv")
    counts = get(hand_in(newer, settings, taken_on=date(2024, 8, 1))).counts
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (1, 1, 1)
    old, new = revisions(1)
    assert (old.number, new.number) == (1, 2)
    assert sorted(new.changed) == sorted(changed)
    assert old.destination_code == "10"
    assert old.sealed["phone"] == "13812340001"
    assert record(1).revision_id == new.id
    assert len(revisions(2)) == 1


def test_the_same_values_in_another_spelling_of_the_file_say_nothing_new(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1)), settings)
    spelled = graduate(1, 签约日期="2024/6/1", 薪酬="6000.0")
    counts = get(hand_in(registration(tmp_path, spelled, name="spelled.csv"), settings)).counts
    assert (counts["changed"], counts["unchanged"]) == (0, 1)


def test_a_column_that_a_newer_file_does_not_have_takes_nothing_away(settings, tmp_path):
    hand_in(registration(tmp_path, graduate(1), graduate(2)), settings)
    fewer = tuple(header for header in HEADERS if header not in {"手机号", "薪酬", "签约日期"})
    rows = [{header: row[header] for header in fewer} for row in (graduate(1), graduate(2, 毕业去向类别代码="70"))]
    counts = get(hand_in(registration(tmp_path, *rows, name="fewer.csv", headers=fewer), settings)).counts
    assert (counts["new"], counts["changed"], counts["unchanged"]) == (0, 1, 1)
    newest = record(2).revision
    assert newest.changed == ["destination_code"]
    assert (newest.sealed["phone"], newest.pay, newest.signing_date) == ("13812340002", 6000, date(2024, 6, 1))
    assert newest.phone_index == revisions(2)[0].phone_index


def test_the_same_graduates_in_another_family_of_headers_keep_what_only_the_first_file_knew(settings):
    hand_in(UNIVERSITY / "graduates_subset_gb18030.csv", settings)
    wide = {
        row.student_no: (row.revision.counsellor, row.revision.class_name) for row in db.session.scalars(select(Record))
    }
    hand_in(UNIVERSITY / "graduates_subset_pinyin_utf8bom.csv", settings, taken_on=date(2024, 8, 1))
    twice = db.session.scalars(
        select(Record).join(Revision, Revision.record_id == Record.id).where(Revision.number == 2)
    )
    kept = [row for row in twice if row.student_no in wide]
    assert all((row.revision.counsellor, row.revision.class_name) == wide[row.student_no] for row in kept)


class CrashError(Exception):
    pass


def crash(*_args, **_kwargs):
    raise CrashError


@pytest.mark.parametrize("place", ["in the middle of the rows", "at the end of the rows", "at the journal"])
def test_a_crash_in_the_middle_leaves_nothing_and_the_file_can_be_written_again(place, settings, tmp_path, monkeypatch):
    ref = ready(registration(tmp_path, graduate(1), graduate(2)), settings)
    head = journal.head(organisation().id)
    with monkeypatch.context() as broken:
        if place == "in the middle of the rows":
            broken.setattr(graduates, "_revisions", crash)
        elif place == "at the end of the rows":
            broken.setattr(module, "recheck_corrections", crash)
        else:
            broken.setattr(journal.writing, "_locked_head", crash)
        with pytest.raises(CrashError):
            confirm(ref, settings)
    assert count(Record) == count(Revision) == 0
    assert (get(ref).state, get(ref).confirmed_at) == ("staged", None)
    assert journal.head(organisation().id) == head
    assert confirm(ref, settings)["new"] == 2


def test_confirming_twice_writes_once(settings, tmp_path):
    ref = ready(registration(tmp_path, graduate(1)), settings)
    first = confirm(ref, settings)
    assert confirm(ref, settings) == first
    assert count(Revision) == 1


def test_two_who_confirm_at_once_write_once(app, settings, tmp_path):
    refs = [ready(registration(tmp_path, graduate(1), graduate(2), name=f"{name}.csv"), settings) for name in "ab"]
    db.session.remove()
    done = together(app, [lambda ref=ref: confirm(ref, settings)["new"] for ref in (*refs, *refs)])
    assert sorted(done) == [0, 0, 2, 2] or sorted(done) == [0, 2, 2, 0], done
    assert count(Record) == count(Revision) == 2


@pytest.mark.parametrize("state", ["uploaded", "staging", "refused", "dropped"])
def test_what_is_not_staged_is_not_written(state, settings, tmp_path):
    ref = ready(registration(tmp_path, graduate(1)), settings)
    with unit_of_work() as session:
        session.scalars(select(Batch).filter_by(ref=ref)).one().state = state
    with pytest.raises(Conflict):
        confirm(ref, settings)
    assert count(Record) == 0


def test_rows_that_are_no_longer_there_are_said(settings, tmp_path):
    ref = ready(registration(tmp_path, graduate(1)), settings)
    (settings.staging_dir / f"{ref}.parquet").unlink()
    with pytest.raises(Conflict) as refusal:
        confirm(ref, settings)
    assert refusal.value.code == "staging_lost"


def test_what_is_written_cannot_be_dropped_and_a_drop_that_fails_keeps_the_rows(settings, tmp_path):
    written, waiting = (
        ready(registration(tmp_path, graduate(number), name=f"{number}.csv"), settings) for number in (1, 2)
    )
    confirm(written, settings)
    with pytest.raises(Conflict), unit_of_work():
        drop_batch(get(written), actor=officer(), settings=settings)

    def fail():
        with unit_of_work():
            drop_batch(get(waiting), actor=officer(), settings=settings)
            raise CrashError

    with pytest.raises(CrashError):
        fail()
    assert confirm(waiting, settings)["new"] == 1


def test_somebody_from_elsewhere_finds_no_batch_to_confirm(settings, tmp_path):
    ref = ready(registration(tmp_path, graduate(1)), settings)
    actor = officer(stranger())
    with pytest.raises(NotFound), unit_of_work():
        confirm_batch(get(ref), actor=actor, settings=settings)
    assert count(Record) == 0


REFERENCE = [
    ("employer_register.csv", Employer, 3249),
    ("change_log.csv", Change, 7192),
    ("operators.csv", Operator, 80),
]


@pytest.mark.parametrize(("name", "model", "rows"), REFERENCE, ids=[row[0] for row in REFERENCE])
def test_reference_files_are_written_whole_and_a_second_time_add_nothing(name, model, rows, settings, tmp_path):
    hand_in(UNIVERSITY / name, settings)
    assert count(model) == rows
    again = tmp_path / "again.csv"
    again.write_bytes((UNIVERSITY / name).read_bytes() + b"\n")
    hand_in(again, settings)
    assert count(model) == rows


def test_answers_and_proofs_about_unknown_numbers_are_counted_and_the_known_are_appended(settings):
    hand_in(UNIVERSITY / "graduates_subset_pinyin_utf8bom.csv", settings)
    known = count(Record)
    counts = get(hand_in(UNIVERSITY / "confirmations/confirm_2024-07-25.csv", settings)).counts
    assert (counts["new"], counts["unknown"]) == (known, 12000 - known)
    later = get(hand_in(UNIVERSITY / "confirmations/confirm_2024-08-31.csv", settings)).counts
    assert 0 < later["new"] < known
    assert count(Confirmation) == known + later["new"]
    proofs = get(hand_in(UNIVERSITY / "proofs/manifest.csv", settings)).counts
    assert proofs["new"] == count(Proof)
    assert proofs["new"] + proofs["unknown"] == 10258


def test_a_snapshot_is_dated_by_its_file_name_when_nobody_says_otherwise(settings):
    hand_in(UNIVERSITY / "graduates_subset_pinyin_utf8bom.csv", settings)
    hand_in(UNIVERSITY / "confirmations/confirm_2024-08-01.csv", settings, taken_on=None)
    assert set(db.session.scalars(select(Confirmation.snapshot_on))) == {date(2024, 8, 1)}


def test_operators_are_tied_to_the_staff_of_their_name_once(settings, tmp_path):
    hand_in(UNIVERSITY / "operators.csv", settings)
    ties = count(Relation)
    again = tmp_path / "again.csv"
    again.write_bytes((UNIVERSITY / "operators.csv").read_bytes() + b"\n")
    hand_in(again, settings)
    assert count(Relation) == ties
    assert count(CaseRecord) == 0
