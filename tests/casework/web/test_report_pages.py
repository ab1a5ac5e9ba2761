"""The pages around a report: what a draft lacks, where each figure comes from, an office's own words."""

import re
from datetime import timedelta

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Batch
from casework.jobs.documents import render_report
from casework.operations.add_documents import add_documents
from casework.operations.freeze_report import RENDER
from casework.promises import Promise
from casework.reports.figures import figures
from casework.reports.models import Report, Wording
from casework.web.report_figures import PAGE_SIZE, number_now, snapshot_now
from tests.casework.factories import make_case, make_record
from tests.casework.operations.reporting import drafted, frozen, make_office, prepare
from tests.casework.web.visitor import browser_of

SAME = ("organisation_id", "round_id", "kind", "file_name", "sha256", "size", "uploaded_by_id")
CODES = ("10", "10", "11", "12", "76", "70", "65", "")


@pytest.fixture
def town(app_with_doors, settings):
    with unit_of_work():
        office = make_office()
        prepare(office)
        for number, code in enumerate(CODES, 1):
            record = make_record(office.organisation, office.round_, student_no=f"2020{number:06}")
            record.revision.destination_code = code
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator, records=[record])
        make_case(office.organisation, office.round_, state="flagged", number="LC24-0999", records=[record])
    return office, lambda who: browser_of(app_with_doors, who)


def draft(office):
    with unit_of_work():
        return drafted(office).ref


def sealed(office, settings):
    with unit_of_work():
        return frozen(office, settings, open_reasons={"LC24-0999": "等待复函"}).ref


def test_the_preview_lists_what_is_missing_with_a_link_and_hands_out_marked_documents(town):
    office, visit = town
    ref, clerk = draft(office), visit(office.supervisor)
    shown = clerk.get(f"/reports/{ref}/preview").text
    assert "还有1件未办结" in shown
    assert "LC24-0999" in shown
    assert '<a href="/reports#freeze">' in shown
    assert "不是正式文本" in shown
    assert f"/reports/{ref}/preview" in clerk.get("/reports").text
    assert clerk.get(f"/reports/{ref}/preview/pdf").data.startswith(b"%PDF")
    assert clerk.get(f"/reports/{ref}/preview/docx").data.startswith(b"PK")
    assert clerk.get(f"/reports/{ref}/preview/exe").status_code == 404
    assert visit(office.party_leader).get(f"/reports/{ref}/preview").status_code in (403, 404)


@pytest.mark.parametrize("is_frozen", [False, True])
def test_every_figure_has_as_many_rows_behind_it_as_it_says(town, settings, is_frozen):
    office, visit = town
    ref, clerk = sealed(office, settings) if is_frozen else draft(office), visit(office.supervisor)
    listed = clerk.get(f"/reports/{ref}/figures").text
    keys = re.findall(r'figures/rows\?key=([^"]+)"', listed)
    with clerk:
        clerk.get(f"/reports/{ref}/figures")
        report = db.session.query(Report).one()
        found = {each.key: each for each in figures(snapshot_now(report))}
        assert len(keys) == len(found)
        for each in found.values():
            if not each.about_cases:
                assert number_now(report, each) == each.number, each.key
    assert found["graduates"].number == len(CODES) - 1, "who repeats a year is no graduate"
    assert sum(key.startswith("rate:") and each.number > 0 for key, each in found.items()) > 3
    for key in ("cases", "open_cases", "graduates", "held", "answer:unconfirmed"):
        page = clerk.get(f"/reports/{ref}/figures/rows", query_string={"key": key}).text
        assert page.count('<th scope="row">') == min(found[key].number, PAGE_SIZE), key
        assert "2020000001" not in page, "masked"
    assert clerk.get(f"/reports/{ref}/figures/rows?key=nothing").status_code == 404
    assert clerk.get(f"/reports/{ref}/figures/rows?key=graduates&after=nothing").status_code == 422


def test_rows_of_a_frozen_figure_stay_while_registrations_change(town, settings):
    office, visit = town
    ref = sealed(office, settings)
    with unit_of_work():
        record = make_record(office.organisation, office.round_, student_no="2020999999")
        known = {name: getattr(db.session.query(Batch).first(), name) for name in SAME}
        later = db.session.query(Report).one().frozen_at + timedelta(days=1)
        late = Batch(**known, uploaded_at=later, confirmed_at=later)
        db.session.add(late)
        db.session.flush()
        record.revision.batch_id = late.id
    shown = visit(office.supervisor).get(f"/reports/{ref}/figures/rows?key=graduates").text
    assert shown.count('<th scope="row">') == len(CODES) - 1
    assert "报告固定时为" not in shown


def test_words_are_changed_on_their_page_and_a_fault_stands_at_its_field(town):
    office, visit = town
    clerk = visit(office.supervisor)
    assert "{cases}" in clerk.get("/reports/wording").text
    refused = clerk.post("/reports/wording", data={"version": "0", "report.found": "共 5 件"})
    assert (refused.status_code, "缺少必须保留的占位符" in refused.text, "共 5 件" in refused.text) == (422, True, True)
    assert clerk.post("/reports/wording", data={"version": "0", "report.closing": "请审阅。"}).status_code == 303
    assert db.session.query(Wording).one().texts == {"report.closing": "请审阅。"}
    assert clerk.post("/reports/wording", data={"version": "0", "report.closing": "另。"}).status_code == 409
    reader = visit(office.investigator)
    assert "readonly" in reader.get("/reports/wording").text
    assert reader.post("/reports/wording", data={"version": "1", "report.closing": "另。"}).status_code == 403
    assert visit(office.party_leader).get("/reports/wording").status_code == 404


def test_every_version_of_the_plan_can_be_had(town):
    office, visit = town
    with unit_of_work():
        prepare(office)
    clerk = visit(office.supervisor)
    page = clerk.get("/reports").text
    for version in (1, 2):
        assert f"/reports/plans/{version}/pdf" in page
        assert clerk.get(f"/reports/plans/{version}/docx").data.startswith(b"PK")
    assert clerk.get("/reports/plans/1/pdf").data.startswith(b"%PDF")
    for wrong in ("3/pdf", "x/pdf", "1/exe"):
        assert clerk.get(f"/reports/plans/{wrong}").status_code == 404


def test_the_pdfs_of_a_frozen_report_come_from_a_job_that_may_run_twice(town, settings):
    office, visit = town
    ref, clerk = sealed(office, settings), visit(office.supervisor)
    promised = db.session.query(Promise).filter_by(name=RENDER).one()
    assert "正在生成PDF" in clerk.get(f"/reports/{ref}").text
    assert render_report(promised.ref, **promised.arguments)["kinds"] == ["plan_pdf", "report_print", "records_pdf"]
    assert render_report(promised.ref, **promised.arguments)["kinds"] == []
    for kind in ("plan_pdf", "report_print", "records_pdf?full=1&for=archive"):
        assert clerk.get(f"/reports/{ref}/documents/{kind}").data.startswith(b"%PDF"), kind
    assert 'name="for"' in clerk.get(f"/reports/{ref}").text
    assert clerk.get(f"/reports/{ref}/documents/records_pdf?full=1").status_code == 422  # and what for?
    masked = clerk.get(f"/reports/{ref}/documents/records_pdf")  # it would be made anew: no work for a request
    assert (masked.status_code, "没有脱敏版" in masked.text) == (409, True)
    stale = render_report(promised.ref, report=ref, manifest_hash="0" * 64)
    assert stale["kinds"] == []
    with unit_of_work():
        report = db.session.query(Report).one()
        assert add_documents(report, (), manifest_hash="0" * 64, settings=settings) == []
