"""What providers push lands once, sealed, and is applied afterwards in any order; of people's words nothing stays."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.receipts import apply
from casework.notices import ways
from casework.notices.models import Message, ReceiptInbox, SendAttempt, Suppression
from casework.operations.land_push import WAITED_FOR, apply_pushed, land_push
from casework.operations.sweep import apply_receipts
from tests.casework.notices.office import beijing
from tests.casework.notices.stuck import all_messages, make_message
from tests.notifications.channels.test_pushed import ALIYUN_REPLY, ALIYUN_REPORT, NUMBER, TENCENT_REPLY, TENCENT_REPORT

NOW = beijing(7, 24, 11)
OTHER = "13900002222"


@pytest.fixture
def sms(office):
    """Return the office, its owner with a number, and a message to it that a provider has taken."""
    ways.configure(("inbox", "aliyun", "tencent"))
    with clock.stopped_at(NOW), unit_of_work():
        office.people["owner"].mobile = NUMBER
        office.people["second"].mobile = OTHER
    return office


def sent(office, channel, *, to="owner", state="accepted", provider_ref="", reference="abcdefghjkmn"):
    with clock.stopped_at(NOW), unit_of_work():
        attempt = db.session.scalars(select(SendAttempt).filter_by(ref=reference)).one_or_none()
        if attempt is None:
            attempt = SendAttempt(ref=reference, channel=channel, lease_until=NOW, state="recorded")
            db.session.add(attempt)
            db.session.flush()
        person = db.session.merge(office.people[to])
        return make_message(
            person, state=state, channel=channel, attempt_id=attempt.id, provider_ref=provider_ref, note=""
        ).ref


def pushed(provider, *items, moment=NOW):
    with clock.stopped_at(moment), unit_of_work():
        new = land_push(provider, items)
    with clock.stopped_at(moment), unit_of_work():
        return new, apply_pushed()


def state_of(ref):
    return next(message.state for message in all_messages() if message.ref == ref)


def rows():
    db.session.rollback()
    return db.session.scalars(select(ReceiptInbox)).all()


def test_a_report_finds_its_message_by_our_mark_and_number(sms):
    mine, other = sent(sms, "aliyun"), sent(sms, "aliyun", to="second")
    assert pushed("aliyun", ALIYUN_REPORT)[1].changed == 1
    assert (state_of(mine), state_of(other)) == ("delivered", "accepted")


def test_a_mark_that_names_a_message_needs_no_number(sms):
    first, second = sent(sms, "aliyun"), sent(sms, "aliyun")
    pushed("aliyun", ALIYUN_REPORT | {"out_id": f"abcdefghjkmn.{second}"})
    assert (state_of(first), state_of(second)) == ("accepted", "delivered")


def test_tencent_finds_it_by_its_own_number(sms):
    first = sent(sms, "tencent", provider_ref="2019:1234567")
    second = sent(sms, "tencent", provider_ref="2019:7654321")
    pushed("tencent", TENCENT_REPORT | {"report_status": "FAIL"})
    assert (state_of(first), state_of(second)) == ("undelivered_temporary", "accepted")


def test_said_again_it_changes_nothing_and_in_any_order_it_ends_the_same(sms):
    ref = sent(sms, "aliyun")
    failed = ALIYUN_REPORT | {"success": False, "report_time": "2024-07-24 11:00:01"}
    assert pushed("aliyun", ALIYUN_REPORT, ALIYUN_REPORT)[0] == 1
    for again in (ALIYUN_REPORT, failed):
        pushed("aliyun", again)
    assert state_of(ref) == "delivered"


def test_a_report_that_comes_before_our_own_word_waits_for_it(sms):
    ref = sent(sms, "tencent", state="submitting")
    assert pushed("tencent", TENCENT_REPORT)[1].waiting == 1
    with unit_of_work():
        message = db.session.scalars(select(Message).filter_by(ref=ref)).one()
        message.state, message.provider_ref = "accepted", "2019:1234567"
    with clock.stopped_at(NOW + timedelta(minutes=1)), unit_of_work():
        assert apply_pushed().changed == 1
    assert state_of(ref) == "delivered"


def test_what_is_about_nothing_of_ours_is_forgotten_after_a_while(sms):
    assert pushed("aliyun", ALIYUN_REPORT)[1].waiting == 1
    with clock.stopped_at(NOW + WAITED_FOR + timedelta(minutes=1)), unit_of_work():
        assert apply_pushed().waiting == 0
    assert rows() == []


def test_while_it_waits_it_is_sealed_and_others_leave_it_alone(sms):
    with clock.stopped_at(NOW), unit_of_work():
        land_push("aliyun", [ALIYUN_REPORT, ALIYUN_REPLY])
    with unit_of_work():
        assert apply_receipts() == 0
    for row in rows():
        assert NUMBER not in str(row.body) + row.receipt_key
        assert row.applied_at is None
    with unit_of_work():
        wanted = select(func.count()).select_from(promises.Promise).filter_by(name="apply_pushed")
        assert db.session.scalar(wanted) == 1


def test_what_stays_of_a_report_names_a_message_and_a_status_only(sms):
    ref = sent(sms, "aliyun", provider_ref="932702304080415357^0:x")
    pushed("aliyun", ALIYUN_REPORT)
    assert [(row.provider, row.body) for row in rows()] == [("aliyun", {"ref": ref, "status": "delivered"})]


@pytest.mark.parametrize(
    ("provider", "item", "ends"),
    [
        ("aliyun", ALIYUN_REPLY, True),
        ("tencent", TENCENT_REPLY, True),
        ("aliyun", ALIYUN_REPLY | {"content": "请问T日期是哪天"}, False),
        ("aliyun", ALIYUN_REPLY | {"phone_number": "13700003333"}, False),
    ],
)
def test_a_reply_ends_reminders_only_by_its_word_and_for_its_sender(sms, provider, item, ends):
    assert pushed(provider, item)[1].opted_out == int(ends)
    ended = set(db.session.scalars(select(Suppression.person_id)))
    assert ended == ({sms.people["owner"].id} if ends else set())
    assert rows() == []


def test_a_shared_number_ends_them_for_everybody_who_has_it(sms):
    with unit_of_work():
        db.session.merge(sms.people["second"]).mobile = f"+86 {NUMBER}"
    assert pushed("aliyun", ALIYUN_REPLY)[1].opted_out == 2


def test_one_that_cannot_be_read_any_more_holds_up_nobody(sms):
    ref = sent(sms, "aliyun")
    with clock.stopped_at(NOW), unit_of_work():
        land_push("aliyun", [{"shape": "of another year"}, ALIYUN_REPORT])
    with clock.stopped_at(NOW), unit_of_work():
        assert apply_pushed().waiting == 0
    assert state_of(ref) == "delivered"


def test_what_waits_holds_up_nothing_that_came_after(sms, monkeypatch):
    monkeypatch.setattr("casework.operations.land_push.SLICE", 2)
    strangers = [ALIYUN_REPORT | {"out_id": f"stranger{number}"} for number in range(2)]
    with clock.stopped_at(NOW), unit_of_work():
        land_push("aliyun", [*strangers, ALIYUN_REPLY | {"content": "TD"}])
    with clock.stopped_at(NOW):
        assert apply() == {"changed": 0, "opted_out": 1, "waiting": 2, "given_up": 0}
