"""Employers that look alike, listed and decided from the terminal."""

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.screening.models import EmployerDecision
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import make_bench

ONE, OTHER = "91420100MYF42CWF5K", "91420600MY2RT13M2C"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON), unit_of_work():
        made = make_bench()
        made.record(credit_code=ONE, employer_name="武汉甲乙丙科技有限公司")
        made.record(credit_code=OTHER, employer_name="武汉市甲乙丙科技有限责任公司")
    return made


def where(bench, person=None):
    login = (person or bench.owner).login
    return ("--organisation", bench.tree.university.code, "--round", "2024", "--as", login)


def test_a_pair_is_listed_until_it_is_decided(bench, command_line):
    said = command_line.done("employers", "list", *where(bench))
    assert "名称相同，代码不同" in said
    assert "1 对单位看起来相近" in said
    command_line.done("employers", "decide", ONE, OTHER, "--same", "--reason", "公示系统查询", *where(bench))
    assert "0 对单位看起来相近" in command_line.done("employers", "list", *where(bench))


def test_who_may_not_decides_nothing(bench, command_line):
    with unit_of_work():
        auditor = make_person("auditor", bench.tree.university)
    command_line.refused("employers", "list", *where(bench, auditor))
    command_line.refused("employers", "decide", ONE, OTHER, "--same", "--reason", "某", *where(bench, auditor))
    assert db.session.query(EmployerDecision).count() == 0
