"""An attempt that was refused is noted once where it matters, outlives its request, and cannot fill the disk."""

import pytest

from casework import journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry, verify
from casework.operations.note_refusal import Tried, Why, is_told, note_guesses, note_refusal, tried
from casework.operations.passwords import WrongPassword
from casework.overview.reading_models import RefusedTries
from casework.people.actors import actor_of
from tests.casework.factories import make_person, make_tree
from workflows.engine import Words
from workflows.errors import Refusal, Refused

LOOP = 120


@pytest.fixture
def investigator(app):
    with unit_of_work():
        return make_person("investigator", make_tree().university)


def told():
    return [entry.facts for entry in db.session.query(JournalEntry).order_by(JournalEntry.id)]


def what_of(error):
    found = tried(error)
    return (found.why, found.code, found.what) if found else None


def test_it_is_told_apart_what_of_a_refusal_matters(investigator):
    action = {"action": Words(("查看案件",)), "roles": Words(())}
    mixed = Refused(Refusal("reason_missing", "理由。"), Refusal("reviewer_conflict", "回避。"))
    not_permitted = Forbidden("%(action)s不行。", code="not_permitted", params=action)
    table = [
        (Forbidden("不行。"), (Why.FORBIDDEN, "forbidden", "")),
        (not_permitted, (Why.FORBIDDEN, "not_permitted", "查看案件")),
        (Forbidden("锁定。", code="locked"), (Why.PROOF, "locked", "")),
        (NotFound("没有。", code="out_of_scope"), (Why.OUT_OF_SCOPE, "out_of_scope", "")),
        (NotFound("没有。"), (Why.OUT_OF_SCOPE, "not_found", "")),
        (Refused(Refusal("owner_conflict", "回避。")), (Why.CONFLICT, "owner_conflict", "")),
        (mixed, (Why.CONFLICT, "reviewer_conflict", "")),
        (WrongPassword(investigator), (Why.PROOF, "invalid", "")),
        (Invalid("没有填。"), None),
        (Conflict("已经办理。"), None),
        (Refused(Refusal("reason_missing", "理由。")), None),
    ]
    assert [what_of(error) for error, _ in table] == [expected for _, expected in table]


def test_a_loop_counts_into_one_row_and_tells_every_tenfold_alone(investigator):
    actor = actor_of(investigator)
    for _ in range(LOOP):
        with unit_of_work():
            note_refusal(Tried(Why.FORBIDDEN, "not_permitted", "查看案件"), place="web.case", subject="-", actor=actor)
    assert [row.times for row in db.session.query(RefusedTries)] == [LOOP]
    assert [facts["times"] for facts in told()] == [1, 10, 100]
    assert list(verify(actor.appointments[0].seat_id, journal.LOOKS)) == []


def test_slips_are_not_told_and_many_of_them_are():
    told_at = {why: [times for times in range(1, 1001) if is_told(why, times)] for why in Why}
    assert told_at == {
        Why.FORBIDDEN: [1, 10, 100, 1000],
        Why.CONFLICT: [1, 10, 100, 1000],
        Why.OUT_OF_SCOPE: [10, 100, 1000],
        Why.PROOF: [3, 30, 300],
    }


def test_somebody_without_an_office_is_nobodys_to_watch(app):
    with unit_of_work():
        nobody = make_person()
        note_refusal(Tried(Why.FORBIDDEN, "forbidden"), place="web.case", subject="-", actor=actor_of(nobody))
    assert (told(), db.session.query(RefusedTries).count()) == ([], 0)


def test_wrong_passwords_are_told_by_the_sign_in_after_them_and_slips_are_not(investigator):
    with unit_of_work():
        note_guesses(investigator, 2)
    assert told() == []
    with unit_of_work():
        note_guesses(investigator, 4)
    assert told() == [{"what": "登录", "code": "wrong_password", "times": 4}]
