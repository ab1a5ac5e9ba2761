"""Erasing personal values: when it is refused, what is gone afterwards, and that the chain does not notice."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, inspect, select, text, type_coerce

from casework import clock, journal
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry, JournalSecret
from casework.models import metadata
from casework.operations.erase_values import Erased, erase_values
from casework.operations.legal_holds import lift_hold, place_hold
from casework.operations.story import tell
from casework.people.actors import actor_of
from casework.sealing import SealBroken, ring
from tests.casework.factories import NOON, make_case, make_person, make_round, make_tree

pytestmark = pytest.mark.usefixtures("app")
WORDS = "李四，电话13812346021，称从未签约"
OTHER = "与此无关的一句话"
LATER = NOON + timedelta(days=366 * 11)


class Town:
    def __init__(self):
        self.tree = make_tree()
        round_ = make_round()
        self.supervisor = make_person("supervisor", self.tree.university)
        self.investigator = make_person("investigator", self.tree.university)
        self.case, self.other = (make_case(self.tree.university, round_, owner=self.investigator) for _ in range(2))

    def erase(self, *, subject=None, by=None, reason="保存期限已过"):
        with unit_of_work():
            actor = actor_of(by or self.supervisor)
            where = {"organisation": self.tree.university, "subject": subject or self.case.number}
            return erase_values(**where, reason=reason, actor=actor)

    def keep(self, verb, reason="涉诉"):
        with unit_of_work():
            actor = actor_of(self.supervisor)
            verb(organisation=self.tree.university, subject=self.case.number, reason=reason, actor=actor)


@pytest.fixture
def town():
    """Return a university whose journal holds two words about two cases, noted on a day in July 2024."""
    with clock.stopped_at(NOON), unit_of_work():
        made = Town()
        for case, words in ((made.case, WORDS), (made.other, OTHER)):
            tell(case, "note", actor=actor_of(made.investigator), words=words)
    return made


def dumped(clear):
    """Return the places of the database in which these words stand, opened where they are sealed."""
    found = set()
    for table in metadata.sorted_tables:
        columns = [type_coerce(each, LargeBinary) if "Sealed" in type(each.type).__name__ else each for each in table.c]
        for row in db.session.execute(select(*columns)):
            for column, value in zip(table.c, row, strict=True):
                if clear in opened(value):
                    found.add(f"{table.name}.{column.name}")
    return found


def opened(value):
    if not isinstance(value, bytes):
        return str(value)
    for context in ("journal", "move", "person", "report", "dossier", "disposal"):
        try:
            return ring().unseal(value, context).decode()
        except SealBroken:
            continue
    return repr(value)


def broken(town):
    return list(journal.verify(town.tree.university.id))


def test_after_erasing_the_words_are_nowhere_and_the_chain_holds(town):
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}  # the dump sees what it looks for
    with clock.stopped_at(LATER):
        assert town.erase() == Erased(town.case.number, 1, 1)
    assert dumped(WORDS) == set()
    assert dumped(OTHER) == {"journal_secrets.value", "case_moves.words"}
    assert broken(town) == []
    entry = db.session.scalars(select(JournalEntry).filter_by(action="journal:erase")).one()
    assert (entry.subject, entry.facts) == (town.case.number, {"values": 1, "words": 1})
    assert [note.words for note in db.session.get_one(Case, town.case.id).moves if note.action == "note"] == [None]


def test_the_naive_erasing_breaks_the_chain(town):
    """Whoever erases the entry instead of the value beside it cannot pass the wall, and would be found."""
    with unit_of_work() as session:
        session.execute(text("DELETE FROM journal_secrets"))  # a value beside it: nobody is hindered, nothing breaks
    assert broken(town) == []
    assert {column["name"] for column in inspect(db.engine).get_columns("journal_entries")}.isdisjoint({"value"})


REFUSED = [
    ("before the floor of retention", NOON, {}, Conflict, "须保存到 2027-07-28"),
    ("a day before it", NOON.replace(year=2027, day=27), {}, Conflict, "须保存到"),
    ("without a reason", LATER, {"reason": " "}, Invalid, "必填"),
    ("what the journal does not know", LATER, {"subject": "LC24-9999"}, NotFound, "没有清除任何内容"),
]


@pytest.mark.parametrize(("moment", "given", "kind", "said"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_it_is_refused_and_leaves_everything(town, moment, given, kind, said):
    with clock.stopped_at(moment), pytest.raises(kind) as refused:
        town.erase(**given)
    assert said in refused.value.message % (refused.value.params or {})
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}


def test_nobody_but_the_head_of_office_erases(town):
    with clock.stopped_at(LATER), pytest.raises(Forbidden):
        town.erase(by=town.investigator)


def test_under_a_legal_hold_nothing_is_erased_until_it_is_lifted(town):
    with clock.stopped_at(LATER):
        town.keep(place_hold)
        town.keep(place_hold)  # placed twice it stands once
        with pytest.raises(Conflict, match="依法保全"):
            town.erase()
        town.keep(lift_hold)
        with pytest.raises(Conflict, match="没有依法保全"):
            town.keep(lift_hold)
        assert town.erase().words == 1
    said = db.session.scalars(select(JournalEntry.action).filter_by(subject=town.case.number).order_by("seq"))
    assert [action for action in said if action.startswith("journal:")] == [
        "journal:hold",
        "journal:lift",
        "journal:erase",
    ]
    assert broken(town) == []


def test_erasing_twice_finds_nothing_more_and_the_first_erasing_does_not_prolong_the_floor(town):
    with clock.stopped_at(LATER):
        town.erase()
        assert town.erase() == Erased(town.case.number, 1, 0)  # the reason of the first one
    assert db.session.query(JournalSecret).count() == 2
