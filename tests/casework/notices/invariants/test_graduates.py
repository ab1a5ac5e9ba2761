"""A wave that did nothing wrong breaks nothing; each thing that must not happen to graduates is done and seen."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from casework.campaigns.models import GraduateContact, Wave
from casework.db import db, new_ref
from casework.intake.models import Confirmation
from casework.notices.invariants import INVARIANTS
from casework.notices.invariants.fact import Acceptance, Ground, ask
from casework.notices.manners import Manners
from casework.notices.models import Message, MessageEvent, SendAttempt
from casework.notices.statuses import note_events
from casework.promises import Promise
from tests.casework.campaigns.august import august, beijing
from tests.casework.factories import make_batch
from tests.casework.notices.outward import Scripted
from tests.casework.notices.told_wave import TEN, begin, carry

__all__ = ["august"]

LATER = TEN + timedelta(minutes=1)


def broken(ground):
    return {fact.invariant.code: fact.offenders for fact in ask(INVARIANTS, ground) if not fact.held}


def answer(told, *, at, **values):
    record = told.records[0]
    given = {"status": "CONFIRMED", "confirm_time": at, "snapshot_on": at.date(), "source": "own_page"}
    db.session.add(Confirmation(record_id=record.id, answered_at=at, **(given | values)))
    db.session.flush()


def sent_after_the_answer(told):
    answer(told, at=TEN - timedelta(seconds=1))


def imported(told, *, done_at):
    promise = Promise(name="confirm_batch", arguments={}, done_at=done_at)
    db.session.add(promise)
    db.session.flush()
    batch = make_batch(told.august.university, told.august.round)
    batch.promise_ref = promise.ref
    answer(told, at=TEN - timedelta(days=1), source="national", batch_id=batch.id)


def sent_after_an_import_of_the_answer(told):
    imported(told, done_at=TEN - timedelta(seconds=1))


def sent_after_the_opt_out(told):
    known = {"record_id": told.records[0].id, "channel": "smtp", "state": "opted_out"}
    db.session.add(GraduateContact(**known, since=TEN - timedelta(seconds=1)))


def leave_at(told, at):
    first = told.messages()[0]
    db.session.execute(update(MessageEvent).filter_by(message_id=first.id, to_state="submitting").values(at=at))


def sent_before_the_campaigns_hours(told):
    leave_at(told, beijing(1, 8, 59))


def sent_after_the_campaigns_last_day(told):
    leave_at(told, beijing(1, 10, month=9))


def more_to_a_number_than_its_cap(told):
    told.records[1].revision.phone_index = told.records[0].revision.phone_index


def fewer_letters_than_the_wave_says(told):
    db.session.execute(update(Wave).filter_by(id=told.wave.id).values(expected=4))


def letters_and_reasons_that_are_not_the_list(told):
    told.campaign.audience_count += 1


def a_letter_twice(told):
    first = told.messages()[0]
    columns = {name: getattr(first, name) for name in ("record_id", "wave_id", "kind", "class_", "channel", "params")}
    again = Message(**columns, dedup_key="again", ref=new_ref(), state="ready", next_at=beijing(2))
    db.session.add(again)
    db.session.flush()
    note_events([again.id], leaves="", enters="ready")


SEEN_BY = {
    "I4": (sent_after_the_answer, sent_after_an_import_of_the_answer, sent_after_the_opt_out),
    "I6": (sent_before_the_campaigns_hours,),
    "I7": (sent_after_the_campaigns_last_day,),
    "I8": (more_to_a_number_than_its_cap,),
    "I9": (fewer_letters_than_the_wave_says, letters_and_reasons_that_are_not_the_list),
    "I16": (a_letter_twice,),
}


def an_answer_that_nobody_verified(told):
    answer(told, at=TEN - timedelta(seconds=1), verified=False)


def an_answer_after_the_letter(told):
    answer(told, at=TEN + timedelta(seconds=1))


def an_answer_given_before_and_imported_after(told):
    imported(told, done_at=TEN + timedelta(hours=1))


INNOCENT = (an_answer_that_nobody_verified, an_answer_after_the_letter, an_answer_given_before_and_imported_after)


def test_every_breach_is_seen_and_the_innocent_are_not(august):
    told = begin(august, 3)
    carry(Scripted())
    references = db.session.execute(select(Message.ref, SendAttempt.ref).join(SendAttempt)).all()
    log = tuple(Acceptance(ref, reference, TEN) for ref, reference in references)
    ground = Ground(now=LATER, log=log, manners=Manners(caps={"simulator": 1}))
    assert broken(ground) == {}
    for code, breaches in SEEN_BY.items():
        for breach in breaches:
            breach(told)
            db.session.flush()
            assert code in broken(ground), breach.__name__
            db.session.rollback()
    for innocent in INNOCENT:
        innocent(told)
        db.session.flush()
        assert broken(ground) == {}, innocent.__name__
        db.session.rollback()
    assert broken(replace(ground, since=LATER)) == {}


def test_what_waits_for_a_paused_campaign_is_not_forgotten_and_what_nobody_rings_for_is(august):
    told = begin(august, 1)
    db.session.query(Promise).delete()
    told.set(state="paused")
    ground = Ground(now=TEN + timedelta(hours=1))
    assert broken(ground) == {}
    told.set(state="running")
    assert list(broken(ground)) == ["I15"]
