"""A file of a lead is what its content says, scanned where that is possible, and cleaned; or it is not kept at all."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from casework import storage
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, Invalid, NotFound, Unavailable
from casework.leads.models import Lead, LeadFile, LeadStep
from casework.operations import add_lead_file as adding
from casework.storage import StoredFile
from tests.casework.leads.office import leads
from tests.casework.leads.pictures_of import MAKER, jpeg
from tests.support.clamd import MARKER, scanner
from tests.support.scans import watched
from workflows.access import SYSTEM

__all__ = ["leads"]
PDF, ACTIVE_PDF = b"%PDF-1.4\n%%EOF\n", b"%PDF-1.4 /JavaScript\n%%EOF\n"


@pytest.fixture
def add(leads, settings):
    lead_id = leads.take().id

    def make(content, *, name="a.jpg", actor=SYSTEM, from_reporter=True, **changed):
        told = replace(settings, **changed)
        cleaned = adding.clean(name=name, content=content, settings=told)
        with unit_of_work():
            lead = db.session.get_one(Lead, lead_id)
            return adding.add_lead_file(lead, cleaned, settings=told, actor=actor, from_reporter=from_reporter)

    return make


def left_behind(settings):
    db.session.rollback()
    kept = [db.session.query(table).count() for table in (LeadFile, StoredFile)]
    told = db.session.query(LeadStep).filter_by(action="file").count()
    return [*kept, told, len([path for path in settings.files_dir.rglob("*") if path.is_file()])]


def test_a_photograph_is_kept_without_its_place_and_says_so(add, settings):
    added = add(jpeg(), name="班级群\x07 截图.jpg")
    kept = storage.read(added.file, folder=settings.files_dir)
    assert (added.stripped, added.scan, added.name) == (True, "not_scanned", "班级群 截图.jpg")
    assert dict(Image.open(BytesIO(kept)).getexif()) == {}
    assert MAKER.encode() not in kept
    assert added.size == len(kept)


def test_a_file_that_was_scanned_says_so_and_a_document_with_a_script_has_its_warning(add):
    with scanner() as found:
        added = add(ACTIVE_PDF, name="a.pdf", clamd=found.address)
    assert (added.scan, added.stripped) == ("clean", False)
    assert ["脚本" in words for words in added.warnings] == [True]
    assert add(ACTIVE_PDF, name="b.pdf").id == added.id  # handed in twice it is one file


def test_the_same_content_from_somebody_else_leaves_it_with_whoever_brought_it_first(add):
    for content, first in ((PDF, True), (ACTIVE_PDF, False)):
        assert [add(content, name="a.pdf", from_reporter=by).from_reporter for by in (first, not first)] == [first] * 2


def test_of_an_infected_file_or_while_the_scanner_is_away_nothing_is_kept(add, settings):
    with scanner() as found, pytest.raises(Invalid, match="病毒扫描"):
        add(PDF + MARKER + b"\n%%EOF\n", name="a.pdf", clamd=found.address)
    assert left_behind(settings) == [0, 0, 0, 0]
    with pytest.raises(Unavailable, match="暂时不可用"):
        add(PDF, name="a.pdf", clamd="tcp://127.0.0.1:1")
    assert left_behind(settings) == [0, 0, 0, 0]


def test_a_file_that_is_empty_cut_off_or_of_no_allowed_kind_leaves_nothing(add, settings):
    for content in (b"", b"#!/bin/sh\n", jpeg()[:90], b"%PDF-1.4 cut off"):
        with pytest.raises(Invalid, match=r"a\.jpg"):
            add(content)
    assert left_behind(settings) == [0, 0, 0, 0]


LIMITS = {"MOST": (1, "too_many_files"), "LARGEST_OF_LEAD": (30, "files_too_large"), "LARGEST": (10, "file_too_large")}


def test_no_more_and_no_larger_than_a_lead_may_have(add, monkeypatch):
    add(PDF, name="a.pdf")
    for limit, (allowed, code) in LIMITS.items():
        with monkeypatch.context() as narrow:
            narrow.setattr(adding, limit, allowed)
            with pytest.raises(Invalid) as refused:
                add(ACTIVE_PDF, name="c.pdf")
        assert refused.value.code == code
    assert add(ACTIVE_PDF, name="c.pdf").name == "c.pdf"


@pytest.mark.usefixtures("app")
def test_of_several_files_none_is_scanned_that_is_one_too_many_or_too_much(settings, monkeypatch):
    held = watched(monkeypatch)
    for given in ({"most": 3, "beside": [1]}, {"largest": 100, "beside": [100 - 2 * len(PDF)]}):
        held.clear()
        with pytest.raises(Invalid):
            adding.clean_all([(f"{number}.pdf", PDF) for number in range(5)], settings=settings, **given)
        assert len(held) == 2


def test_of_the_staff_only_lead_officers_of_the_body_add_files(add, leads):
    assert add(PDF, name="a.pdf", actor=leads.actor("officer")).name == "a.pdf"
    for name in ("elsewhere", "administrator"):
        with pytest.raises((NotFound, Forbidden)):
            add(ACTIVE_PDF, name="b.pdf", actor=leads.actor(name))
