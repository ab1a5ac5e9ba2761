"""Weighing the rules anew from the terminal."""

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.screening.models import Weights
from tests.casework.factories import NOON
from tests.casework.operations.bench import make_bench
from tests.casework.operations.closed import closed


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON), unit_of_work():
        made = make_bench()
        closed(made, "proof_missing", how_many=20)
        closed(made, "proof_reused", how_many=3)
        for _ in range(40):
            made.record()
    return made


def words(bench):
    return ("weights", "refit", "--organisation", bench.tree.university.code, "--round", "2024")


def test_it_says_of_how_many_outcomes_each_weight_is_made(bench, command_line):
    said = command_line.done(*words(bench), "--as", bench.supervisor.login)
    assert "proof_missing  据20件重算，属实20件" in said
    assert "proof_reused  沿用起始值，办结3件" in said
    assert "第 1 版" in said


def test_who_may_not_weighs_nothing(bench, command_line):
    command_line.refused(*words(bench), "--as", bench.owner.login)
    assert db.session.query(Weights).count() == 0
