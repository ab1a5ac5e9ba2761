import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from casework.screening.models import Weights
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import make_bench
from tests.casework.operations.closed import closed, watch

PAGE = "/screening/precision"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def outcomes_of(bench):
    with unit_of_work():
        closed(bench, "proof_missing", how_many=16)
        closed(bench, "proof_missing", conclusion="unfounded", how_many=6)
        closed(bench, "employer_name_mismatch", conclusion="unfounded", how_many=21)
        watch(bench, wrong=1, right=9)


def test_before_anything_is_closed_it_says_so(bench, as_person):
    text = as_person(bench.supervisor).get(PAGE).text
    assert "各条规则都用起始权重" in text
    assert "disabled" in text


def test_each_rule_says_how_many_were_checked_and_confirmed_and_which_to_retire(bench, as_person):
    outcomes_of(bench)
    text = as_person(bench.owner).get(PAGE).text
    assert "查22件，属实16件" in text
    assert "区间52%—87%" in text
    assert "1条规则查得多、属实少" in text
    assert "漏查比例约10%" in text
    assert "按办结情况重算" not in text  # an investigator reads


def test_a_supervisor_weighs_anew_and_the_page_says_of_what(bench, as_person):
    outcomes_of(bench)
    browser = as_person(bench.supervisor)
    answer = browser.post(f"{PAGE}/refit", data={"organisation": bench.tree.university.code})
    assert answer.status_code == 303
    assert "据22件重算，其中16件属实；起始值" in browser.get(PAGE).text
    assert Weights.query.count() == 1


def test_who_may_not_is_refused_and_nothing_is_weighed(bench, as_person):
    outcomes_of(bench)
    code = bench.tree.university.code
    assert as_person(bench.owner).post(f"{PAGE}/refit", data={"organisation": code}).status_code == 403
    with unit_of_work():
        auditor = make_person("auditor", bench.tree.university)
    assert as_person(auditor).get(PAGE).status_code == 403
    assert Weights.query.count() == 0


def test_an_empty_refit_is_refused_with_its_sentence(bench, as_person):
    answer = as_person(bench.supervisor).post(f"{PAGE}/refit", data={"organisation": bench.tree.university.code})
    assert answer.status_code == 409
    assert "无从重算证据权重" in answer.text
