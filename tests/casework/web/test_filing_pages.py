"""The filing pages show each person what waits for them, and change nothing that is not theirs to change."""

from functools import partial

import pytest

from casework.db import db
from casework.doors.unit import _OPEN as OPEN
from casework.doors.unit import unit_of_work
from casework.filing.queries import standing
from casework.filing.signing import told_root
from casework.operations.report_package import pack_report
from casework.reports.models import Report
from casework.web import filing_pages
from tests.casework.factories import make_case, make_person
from tests.casework.operations.reporting import delivered, filed, make_office, prepare, signed
from tests.casework.web.visitor import browser_of


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def brought(office, settings, how):
    """Bring the office's report to a state through the operations; return its ref."""
    with unit_of_work():
        made = how(office, settings)
        report = made[0] if isinstance(made, tuple) else made
        return report.ref


def delivery(ref, capacity):
    report = db.session.query(Report).filter_by(ref=ref).one()
    return next(each for each in standing(report) if each.capacity == capacity)


def act(client, ref, capacity, verb, **form):
    where = f"/filing/{ref}/deliveries/{delivery(ref, capacity).ref}/{verb}"
    return client.post(where, data=form)


RECEIPT = {"number": "岭纪收〔2024〕7号", "received_on": "2024-08-01", "receiver": "卢琼珊"}


def test_an_empty_list_says_what_will_appear(office, as_person):
    text = as_person(office.discipline_officer).get("/filing").text
    assert "还没有可以备案的报告" in text
    assert "等您登记回执" in text


def test_a_visitor_is_sent_to_sign_in(client):
    answer = client.get("/filing")
    assert (answer.status_code, "/login" in answer.location) == (302, True)


def test_a_signed_report_is_delivered_with_one_button(office, settings, as_person):
    ref = brought(office, settings, signed)
    client = as_person(office.supervisor)
    assert "还没有报送" in client.get("/filing").text
    page = client.get(f"/filing/{ref}").text
    assert "报送备案" in page
    assert page.count("待送") == 2
    assert client.post(f"/filing/{ref}/send").status_code == 303
    assert client.get(f"/filing/{ref}").text.count("已送达，等待回执") == 2
    assert "报送备案" not in client.get(f"/filing/{ref}").text


@pytest.mark.parametrize("name", ["discipline_officer", "superior_officer"])
def test_the_list_of_a_recipient_asks_for_the_receipt(office, settings, as_person, name):
    brought(office, settings, delivered)
    assert "1份自查报告等您登记回执" in as_person(getattr(office, name)).get("/filing").text


def test_a_receipt_form_is_shown_to_the_recipient_alone(office, settings, as_person):
    ref = brought(office, settings, delivered)
    receiving = as_person(office.discipline_officer).get(f"/filing/{ref}").text
    sending = as_person(office.supervisor).get(f"/filing/{ref}").text
    assert receiving.count('name="number"') == 1
    assert 'name="number"' not in sending


def test_both_receipts_file_the_report_and_leave_a_page_without_forms(office, settings, as_person):
    ref = brought(office, settings, delivered)
    discipline, superior = as_person(office.discipline_officer), as_person(office.superior_officer)
    assert act(discipline, ref, "discipline", "receipt", **RECEIPT).status_code == 303
    assert "还缺" in discipline.get(f"/filing/{ref}").text
    assert act(superior, ref, "superior", "receipt", **RECEIPT).status_code == 303
    page = superior.get(f"/filing/{ref}").text
    assert "已备案，任何改动将另立案件" in page
    assert "，已齐全" in page
    assert 'name="number"' not in page
    assert 'name="reason"' not in page


def test_a_receipt_without_its_number_keeps_what_was_typed_and_writes_nothing(office, settings, as_person):
    ref = brought(office, settings, delivered)
    answer = act(as_person(office.discipline_officer), ref, "discipline", "receipt", **RECEIPT | {"number": ""})
    assert answer.status_code == 422
    assert RECEIPT["receiver"] in answer.text
    assert 'value="2024-08-01"' in answer.text
    db.session.rollback()
    assert delivery(ref, "discipline").receipted_at is None


def test_nobody_receipts_for_another_body(office, settings, as_person):
    ref = brought(office, settings, delivered)
    answer = act(as_person(office.superior_officer), ref, "discipline", "receipt", **RECEIPT)
    assert answer.status_code == 403
    db.session.rollback()
    assert delivery(ref, "discipline").receipted_at is None


