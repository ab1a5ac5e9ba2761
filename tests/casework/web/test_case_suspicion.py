"""The case page shows what each finding weighs, strikes out what has gone, and offers what came late."""

import pytest

from casework import clock
from casework.db import db
from casework.operations.tell_withdrawn import tell_withdrawn
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_run
from tests.casework.operations.bench import make_bench
from tests.casework.operations.finding import find, opened

OBSERVED = {
    "employer_name": "岭川样本科技有限公司", "credit_code": "91X", "graduates": 42, "college": "文学院",
    "of_college": 42, "insured": 3,
    "size_known": True, "size_unknown": False, "peers": 900, "college_peers": 60, "expected": "2.80",
    "tail": "1e-30",
}  # fmt: skip


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def cluster(bench, people=42):
    crowd = [bench.record(college=bench.tree.college) for _ in range(people)]
    find(bench, *crowd, rule="tiny_employer_cluster", level="employer", key="91X", observed=OBSERVED)
    find(bench, *crowd, rule="employers_share_phone", strength="m", level="employer", key="91X", observed=SHARED)
    [case] = opened(bench).opened
    case.owner = bench.owner
    return case


SHARED = {"employer_count": 2, "employers": "甲（91X）、乙（91Y）", "graduates": 42, "more": False}


def shown(as_person, bench, case, person=None):
    answer = as_person(person or bench.owner).get(f"/cases/{case.number}")
    assert answer.status_code == 200
    return answer.text


def test_a_cluster_says_how_many_to_check_first_and_marks_them(bench, as_person):
    text = shown(as_person, bench, cluster(bench))
    assert "先查”的11人（共42人）" in text
    assert text.count('class="chip">先查') == 11


def test_a_contradiction_about_one_record_has_nobody_to_check_first(bench, as_person):
    case = bench.case(findings=[find(bench, rule="employers_share_phone", observed=SHARED)])
    assert "先查" not in shown(as_person, bench, case)


def test_a_hit_shows_its_ratio_and_where_it_comes_from_and_one_of_a_family_counts(bench, as_person):
    text = shown(as_person, bench, cluster(bench))
    assert "×100</span> 起始值 · 单位聚集" in text
    assert "×20</span> 起始值 · 单位聚集 · 同类证据只计最强的一项" in text
    assert "不是结论" in text


def test_what_has_gone_is_struck_out_and_a_case_without_any_says_that_it_stays_open(bench, as_person):
    case = cluster(bench)
    for link in case.findings:
        link.finding.withdrawn_at = NOON
    tell_withdrawn(organisation=bench.tree.university, round_=bench.round_, actor=actor_of(bench.supervisor))
    text = shown(as_person, bench, case)
    assert text.count("疑点不再成立") >= 2
    assert "<s><b>" in text
    assert "案件不会因此自动关闭" in text
    assert "全部疑点均已不再成立" in text  # in the story
    assert case.state == "flagged"


def test_what_came_late_is_offered_for_reopening_to_whoever_may(bench, as_person):
    record = bench.record()
    case = bench.case(records=[record], state="accepted")
    find(bench, record, rule="employers_share_phone", strength="m", observed=SHARED)
    assert opened(bench).late == (case,)
    to_supervisor = shown(as_person, bench, case, bench.supervisor)
    assert f"/cases/{case.number}/actions/reopen" in to_supervisor
    assert "没有另立新案" in to_supervisor
    assert "请就业部门负责人重新打开本案" in shown(as_person, bench, case)


def test_a_run_that_opens_nothing_still_offers_to_join_what_it_found(bench, as_person):
    worked, concluded = bench.record(), bench.record()
    bench.case(records=[worked])
    settled = bench.case(records=[concluded], state="accepted")
    for record in (worked, concluded):
        find(bench, record, rule="employers_share_phone", strength="m", observed=SHARED)
    run = make_run(bench.tree.university, bench.round_)
    run.counts, run.rules = {"found": 2, "new": 2}, {}
    db.session.commit()
    where, browser = f"/screening/runs/{run.ref}", as_person(bench.supervisor)
    text = browser.get(where).text
    assert "并入1组新疑点</button>" in text
    assert "确认后将建案" not in text
    done = browser.post(where).text
    assert "新建案件0件，并入已有案件1件" in done
    assert f"/cases/{settled.number}" in done
