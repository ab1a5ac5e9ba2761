"""The page of employers that look alike: what it says first, deciding, taking back, and who may."""

import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import make_bench

ONE, OTHER = "91420100MYF42CWF5K", "91420600MY2RT13M2C"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON), unit_of_work():
        made = make_bench()
        made.record(credit_code=ONE, employer_name="武汉甲乙丙丁科技有限公司")
        made.record(credit_code=OTHER, employer_name="武汉甲乙丙戊科技有限公司")
    with clock.stopped_at(NOON):
        yield made


def send(client, **form):
    return client.post("/employers", data={"one": ONE, "other": OTHER, "reason": "公示系统查询"} | form)


def test_the_page_says_how_many_wait_and_marks_what_differs(bench, as_person):
    text = as_person(bench.owner).get("/employers").text
    assert "1对单位看起来相近" in text
    assert "在有人认定之前不作合并" in text
    assert '武汉甲乙丙<b class="mark">丁</b>科技有限公司' in text
    assert "名称相似度" in text


@pytest.mark.parametrize(("verdict", "said"), [("same", "同一单位"), ("different", "不是同一单位")])
def test_a_pair_is_decided_and_taken_back(bench, as_person, verdict, said):
    client = as_person(bench.owner)
    assert send(client, verdict=verdict).status_code == 303
    text = client.get("/employers").text
    assert "相近的单位都已认定" in text
    assert f">{said}</td>" in text
    assert bench.owner.name in text
    assert send(client, verdict="retract").status_code == 303
    assert "1对单位看起来相近" in client.get("/employers").text


@pytest.mark.parametrize(
    ("form", "status"), [({"reason": " "}, 422), ({"one": "123"}, 422), ({"verdict": ""}, 422), ({"other": ONE}, 422)]
)
def test_what_is_refused_changes_nothing(bench, as_person, form, status):
    client = as_person(bench.owner)
    assert send(client, **{"verdict": "same"} | form).status_code == status
    assert "1对单位看起来相近" in client.get("/employers").text


def test_who_may_not_decide_is_told_so_and_a_stranger_finds_nothing(bench, as_person):
    assert as_person(make_person("auditor", bench.tree.university)).get("/employers").status_code == 403
    assert as_person(bench.owner).get("/employers?organisation=NONE").status_code == 404


def test_nobody_with_nothing_alike_sees_an_empty_table(bench, as_person):
    client = as_person(bench.owner)
    send(client, verdict="different")
    assert "没有待认定的单位" in client.get("/employers").text
