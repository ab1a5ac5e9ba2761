"""Links of a wave: made again the same, issued once, and no token lies in the database."""

from datetime import timedelta

from sqlalchemy import func, select

from casework import clock
from casework.campaigns.links import find_way
from casework.campaigns.models import AnswerLink
from casework.campaigns.tokens import ALPHABET, token_of
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.issue_links import issue_links
from tests.casework.answering import make_wave
from tests.casework.factories import NOON, make_record, make_round, make_tree


def test_links_are_issued_once_and_found_by_their_tokens(app):
    with clock.stopped_at(NOON), unit_of_work():
        tree, round_ = make_tree(), make_round()
        one, other = (make_wave(tree.university, round_) for _ in range(2))
        ids = [make_record(tree.university, round_).id for _ in range(3)]
        first = issue_links(ids[:2], wave=one, expires_at=NOON + timedelta(days=7))
        again = issue_links(ids, wave=one, expires_at=NOON + timedelta(days=9))
        others = issue_links(ids, wave=other, expires_at=NOON + timedelta(days=9))
        assert issue_links([], wave=one, expires_at=NOON) == {}
    assert dict(first).items() <= dict(again).items()
    assert again == {record_id: token_of(one.id, record_id) for record_id in ids}
    assert not set(again.values()) & set(others.values())
    assert db.session.scalar(select(func.count()).select_from(AnswerLink)) == 6
    ends = {record_id: find_way(token).until for record_id, token in again.items()}
    assert ends == {record_id: NOON + timedelta(days=7 if record_id in ids[:2] else 9) for record_id in ids}
    stored = {value for row in db.session.execute(select(AnswerLink.__table__)) for value in row}
    assert not stored & set(again.values())
    for token in (*again.values(), *others.values()):
        assert len(token) == 16
        assert set(token) <= set(ALPHABET)
    assert len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("01IO")
