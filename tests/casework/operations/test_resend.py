"""What is stuck is repeated as a new row with a person's name on it, unless the gate would stop it."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, NotFound
from casework.notices import ways
from casework.notices.models import ContactPoint, Message, Suppression
from casework.operations.resend import each_in_turn, resend
from casework.operations.trust_address import trust_address
from casework.people.actors import actor_of
from tests.casework.factories import make_person, make_tree
from tests.casework.notices.office import beijing
from tests.casework.notices.stuck import all_messages, deeds, make_message

NOW = beijing(7, 25, 11)


@pytest.fixture
def stuck(office):
    """Return the ref of a stuck message about a case that is under way, and its administrator."""
    with clock.stopped_at(NOW), unit_of_work():
        case = office.make_case(state="investigating", due_at=beijing(8, 5, 23))
        administrator = make_person("administrator", office.university)
        message = make_message(office.people["owner"], case=case)
    office.people["administrator"] = administrator
    office.case, office.stuck = case, message
    return office


def act(office, message=None, *, by="administrator", moment=NOW):
    with clock.stopped_at(moment), unit_of_work():
        return resend(message or db.session.merge(office.stuck), actor=actor_of(db.session.merge(office.people[by])))


def change(office, what):
    with unit_of_work():
        what(office, db.session.merge(office.stuck))


def test_it_is_a_new_row_and_the_old_one_stays_as_it_ended(stuck):
    act(stuck)
    old, new = all_messages()
    assert (old.state, old.handled_how, old.handled_by_id) == ("dead", "retried", stuck.people["administrator"].id)
    assert (new.state, new.resend_of_id, new.attempts) == ("ready", old.id, 0)
    same = ("kind", "class_", "channel", "params", "case_id", "person_id", "organisation_id", "not_after")
    assert [getattr(new, name) for name in same] == [getattr(old, name) for name in same]
    (entry,) = deeds("delivery:resend")
    assert (entry.subject, entry.facts["again"]) == (old.ref, new.ref)
    assert entry.actor == str(stuck.people["administrator"].id)


def test_what_came_of_it_can_be_repeated_in_its_turn_but_nothing_twice(stuck):
    act(stuck)
    with pytest.raises(Conflict):
        act(stuck)
    first, second = all_messages()
    with unit_of_work():
        db.session.get_one(Message, second.id).state = "undelivered_permanent"
    act(stuck, db.session.get_one(Message, second.id))
    assert [message.resend_of_id for message in all_messages()] == [None, first.id, second.id]


def _closed(office, _message):
    db.session.merge(office.case).state = "filed"


def _opted_out(office, message):
    db.session.add(Suppression(person_id=message.person_id, channel=message.channel, class_=message.class_))


def _invalid(office, message):
    db.session.add(ContactPoint(person_id=message.person_id, channel=message.channel, state="invalid"))


def _gone(office, message):
    message.person.active = False


def _late(office, message):
    message.not_after = NOW - timedelta(hours=1)


def _handled(office, message):
    message.handled_at = NOW


def _delivered(office, message):
    message.state = "delivered"


def _unused(office, message):
    message.channel = "smtp"


@pytest.mark.parametrize(
    ("change_first", "words"),
    [
        (_closed, "案件已办结"),
        (_opted_out, "已退订"),
        (_invalid, "已确认无效"),
        (_gone, "账号已停用"),
        (_late, "已经过了"),
        (_handled, "已有人处理过"),
        (_delivered, "不需要处理"),
        (_unused, "没有启用"),
    ],
)
def test_it_is_refused_with_a_sentence_and_leaves_nothing(stuck, change_first, words):
    change(stuck, change_first)
    before = all_messages()[0].handled_at
    with pytest.raises(Conflict) as refused:
        act(stuck)
    assert words in str(refused.value)
    (only,) = all_messages()
    assert (only.handled_at, only.handled_how) == (before, "")
    assert deeds("delivery:resend") == []


def test_quiet_hours_refuse_nothing_because_it_waits(stuck):
    act(stuck, moment=beijing(7, 25, 23))
    assert [message.state for message in all_messages()] == ["dead", "ready"]


def test_an_address_that_works_again_is_said_to_and_then_it_is_repeated(stuck):
    change(stuck, _invalid)
    with unit_of_work():
        trust_address(db.session.merge(stuck.stuck), actor=actor_of(db.session.merge(stuck.people["administrator"])))
    act(stuck)
    assert len(all_messages()) == 2
    assert [entry.subject for entry in deeds("delivery:trust")] == ["owner"]


def test_who_administers_nothing_is_refused_and_another_universitys_message_does_not_exist(stuck):
    with unit_of_work():
        stuck.people["elsewhere"] = make_person("administrator", make_tree().university)
    for by, refusal in (("owner", Forbidden), ("supervisor", Forbidden), ("elsewhere", NotFound)):
        with pytest.raises(refusal):
            act(stuck, by=by)
    assert len(all_messages()) == 1


def test_of_several_each_refusal_keeps_its_own_and_the_others_leave(stuck):
    with clock.stopped_at(NOW), unit_of_work():
        other = make_message(stuck.people["second"], case=db.session.merge(stuck.case))
        db.session.add(ContactPoint(person_id=other.person_id, channel=other.channel, state="invalid"))
        refs = [stuck.stuck.ref, other.ref]
    with clock.stopped_at(NOW), unit_of_work():
        actor = actor_of(db.session.merge(stuck.people["administrator"]))
        outcome = each_in_turn(
            db.session.query(Message).order_by(Message.id).all(), lambda message: resend(message, actor=actor)
        )
    assert outcome.done == 1
    assert [ref for ref, _ in outcome.refused] == refs[1:]
    assert [message.handled_how for message in all_messages()] == ["retried", "", ""]


def test_a_way_out_that_is_off_takes_nothing_back(stuck):
    ways.configure(())
    with pytest.raises(Conflict, match="没有启用"):
        act(stuck)
    assert len(all_messages()) == 1
