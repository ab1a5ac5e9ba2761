"""Asked twice, done once: the same key gives the same answer, and nothing else."""

import threading

import pytest

from casework import clock
from casework.db import db
from casework.idempotency import KEPT, IdempotencyKey


@pytest.fixture
def number(world, investigator):
    return world.case(owner=investigator, state="investigating")


def note(caller, number, words="电话未接", *, key="k1", status=201):
    return caller.post(f"/cases/{number}/notes", {"words": words}, headers={"Idempotency-Key": key}, status=status)


def notes(caller, number):
    return [row for row in caller.get(f"/cases/{number}").json["story"] if row["action"] == "note"]


def test_the_same_request_is_done_once_and_answered_alike(investigator, number):
    first, again = note(investigator, number), note(investigator, number)
    assert first.data == again.data
    assert first.headers["ETag"] == again.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(notes(investigator, number)) == 1


def test_without_a_key_it_is_done_twice(investigator, number):
    for _ in range(2):
        investigator.post(f"/cases/{number}/notes", {"words": "电话未接"}, status=201)
    assert len(notes(investigator, number)) == 2


def test_an_answer_outlives_the_version_that_it_was_asked_with(world, investigator):
    number = world.case(owner=investigator)
    etag = investigator.etag(number)
    taken = [
        investigator.act(number, {"action": "begin"}, etag=etag, headers={"Idempotency-Key": "b"}, status=200)
        for _ in range(2)
    ]
    assert taken[0].data == taken[1].data


def test_one_key_serves_one_request(investigator, number):
    note(investigator, number)
    answer = note(investigator, number, "另一句", status=422)
    assert answer.json["code"] == "idempotency_key_reused"
    assert len(notes(investigator, number)) == 1


def test_keys_belong_to_persons(investigator, supervisor, number):
    note(investigator, number)
    note(supervisor, number)
    assert len(notes(investigator, number)) == 2


def test_a_refusal_uses_up_no_key(investigator, number):
    note(investigator, number, " ", status=422)
    investigator.post("/cases/ZZ24-0001/notes", {"words": "x"}, headers={"Idempotency-Key": "k1"}, status=404)
    assert db.session.query(IdempotencyKey).count() == 0
    note(investigator, number)


@pytest.mark.parametrize("key", ["", "x" * 129, "\x7f"])
def test_a_key_that_cannot_be_kept_is_refused(investigator, number, key):
    note(investigator, number, key=key, status=422)
    assert notes(investigator, number) == []


def test_a_key_is_forgotten_after_a_day(investigator, number):
    note(investigator, number)
    with clock.stopped_at(clock.now() + KEPT * 2):
        note(investigator, number, "另一句")
    assert len(notes(investigator, number)) == 2


def test_kept_answers_are_sealed(investigator, number):
    note(investigator, number, "不得明文保存")
    stored = db.session.connection().exec_driver_sql("SELECT answer FROM idempotency_keys").scalar()
    assert "不得明文保存".encode() not in bytes(stored)


def test_two_at_the_same_moment_do_it_once(app, investigator, number):
    statuses, start = [], threading.Barrier(2)

    def send():
        start.wait()
        answer = app.test_client().post(
            f"/api/v1/cases/{number}/notes",
            json={"words": "同时"},
            headers={"Authorization": f"Bearer {investigator.token}", "Idempotency-Key": "same"},
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert statuses == [201, 201]
    assert len(notes(investigator, number)) == 1
