"""What a body above the universities screens: all of them at once, each graduate under the university's code."""

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.screen import screen
from casework.people.actors import actor_of
from casework.screening.models import Finding
from tests.casework.factories import make_batch, make_organisation, make_person, make_record, make_round, make_tree


@pytest.mark.usefixtures("app")
def test_a_province_screens_its_universities_at_once_and_leaves_records_to_them():
    with unit_of_work():
        tree, here = make_tree(), make_round()
        other = make_organisation("江湾大学", "university", tree.province)
        supervisor = make_person("supervisor", tree.province)
        firms = {"914201009684295383": "甲有限公司", "91420100926369864J": "乙有限公司"}
        mine = set()
        for university, (code, name) in zip((tree.university, other), firms.items(), strict=True):
            make_batch(university, here)
            # The same number in both universities, and one phone of two firms.
            record = make_record(
                university, here, student_no="1", credit_code=code, employer_name=name, employer_phone_index="token"
            )
            make_record(university, here, student_no="2", credit_code="12345", employer_name="丙")
            mine.add(record.id)
        done = screen(organisation=tree.province, round_=here, actor=actor_of(supervisor))
        assert "uscc_invalid" not in done.rules
        assert set(done.data_cut) == {f"{each.code}/graduates" for each in (tree.university, other)}
    found = db.session.scalars(select(Finding).filter_by(rule="employers_share_phone")).one()
    assert found.organisation_id == done.organisation_id
    assert {member.record_id for member in found.members} == mine
    assert {row.level for row in db.session.scalars(select(Finding))} == {"employer"}
