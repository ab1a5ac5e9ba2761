"""Who of a wave is told: asked at the gate, after the claim, whatever was true before."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import clock
from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.manners import Manners
from casework.notices.models import Message, MessageEvent
from casework.notices.post import Notice, post
from casework.notices.story_words import said_of
from casework.operations.move_campaign import move_campaign
from casework.operations.opt_out_graduates import opt_out_graduates
from casework.people.actors import actor_of
from tests.casework.campaigns.august import august, beijing
from tests.casework.notices.told_wave import TEN, begin, first_wave, gate

__all__ = ["august", "first_wave"]


def answers(told, record):
    told.august.answer(record, source="own_page")


def answers_without_proof(told, record):
    told.august.answer(record, source="own_page", verified=False)


def opts_out_by_mail(told, record):
    with unit_of_work():
        opt_out_graduates([record.id], by="smtp")


def marked(state, channel):
    def mark(_told, record):
        db.session.add(GraduateContact(record_id=record.id, channel=channel, state=state))
        db.session.commit()

    return mark


ONE_BY_ONE = (
    (answers, "suppressed"),
    (answers_without_proof, "submitting"),
    (opts_out_by_mail, "suppressed"),
    (marked("opted_out", "sms"), "suppressed"),
    (marked("invalid", "sms"), "suppressed"),
    (marked("invalid", "smtp"), "submitting"),
    (marked("suspect", "sms"), "submitting"),
    (lambda _told, _record: None, "submitting"),
)


def test_whoever_is_over_after_the_claim_is_stopped_at_the_gate_and_nobody_else(august):
    told = begin(august, len(ONE_BY_ONE))

    def everything():
        for record, (change, _) in zip(told.records, ONE_BY_ONE, strict=True):
            change(told, record)

    letters = gate(between=everything)
    expected = [state for _, state in ONE_BY_ONE]
    assert told.states() == expected
    assert len(letters) == expected.count("submitting")


def test_a_campaign_that_is_over_or_paused_says_nothing(first_wave):
    for values, state in (
        ({"state": "paused"}, "ready"),
        ({"state": "draft"}, "ready"),
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "done"}, "cancelled"),
        ({"state": "running", "stop_on": date(2024, 7, 31)}, "expired"),
    ):
        first_wave.anew(state="running", stop_on=date(2024, 8, 31))
        letters = gate(between=lambda values=values: first_wave.set(**values))
        assert (letters, first_wave.states()) == ((), [state] * 3), values
    notes = set(db.session.scalars(select(MessageEvent.note).where(MessageEvent.note != "")))
    assert all(said_of(note).sentence for note in notes), notes


def test_a_paused_campaign_stays_ready_and_is_not_claimed_until_somebody_lets_it_go_on(first_wave):
    drafter = actor_of(first_wave.august.drafter)
    with clock.stopped_at(TEN), unit_of_work():
        move_campaign(first_wave.campaign, "pause", actor=drafter, reason="核对中")
    assert [letter.kind for letter in gate()] == ["campaign_paused"]  # to the approver; nothing to a graduate
    assert first_wave.states() == ["ready"] * 3
    with clock.stopped_at(TEN), unit_of_work():
        move_campaign(first_wave.campaign, "resume", actor=drafter)
    assert len(gate()) == 3


def test_outside_its_hours_a_campaign_is_put_off_and_dropped_only_at_its_end(august):
    told = begin(august, 1, starts=[beijing(1)], stop_on=date(2024, 8, 2))
    august.round.settings = {**august.round.settings, "quiet_hours": {"from": "19:00", "to": "09:30"}}
    db.session.commit()
    for at, state, next_at in (
        (beijing(1, 18, 59), "submitting", None),
        (beijing(1, 19), "ready", beijing(2, 9, 30)),  # quiet hours of the round
        (beijing(1, 20), "ready", beijing(2, 9, 30)),
        (beijing(2, 9), "ready", beijing(2, 9, 30)),
        (beijing(2, 9, 30), "submitting", None),
        (beijing(2, 19, 30), "expired", None),
    ):
        told.anew()
        gate(moment=at)
        (message,) = told.messages()
        assert message.state == state, at
        assert next_at is None or message.next_at == next_at, at


def code_for(record, *, moment, channel="simulator"):
    with clock.stopped_at(moment), unit_of_work():
        post(
            [
                Notice(
                    kind="identity_code",
                    person_id=None,
                    record_id=record.id,
                    channel=channel,
                    dedup="code:1",
                    params={"code": 1, "minutes": 10},
                    not_after=moment.replace(minute=10),
                )
            ]
        )


def test_a_code_that_somebody_has_asked_for_leaves_at_night_and_after_an_opt_out(first_wave):
    night = beijing(2, 2)
    with clock.stopped_at(TEN):
        opts_out_by_mail(first_wave, first_wave.records[0])
    code_for(first_wave.records[0], moment=night)
    letters = gate(moment=night)
    assert [letter.kind for letter in letters] == ["identity_code"]


@pytest.fixture
def by_aliyun(august):
    def begun(number, **manners):
        told = begin(august, number, channels=("inbox", "aliyun"))
        ways.configure(("inbox", "aliyun"), manners=Manners(**manners))
        return told

    return begun


def test_a_number_that_several_have_left_is_sent_no_more_than_it_may_get(by_aliyun):
    told = by_aliyun(2)
    told.records[1].revision.phone_index = told.records[0].revision.phone_index
    db.session.commit()
    for limit in ({"sms_a_day": 1}, {"caps": {"aliyun": 1}}):
        told.anew()
        ways.configure(("inbox", "aliyun"), manners=Manners(**limit))
        assert len(gate("aliyun")) == 1
        assert sorted(told.states()) == ["ready", "submitting"]
        held = next(message for message in told.messages() if message.state == "ready")
        assert held.next_at == beijing(2, 8)


def test_an_account_and_a_graduate_at_one_number_share_what_it_may_get(by_aliyun):
    told = by_aliyun(1, sms_a_day=1)
    told.august.drafter.mobile = "+86 " + told.records[0].revision.sealed["phone"]
    db.session.commit()
    with clock.stopped_at(TEN), unit_of_work():
        said = {"kind": "test_message", "params": {"at": TEN.isoformat()}, "dedup": "x"}
        post([Notice(person_id=told.august.drafter.id, channel="aliyun", **said)])
    assert len(gate("aliyun")) == 1
    assert db.session.query(Message).filter_by(channel="aliyun", state="ready").count() == 1


def test_a_code_above_the_cap_ends_instead_of_coming_in_the_morning(by_aliyun):
    told = by_aliyun(1, caps={"aliyun": 1})
    assert len(gate("aliyun")) == 1
    code_for(told.records[0], moment=TEN, channel="aliyun")
    assert gate("aliyun", TEN) == ()
    assert db.session.query(Message).filter_by(kind="identity_code").one().state == "suppressed"


def test_a_mail_address_that_several_have_left_gets_no_more_than_the_day_allows(august):
    told = begin(august, 2, channels=("inbox", "smtp"))
    ways.configure(("inbox", "smtp"), manners=Manners(letters_a_day=1))
    told.records[1].revision.email_index = told.records[0].revision.email_index
    db.session.commit()
    assert len(gate("smtp")) == 1
    assert sorted(told.states()) == ["ready", "submitting"]
