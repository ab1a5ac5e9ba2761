"""What goes to the national system is the filed report, marked, bound by hash, and harmless in a spreadsheet."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import update

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Conflict, Forbidden, Invalid
from casework.filing.models import Upload
from casework.filing.queries import uploads_of
from casework.filing.upload import harmless
from casework.journal import JournalEntry
from casework.operations.make_upload import make_upload, record_upload
from casework.people.actors import actor_of
from tests.casework.factories import make_case, make_record
from tests.casework.operations.reporting import filed, make_office, prepare, signed


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
        record = make_record(office.organisation, office.round_, employer_name='=HYPERLINK("x")')
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator, records=[record])
    return office


def make(report, person, settings):
    return make_upload(report, actor=actor_of(person), settings=settings)


def test_every_file_is_in_the_manifest_every_row_is_marked_and_no_cell_begins_a_formula(office, settings):
    with unit_of_work():
        report = filed(office, settings)
        made = make(report, office.supervisor, settings)
    bundle = zipfile.ZipFile(io.BytesIO(made.content))
    manifest = json.loads(bundle.read("manifest.json"))
    listed = {each["name"]: each["sha256"] for each in manifest["files"]}
    assert listed.keys() == set(bundle.namelist()) - {"manifest.json"}
    assert all(hashlib.sha256(bundle.read(name)).hexdigest() == sha256 for name, sha256 in listed.items())
    assert manifest["report"]["manifest_hash"] == report.manifest_hash
    head, *rows = csv.reader(io.StringIO(bundle.read("自查记录.csv").decode("utf-8-sig")))
    assert {row[-1] for row in rows} == {manifest["mark"]}
    assert made.upload.ref in manifest["mark"]
    assert rows[0][head.index("单位名称")] == '\'=HYPERLINK("x")'
    sheet = zipfile.ZipFile(io.BytesIO(bundle.read("自查记录.xlsx"))).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    words = zipfile.ZipFile(io.BytesIO(bundle.read("自查记录.xlsx"))).read("xl/sharedStrings.xml").decode()
    assert '<t>=HYPERLINK("x")</t>' in words, "a workbook knows what is text: it stands as it was registered"
    assert f"&amp;C{manifest['mark']}" in sheet
    assert hashlib.sha256(made.content).hexdigest() == made.upload.sha256
    entry = db.session.query(JournalEntry).filter_by(action="report:upload").one()
    assert (entry.chain, entry.facts["sha256"]) == ("looks", made.upload.sha256)


@pytest.mark.parametrize("cell", ["=1", " +1", "-1", "@x", "\t=1", "＝1"])
def test_a_cell_that_begins_a_formula_is_text(cell):
    assert harmless(cell) == f"'{cell}"


def test_the_national_number_and_day_are_recorded_once(office, settings):
    with unit_of_work():
        upload = make(filed(office, settings), office.supervisor, settings).upload
        actor = actor_of(office.supervisor)
        for number, days, error in ((" ", 0, Invalid), ("国2024-1", 1, Invalid)):
            with pytest.raises(error):
                record_upload(upload, number=number, delivered_on=clock.today() + timedelta(days=days), actor=actor)
            assert upload.delivered_on is None
        record_upload(upload, number="国2024-1", delivered_on=clock.today(), actor=actor)
    assert uploads_of(upload.report) == [upload]
    entry = db.session.query(JournalEntry).filter_by(action="report:uploaded").one()
    assert (entry.commitments.keys(), "国2024-1" in str(entry.facts)) == ({"number"}, False)
    with pytest.raises(Conflict, match="不能更改"):
        record_upload(upload, number="国2024-2", delivered_on=clock.today(), actor=actor)


def test_of_two_who_record_a_number_at_once_the_second_is_refused(office, settings):
    with unit_of_work():
        upload = make(filed(office, settings), office.supervisor, settings).upload
    with unit_of_work() as session:
        actor = actor_of(office.supervisor)
        assert upload.delivered_on is None  # read by the second before the first has committed
        first = update(Upload).values(number="国2024-1", delivered_on=clock.today())
        session.execute(first, execution_options={"synchronize_session": False})
        with pytest.raises(Conflict, match="不能更改"):
            record_upload(upload, number="国2024-2", delivered_on=clock.today(), actor=actor)
    assert upload.number == "国2024-1"


@pytest.mark.parametrize(
    ("who", "brought", "error"),
    [
        ("supervisor", signed, Conflict),
        ("investigator", filed, Forbidden),
        ("superior_officer", filed, Forbidden),
        ("discipline_officer", filed, Forbidden),
    ],
)
def test_a_package_that_is_refused_leaves_nothing(office, settings, who, brought, error):
    report = brought(office, settings)
    with pytest.raises((error, CaseworkError)) as refused:
        make(report, getattr(office, who), settings)
    assert isinstance(refused.value, error)
    assert db.session.query(Upload).count() == 0
