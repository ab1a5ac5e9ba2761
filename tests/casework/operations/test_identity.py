"""Who is answering: a code that leaves by message and lies nowhere, its limits, and the weaker way."""

import time
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from casework import clock
from casework.campaigns.identity import code_of
from casework.campaigns.models import AnswerCode, AnswerLink
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.notices import words
from casework.notices.models import Message
from casework.operations import send_identity_code as send_codes
from casework.operations.check_identity import check_code, check_particulars
from casework.operations.send_identity_code import send_identity_code
from casework.people.models import Organisation
from tests.casework.answering import link_of, make_link, make_wave
from tests.casework.factories import NOON, make_record, make_round, make_tree
from tests.support.together import together

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ask(app):
    with clock.stopped_at(NOON), unit_of_work():
        tree = make_tree()
        wave = make_wave(tree.university, make_round())

    def make(**values):
        with clock.stopped_at(NOON), unit_of_work():
            record = make_record(tree.university, make_round(), **values)
            make_link(record, wave)
        return record

    return make


def send(record, at=NOON):
    with clock.stopped_at(at), unit_of_work():
        return send_identity_code(link_of(record))


def check(record, code, at=NOON):
    with clock.stopped_at(at), unit_of_work():
        return check_code(link_of(record), code)


def codes():
    return [code_of(code_id) for code_id in db.session.scalars(select(AnswerCode.id).order_by(AnswerCode.id))]


def test_a_code_leaves_to_the_registered_number_and_its_digits_lie_nowhere(ask):
    record = ask()
    assert send(record)
    (code,) = codes()
    message = db.session.scalars(select(Message)).one()
    assert (message.kind, message.class_, message.record_id, message.person_id) == ("identity_code", 1, record.id, None)
    assert message.next_at == NOON
    assert message.not_after == NOON + 10 * MINUTE
    letter = words.letter(message, base_url="https://casework.example.edu.cn")
    assert (letter.recipient, code in letter.body) == ("13812346021", True)
    looked_at = words.text(message, base_url="https://casework.example.edu.cn")
    assert (code in looked_at.body, "******" in looked_at.body) == (False, True)
    rows = [*db.session.execute(select(AnswerCode.__table__)), *db.session.execute(select(Message.__table__))]
    assert not any(code == str(value) or code in str(value)[:60].split() for row in rows for value in row)
    nobody = ask(sealed={"phone": ""})
    assert not send(nobody)


def test_a_code_is_good_once_for_ten_minutes_and_five_tries_and_the_last_one_counts(ask):
    record = ask()
    assert not check(record, "000000")
    send(record)
    (first,) = codes()
    wrong = f"{(int(first) + 1) % 10**6:06}"
    assert [check(record, each) for each in (wrong, "", first, first)] == [False, False, True, False]
    send(record, NOON + 2 * MINUTE)
    second = codes()[-1]
    at = NOON + 2 * MINUTE
    assert [check(record, each, at) for each in (*([wrong] * 5), second)] == [False] * 6
    send(record, NOON + 4 * MINUTE)
    third = codes()[-1]
    assert not check(record, third, NOON + 15 * MINUTE)
    send(record, NOON + 16 * MINUTE)
    assert [check(record, each, NOON + 17 * MINUTE) for each in (third, codes()[-1])] == [False, True]


def test_nobody_is_flooded_with_codes(ask):
    record = ask()
    send(record)
    with pytest.raises(Conflict, match="刚刚"):
        send(record, NOON + MINUTE / 2)
    for number in range(1, 5):
        assert send(record, NOON + 2 * number * MINUTE)
    with pytest.raises(Conflict, match="上限"):
        send(record, NOON + 20 * MINUTE)
    assert len(codes()) == 5
    assert send(record, NOON + timedelta(days=1, minutes=1))


def test_student_number_and_birth_date_bear_five_wrong_tries(ask):
    record = ask(sealed={"birth_date": "2001-01-23"})

    def known(number, born):
        with unit_of_work():
            return check_particulars(link_of(record), student_no=number, birth_date=born)

    right = record.student_no, "2001/1/23"
    for given, expected in (
        (right, True),
        ((record.student_no, "20010124"), False),
        (("", ""), False),
        (right, True),
        *([((record.student_no, "19990101"), False)] * 5),
        (right, False),
    ):
        assert known(*given) is expected, given
    by_id_number = ask()
    with unit_of_work():
        link = link_of(by_id_number)
        assert check_particulars(link, student_no=by_id_number.student_no, birth_date="20000101")
    nothing = ask(sealed={"id_number": "", "birth_date": ""})
    with unit_of_work():
        assert not check_particulars(link_of(nothing), student_no=nothing.student_no, birth_date="")


def test_two_links_of_one_graduate_at_one_moment_are_one_code(app, ask, monkeypatch):
    """The limits are the graduate's, whichever of their links is used."""
    record = ask()
    with clock.stopped_at(NOON), unit_of_work():
        make_link(record, make_wave(db.session.get_one(Organisation, record.organisation_id), make_round(), number=2))
    ids = db.session.scalars(select(AnswerLink.id).filter_by(record_id=record.id)).all()
    db.session.rollback()
    counted = send_codes._refuse_flood

    def slowly(link):
        counted(link)
        time.sleep(0.1)

    monkeypatch.setattr(send_codes, "_refuse_flood", slowly)

    def asks(link_id):
        with unit_of_work():
            return send_identity_code(db.session.get_one(AnswerLink, link_id))

    with clock.stopped_at(NOON):
        found = together(app, [partial(asks, each) for each in ids])
    assert {type(each) for each in found} == {bool, Conflict}
    assert len(codes()) == 1
