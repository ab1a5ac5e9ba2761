"""Programs read what waits to be erased and what is held, and place a hold; erasing and lifting is no program's."""

from datetime import date

from casework import journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import LegalHold
from casework.overview.erasures import Erasure


def test_proposals_and_holds_are_those_of_ones_own_office(world, investigator, supervisor):
    university = world.tree.university
    with unit_of_work():
        over = {"over_on": date(2034, 12, 31), "counts": {"records": 3}}
        db.session.add(Erasure(organisation_id=university.id, round_id=world.round.id, **over))
        journal.record(organisation_id=university.id, action="x:note", actor="1", subject="LC24-0001")
        code = university.code
    body = {"organisation": code, "subject": "LC24-0001", "reason": "涉诉"}
    stranger = world.caller("supervisor", world.other)
    for caller, given, status in (
        (investigator, body, 403),
        (stranger, body, 404),
        (supervisor, body | {"subject": "LC24-9999"}, 404),
        (supervisor, body | {"reason": ""}, 422),
        (supervisor, body | {"organisation": "nobody"}, 404),
        (supervisor, body, 201),
        (supervisor, body | {"reason": "再次"}, 201),
    ):
        assert (given, caller.post("/holds", given).status_code) == (given, status)
    [held] = supervisor.get("/holds", status=200).json["items"]
    assert (held["subject"], held["reason"], held["lifted_at"]) == ("LC24-0001", "涉诉", None)
    [waiting] = supervisor.get("/erasures", status=200).json["items"]
    assert (waiting["counts"], waiting["over_on"], waiting["done_at"]) == ({"records": 3}, "2034-12-31", None)
    for caller in (investigator, stranger):
        assert [caller.get(path, status=200).json["items"] for path in ("/holds", "/erasures")] == [[], []]
    for path in ("/holds/lift", f"/erasures/{waiting['ref']}"):
        assert supervisor.post(path, {"reason": "x"}).status_code in {404, 405}
    db.session.rollback()
    assert db.session.query(LegalHold).filter_by(lifted_at=None).count() == 1
