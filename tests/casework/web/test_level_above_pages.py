"""What the level above and the discipline body find on their own pages, and what is shown to nobody else."""

from functools import partial

import pytest
from sqlalchemy import event, update

from casework import clock
from casework.cases.models import Case
from casework.cases.oversight import Consequence, SpotChecked
from casework.cases.queries import get_case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.models import Upload
from casework.filing.queries import standing
from casework.overview.below import progress_below
from casework.people.actors import actor_of
from casework.reports.models import Report
from casework.web import spot_checks
from tests.casework.factories import make_case, make_organisation, make_person
from tests.casework.operations.reporting import delivered, filed, frozen, give_receipt, make_office, prepare, signed
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
    with unit_of_work():
        made = how(office, settings)
        return (made[0] if isinstance(made, tuple) else made).ref


def report_of(ref):
    return db.session.query(Report).filter_by(ref=ref).one()


def test_a_sender_withdraws_from_the_page_until_somebody_has_receipted(office, settings, as_person):
    ref = brought(office, settings, delivered)
    sender, reader = as_person(office.supervisor), as_person(office.discipline_officer)
    assert "撤回报送" in sender.get(f"/filing/{ref}").text
    assert "撤回报送" not in reader.get(f"/filing/{ref}").text
    assert sender.post(f"/filing/{ref}/withdraw", data={"reason": ""}).status_code == 422
    assert sender.post(f"/filing/{ref}/withdraw", data={"reason": "附件放错"}).status_code == 303
    text = sender.get(f"/filing/{ref}").text
    assert text.count("已撤回") >= 2
    assert "附件放错" in text
    assert reader.get(f"/filing/{ref}").status_code == 404


def test_after_a_receipt_the_page_offers_no_withdrawal_and_the_form_is_refused_with_a_sentence(
    office, settings, as_person
):
    ref = brought(office, settings, delivered)
    with unit_of_work():
        give_receipt(report_delivery(ref, "discipline"), office.discipline_officer)
    sender = as_person(office.supervisor)
    assert "撤回报送" not in sender.get(f"/filing/{ref}").text
    answer = sender.post(f"/filing/{ref}/withdraw", data={"reason": "附件放错"})
    assert (answer.status_code, "出具回执，不能撤回" in answer.text) == (409, True)


def report_delivery(ref, capacity):
    return next(each for each in standing(report_of(ref)) if each.capacity == capacity)


def test_the_discipline_officer_looks_into_a_case_before_the_receipt_and_can_do_nothing_there(
    office, settings, as_person
):
    ref = brought(office, settings, delivered)
    client = as_person(office.discipline_officer)
    number = db.session.query(Case).one().number
    text = client.get(f"/filing/{ref}").text
    assert f"/cases/{number}" in text
    page = client.get(f"/cases/{number}")
    assert (page.status_code, "您可以查看本案，不能办理。" in page.text) == (200, True)
    for verb in ("begin", "reopen", "note", "assign", "take_over"):
        assert client.get(f"/cases/{number}/actions/{verb}").status_code == 403
    refused = client.post(f"/cases/{number}/actions/reopen", data={"reason": "x"})
    assert refused.status_code in {403, 404}
    db.session.rollback()
    assert db.session.query(Case).one().state == "signed_off"


def test_a_frozen_report_shows_the_discipline_officer_nothing_yet(office, settings, as_person):
    ref = brought(office, settings, frozen)
    assert as_person(office.discipline_officer).get(f"/filing/{ref}").status_code == 404


def test_a_consequence_is_recorded_on_the_case_and_shown_to_the_university(office, as_person):
    with unit_of_work():
        case = make_case(
            office.organisation, office.round_, state="accepted", owner=office.investigator, kind="conduct",
            conclusion="rectified",
        )  # fmt: skip
        number = case.number
    client = as_person(office.discipline_officer)
    assert "登记处理结果" in client.get(f"/cases/{number}").text
    form = client.get(f"/cases/{number}/actions/consequence").text
    assert "招生计划" in form
    assert "0.2分" not in form
    given = {"code": "C1", "decided_by": "校纪委", "decided_on": "2024-07-20", "document": "岭纪〔2024〕3号"}
    assert client.post(f"/cases/{number}/actions/consequence", data=given | {"document": ""}).status_code == 422
    assert client.post(f"/cases/{number}/actions/consequence", data=given).status_code == 303
    assert "岭纪〔2024〕3号" in as_person(office.supervisor).get(f"/cases/{number}").text
    ref = db.session.query(Consequence).one().ref
    where = f"/cases/{number}/parts/withdraw-consequence/{ref}"
    assert client.post(where, data={"reason": "文号有误"}).status_code == 303
    assert "已撤销" in as_person(office.supervisor).get(f"/cases/{number}").text


