import threading
from datetime import date

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Hold
from casework.db import db
from casework.deadlines.models import Press
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, NotFound
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations import press as pressing
from casework.operations.press import press
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from notifications.compose import render
from tests.casework.notices.office import OPENED, beijing

DAY = beijing(8, 1, 10)  # a Thursday
LATE = beijing(7, 30, 18)


@pytest.fixture
def late(office):
    with unit_of_work():
        return [
            office.make_case(due_at=LATE),
            office.make_case(due_at=beijing(7, 31, 18)),
            office.make_case(due_at=beijing(8, 20)),  # not late
            office.make_case(due_at=LATE, owner=office.people["second"]),
        ]


def at(office, moment=DAY, *, person="owner", by="supervisor", **given):
    with clock.stopped_at(moment), unit_of_work():
        actor = actor_of(db.session.get_one(Person, office.people[by].id))
        owner = db.session.get_one(Person, office.people[person].id)
        return press(owner, **{"organisation": office.university, "actor": actor} | given)


def messages():
    return db.session.scalars(select(Message).filter_by(kind="press").order_by(Message.id)).all()


def refusal(office, **given):
    with pytest.raises(Conflict) as refused:
        at(office, **given)
    db.session.rollback()
    assert len(messages()) == given.pop("told", 0)
    return refused.value


def test_one_message_speaks_for_all_that_is_late(office, late):
    done = at(office, note="请先核实单位")
    assert [case.number for case in done.cases] == [late[0].number, late[1].number]
    assert {(row.channel, row.person.login, row.class_) for row in messages()} == {
        ("inbox", "owner", 1),
        ("simulator", "owner", 1),
    }
    assert messages()[0].params == {"overdue": 2, "due": LATE.astimezone(clock.UTC).isoformat()}


def test_what_is_sent_names_no_case_and_holds_no_free_text(office, late):
    at(office, note="请先核实单位")
    said = render("press", language="zh", params=messages()[0].params | {"link": "https://x.example/queue"})
    assert "2件" in said.subject
    assert "请先核实单位" not in said.body
    assert late[0].number not in said.body


def test_each_case_and_the_journal_tell_of_it(office, late):
    at(office, note="请先核实单位")
    stories = [[(move.action, move.words) for move in case.moves] for case in late]
    assert stories == [[("press", "请先核实单位")]] * 2 + [[], []]
    assert db.session.scalars(select(JournalEntry.action).order_by(JournalEntry.id)).all() == [
        "case:press",
        "case:press",
        "overdue:press",
    ]


@pytest.mark.usefixtures("late")
def test_the_second_press_of_a_day_hears_who_was_first_and_when(office):
    at(office)
    with pytest.raises(Conflict) as refused:
        at(office, beijing(8, 1, 16), by="province")
    assert (refused.value.code, refused.value.params) == ("said_today", {"name": "supervisor", "hour": "10:00"})
    assert len(messages()) == 2
    at(office, beijing(8, 2, 9))
    assert len(messages()) == 4


@pytest.mark.usefixtures("late")
def test_of_two_who_press_at_once_one_wins_and_the_other_hears_it(app, office, monkeypatch):
    """Both have looked and found nothing when they come to the claim; the unique key decides."""
    both, outcomes = threading.Barrier(2, timeout=20), []
    claim = pressing.claim
    on_one_file = db.engine.dialect.name == "sqlite"  # there the second waits before it can look
    monkeypatch.setattr(pressing, "claim", lambda *a, **k: (on_one_file or both.wait(), claim(*a, **k)))
    ids = [office.people[name].id for name in ("owner", "supervisor", "province")]
    place = office.university.id
    db.session.rollback()

    def one(by):
        with app.app_context(), unit_of_work():
            owner, actor = db.session.get_one(Person, ids[0]), actor_of(db.session.get_one(Person, by))
            try:
                press(owner, organisation=db.session.get_one(Organisation, place), actor=actor)
            except Conflict as refused:
                outcomes.append(refused.code)
            else:
                outcomes.append("pressed")

    with clock.stopped_at(DAY):
        threads = [threading.Thread(target=one, args=(by,)) for by in ids[1:]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == ["pressed", "said_today"]
    assert db.session.query(Press).count() == 1
    assert len(messages()) == 2


@pytest.mark.usefixtures("late")
def test_nobody_is_chased_on_a_day_of_rest(office):
    saturday = refusal(office, moment=beijing(8, 3, 10))
    assert (saturday.code, saturday.params) == ("day_of_rest", {"on": date(2024, 8, 5)})


@pytest.mark.parametrize(
    ("values", "code"),
    [({"absent_until": date(2024, 8, 9)}, "absent"), ({"active": False}, "absent")],
)
@pytest.mark.usefixtures("late")
def test_whoever_is_away_is_not_chased(office, values, code):
    with unit_of_work():
        for name, value in values.items():
            setattr(office.people["owner"], name, value)
    assert refusal(office).code == code


def test_what_is_on_hold_is_not_asked_for(office):
    with unit_of_work():
        case = office.make_case(due_at=LATE)
        case.holds = [
            Hold(
                reason="等单位复函",
                until_on=date(2024, 8, 9),
                asked_at=OPENED,
                approved_at=OPENED,
                asked_by=office.people["owner"],
            )
        ]
    assert refusal(office).code == "nothing_late"


def test_only_what_is_late_and_theirs_can_be_chosen(office, late):
    for wrong in (late[2], late[3]):
        assert refusal(office, cases=[wrong]).code == "not_late"
    assert [case.number for case in at(office, cases=[late[1]]).cases] == [late[1].number]


@pytest.mark.usefixtures("late")
def test_nobody_presses_themselves(office):
    with unit_of_work():
        office.make_case(due_at=LATE, owner=office.people["supervisor"])
    assert refusal(office, person="supervisor").code == "pressed_self"


@pytest.mark.parametrize("by", ["vice", "party", "second"])
@pytest.mark.usefixtures("late")
def test_leaders_read_and_colleagues_do_not_press(office, by):
    with pytest.raises(Forbidden):
        at(office, by=by)
    assert messages() == []


@pytest.mark.usefixtures("late")
def test_a_body_out_of_reach_does_not_exist(office):
    with pytest.raises(NotFound):
        at(office, organisation=office.province)
