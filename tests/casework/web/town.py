"""A university with an administrator and three open cases, and what is stored of it."""

import pytest
from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations.reproject import reproject
from casework.rounds.models import Round
from tests.casework.factories import make_case, make_person, make_round, make_tree
from workflows.access import SYSTEM


class Town:
    """A university with an administrator, an investigator and three open cases."""

    def __init__(self):
        self.tree = make_tree()
        self.round_ = make_round()
        self.administrator = make_person("administrator", self.tree.university, name="覃丰")
        self.investigator = make_person("investigator", self.tree.university, name="李梦洁")
        for _ in range(3):
            make_case(self.tree.university, self.round_, owner=self.investigator, severity="low", state="investigating")


@pytest.fixture
def town(app):
    with unit_of_work():
        town = Town()
        reproject(town.round_, actor=SYSTEM)
    return town


def entries(action):
    db.session.rollback()
    return db.session.scalars(select(JournalEntry).filter_by(action=action)).all()


def national(level):
    db.session.rollback()
    found = db.session.scalars(select(Round)).one()
    return next(row.on for row in found.dates if row.level == level and row.organisation_id is None)


def deadlines():
    return {row.number: row.due_at for row in db.session.execute(select(Case.number, Case.due_at))}
