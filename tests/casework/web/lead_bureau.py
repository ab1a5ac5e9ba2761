"""A university with two lead officers, one at the province, and people who have no business with leads."""

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_person, make_round, make_tree

CALL = {
    "channel": "UNIV_PHONE",
    "received_at": "2024-07-29T09:30",
    "title": "反映学院扣发毕业证书",
    "content": "没有交三方协议的同学被告知证书暂缓领取，班里有七个人至今没有拿到。",
    "named": "1",
    "reporter_name": "欧阳晓明",
    "reporter_phone": "13800006021",
}


class Bureau:
    """A university with two lead officers, one at the province, and people who have no business with leads."""

    def __init__(self):
        self.tree = make_tree()
        self.round_ = make_round()
        self.officer = make_person("lead_officer", self.tree.university, name="马贤刚")
        self.second = make_person("lead_officer", self.tree.university, name="贺知秋")
        self.above = make_person("lead_officer", self.tree.province, name="郑哲根")
        self.investigator = make_person("investigator", self.tree.university, name="李梦洁")
        self.supervisor = make_person("supervisor", self.tree.university, name="肖国舒")

    def lead(self, **given):
        return take_lead(
            **{
                "organisation": self.tree.university,
                "round": self.round_,
                "channel": "UNIV_PHONE",
                "received_at": NOON,
                "title": CALL["title"],
                "content": CALL["content"],
                "named": True,
                "reporter": {"name": "欧阳晓明", "phone": "13800006021"},
                "actor": actor_of(self.officer),
            }
            | given
        )


@pytest.fixture
def bureau(app):
    with unit_of_work():
        return Bureau()


def only_lead():
    db.session.expire_all()
    return db.session.scalars(select(Lead)).one()


def moved(browser, lead, verb, **given):
    """Send the form of an action as it was shown just now."""
    return browser.post(f"/leads/{lead.number}/actions/{verb}", data={"version": lead.version} | given)
