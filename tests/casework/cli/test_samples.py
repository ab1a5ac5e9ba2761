"""Samples from the terminal."""

import pytest
from sqlalchemy import func, select

from casework.cases.sample_results import members_of
from casework.cases.samples import Sample
from casework.db import db
from casework.doors.unit import unit_of_work
from tests.casework.factories import make_case, make_record
from tests.casework.operations.reporting import make_office

pytestmark = pytest.mark.usefixtures("app")

SIZES = [
    (("--margin", "5"), "抽取385件。"),
    (("--margin", "5", "--population", "5200"), "抽取358件。"),
    (("--margin", "3"), "抽取1068件。"),
    (("--rate", "1"), "抽取299件。"),
    (("--declared", "1", "--rate", "5"), "抽取132件，允许有误3件。"),
    (("--declared", "2", "--rate", "8"), "抽取98件，允许有误4件。"),
]


@pytest.fixture
def office():
    with unit_of_work():
        made = make_office()
        for code in ["11"] * 12 + ["76"] * 8:
            make_record(made.organisation, made.round_, destination_code=code, degree_level="31")
        make_case(made.organisation, made.round_)
        return made


def where(office, who="supervisor"):
    return (
        "--organisation",
        office.organisation.code,
        "--round",
        office.round_.code,
        "--as",
        getattr(office, who).login,
    )


@pytest.mark.parametrize(("options", "sentence"), SIZES)
def test_the_size_is_said_without_a_database(command_line, options, sentence):
    assert command_line.done("sample", "size", *options).strip() == sentence


def test_a_sample_is_drawn_listed_and_shown(command_line, office):
    ref, said = command_line.done("sample", "draw", *where(office), "--size", "8", "--minimum", "2").splitlines()
    assert said == "抽取8件，新立案8件，并入在办案件0件。"
    assert ref in command_line.done("sample", "list", "--as", office.investigator.login)
    assert "还没有一件核结" in command_line.done("sample", "show", ref, "--as", office.investigator.login)
    with unit_of_work():
        found = db.session.scalars(select(Sample)).one()
        for member, conclusion in zip(members_of(found), ("corrected", "unfounded"), strict=False):
            member.case.state, member.case.conclusion = "corrected", conclusion
    shown = command_line.done("sample", "show", ref, "--survey", "10", "--as", office.supervisor.login)
    assert "抽取8件，已核实2件，1件有误" in shown
    assert "统计部门如果调查10人" in shown
    assert found.seed in shown


def test_a_watch_sample_is_drawn(command_line, office):
    assert "抽取1件，新立案1件" in command_line.done("sample", "draw", *where(office), "--watch")


def test_what_is_refused_is_said_and_leaves_nothing(command_line, office):
    ask = ("sample", "draw", *where(office))
    assert "请写明一种要求" in command_line.refused(*ask)
    assert "请写明一种要求" in command_line.refused(*ask, "--size", "3", "--margin", "5")
    assert "抽样" in command_line.refused("sample", "draw", *where(office, "investigator"), "--size", "3")
    assert db.session.scalar(select(func.count()).select_from(Sample)) == 0
