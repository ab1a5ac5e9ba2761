"""Erasing personal values: when it is refused, what is gone afterwards, and that the chain does not notice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from casework import clock, journal
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry, JournalSecret, LegalHold
from casework.operations import erase_values as erasing
from casework.operations import legal_holds
from casework.operations.erase_values import Erased, erase_values
from casework.operations.legal_holds import lift_hold, place_hold
from casework.operations.story import tell
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_case, make_person
from tests.casework.operations.erasing import WORDS, Town, dumped
from workflows.access import SYSTEM

pytestmark = pytest.mark.usefixtures("app")
OTHER = "与此无关的一句话"
LATER = NOON + timedelta(days=366 * 11)


@pytest.fixture
def town():
    """Return a university whose journal holds two words about two cases, noted on a day in July 2024."""
    with clock.stopped_at(NOON), unit_of_work():
        made = Town()
        for case, words in ((made.case, WORDS), (made.other, OTHER)):
            tell(case, "note", actor=actor_of(made.investigator), words=words)
    return made


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


def test_whatever_copies_the_words_is_erased_with_them_and_what_another_body_wrote_stays(town):
    with clock.stopped_at(NOON), unit_of_work():
        subjects = town.plant()
        town.note(town.tree.discipline, "LC24-R1")
        with_holds = {"reason": WORDS, "placed_at": NOON, "placed_by": "1", "lifted_at": NOON}
        db.session.add(LegalHold(organisation_id=town.tree.university.id, subject=town.case.number, **with_holds))
    subjects[town.case.number].add("legal_holds.reason")
    standing = set().union(*subjects.values())
    for subject, columns in subjects.items():
        assert dumped(WORDS) == {"journal_secrets.value", "disposals.words", *standing}
        with clock.stopped_at(LATER):
            assert town.erase(subject=subject).words == len(columns)
        standing -= columns
    assert dumped(WORDS) == {"journal_secrets.value", "disposals.words"}
    with clock.stopped_at(LATER), unit_of_work():
        erase_values(organisation=town.tree.discipline, subject="LC24-R1", reason="已过期限", actor=SYSTEM)
    assert (dumped(WORDS), broken(town)) == (set(), [])


def test_a_case_that_was_taken_over_is_erased_in_both_chains_by_whoever_has_it_and_by_nobody_else(town):
    province = town.tree.province
    supervisor = make_person("supervisor", province)
    with clock.stopped_at(NOON), unit_of_work():
        town.note(province, town.case.number)
        town.case.organisation, town.case.organisation_id = province, province.id
    with clock.stopped_at(NOON + timedelta(days=400)), unit_of_work():
        town.note(town.tree.university, town.case.number)
    given = {"organisation": province, "subject": town.case.number, "reason": "已过期限"}

    def erase():
        with unit_of_work():
            return erase_values(**given, actor=actor_of(supervisor))

    with clock.stopped_at(LATER), pytest.raises(Conflict, match="已不由本单位办理"):
        town.erase()
    with clock.stopped_at(NOON + timedelta(days=366 * 3 + 30)), pytest.raises(Conflict) as kept:
        erase()  # three years after what the new body did, not after what the old one did
    with clock.stopped_at(LATER):
        town.keep(place_hold)
        with pytest.raises(Conflict) as held:
            erase()  # the hold of the old body binds the new one
        assert (kept.value.code, held.value.code) == ("retention_floor", "legal_hold")
        assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}
        town.keep(lift_hold)
        assert (erase().words, dumped(WORDS)) == (2, set())
    assert [list(journal.verify(each.id)) for each in (province, town.tree.university)] == [[], []]


def test_what_somebody_takes_away_behind_the_back_is_found_and_an_erasing_before_it_excuses_nothing(town):
    gone = "封存的内容（words）已不在，此后没有清除它的记录。"
    with clock.stopped_at(LATER):
        town.erase()
        with unit_of_work():
            tell(town.case, "note", actor=actor_of(town.investigator), words=WORDS)
    with unit_of_work() as session:
        session.execute(text("DELETE FROM journal_secrets WHERE name = 'words'"))
    notes = db.session.scalars(select(JournalEntry).filter_by(action="case:note").order_by(JournalEntry.seq)).all()
    erased, other, after = (note.seq for note in notes)
    assert [(found.seq, found.reason % found.params) for found in broken(town)] == [(other, gone), (after, gone)]
    assert erased < other  # the naive check, which asks for no value, is content with all three


REFUSED = [
    ("before the floor of retention", NOON, {}, Conflict, "须保存到 2027-07-29"),
    ("a day before it", NOON.replace(year=2027, day=28), {}, Conflict, "须保存到"),
    ("without a reason", LATER, {"reason": " "}, Invalid, "必填"),
    ("what the journal does not know", LATER, {"subject": "LC24-9999"}, NotFound, "没有清除任何内容"),
]


@pytest.mark.parametrize(("moment", "given", "kind", "said"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_it_is_refused_and_leaves_everything(town, moment, given, kind, said):
    with clock.stopped_at(moment), pytest.raises(kind) as refused:
        town.erase(**given)
    assert said in refused.value.message % (refused.value.params or {})
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}


FLOORS = [
    ("the last day of a month", date(2025, 7, 31), date(2028, 7, 31)),
    ("a usual day", date(2025, 2, 28), date(2028, 2, 28)),
    ("a day that most years do not have", date(2028, 2, 29), date(2031, 3, 1)),
]


@pytest.mark.parametrize(("last", "until"), [row[1:] for row in FLOORS], ids=[row[0] for row in FLOORS])
def test_the_floor_is_whole_years_and_never_a_day_less(town, last, until):
    moment = NOON.replace(year=last.year, month=last.month, day=last.day)
    with clock.stopped_at(moment), unit_of_work():
        case = make_case(town.tree.university, town.case.round, owner=town.investigator)
        journal.record(organisation_id=town.tree.university.id, action="x:y", actor="1", subject=case.number)
    with clock.stopped_at(moment), pytest.raises(Conflict) as refused:
        town.erase(subject=case.number)
    assert refused.value.params["floor"] == until.isoformat()


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
        assert town.erase().words == 2  # in the story, and why it was held
    said = db.session.scalars(select(JournalEntry.action).filter_by(subject=town.case.number).order_by("seq"))
    assert [action for action in said if action.startswith("journal:")] == [
        "journal:hold",
        "journal:lift",
        "journal:erase",
    ]
    assert broken(town) == []


def test_a_hold_that_was_placed_while_erasing_waited_for_its_turn_is_seen(town, monkeypatch):
    waited_for = []

    def place_meanwhile(organisation_id):
        hold = {"reason": "涉诉", "placed_at": clock.now(), "placed_by": "1"}
        db.session.add(LegalHold(organisation_id=organisation_id, subject=town.case.number, **hold))
        waited_for.append(organisation_id)

    monkeypatch.setattr(erasing, "lock_organisation", place_meanwhile)
    monkeypatch.setattr(legal_holds, "lock_organisation", waited_for.append)
    with clock.stopped_at(LATER):
        with pytest.raises(Conflict, match="依法保全"):
            town.erase()
        town.keep(place_hold)  # and whoever places or lifts one waits for the same turn
        town.keep(lift_hold)
    assert waited_for == [town.tree.university.id] * 3
    assert dumped(WORDS) == {"journal_secrets.value", "case_moves.words"}


def test_erasing_twice_finds_nothing_more_and_the_first_erasing_does_not_prolong_the_floor(town):
    with clock.stopped_at(LATER):
        town.erase()
        assert town.erase() == Erased(town.case.number, 1, 0)  # the reason of the first one
    assert db.session.query(JournalSecret).count() == 2
