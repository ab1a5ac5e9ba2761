"""What did not arrive: the address is remembered, the next way is tried, and at the end a person is asked to try."""

import pytest
from sqlalchemy import select

from casework import clock
from casework.campaigns.models import ContactTask, GraduateContact
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.operations.alarms import end_alarm
from casework.operations.note_bounce import note_bounce
from casework.operations.sweep import apply_receipts, land_receipts
from casework.operations.trust_address import trust_address
from notifications.channels.bounces import Bounce
from notifications.errors import ErrorClass
from tests.casework.campaigns.august import august
from tests.casework.notices.outward import Scripted, fault
from tests.casework.notices.told_wave import TEN, begin, carry, first_wave
from workflows.access import SYSTEM

__all__ = ["august", "first_wave"]


def contacts():
    db.session.rollback()
    rows = db.session.scalars(select(GraduateContact).order_by(GraduateContact.record_id, GraduateContact.channel))
    return [(row.record_id, row.channel, row.state) for row in rows]


def tasks():
    return [(row.record_id, row.reason) for row in db.session.scalars(select(ContactTask).order_by(ContactTask.id))]


def ways_tried(told):
    return [(message.record_id, message.params["by"]) for message in told.messages()]


def receipts(*said):
    with clock.stopped_at(TEN):
        with unit_of_work():
            land_receipts("simulator", [(message.ref, f"id-{message.ref}", status) for message, status in said])
        with unit_of_work():
            return apply_receipts()


def test_a_dead_number_is_followed_by_a_mail_and_a_dead_mail_by_a_person(first_wave):
    one, two, three = (record.id for record in first_wave.records)
    carry(Scripted())
    dead, soft, fine = first_wave.messages()
    receipts((dead, "undelivered_permanent"), (soft, "undelivered_temporary"), (fine, "delivered"))
    assert contacts() == [(one, "sms", "invalid"), (two, "sms", "suspect")]
    assert ways_tried(first_wave) == [(one, "sms"), (two, "sms"), (three, "sms"), (one, "smtp")]
    carry(Scripted())
    mail = first_wave.messages()[-1]
    receipts((mail, "undelivered_permanent"), (dead, "undelivered_permanent"))
    assert contacts()[:2] == [(one, "sms", "invalid"), (one, "smtp", "invalid")]
    assert tasks() == [(one, "undelivered")]
    assert len(first_wave.messages()) == 4


def test_a_number_that_a_provider_refuses_is_marked_at_once_and_the_others_leave(first_wave):
    refused = first_wave.messages()[0].ref
    ordinary = Scripted()

    def answer(message):
        if message.ref == refused:
            return fault(ErrorClass.RECIPIENT)(message)
        return ordinary.send([message], reference="x").outcomes[0]

    carry(Scripted(answer))
    first = first_wave.records[0].id
    assert contacts() == [(first, "sms", "invalid")]
    assert ways_tried(first_wave)[-1] == (first, "smtp")
    assert first_wave.states() == ["undelivered_permanent", "accepted", "accepted", "ready"]


def test_a_mail_that_comes_back_leaves_a_task_where_no_way_is_left(august):
    told = begin(august, 2, channels=("inbox", "smtp"))
    smtp = Scripted()
    smtp.code = "smtp"
    while carry(smtp):
        pass
    hard, soft = told.messages()
    with clock.stopped_at(TEN), unit_of_work():
        assert note_bounce(Bounce(hard.ref, "s0@example.com", "5.1.1", hard=True)) == "invalid"
        assert note_bounce(Bounce(soft.ref, "s1@example.com", "4.2.2", hard=False)) == "suspect"
    one, two = (record.id for record in told.records)
    assert contacts() == [(one, "smtp", "invalid"), (two, "smtp", "suspect")]
    assert tasks() == [(one, "undelivered")]
    with clock.stopped_at(TEN), unit_of_work():
        assert note_bounce(Bounce(hard.ref, "s0@example.com", "5.1.1", hard=True)) == "same"
    assert tasks() == [(one, "undelivered")]


def test_an_address_can_be_trusted_again_and_an_opt_out_stays(first_wave):
    one, two, _ = first_wave.records
    for record, state in ((one, "invalid"), (two, "opted_out")):
        db.session.add(GraduateContact(record_id=record.id, channel="sms", state=state))
    db.session.commit()
    dead, silent, _ = first_wave.messages()
    with unit_of_work():
        trust_address(dead, actor=SYSTEM)
    with pytest.raises(Conflict), unit_of_work():
        trust_address(silent, actor=SYSTEM)
    assert contacts() == [(two.id, "sms", "opted_out")]


@pytest.mark.parametrize(("error", "why"), [(ErrorClass.TEMPLATE, "模板"), (ErrorClass.ACCOUNT, "欠费")])
def test_the_first_refusal_of_text_or_account_pauses_the_campaign(first_wave, error, why):
    offered = []
    way = Scripted(lambda message: offered.append(message.kind) or fault(error)(message))
    carry(way)
    db.session.rollback()
    assert first_wave.campaign.state == "paused"
    assert why in first_wave.campaign.paused_because
    assert first_wave.states() == ["ready"] * 3
    carry(way)  # to whoever made the campaign
    assert offered.count("confirm_reminder") == 3
    assert contacts() == []


def test_while_a_text_is_refused_resuming_alone_sends_nothing(first_wave):
    carry(Scripted(fault(ErrorClass.TEMPLATE)))
    first_wave.set(state="running")
    way = Scripted()
    assert not carry(way)
    with unit_of_work():
        end_alarm("template_refused", "simulator:confirm_reminder")
    assert carry(way) == 3
