"""Planted anomalies are asked about, of whom it should be; an ordinary day asks nothing; an answer is given once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry, verify
from casework.notices.models import Message
from casework.operations.answer_reading import answer_reading
from casework.operations.ask_reading import ask_reading
from casework.overview.reading_models import ReadingQuestion, RefusedTries
from casework.overview.reading_questions import count_waiting, get_question, questions_for
from casework.people.actors import actor_of
from tests.casework.factories import make_case, make_person, make_record, make_round, make_tree

MONDAY = date(2024, 7, 29)
HOUR_IN_BEIJING = 8


class Office:
    """A university with its people, a month of ordinary days behind it, and a morning on which it is looked at."""

    def __init__(self):
        self.tree = make_tree()
        university, discipline = self.tree.university, self.tree.discipline
        self.investigator = make_person("investigator", university, name="李梦洁")
        self.colleague = make_person("investigator", university, name="周文涛")
        self.supervisor = make_person("supervisor", university, name="肖国舒")
        self.leader = make_person("party_leader", university, name="段成江")
        self.discipline = make_person("discipline_officer", discipline, name="何清正")
        self.auditor = make_person("auditor", university, name="秦明鉴")
        self.province = make_person("supervisor", self.tree.province, name="于红秀")
        self.above = make_person("discipline_officer", self.tree.province_discipline, name="韩直")
        self.round = make_round()

    def looks(self, person, times, *, on=MONDAY, hour=10, subject="LC24-9999", action="evidence:open"):
        with clock.stopped_at(datetime(on.year, on.month, on.day, hour - HOUR_IN_BEIJING, tzinfo=UTC)), unit_of_work():
            for _ in range(times):
                journal.record(
                    organisation_id=self.tree.university.id,
                    action=action,
                    actor=str(person.id),
                    subject=subject,
                    chain=journal.LOOKS,
                )

    def case(self, **values):
        return make_case(self.tree.university, self.round, **values)


@pytest.fixture
def office(app):
    with unit_of_work():
        made = Office()
    for days in range(25, 0, -1):
        on = MONDAY - timedelta(days=days)
        if on.weekday() < 5:
            for each in (made.investigator, made.colleague, made.leader, made.discipline):
                made.looks(each, 3, on=on)
    return made


def asked(on=MONDAY):
    morning = datetime(on.year, on.month, on.day, 23, tzinfo=UTC)
    with clock.stopped_at(morning), unit_of_work():
        found = ask_reading(on)
        return [(each.kind, each.person.name, each.asked_role, each.asked_body.kind) for each in found]


def test_ordinary_days_ask_nothing(office):
    office.looks(office.investigator, 5)
    office.looks(office.colleague, 0)
    assert asked() == []


def test_a_day_unlike_others_is_asked_about_and_never_of_whom_it_should_not(office):
    for person in (office.investigator, office.leader, office.discipline, office.auditor):
        office.looks(person, 60)
    assert asked() == [
        ("bulk", "李梦洁", "supervisor", "university"),
        ("bulk", "段成江", "discipline_officer", "discipline"),
        ("bulk", "何清正", "supervisor", "province"),
        ("bulk", "秦明鉴", "discipline_officer", "discipline"),
    ]


def test_asked_again_a_day_adds_nothing_and_neither_does_the_rest_of_the_week(office):
    office.looks(office.investigator, 60)
    assert len(asked()) == 1
    assert asked() == []
    tuesday = MONDAY + timedelta(days=1)
    office.looks(office.investigator, 200, on=tuesday)
    assert asked(tuesday) == []
    later = MONDAY + timedelta(days=7)
    office.looks(office.investigator, 300, on=later)
    assert [kind for kind, *_ in asked(later)] == ["bulk"]


def test_ties_to_a_case_are_asked_of_the_discipline_body_alone(office):
    with unit_of_work():
        own, headed, body, work = (
            office.case(records=[make_record(office.tree.university, office.round, counsellor=name)])
            for name in (office.investigator.name, office.supervisor.name, None, None)
        )
        body.concerns_id = office.tree.university.id
        work.owner_id = office.investigator.id
        numbers = {each.number for each in (own, headed, body)}
    for each in (own, headed, body, work):
        office.looks(office.investigator, 1, subject=each.number)
    found = asked()
    assert [each[0] for each in found] == ["own_case", "own_body", "own_leader"]
    assert {each[2:] for each in found} == {("discipline_officer", "discipline")}
    assert {row.subject for row in db.session.query(ReadingQuestion)} == numbers


def test_each_planted_anomaly_is_found_and_only_that(office):
    university = office.tree.university
    with unit_of_work():
        at_night, exporting, leaving, refused, outside = (
            make_person("investigator", university, name=name) for name in ("夜间", "导出", "离任", "被拒", "旁看")
        )
        leaving.appointments[0].until = MONDAY + timedelta(days=5)
        hour = datetime(2024, 7, 29, 2, tzinfo=UTC)
        for what in ("web.case", "web.lead"):
            tries = RefusedTries(person_id=refused.id, what=what, reason="out_of_scope", hour=hour, times=15)
            db.session.add(tries)
        numbers = [office.case().number for _ in range(6)]
    office.looks(exporting, 9, action="report:download")
    office.looks(leaving, 9)
    for number in numbers:
        office.looks(outside, 1, subject=number)
    office.looks(at_night, 4, hour=23)  # last: moments of a chain never go back
    assert [(kind, who) for kind, who, *_ in asked()] == [
        ("night", "夜间"),
        ("exports", "导出"),
        ("leaving", "离任"),
        ("refused", "被拒"),
        ("outside", "旁看"),
    ]


def test_who_reads_a_question_who_answers_it_and_how_often(office):
    office.looks(office.investigator, 60)
    office.looks(office.leader, 60)
    asked()
    waiting = {
        each.name: count_waiting(actor_of(each)) for each in (office.supervisor, office.discipline, office.auditor)
    }
    assert waiting == {"肖国舒": 1, "何清正": 1, "秦明鉴": 0}
    read = {
        person.name: [each.person.name for each in questions_for(actor_of(person), limit=9)]
        for person in vars(office).values()
        if hasattr(person, "appointments")
    }
    assert read == {
        "李梦洁": [], "周文涛": [], "段成江": [], "于红秀": [], "韩直": [],
        "肖国舒": ["李梦洁"], "何清正": ["段成江"], "秦明鉴": ["段成江", "李梦洁"],
    }  # fmt: skip
    question = questions_for(actor_of(office.supervisor), limit=1)[0]
    for wrong, words, outcome in (
        (Forbidden, "看过了。", "explained"),
        (Invalid, " ", "explained"),
        (Invalid, "好", "x"),
    ):
        who = office.auditor if wrong is Forbidden else office.supervisor
        with pytest.raises(wrong), unit_of_work():
            answer_reading(question, outcome=outcome, words=words, actor=actor_of(who))
    with pytest.raises(NotFound):
        get_question(question.ref, actor_of(office.investigator))
    with unit_of_work():
        answer_reading(question, outcome="explained", words="集中核对签约材料。", actor=actor_of(office.supervisor))
    with pytest.raises(Conflict), unit_of_work():
        answer_reading(question, outcome="followed_up", words="再问。", actor=actor_of(office.supervisor))
    db.session.refresh(question)
    assert (question.outcome, question.answer) == ("explained", "集中核对签约材料。")
    told = [e.action for e in db.session.query(JournalEntry).filter(JournalEntry.action.startswith("audit:"))]
    assert sorted(told) == ["audit:answer", "audit:ask", "audit:ask"]
    assert list(verify(office.tree.university.id, journal.LOOKS)) == []


def test_whoever_answers_is_told_once_and_the_message_names_nobody(office):
    for person in (office.investigator, office.colleague):
        office.looks(person, 60)
    asked()
    inbox = list(db.session.query(Message).filter_by(kind="reading_question", channel="inbox"))
    assert [each.person_id for each in inbox] == [office.supervisor.id]
    assert inbox[0].params == {"organisation": "岭川大学", "on": "2024-07-29"}
