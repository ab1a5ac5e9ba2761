"""An answer from the graduate's own page: what is written down, what follows for cases, what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casework import clock, journal
from casework.campaigns.models import AnswerLink
from casework.cases.models import Case, Move
from casework.cases.queries import in_scope
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Invalid
from casework.intake.answers import is_answered
from casework.intake.models import Confirmation
from casework.operations.assign import assign, why_not
from casework.operations.orphans import orphans
from casework.operations.small_steps import unmask
from casework.operations.take_answer import LONGEST, take_answer
from casework.people.actors import actor_of
from tests.casework.answering import link_of, make_link, make_wave
from tests.casework.factories import NOON, make_case, make_person, make_record, make_round, make_tree


@pytest.fixture
def tree(app):
    with unit_of_work():
        return make_tree()


@pytest.fixture
def now():
    with clock.stopped_at(NOON):
        yield NOON


def register(tree, **values):
    with unit_of_work():
        return make_record(tree.university, make_round(), college=tree.college, **values)


def take(record, answer, **given):
    with unit_of_work():
        return take_answer(record, **{"answer": answer, "verified": True} | given)


def cases_of(record):
    wanted = select(Case).filter_by(subject_key=record.student_no).order_by(Case.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def sees(person, case):
    return db.session.scalar(select(Case.id).where(in_scope(actor_of(person)), Case.id == case.id)) is not None


def facts_of(case):
    return case.severity, case.nature, case.origin, case.state, case.sealed


@pytest.mark.usefixtures("now")
def test_what_a_graduate_corrects_is_read_where_their_words_are(tree):
    record = register(tree)
    with unit_of_work():
        owner = make_person("investigator", tree.university)
        case = make_case(tree.university, make_round(), records=[record], owner=owner)
    corrections = {"job": " 会计 ", "other": ""}
    given = take(record, "wrong_information", corrections=corrections)
    assert given.corrections == {"job": "会计", "other": ""}
    with unit_of_work():
        shown = unmask(case, record=record, actor=actor_of(owner), reason="核对")
    assert {name: words for name, words in shown.items() if name.startswith("correction")} == {
        "correction_job": "会计",
        "correction_other": "",
    }


@pytest.mark.usefixtures("now")
def test_what_each_answer_comes_to(tree):
    """A table: answer, verified → case as it stands, counts as answered."""
    denied = ("critical", "contradiction", "confirmation", "flagged", True)
    for answer, verified, opened, answered in (
        ("confirmed", True, [], True),
        ("confirmed", False, [], False),
        ("wrong_information", True, [], True),
        ("wrong_information", False, [], False),
        ("never_signed", True, [denied], True),
        ("never_signed", False, [denied], False),
    ):
        record = register(tree)
        given = take(record, answer, verified=verified, words="  七月才知道  ")
        assert [facts_of(case) for case in cases_of(record)] == opened, (answer, verified)
        assert is_answered(record.id) is answered, (answer, verified)
        assert (given.source, given.words, given.batch_id) == ("own_page", "七月才知道", None)
    case = db.session.scalars(select(Case)).first()
    assert case.due_at is not None
    assert case.college_id == tree.college.id
    told = [(move.action, move.params.get("answer"), move.words) for move in case.moves]
    assert told == [("open", None, None), ("answer", "never_signed", None)]
    assert not any("七月才知道" in str(facts) for facts in db.session.scalars(select(journal.JournalEntry.facts)))


@pytest.mark.usefixtures("now")
def test_a_denial_is_kept_from_the_college_until_somebody_without_conflict_owns_its_case(tree):
    with unit_of_work():
        college = make_person("investigator", tree.college)
        university, other = (make_person("investigator", tree.university) for _ in range(2))
        supervisor = make_person("supervisor", tree.university)
    record = register(tree)
    take(record, "never_signed", words="不是我填的")
    (case,) = cases_of(record)
    assert [sees(each, case) for each in (college, university, supervisor)] == [False, True, True]
    assert why_not(case, college).code == "no_right"
    with unit_of_work():
        assert [found.reason.code for found in orphans(make_round())] == []
        assign(case, to=university, actor=actor_of(supervisor))
    assert [sees(each, case) for each in (college, university, other)] == [True, True, True]
    with unit_of_work():
        looks = {
            who: unmask(case, record=record, actor=actor_of(person), reason="电话核查").get("statement")
            for who, person in (("university", university), ("college", college))
        }
    assert looks == {"university": "不是我填的", "college": None}


@pytest.mark.usefixtures("now")
def test_one_matter_is_one_case(tree):
    """An answer joins what is being worked, is told late to what is concluded, and opens nothing beside either."""
    for state, severity, told, sealed in (
        ("flagged", "critical", ["open", "answer"], True),
        ("investigating", "critical", ["open", "answer"], True),
        ("corrected", "low", ["open", "conclude", "answer"], False),
        ("accepted", "low", ["open", "conclude", "answer"], False),
    ):
        with unit_of_work():
            record = make_record(tree.university, make_round())
            owner = None if state == "flagged" else make_person("investigator", tree.university)
            make_case(tree.university, make_round(), records=[record], severity="low", state=state, owner=owner)
        take(record, "never_signed")
        (case,) = cases_of(record)
        assert (case.severity, [move.action for move in case.moves], case.sealed) == (severity, told, sealed), state
    record = register(tree)
    for minute, answer in enumerate(("never_signed", "never_signed", "wrong_information", "confirmed")):
        with clock.stopped_at(NOON + timedelta(minutes=minute)):
            take(record, answer)
    (case,) = cases_of(record)
    assert [move.params.get("answer") for move in case.moves][1:] == [
        "never_signed",
        "never_signed",
        "wrong_information",
    ]
    with unit_of_work():
        sampled = make_record(tree.university, make_round())
        make_case(tree.university, make_round(), records=[sampled], origin="sample", severity="low")
    take(sampled, "never_signed")
    assert [each.origin for each in cases_of(sampled)] == ["sample", "confirmation"]


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.usefixtures("now")
def test_nobody_is_made_to_take_an_answer_back_by_an_older_link(tree, verified):
    with unit_of_work():
        record = make_record(tree.university, make_round())
        first, second = (make_wave(tree.university, make_round()) for _ in range(2))
        make_link(record, first)
        make_link(record, second)
        older, newer = db.session.scalars(select(AnswerLink).order_by(AnswerLink.id)).all()
    take(record, "never_signed", verified=verified, link=newer)
    if verified:
        with pytest.raises(Conflict):
            take(record, "confirmed", link=older)
    else:  # somebody else may have known the birth date
        take(record, "confirmed", link=older)
    given = select(func.count()).select_from(Confirmation)
    assert db.session.scalar(given) == (1 if verified else 2)


@pytest.mark.usefixtures("now")
def test_what_is_refused_leaves_nothing(tree):
    with unit_of_work():
        wave = make_wave(tree.university, make_round())
        record, other = (make_record(tree.university, make_round()) for _ in range(2))
        make_link(record, wave)
        make_link(other, wave, days=-1)
    for given, refusal in (
        ({"answer": "yes"}, Invalid),
        ({"answer": ""}, Invalid),
        ({"answer": "never_signed", "words": "字" * (LONGEST + 1)}, Invalid),
        ({"answer": "never_signed", "link": link_of(other)}, Conflict),
    ):
        with pytest.raises(refusal):
            take(record, **given)
    with pytest.raises(Conflict):
        take(other, "never_signed", link=link_of(other))
    take(record, "confirmed", link=link_of(record))
    with pytest.raises(Conflict):
        take(record, "never_signed", link=link_of(record))
    assert db.session.scalar(select(func.count()).select_from(Confirmation)) == 1
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0
    assert db.session.scalar(select(func.count()).select_from(Move)) == 0
    assert link_of(record).used_at == NOON
    assert link_of(other).used_at is None
