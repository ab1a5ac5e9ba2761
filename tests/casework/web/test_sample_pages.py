"""Samples on the page: what would be drawn, drawing it, what it says, and who sees nothing of it."""

import pytest
from sqlalchemy import func, select

from casework.cases.models import Case
from casework.cases.sample_results import members_of
from casework.cases.samples import Sample
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LOOKS, JournalEntry
from casework.operations.draw_sample import draw_sample
from casework.people.actors import actor_of
from casework.screening.sampling import Design
from tests.casework.factories import make_case, make_person, make_record, make_tree

WHOLE = {"kind": "size", "size": "8", "minimum": "2"}


@pytest.fixture
def settled(desk):
    with unit_of_work():
        for code in ["11"] * 12 + ["76"] * 8:
            make_record(desk.organisation, desk.round_, destination_code=code, degree_level="31")
    return desk


@pytest.fixture
def sample(settled):
    with unit_of_work():
        return draw_sample(
            organisation=settled.organisation,
            round_=settled.round_,
            design=Design("size", size=8, minimum=2),
            actor=actor_of(settled.supervisor),
        ).sample


def asked(desk, **more):
    return {"organisation": desk.organisation.code, **WHOLE, **more}


def samples():
    return db.session.scalar(select(func.count()).select_from(Sample))


def conclude(sample, *conclusions):
    with unit_of_work():
        for member, conclusion in zip(members_of(sample), conclusions, strict=False):
            member.case.state, member.case.conclusion = "corrected", conclusion


def test_before_the_first_draw_the_page_says_what_for_and_how_many_could_be_drawn(settled, as_person):
    text = as_person(settled.supervisor).get("/samples").text
    assert "还没有抽样。" in text
    assert "记为落实的登记23条；在办案件涉及的3条由案件核查，可抽20条。" in text
    assert "看抽多少" in text
    assert "并立案" not in text


def test_the_page_says_how_many_of_each_stratum_before_anything_is_drawn(settled, as_person):
    text = as_person(settled.supervisor).get("/samples", query_string=asked(settled)).text
    assert "将抽取8件，误差最多±" in text
    assert "签劳动合同形式就业 · 本科" in text
    assert "抽取8件并立案" in text
    assert samples() == 0


def test_a_margin_says_what_strata_cost(settled, as_person):
    given = asked(settled, kind="margin", margin="20", minimum="7")
    text = as_person(settled.supervisor).get("/samples", query_string=given).text
    assert "将抽取14件，误差最多±" in text
    assert "不分层需12件，多出的用于各层至少7件；" in text


def test_a_plan_says_how_many_wrong_ones_are_allowed(settled, as_person):
    given = asked(settled, kind="plan", declared="2", rate="40")
    text = as_person(settled.supervisor).get("/samples", query_string=given).text
    assert "查实有误不超过1件，就不否定所声称的水平。" in text


WRONG = [
    ({"kind": "margin", "margin": "很准"}, "请填写大于0、小于50的数"),
    ({"kind": "margin", "margin": "nan"}, "请填写大于0、小于50的数"),
    ({"kind": "margin", "margin": "0"}, "请填写大于0、小于50的数"),
    ({"kind": "size", "size": "many"}, "请填写整数。"),
    ({"kind": "size", "size": ""}, "请填写不小于1的整数。"),
    ({"kind": "size", "minimum": "-1"}, "请填写整数。"),
    ({"kind": "plan", "declared": "5", "rate": "5"}, "声称的错误率应小于不可接受的错误率。"),
    ({"kind": "plan", "declared": "4.9", "rate": "5"}, "两个比例太接近"),
    ({"kind": "guess"}, "请选择抽样方式。"),
]


def test_what_is_filled_in_wrongly_is_said_at_the_field_and_nothing_is_drawn(settled, as_person):
    browser = as_person(settled.supervisor)
    for wrong, sentence in WRONG:
        given = asked(settled, **wrong)
        for answer in (browser.get("/samples", query_string=given), browser.post("/samples", data=given)):
            assert (answer.status_code, sentence in answer.text) == (422, True), wrong
    assert samples() == 0


def test_a_draw_leads_to_its_result_which_says_that_nothing_is_known_yet(settled, as_person):
    browser = as_person(settled.supervisor)
    answer = browser.post("/samples", data=asked(settled))
    assert answer.status_code == 303
    text = browser.get(answer.headers["Location"]).text
    assert "已抽取，新立案8件，请派发。" in text
    assert "抽取8件，还没有一件核结。" in text
    assert "还不知道" in text
    drawn = db.session.scalars(select(Sample)).one()
    assert drawn.seed in text
    assert drawn.population_hash in text


def test_a_second_draw_is_refused_without_a_reason_and_kept_beside_the_first_with_one(sample, settled, as_person):
    browser = as_person(settled.supervisor)
    refused = browser.post("/samples", data=asked(settled))
    assert refused.status_code == 409
    assert "本轮已经抽过样，没有重新抽样。" in refused.text
    assert samples() == 1
    answer = browser.post("/samples", data=asked(settled, reason="补录了数据"))
    text = browser.get(answer.headers["Location"]).text
    assert "再次抽样的理由：补录了数据" in text
    assert f"/samples/{sample.ref}" in text
    assert samples() == 2


