"""A draft is found by its key alone, lies sealed with its files, and is forgotten: sent, dropped, or after a day."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Invalid
from casework.leads import drafts
from casework.leads.models import LeadDraft
from casework.operations import keep_draft
from casework.operations.add_lead_file import clean
from tests.casework.leads.pictures_of import jpeg
from tests.casework.notices.office import OPENED

pytestmark = pytest.mark.usefixtures("app")
PDF = b"%PDF-1.4\n%%EOF\n"


def begin(**answers):
    with clock.stopped_at(OPENED), unit_of_work():
        return keep_draft.keep_draft(None, answers)


def change(key, what, *, at=OPENED, **given):
    with clock.stopped_at(at), unit_of_work():
        return what(drafts.find_draft(key, lock=True), **given)


def cleaned(name, content, settings):
    return clean(name=name, content=content, settings=settings)


def lying(settings):
    folder = drafts.folder(settings)
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_draft_is_found_by_its_key_alone():
    key = begin(kind="record")
    with clock.stopped_at(OPENED):
        assert drafts.find_draft(key).answers == {"kind": "record"}
        assert [drafts.find_draft(wrong) for wrong in ("", key[:-1], key.swapcase(), "x" * 5000)] == [None] * 4


def test_what_was_written_lies_sealed_and_the_key_is_not_there():
    key = begin(what="辅导员要求签约")
    row = db.session.execute(select(LeadDraft.key_hash, type_coerce(LeadDraft.answers, LargeBinary))).one()
    assert key not in str(row)
    assert "辅导员".encode() not in row[1]


def test_answers_are_added_to_those_before():
    key = begin(kind="record")
    change(key, keep_draft.keep_draft, answers={"what": "经过", "kind": "unit"})
    with clock.stopped_at(OPENED):
        assert drafts.find_draft(key).answers == {"kind": "unit", "what": "经过"}


def test_files_lie_sealed_and_cleaned_and_come_back_as_a_report_takes_them(settings):
    key = begin()
    change(key, keep_draft.add_draft_file, cleaned=cleaned("a.jpg", jpeg(), settings), settings=settings)
    (path,) = lying(settings)
    assert b"JFIF" not in path.read_bytes()
    with clock.stopped_at(OPENED):
        (file,) = keep_draft.files_of(drafts.find_draft(key), settings=settings)
    assert (file.name, file.stripped, file.scan) == ("a.jpg", True, "not_scanned")
    assert b"JFIF" in file.content


def test_a_file_that_is_taken_out_is_gone(settings):
    key = begin()
    change(key, keep_draft.add_draft_file, cleaned=cleaned("a.pdf", PDF, settings), settings=settings)
    with clock.stopped_at(OPENED):
        ref = drafts.find_draft(key).answers["files"][0]["ref"]
    change(key, keep_draft.drop_draft_file, ref="no such file", settings=settings)
    assert len(lying(settings)) == 1
    change(key, keep_draft.drop_draft_file, ref=ref, settings=settings)
    assert lying(settings) == []


def test_no_more_files_than_the_form_takes(settings):
    key = begin()
    for number in range(keep_draft.MOST_FILES):
        page = cleaned("a.pdf", PDF + b"%% %d\n" % number, settings)
        change(key, keep_draft.add_draft_file, cleaned=page, settings=settings)
    with pytest.raises(Invalid):
        change(key, keep_draft.add_draft_file, cleaned=cleaned("one more.pdf", PDF, settings), settings=settings)


def test_a_draft_that_nobody_touched_for_a_day_is_forgotten_with_its_files(settings):
    key = begin()
    change(key, keep_draft.add_draft_file, cleaned=cleaned("a.pdf", PDF, settings), settings=settings)
    for hours, there in ((23, 1), (25, 0)):
        with clock.stopped_at(OPENED + timedelta(hours=hours)):
            assert (drafts.find_draft(key) is not None) == bool(there)
            with unit_of_work():
                assert keep_draft.forget_drafts(settings=settings) == 1 - there
        assert db.session.query(LeadDraft).count() == len(lying(settings)) == there


def test_a_dropped_draft_takes_its_files_along(settings):
    key = begin()
    change(key, keep_draft.add_draft_file, cleaned=cleaned("a.pdf", PDF, settings), settings=settings)
    change(key, keep_draft.drop_draft, settings=settings)
    assert (db.session.query(LeadDraft).count(), lying(settings)) == (0, [])
