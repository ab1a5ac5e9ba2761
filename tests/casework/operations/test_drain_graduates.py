"""A wave on its way out: its words, what may be seen of it afterwards, its pace, and what a batch of it costs."""

from sqlalchemy import select

from casework import clock
from casework.campaigns.tokens import token_of
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices import ways, words
from casework.notices.manners import Manners
from casework.notices.models import Message, MessageEvent
from casework.notices.post import Notice, post
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.open_link import open_link
from casework.operations.record_attempt import record_attempt
from casework.overview import deliveries
from tests.casework.answering import link_of
from tests.casework.campaigns.august import august, beijing
from tests.casework.notices.outward import BASE, Scripted
from tests.casework.notices.told_wave import TEN, begin, carry, first_wave, gate
from tests.casework.operations.crowd import asked
from workflows.access import SYSTEM

__all__ = ["august", "first_wave"]


def test_a_letter_holds_the_approved_words_the_own_link_and_goes_to_the_newest_number(first_wave):
    first, second, _ = first_wave.records
    second.revision.sealed = {**second.revision.sealed, "phone": "13700000000"}
    db.session.commit()
    mine, other, _ = gate()
    assert f"{BASE}/c/{token_of(first_wave.wave.id, first.id)}" in mine.body
    assert f"{BASE}/c/{token_of(first_wave.wave.id, second.id)}" in other.body
    assert {"8月31日", "岭川大学"} <= {part for part in ("8月31日", "岭川大学") if part in mine.body}
    assert "{" not in mine.body
    assert (mine.recipient, other.recipient) == ("13912340000", "13700000000")
    for personal in (first.name, first.student_no):
        assert personal not in mine.subject + mine.body


def test_in_english_where_a_row_says_so_and_in_chinese_where_english_has_no_words(first_wave):
    for message in first_wave.messages():
        message.params = {**message.params, "language": "en"}
    db.session.commit()
    assert "31 August" in gate()[0].body
    first_wave.anew(texts={"sms": {"zh": first_wave.campaign.texts["sms"]["zh"]}})
    assert "8月31日" in gate()[0].body


def test_in_the_language_that_a_graduate_chose_on_their_page(first_wave):
    chosen, *_ = first_wave.records
    with unit_of_work():
        open_link(link_of(chosen).id, language="en")
    assert ["31 August" in letter.body for letter in gate()] == [True, False, False]


def test_a_mail_says_how_to_end_such_mails_and_an_sms_does_not(august):
    told = begin(august, 1, channels=("inbox", "smtp"))
    (letter,) = gate("smtp")
    assert letter.recipient == "s0@example.com"
    assert letter.headers["List-Unsubscribe"].startswith(f"<{BASE}/unsubscribe/{told.records[0].ref}")
    assert letter.body.count("\n") > 2


def test_whoever_looks_at_deliveries_sees_neither_link_nor_number_nor_who_it_is(first_wave):
    gate()
    (message, *_), record = first_wave.messages(), first_wave.records[0]
    seen = words.text(message, base_url=BASE)
    (line,) = deliveries.lines([message])
    assert token_of(message.wave_id, record.id) not in seen.subject + seen.body
    assert (line.login, line.role, line.address) == (record.ref, "graduate", "139****0000")
    assert deliveries.story(message).contact is None
    shown = repr(line) + repr(seen)
    for personal in (record.student_no, record.revision.sealed["phone"]):
        assert personal not in shown
    found = db.session.scalars(deliveries.searched(SYSTEM, login=record.ref)).all()
    assert found == [message]


def costs(way, moment):
    """Carry a batch through its steps; return how many statements each took."""
    counts = []
    with clock.stopped_at(moment):
        with asked() as statements, unit_of_work():
            claimed = claim_batch(way.code, size=100, worker="w")
        counts.append(len(statements))
        with asked() as statements, unit_of_work():
            letters = pass_gate(claimed, base_url=BASE)
        counts.append(len(statements))
        with asked() as statements, unit_of_work():
            record_attempt(claimed.attempt_id, way.send(letters, reference=claimed.ref))
        counts.append(len(statements))
    return counts, len(letters)


def test_three_graduates_and_thirty_ask_the_same_of_the_database(august):
    """Ten rows more, one statement more: that is what a loop over the batch would show here."""
    told = begin(august, 30, channels=("inbox", "aliyun"))
    ways.configure(("inbox", "aliyun"), manners=Manners(sms_a_day=3, letters_a_day=5))
    for message in told.messages()[3:]:
        message.next_at = beijing(1, 12)
    db.session.commit()
    db.session.remove()
    few, number = costs(_Aliyun(), TEN)
    db.session.remove()
    many, rest = costs(_Aliyun(), beijing(1, 12))
    assert (number, rest) == (3, 27)
    assert few == many
    assert sum(many) < 45


class _Aliyun(Scripted):
    code = "aliyun"


def test_a_campaign_with_a_pace_leaves_in_batches_of_its_own_and_holds_nobody_up(august):
    slow = begin(august, 30, per_minute=60)
    way = Scripted()
    assert carry(way) == 5
    with clock.stopped_at(TEN):
        resting = delivery._resting()
        assert list(resting) == [slow.wave.id]
        assert resting[slow.wave.id] > 3
        post([Notice("test_message", august.drafter.id, "simulator", "x", params={"at": TEN.isoformat()})])
        db.session.commit()
        others = claim_batch("simulator", size=16, worker="w", resting=resting)
    assert (others.count, others.wave) == (1, None)


def test_nothing_is_said_twice_when_a_batch_is_let_go(first_wave):
    way = Scripted()
    carry(way)
    assert carry(way) is None
    of_wave = select(MessageEvent.to_state).join(Message).where(Message.wave_id == first_wave.wave.id)
    events = db.session.scalars(of_wave.order_by(MessageEvent.message_id, MessageEvent.id)).all()
    assert events == ["ready", "leased", "submitting", "accepted"] * 3