def test_the_result_is_a_sentence_first(sample, settled, as_person):
    conclude(sample, "corrected", "unfounded", "unfounded", "unfounded", "unverifiable")
    text = as_person(settled.investigator).get(f"/samples/{sample.ref}?survey=10").text
    lead = text.split('class="lead">')[1].split("</p>")[0]
    assert "抽取8件，已核实4件，1件有误：记为落实的登记里，有误的约" in lead
    assert "统计部门如果调查10人，预计查出约" in lead
    assert "还有3件未办结，结果会变。" in lead
    assert "无法核实的1件没有计入；即使全部有误，比例是" in text


def test_a_plan_that_failed_says_so(settled, as_person):
    with unit_of_work():
        found = draw_sample(
            organisation=settled.organisation,
            round_=settled.round_,
            design=Design("plan", declared=0.05, rate=0.45),
            actor=actor_of(settled.supervisor),
        ).sample
    conclude(found, *["corrected"] * 3)
    text = as_person(settled.supervisor).get(f"/samples/{found.ref}").text
    assert "查实有误3件，超过允许的2件：不能认可所声称的水平。" in text


def test_the_watch_sample_is_drawn_from_the_page_once(settled, as_person):
    browser = as_person(settled.supervisor)
    form = {"organisation": settled.organisation.code}
    assert "筛查立案3件，按5.0%抽取；已抽0件。" in browser.get("/samples").text
    answer = browser.post("/samples/watch", data=form)
    assert answer.status_code == 303
    assert "对照样本" in browser.get(answer.headers["Location"]).text
    again = browser.post("/samples/watch", data=form)
    assert again.status_code == 409
    assert "不必再抽" in again.text


def test_tables_are_taken_along_masked_and_the_journal_remembers_it(sample, settled, as_person):
    browser = as_person(settled.supervisor)
    strata, cases = (browser.get(f"/samples/{sample.ref}/{what}.csv") for what in ("strata", "cases"))
    assert strata.text.splitlines()[1].startswith("签劳动合同形式就业 · 本科,12,5,0,0,0,5,—")
    assert len(cases.text.splitlines()) == 9
    assert not any(member.student_no in cases.text for member in members_of(sample))
    remembered = db.session.scalars(select(JournalEntry).filter_by(action="sample:export", chain=LOOKS)).all()
    assert [entry.facts["what"] for entry in remembered] == ["strata", "cases"]


def test_who_may_not_export_is_not_offered_it_and_gets_none(sample, settled, as_person):
    browser = as_person(settled.vice_leader)
    assert "导出" not in browser.get(f"/samples/{sample.ref}").text.split("<main")[1].split("</main>")[0]
    assert browser.get(f"/samples/{sample.ref}/cases.csv").status_code == 403


@pytest.mark.parametrize(("role", "where"), [("investigator", "college"), ("discipline_officer", "discipline")])
def test_who_sees_a_part_of_the_cases_sees_no_sample(sample, settled, as_person, role, where):
    with unit_of_work():
        browser = as_person(make_person(role, getattr(settled.tree, where)))
    refused = browser.get("/samples")
    assert refused.status_code == 403
    assert "抽样结果说的是全校的登记" in refused.text
    for address in (f"/samples/{sample.ref}", f"/samples/{sample.ref}/cases.csv"):
        assert browser.get(address).status_code == 404


def test_a_stranger_finds_nothing_and_draws_nothing(sample, settled, as_person):
    with unit_of_work():
        browser = as_person(make_person("supervisor", make_tree().university))
    assert browser.get(f"/samples/{sample.ref}").status_code == 404
    assert "还没有样本" in browser.get("/samples").text
    assert browser.post("/samples", data=asked(settled)).status_code == 404
    assert samples() == 1


def test_an_investigator_reads_results_and_is_refused_the_draw(sample, settled, as_person):
    browser = as_person(settled.investigator)
    listed = browser.get("/samples").text
    assert f"/samples/{sample.ref}" in listed
    assert "看抽多少" not in listed
    for address in ("/samples", "/samples/watch"):
        assert browser.post(address, data=asked(settled, reason="x")).status_code == 403
    assert samples() == 1


def test_sample_cases_are_in_the_list_of_cases_by_their_origin_and_nothing_else_tells_them(sample, settled, as_person):
    text = as_person(settled.supervisor).get("/cases?origin=sample").text
    assert text.count("毕业去向登记待核实") == 8
    case = db.session.scalars(select(Case).filter_by(origin="sample")).first()
    assert as_person(settled.supervisor).get(f"/cases/{case.number}").status_code == 200


def test_the_overdue_page_says_how_much_of_the_work_was_drawn(desk, as_person):
    text = as_person(desk.supervisor).get("/overdue").text
    assert "抽样核查：没有疑点" not in text
    with unit_of_work():
        make_case(desk.organisation, desk.round_, origin="sample", severity="low")
    assert (
        "在办案件里有1件是抽样核查：没有疑点，随机抽到，不计入问题统计。"
        in as_person(desk.supervisor).get("/overdue").text
    )