def test_a_return_needs_a_reason_and_tells_the_sender(office, settings, as_person):
    ref = brought(office, settings, delivered)
    client = as_person(office.discipline_officer)
    refused = act(client, ref, "discipline", "return", reason=" ")
    assert refused.status_code == 422
    assert '<details class="mt12" open>' in refused.text
    assert act(client, ref, "discipline", "return", reason="整改措施没有完成日期").status_code == 303
    page = as_person(office.supervisor).get(f"/filing/{ref}").text
    assert "退回" in page
    assert "整改措施没有完成日期" in page


def test_disposal_notes_are_seen_by_the_discipline_body_alone(office, settings, as_person):
    ref = brought(office, settings, delivered)
    client = as_person(office.discipline_officer)
    assert act(client, ref, "discipline", "dispose", words="已约谈经办人").status_code == 303
    assert "已约谈经办人" in client.get(f"/filing/{ref}").text
    assert "已约谈经办人" not in as_person(office.supervisor).get(f"/filing/{ref}").text


def test_an_empty_disposal_note_is_refused_where_it_was_written(office, settings, as_person):
    ref = brought(office, settings, delivered)
    answer = act(as_person(office.discipline_officer), ref, "discipline", "dispose", words="")
    assert answer.status_code == 422
    assert answer.text.index("没有保存") > answer.text.index("处置意见")


def test_documents_are_handed_out_as_downloads(office, settings, as_person):
    ref = brought(office, settings, filed)
    client = as_person(office.discipline_officer)
    for kind in ("plan", "records", "records_sheet", "signed_report", "manifest"):
        answer = client.get(f"/filing/{ref}/documents/{kind}")
        assert (kind, answer.status_code) == (kind, 200)
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_records_in_full_are_refused_to_whoever_may_not_export(office, settings, as_person):
    ref = brought(office, settings, filed)
    with unit_of_work():
        office.vice_leader.appointments[0].role = "auditor"
    client = as_person(office.vice_leader)
    assert client.get(f"/filing/{ref}/documents/records").status_code == 200
    assert client.get(f"/filing/{ref}/documents/records?full=1").status_code == 403
    assert "full=1" not in client.get(f"/filing/{ref}").text


def test_the_package_is_a_zip_for_the_recipient_and_nothing_of_it_stays(office, settings, as_person, monkeypatch):
    ref = brought(office, settings, filed)
    kept, locked = sorted(settings.data_dir.iterdir()), []

    def pack(*given, **named):
        locked.append(db.session().info.get(OPEN))
        return pack_report(*given, **named)

    monkeypatch.setattr(filing_pages, "pack_report", pack)
    answer = as_person(office.discipline_officer).post(f"/filing/{ref}/package")
    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")
    assert locked in ([None], [False]), "packing holds no lock"
    assert (sorted(settings.data_dir.iterdir()), list(settings.staging_dir.iterdir())) == (kept, [])


def test_whoever_may_not_have_the_package_leaves_none_behind(office, settings, as_person):
    ref = brought(office, settings, filed)
    auditor = make_person("auditor", office.organisation)
    db.session.commit()
    answer = as_person(auditor).post(f"/filing/{ref}/package")
    assert answer.status_code in (303, 403)
    assert list(settings.staging_dir.iterdir()) == []


def test_the_page_tells_the_root_that_proves_the_signatures_once_there_is_one(office, settings, as_person):
    ref = brought(office, settings, signed)
    report = db.session.query(Report).filter_by(ref=ref).one()
    point = told_root(report)
    assert f"{point.size}:{point.root}" in as_person(office.supervisor).get(f"/filing/{ref}").text


def test_the_address_of_a_delivery_leads_to_its_report(office, settings, as_person):
    ref = brought(office, settings, delivered)
    answer = as_person(office.supervisor).get(f"/filing/{delivery(ref, 'superior').ref}")
    assert (answer.status_code, answer.location) == (302, f"/filing/{ref}")


def test_another_universitys_report_does_not_exist(office, settings, as_person):
    ref = brought(office, settings, delivered)
    with unit_of_work():
        other = make_office()
    client = as_person(other.supervisor)
    assert client.get(f"/filing/{ref}").status_code == 404
    assert act(client, ref, "discipline", "return", reason="x").status_code == 404
