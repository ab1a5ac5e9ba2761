"""Those who work on leads at three levels, graduates to complain about, and leads in plain words."""

from dataclasses import dataclass

import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from casework.intake.models import Record
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from tests.casework.factories import NOON, Tree, make_organisation, make_person, make_record, make_round, make_tree
from workflows.access import Actor

FIRM, CODE = "武汉骁岫劳务服务有限公司", "91420117MYA68YPX3T"


@dataclass(frozen=True)
class Bureau:
    """One line of bodies with a lead officer each, a second one at the university, and some graduates."""

    tree: Tree
    round_: Round
    sister: Organisation  # another university of the province
    officer: Person
    second: Person
    province_officer: Person
    ministry_officer: Person
    supervisor: Person
    province_supervisor: Person
    records: tuple[Record, ...]

    def lead(self, content="反映学生没有上班", *, by=None, at=None, title="反映情况", channel="UNIV_PHONE", **given):
        """Take a lead in at the university, or wherever it is said."""
        return take_lead(
            organisation=at or self.tree.university,
            round=self.round_,
            channel=channel,
            received_at=given.pop("received_at", clock.now()),
            title=title,
            content=content,
            actor=actor_of(by or self.officer),
            **given,
        )


def make_bureau() -> Bureau:
    tree, round_ = make_tree(), make_round()
    university, province = tree.university, tree.province
    records = tuple(
        make_record(university, round_, college=tree.college, employer_name=FIRM, credit_code=CODE, **given)
        for given in (
            {"student_no": "202001110210", "name": "林清旺", "counsellor": "魏文凯", "class_name": "中文2001班"},
            {"student_no": "202001110211", "name": "石琪婷", "counsellor": "魏文凯", "class_name": "中文2001班"},
        )
    )
    return Bureau(
        tree=tree,
        round_=round_,
        sister=make_organisation("衡渊交通大学", "university", province, short_code="HY"),
        officer=make_person("lead_officer", university),
        second=make_person("lead_officer", university),
        province_officer=make_person("lead_officer", province),
        ministry_officer=make_person("lead_officer", tree.ministry),
        supervisor=make_person("supervisor", university),
        province_supervisor=make_person("supervisor", province),
        records=records,
    )


@pytest.fixture
def bureau(app):
    """A bureau at noon of a Monday in July."""
    with clock.stopped_at(NOON), unit_of_work():
        yield make_bureau()


def acting(person: Person) -> Actor:
    return actor_of(person)


__all__ = ["CODE", "FIRM", "NOON", "Bureau", "acting", "bureau", "make_bureau"]
