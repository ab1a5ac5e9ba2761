"""The level above and the discipline body over HTTP: taking over, spot checks, consequences, the upload package."""

import hashlib

import pytest

from casework.cases.models import Case
from casework.cases.oversight import Consequence, SpotCheck
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.filing.models import Upload
from casework.operations.api_tokens import make_token
from tests.casework.api.conftest import Caller
from tests.casework.factories import make_case
from tests.casework.operations.reporting import filed, make_office, prepare
from workflows.access import SYSTEM
from workflows.token_scopes import SCOPES


@pytest.fixture
def office(world):
    with unit_of_work():
        office = make_office(tree=world.tree)
        prepare(office)
    return office


@pytest.fixture
def call(client):
    def as_person(person):
        with unit_of_work():
            token = make_token(db.session.merge(person), name="test", actor=SYSTEM, scopes=tuple(SCOPES))
        return Caller(client, person, token)

    return as_person


def made(office, **values):
    with unit_of_work():
        return make_case(office.organisation, office.round_, owner=office.investigator, **values).number


def test_the_level_above_takes_a_case_over_and_nobody_else_does(office, call):
    number = made(office, state="investigating")
    above, below = call(office.superior_officer), call(office.supervisor)
    where, why = f"/cases/{number}/take-over", {"reason": "涉及校领导"}
    seen = {"If-Match": above.etag(number)}
    assert below.post(where, why, headers=seen).status_code == 403
    assert call(office.discipline_officer).post(where, why, headers=seen).status_code == 404
    assert above.post(where, why).status_code == 428
    taken = above.post(where, why, headers=seen, status=200).json
    assert (taken["number"], taken["organisation"]["name"]) == (number, office.tree.province.name)
    assert below.get(f"/cases/{number}").status_code == 404
    assert above.post(where, why, headers={"If-Match": above.etag(number)}).status_code == 409


def test_a_consequence_is_recorded_listed_and_withdrawn_by_whoever_did_not_handle_the_case(office, call):
    number = made(office, state="accepted", kind="conduct", conclusion="rectified")
    where = f"/cases/{number}/consequences"
    given = {"code": "C1", "decided_by": "校纪委", "decided_on": "2024-07-20", "document": "岭纪〔2024〕3号"}
    officer = call(office.discipline_officer)
    assert call(office.supervisor).post(where, given).status_code == 403
    assert officer.post(where, given | {"code": "C99"}).status_code == 422
    assert db.session.query(Consequence).count() == 0
    ref = officer.post(where, given, status=201).json["ref"]
    assert officer.post(f"{where}/nosuchone/withdrawal", {"reason": "文号有误"}).status_code == 404
    assert officer.post(f"{where}/{ref}/withdrawal", {"reason": "文号有误"}, status=200).json["withdrawn_at"]
    assert officer.post(f"{where}/{ref}/withdrawal", {"reason": "文号有误"}).status_code == 409
    (listed,) = call(office.supervisor).get(where, status=200).json["items"]
    assert (listed["document"], listed["withdrawn_at"] is not None) == ("岭纪〔2024〕3号", True)


def test_a_spot_check_is_drawn_decided_once_and_listed(office, call):
    number = made(office, state="accepted")
    above = call(office.superior_officer)
    assert call(office.supervisor).post("/spot-checks", {"size": 1}).status_code == 403
    assert call(office.supervisor).get("/spot-checks").status_code == 403
    assert above.post("/spot-checks", {"size": 2}).status_code == 422  # so many are not there
    assert db.session.query(SpotCheck).count() == 0
    drawn = above.post("/spot-checks", {"size": 1, "seed": "2024"}, status=201).json
    assert ([each["case"] for each in drawn["members"]], drawn["seed"]) == ([number], "2024")
    where = f"/spot-checks/{drawn['ref']}/cases/{number}"
    assert above.post(where, {"outcome": "disagrees"}).status_code == 422
    said = above.post(where, {"outcome": "disagrees", "reason": "单位否认录用"}, status=200).json
    assert (said["case"], said["outcome"]) == (number, "disagrees")
    assert above.post(where, {"outcome": "agrees"}).status_code == 409
    assert db.session.query(Case).one().state == "investigating"
    assert above.get("/spot-checks?limit=1", status=200).json["items"][0]["ref"] == drawn["ref"]
    assert above.post(f"/spot-checks/nosuchdraw/cases/{number}", {"outcome": "agrees"}).status_code == 404


def test_the_package_for_the_national_system_is_made_and_its_number_written_down_once(office, call, settings):
    made(office, state="accepted")
    with unit_of_work():
        ref = filed(office, settings).ref
    sender, where = call(office.supervisor), f"/reports/{ref}/uploads"
    assert call(office.discipline_officer).post(where).status_code == 403
    package = sender.post(where, status=200)
    (listed,) = sender.get(where, status=200).json["items"]
    assert package.headers["Repr-Digest"] == f"sha-256={listed['sha256']}"
    assert hashlib.sha256(package.data).hexdigest() == listed["sha256"]
    given = {"number": "GJ-2024-7", "delivered_on": "2024-07-20"}
    told = f"/uploads/{listed['ref']}/delivery"
    assert sender.post(told, given | {"delivered_on": "2099-01-01"}).status_code == 422
    assert sender.post(told, given, status=200).json["number"] == "GJ-2024-7"
    assert sender.post(told, given).status_code == 409
    assert db.session.query(Upload).count() == 1