def test_the_level_above_takes_a_case_over_from_its_page_and_the_university_is_told(office, as_person):
    with unit_of_work():
        number = make_case(office.organisation, office.round_, state="investigating", owner=office.investigator).number
    above, below = as_person(office.superior_officer), as_person(office.supervisor)
    assert "提级办理" in above.get(f"/cases/{number}").text
    assert "提级办理" not in below.get(f"/cases/{number}").text
    version = db.session.query(Case).filter_by(number=number).one().version
    assert above.get(f"/cases/{number}/actions/take_over").status_code == 200
    answer = above.post(f"/cases/{number}/actions/take_over", data={"reason": "涉及校领导", "version": version})
    assert answer.status_code == 303
    gone = below.get(f"/cases/{number}")
    assert gone.status_code == 404
    assert "湖北省教育厅（演示）提级办理" in gone.text
    assert "校领导" not in gone.text
    assert number in below.get("/messages").text


def test_a_spot_check_is_drawn_and_decided_on_its_page(office, as_person):
    client = as_person(office.superior_officer)
    assert client.post("/below/spot-checks", data={"size": "0"}).status_code == 422
    assert client.post("/below/spot-checks", data={"size": "1", "seed": "2024"}).status_code == 303
    member = db.session.query(SpotChecked).one()
    where = f"/below/spot-checks/{member.spot_check.ref}/{member.case.number}"
    assert "等您登记抽查结果" in client.get("/below/spot-checks").text
    assert client.post(where, data={"outcome": "disagrees"}).status_code == 422
    assert client.post(where, data={"outcome": "disagrees", "reason": "单位否认录用"}).status_code == 303
    assert "与结论不一致" in client.get("/below/spot-checks").text
    db.session.expire_all()
    assert member.case.state == "investigating"
    assert as_person(office.supervisor).get("/below/spot-checks").status_code == 403


def test_what_somebody_else_said_of_a_drawn_case_meanwhile_is_seen(office, as_person, monkeypatch):
    client = as_person(office.superior_officer)
    client.post("/below/spot-checks", data={"size": "1", "seed": "2024"})
    member = db.session.query(SpotChecked).one()
    where = f"/below/spot-checks/{member.spot_check.ref}/{member.case.number}"

    def waited_for(*given, **options):
        said = update(SpotChecked).values(outcome="agrees")  # by whoever held the case until now
        db.session.execute(said, execution_options={"synchronize_session": False})
        return get_case(*given, **options)

    monkeypatch.setattr(spot_checks, "get_case", waited_for)
    answer = client.post(where, data={"outcome": "disagrees", "reason": "单位否认录用"})
    assert (answer.status_code, "已经登记" in answer.text) == (409, True)


def test_of_a_case_that_may_not_be_read_the_list_shows_the_number_alone(office, settings, as_person):
    ref = brought(office, settings, filed)
    reader = as_person(office.discipline_officer)
    case = db.session.query(Case).one()
    title, number = case.title, case.number
    assert title in reader.get(f"/filing/{ref}").text
    with unit_of_work():  # it went to the level above after it was filed
        db.session.query(Case).one().organisation_id = office.tree.province.id
    text = reader.get(f"/filing/{ref}").text
    assert (number in text, title in text) == (True, False)


PROGRESS = (
    # how far the university has come, what its line says it lacks
    (None, ("report",)),
    (frozen, ("signatures",)),
    (signed, ("delivery",)),
    (delivered, ("receipts",)),
    (filed, ()),
)


