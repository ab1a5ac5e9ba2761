from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.manners import Manners
from casework.notices.models import Message, MessageEvent, SendAttempt
from casework.operations.drain import claim_batch
from casework.operations.resend import repeat
from casework.operations.retime import retime
from casework.operations.sweep import sweep
from notifications.errors import ErrorClass
from tests.casework.notices.office import beijing
from tests.casework.notices.outward import BASE, NOW, Scripted, call, doubt, fault, states, sweeps
from tests.casework.operations.crowd import cases, crowd, write
from tests.support.together import together

PAUSE = timedelta(seconds=60)
DUE = NOW + PAUSE
GATHERING = Manners(gather=PAUSE)
CHANNELS = ("inbox", "simulator", "webhook")


@pytest.fixture(autouse=True)
def _gathering(office):
    ways.configure(CHANNELS, manners=GATHERING)


@pytest.fixture
def owner(office):
    return office.people["owner"].id


def assign(people, made, **more):
    for case in made:
        write(people, case=case, dedup=f"case:{case.id}:{more.get('kind', 'assign')}", **more)


def letters():
    wanted = select(Message).filter_by(kind="gathered").order_by(Message.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def members():
    wanted = select(Message).where(Message.bundle_id.is_not(None)).order_by(Message.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def counts(letter):
    return {name: number for name, number in letter.params.items() if number}


def test_a_hundred_items_of_one_change_are_one_mail_that_counts_them(office, owner):
    assign([owner], cases(office, 100))
    way = Scripted()
    assert call(way, NOW + PAUSE - timedelta(seconds=1)) is None
    assert call(way, DUE) == 1
    assert states() == {"merged": 100, "accepted": 1}
    (letter,) = letters()
    assert counts(letter) == {"assigned": 100}
    assert {member.bundle_id for member in members()} == {letter.id}
    (sent,) = way.sent
    assert sent.links == (f"{BASE}/queue",)
    assert "新交办：100件" in sent.body
    assert not any(case_number in sent.subject + sent.body for case_number in ("LC24-", "疑似"))


def test_a_lone_message_leaves_as_itself_after_its_pause(office, owner):
    assign([owner], cases(office, 1))
    way = Scripted()
    assert call(way, DUE) == 1
    assert way.sent[0].kind == "case_assigned"
    assert letters() == []


def test_each_person_gets_a_letter_of_their_own_and_each_channel_too(office):
    people = crowd(3)
    assign(people, cases(office, 4))
    assert call(Scripted(), DUE) == 3
    assert Counter(member.person_id for member in members()) == dict.fromkeys(people, 4)


@pytest.mark.parametrize(
    ("kind", "channel"),
    [("case_orphaned", "simulator"), ("confirm_reminder", "simulator"), ("case_assigned", "webhook")],
)
def test_escalations_campaigns_and_programs_never_gather_and_never_wait(office, owner, kind, channel):
    more = {"on": "2024-08-31"} if kind == "confirm_reminder" else {"role": ["supervisor"]}
    assign([owner], cases(office, 3), kind=kind, channel=channel, **more)
    with clock.stopped_at(NOW), unit_of_work():
        assert claim_batch(channel, size=10, worker="w").count == 3
    assert letters() == []


@pytest.mark.parametrize("kind", ["digest", "canary", "test_message", "press"])
def test_what_stands_for_many_or_was_asked_for_stays_alone(owner, kind):
    for number in range(2):
        write([owner], kind=kind, dedup=f"{number}")
    with clock.stopped_at(NOW), unit_of_work():
        assert claim_batch("simulator", size=10, worker="w").count == 2


def test_a_case_closed_meanwhile_is_not_counted_and_its_fellows_are(office, owner):
    made = cases(office, 3)
    assign([owner], made)
    with clock.stopped_at(DUE), unit_of_work():
        db.session.merge(made[0]).state = "filed"
    way = Scripted()
    assert call(way, DUE) == 1
    assert counts(letters()[0]) == {"assigned": 2}
    assert "新交办：2件" in way.sent[0].body


def test_when_nobody_is_left_the_letter_is_suppressed(office, owner):
    made = cases(office, 2)
    assign([owner], made)
    with unit_of_work():
        for case in made:
            db.session.merge(case).state = "filed"
    assert call(Scripted(), DUE) == 0
    assert letters()[0].state == "suppressed"


def test_a_moved_date_leaves_the_letter_and_what_is_past_its_date_counts_as_overdue(office, owner):
    made = cases(office, 3)
    for case in made:
        on = case.due_at.astimezone(clock.BEIJING).date().isoformat()
        write([owner], kind="case_due", case=case, dedup=f"{case.id}:due", missed=0, next=None, due_on=on)
    write([owner], kind="case_overdue", case=made[2], dedup="over", missed=0, next=None)
    with clock.stopped_at(NOW), unit_of_work():
        moved = db.session.merge(made[0])
        moved.severity = "critical"
        retime(moved)
    call(Scripted(), DUE)
    assert counts(letters()[0]) == {"due_soon": 1, "overdue": 1}


def test_a_letter_that_waits_takes_up_what_has_come_since(office, owner):
    made = cases(office, 5)
    night = beijing(7, 24, 23)
    assign([owner], made[:2], moment=night)
    call(Scripted(), night + PAUSE)
    assert letters()[0].next_at == beijing(7, 25, 8)
    assign([owner], made[2:], moment=night + timedelta(hours=1))
    call(Scripted(), night + timedelta(hours=2))
    assert [letter.state for letter in letters()] == ["ready", "ready"]
    way = Scripted()
    assert call(way, beijing(7, 25, 8)) == 1
    assert [letter.state for letter in letters()] == ["accepted", "merged"]
    assert counts(letters()[0]) == {"assigned": 5}
    assert {member.bundle_id for member in members()} == {letters()[0].id}


def test_a_letter_that_was_not_taken_is_sent_again_with_what_still_holds(office, owner):
    made = cases(office, 3)
    assign([owner], made)
    call(Scripted(fault(ErrorClass.TRANSIENT)), DUE)
    assert letters()[0].state == "ready"
    with unit_of_work():
        db.session.merge(made[0]).state = "filed"
    way = Scripted()
    assert call(way, DUE + timedelta(minutes=2)) == 1
    assert counts(letters()[0]) == {"assigned": 2}
    assert states() == {"merged": 3, "accepted": 1}


def test_a_letter_in_doubt_is_not_repeated_where_nobody_can_be_asked(office, owner):
    assign([owner], cases(office, 3))
    call(Scripted(doubt, can_be_asked=False), DUE)
    assert letters()[0].state == "in_doubt"
    assert letters()[0].kind == "gathered"


def test_a_death_between_gathering_and_sending_loses_nothing(office, owner):
    assign([owner], cases(office, 3))
    with clock.stopped_at(DUE), unit_of_work():
        claim_batch("simulator", size=10, worker="dies now")
    assert states() == {"merged": 3, "leased": 1}
    sweeps(DUE + timedelta(minutes=3))
    way = Scripted()
    assert call(way, DUE + timedelta(minutes=3)) == 1
    assert states() == {"merged": 3, "accepted": 1}


def test_gathering_again_and_again_changes_nothing(office, owner):
    assign([owner], cases(office, 3))
    with clock.stopped_at(DUE):
        for _ in range(3):
            with unit_of_work():
                claim_batch("nowhere", size=10, worker="w")
            with unit_of_work():
                sweep()
    assert states() == {"ready": 3}
    call(Scripted(), DUE)
    assert call(Scripted(), DUE) is None
    assert len(letters()) == 1


def test_many_drains_at_once_write_one_letter_a_person(app, office):
    people = crowd(20)
    assign(people, cases(office, 6))
    way = Scripted()

    def work():
        while delivery.call_once(way, base_url=BASE) is not None:
            pass

    with clock.stopped_at(DUE):
        assert together(app, [work] * 4) == [None] * 4
    assert len(way.sent) == 20
    assert states() == {"merged": 120, "accepted": 20}
    assert {letter.params["assigned"] for letter in letters()} == {6}


def test_without_the_pause_each_leaves_alone(office, owner):
    """The naive way out: the same bulk assignment is a hundred mails. The other tests can see the difference."""
    ways.configure(CHANNELS)
    assign([owner], cases(office, 20))
    way = Scripted()
    while call(way, NOW):
        pass
    assert len(way.sent) == 20


def test_what_is_merged_has_its_story_and_the_letter_its_attempt(office, owner):
    assign([owner], cases(office, 2))
    call(Scripted(), DUE)
    events = select(MessageEvent.from_state, MessageEvent.to_state).where(MessageEvent.message_id == members()[0].id)
    assert db.session.execute(events.order_by(MessageEvent.id)).all() == [("", "ready"), ("ready", "merged")]
    assert db.session.scalars(select(SendAttempt.state)).all() == ["recorded"]


def test_a_dead_letter_that_a_person_repeats_speaks_for_its_members_again(office, owner):
    made = cases(office, 3)
    assign([owner], made)
    call(Scripted(fault(ErrorClass.TEMPLATE)), DUE)
    assert letters()[0].state == "dead"
    with clock.stopped_at(DUE), unit_of_work():
        db.session.merge(made[0]).state = "filed"
        repeat(letters()[0])
    way = Scripted()
    assert call(way, DUE + PAUSE) == 1
    assert counts(letters()[1]) == {"assigned": 2}
    assert {member.bundle_id for member in members()} == {letters()[1].id}
