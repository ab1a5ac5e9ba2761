"""Every invariant holds for an office that did nothing wrong, and each is broken on purpose and seen."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update

from casework import clock
from casework.cases.models import Case, Move
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.jobs import deadlines
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Acceptance, Ground, ask
from casework.notices.manners import PLAIN, Manners, Rate
from casework.notices.models import Message, MessageEvent, ReceiptInbox, SendAttempt, Suppression
from casework.notices.statuses import note_events
from casework.operations.announce import announce
from casework.promises import Promise, Tick
from tests.casework.notices.outward import NOW, Scripted, call, sweeps
from tests.support.databases import as_owner

LATER = NOW + timedelta(minutes=1)
LIMITED = Manners(letters_a_day=3, caps={"simulator": 5}, rates={"simulator": Rate(1, 3)})
FULL = Ground(now=LATER, log=(), manners=LIMITED)


def log_of():
    with clock.stopped_at(NOW):
        refs = db.session.execute(
            select(Message.ref, SendAttempt.ref).join(SendAttempt).where(Message.state == "accepted")
        ).all()
    return tuple(Acceptance(ref, reference, NOW) for ref, reference in refs)


def broken(ground):
    return {fact.invariant.code: fact.offenders for fact in ask(INVARIANTS, ground) if not fact.held}


@pytest.fixture
def told(office, told_case):
    with clock.stopped_at(NOW):
        deadlines.fire()
        tell_both(office, told_case)
    call(Scripted())
    sweeps(NOW)
    return replace(FULL, log=log_of())


def tell_both(office, case):
    params = {"case": case.number, "role": ["supervisor"], "due": case.due_at.isoformat()}
    with unit_of_work():
        for number in range(2):
            announce("case_orphaned", to=[office.people["owner"]], subject=case, params=params, dedup=f"x{number}")


def out_of_house():
    wanted = select(Message).filter_by(channel="simulator", kind="case_orphaned").order_by(Message.id)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def change(message, **values):
    db.session.execute(update(Message).filter_by(id=message.id).values(**values))


def leave_again(message, at):
    db.session.execute(update(MessageEvent).filter_by(message_id=message.id, to_state="submitting").values(at=at))


def stand(message, state):
    note_events([message.id], leaves=message.state, enters=state)
    change(message, state=state)


def without_constraints(table, row):
    """Put a row a second time into a table that has lost its unique keys; the caller rolls back."""
    db.session.flush()
    as_owner(db.session)
    db.session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_before"))
    db.session.execute(text(f"CREATE TABLE {table} AS SELECT * FROM {table}_before"))  # noqa: S608
    db.session.execute(text(f"INSERT INTO {table} SELECT * FROM {table}_before WHERE id = {row}"))  # noqa: S608


def a_timer_past_its_time(_office, case, _ground):
    db.session.execute(update(Timer).filter_by(case_id=case.id).values(fire_at=NOW - timedelta(hours=1)))


def a_timer_twice(_office, case, _ground):
    first = db.session.scalars(select(Timer.id).filter_by(case_id=case.id).limit(1)).one()
    without_constraints("timers", first)


def a_rung_said_twice_under_two_names(_office, _case, _ground):
    for message in out_of_house():
        change(message, params=message.params | {"rung": "remind_1", "due_on": "2024-08-05"})


def a_message_the_carrier_never_took(_office, _case, ground):
    return replace(ground, log=ground.log[1:])


def a_message_the_carrier_took_twice(_office, _case, ground):
    return replace(ground, log=ground.log + ground.log[:1])


def sent_after_the_case_was_closed(_office, case, _ground):
    db.session.add(Move(case_id=case.id, action="accept", to_state="corrected", at=NOW - timedelta(hours=1)))


def sent_after_the_opt_out(_office, _case, _ground):
    message = out_of_house()[0]
    values = {"person_id": message.person_id, "channel": message.channel, "class_": message.class_}
    db.session.add(Suppression(**values, since=NOW - timedelta(hours=1)))


def called_long_after_the_gate(_office, _case, ground):
    late = tuple(replace(line, at=line.at + timedelta(seconds=30)) for line in ground.log)
    return replace(ground, log=late, manners=PLAIN)


def accepted_and_not_recorded(_office, _case, _ground):
    message = out_of_house()[0]
    db.session.execute(delete(MessageEvent).filter_by(message_id=message.id))
    note_events([message.id], leaves="", enters="ready")
    change(message, state="ready", attempt_id=None, next_at=LATER)


def accepted_and_unknown(_office, _case, ground):
    return replace(ground, log=(*ground.log, Acceptance("nobody", ground.log[0].reference, NOW)))


def sent_at_night(_office, _case, _ground):
    leave_again(out_of_house()[0], NOW.replace(hour=23))


def sent_without_a_case_at_night(_office, _case, _ground):
    message = out_of_house()[0]
    change(message, case_id=None)
    leave_again(message, NOW.replace(hour=7, minute=59))


def sent_after_its_time(_office, _case, _ground):
    change(out_of_house()[0], not_after=NOW - timedelta(minutes=1))


def more_than_the_cap(_office, _case, ground):
    return replace(ground, manners=Manners(caps={"simulator": 1}))


def more_letters_than_the_budget(_office, _case, ground):
    for message in out_of_house():
        change(message, class_=1, kind="case_due")
    return replace(ground, manners=Manners(letters_a_day=1))


def a_step_without_a_line(_office, _case, _ground):
    db.session.execute(delete(MessageEvent).filter_by(message_id=out_of_house()[0].id, to_state="leased"))


def a_status_without_a_line(_office, _case, _ground):
    change(out_of_house()[0], state="delivered")


def a_step_backwards(_office, _case, _ground):
    stand(out_of_house()[0], "leased")


def merged_into_nothing(_office, _case, _ground):
    message = out_of_house()[0]
    db.session.execute(delete(MessageEvent).filter_by(message_id=message.id))
    note_events([message.id], leaves="", enters="ready")
    note_events([message.id], leaves="ready", enters="merged")
    change(message, state="merged")


def a_lease_nobody_took_back(_office, _case, _ground):
    db.session.add(SendAttempt(channel="simulator", lease_until=NOW - timedelta(hours=1)))


def under_way_without_a_call(_office, _case, _ground):
    message = out_of_house()[0]
    change(message, state="in_doubt")
    note_events([message.id], leaves="accepted", enters="in_doubt")


def too_many_calls_at_once(_office, _case, ground):
    many = tuple(replace(ground.log[0], ref=f"r{number}", reference=f"c{number}") for number in range(9))
    return replace(ground, log=ground.log + many)


def a_receipt_that_was_not_believed(_office, _case, _ground):
    body = {"ref": out_of_house()[0].ref, "status": "delivered"}
    row = {"provider": "simulator", "receipt_key": "x", "body": body, "landed_at": NOW, "applied_at": NOW}
    db.session.execute(insert(ReceiptInbox).values(**row))


def a_timer_of_the_old_date(_office, case, _ground):
    db.session.execute(update(Timer).filter_by(case_id=case.id).values(due_on=date(2024, 8, 30)))


def a_timer_of_a_closed_case(_office, case, _ground):
    db.session.execute(update(Case).filter_by(id=case.id).values(accepted_at=NOW))


def a_timer_of_a_filed_report(office, case, _ground):
    report = office.make_report(state="filed")
    timer = db.session.scalars(select(Timer).filter_by(case_id=case.id, state="armed").limit(1)).one()
    timer.case_id, timer.case_key, timer.report_id, timer.report_key = None, 0, report.id, report.id


def overtaken_by_a_storm_of_others(office, _case, _ground):
    waiting, other = out_of_house()
    change(waiting, next_at=NOW - timedelta(hours=2), class_=0)
    change(other, organisation_id=office.province.id, next_at=NOW - timedelta(hours=1))
    taken = update(MessageEvent).filter_by(message_id=other.id, to_state="leased")
    db.session.execute(taken.values(at=NOW - timedelta(minutes=30)))


def ready_and_forgotten(_office, _case, _ground):
    message = out_of_house()[0]
    db.session.execute(delete(Promise))
    db.session.execute(delete(MessageEvent).filter_by(message_id=message.id))
    note_events([message.id], leaves="", enters="ready")
    change(message, state="ready", attempt_id=None, next_at=NOW - timedelta(hours=1))
    return FULL


def a_turn_taken_twice(_office, _case, _ground):
    db.session.add(Tick(task="digest", tick_at=NOW))
    db.session.flush()
    without_constraints("sched_ticks", db.session.scalars(select(Tick.id)).one())


def two_digests_of_a_day(_office, _case, _ground):
    for message in out_of_house():
        change(message, kind="digest", params={"on": "2024-07-24"})


def neighbours_that_died_with_the_poison(_office, _case, _ground):
    first, second = out_of_house()
    for message in (first, second):
        db.session.execute(delete(MessageEvent).filter_by(message_id=message.id, to_state="accepted"))
        note_events([message.id], leaves="submitting", enters="dead", note="bug: ")
        change(message, state="dead", attempt_id=first.attempt_id)


SEEN_BY = {
    "I1": (a_timer_past_its_time,),
    "I2": (a_timer_twice, a_rung_said_twice_under_two_names),
    "I3": (a_message_the_carrier_never_took, a_message_the_carrier_took_twice),
    "I4": (sent_after_the_case_was_closed, sent_after_the_opt_out, called_long_after_the_gate),
    "I5": (accepted_and_not_recorded, accepted_and_unknown),
    "I6": (sent_at_night, sent_without_a_case_at_night),
    "I7": (sent_after_its_time,),
    "I8": (more_than_the_cap, more_letters_than_the_budget),
    "I9": (a_step_without_a_line, a_status_without_a_line, a_step_backwards, merged_into_nothing),
    "I10": (a_lease_nobody_took_back, under_way_without_a_call),
    "I11": (too_many_calls_at_once,),
    "I12": (a_receipt_that_was_not_believed,),
    "I13": (a_timer_of_the_old_date, a_timer_of_a_closed_case, a_timer_of_a_filed_report),
    "I14": (overtaken_by_a_storm_of_others,),
    "I15": (ready_and_forgotten,),
    "I16": (a_turn_taken_twice, two_digests_of_a_day),
    "I17": (neighbours_that_died_with_the_poison,),
}
BREACHES = [(code, breach) for code, breaches in SEEN_BY.items() for breach in breaches]


def test_an_office_that_did_nothing_wrong_breaks_nothing_and_everything_can_be_asked(told):
    facts = ask(INVARIANTS, told)
    assert {fact.invariant.code: fact.offenders for fact in facts if not fact.held} == {}
    assert [fact.invariant.code for fact in facts if fact.why_not] == []


@pytest.mark.parametrize(("code", "breach"), BREACHES, ids=[breach.__name__ for _, breach in BREACHES])
def test_a_breach_is_seen(office, told_case, told, code, breach):
    ground = breach(office, told_case, told) or told
    db.session.flush()
    found = broken(ground)
    assert code in found, found
    assert all(found[code])
    db.session.rollback()


def test_every_invariant_is_broken_by_somebody():
    assert SEEN_BY.keys() == {invariant.code for invariant in INVARIANTS}


def test_what_needs_the_log_says_so_without_it(told):
    silent = {fact.invariant.code for fact in ask(INVARIANTS, Ground(now=told.now)) if fact.why_not}
    assert silent == {"I3", "I5", "I8", "I11"}


def test_only_what_happened_since_a_moment_is_asked_about(office, told_case, told):
    sent_after_its_time(office, told_case, told)
    assert "I7" in broken(told)
    assert "I7" not in broken(replace(told, since=LATER))
    db.session.rollback()