@pytest.mark.parametrize(("how", "lacks"), PROGRESS)
def test_the_page_says_what_each_university_lacks(office, settings, as_person, how, lacks):
    if how is not None:
        brought(office, settings, how)
    (line,) = progress_below(actor_of(office.superior_officer), office.round_, today=clock.today())
    assert (line.lacks, line.plan, line.answered, line.slots, line.recipients) == (lacks, 1, 5, 2, 2)
    page = as_person(office.superior_officer).get("/below")
    assert (page.status_code, "岭川大学" in page.text) == (200, True)
    assert as_person(office.supervisor).get("/below").status_code == 403
    assert as_person(office.discipline_officer).get("/below").status_code == 403


def test_more_universities_cost_no_more_statements_and_what_is_due_comes_first(office, settings):
    brought(office, settings, filed)
    actor = actor_of(office.superior_officer)

    def statements():
        db.session.expire_all()
        seen = []
        listen = lambda *given: seen.append(given[2])  # noqa: E731 - a listener that is taken off again
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            found = progress_below(actor, office.round_, today=clock.today())
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return found, len(seen)

    _, before = statements()
    with unit_of_work():
        for number in range(9):
            make_organisation(f"第{number}大学", "university", office.tree.province)
    statements()  # the transaction begins anew
    found, after = statements()
    assert (len(found), after) == (10, before)
    assert found[-1].organisation == office.organisation  # filed: nothing is due there
    assert found[0].lacks[0] == "plan"


def test_a_filed_report_is_packed_for_the_national_system_and_its_number_recorded(office, settings, as_person):
    ref = brought(office, settings, filed)
    client = as_person(office.supervisor)
    assert "制作并下载上传包" in client.get(f"/filing/{ref}").text
    assert "制作并下载上传包" not in as_person(office.discipline_officer).get(f"/filing/{ref}").text
    assert client.post(f"/filing/{ref}/uploads").mimetype == "application/zip"
    upload = db.session.query(Upload).one()
    where = f"/filing/{ref}/uploads/{upload.ref}"
    assert client.post(where, data={"number": "", "delivered_on": "2024-07-20"}).status_code == 422
    assert client.post(where, data={"number": "国-1", "delivered_on": "2024-07-20"}).status_code == 303
    assert "编号国-1" in client.get(f"/filing/{ref}").text
    other = as_person(make_person("supervisor", office.tree.province))
    assert other.post(f"/filing/{ref}/uploads").status_code == 303
    db.session.rollback()
    assert db.session.query(Upload).count() == 1


def test_a_case_taken_over_goes_back_from_its_page_with_a_reason_that_both_sides_read(office, as_person):
    with unit_of_work():
        province = make_office(level="province", tree=office.tree)
        case = make_case(office.organisation, office.round_, owner=office.investigator, state="investigating")
        number = case.number
    above, below = as_person(province.supervisor), as_person(office.supervisor)
    assert "退回原单位办理" not in above.get(f"/cases/{number}").text
    version = {"version": str(case.version)}
    assert above.post(f"/cases/{number}/actions/take_over", data=version | {"reason": "涉及面广"}).status_code == 303
    assert below.get(f"/cases/{number}").status_code == 404
    assert "退回原单位办理" in above.get(f"/cases/{number}").text
    form = above.get(f"/cases/{number}/actions/return_below")
    assert (form.status_code, "退回的理由" in form.text) == (200, True)
    db.session.rollback()
    version = {"version": str(db.session.query(Case).filter_by(number=number).one().version)}
    refused = above.post(f"/cases/{number}/actions/return_below", data=version | {"reason": " "})
    assert (refused.status_code, below.get(f"/cases/{number}").status_code) == (422, 404)
    done = above.post(f"/cases/{number}/actions/return_below", data=version | {"reason": "由学校续办"})
    assert done.status_code == 303
    page = below.get(f"/cases/{number}").text
    assert "由学校续办" in page
    assert "湖北省教育厅（演示） → 岭川大学" in page
    assert "退回原单位办理" in above.get(f"/cases/{number}").text  # the step in the story, not a button any more
    assert f"/cases/{number}/actions/return_below" not in above.get(f"/cases/{number}").text
