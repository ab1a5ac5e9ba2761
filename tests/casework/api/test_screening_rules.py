"""The catalogue of rules over HTTP: read whole, tried on the data, changed only after a trial, by who administers."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import JOBS
from casework.jobs.keeping import keep
from casework.promises import Promise
from casework.screening.models import ScreeningSettings
from casework.screening.rules import RULES
from tests.casework.api.conftest import World
from tests.casework.factories import make_organisation
from tests.casework.sample_university import (
    HEADERS,
    graduate,
    hand_in,
    open_university,
    organisation,
    registration,
    round_,
)

LATER = {"dates_contradict": {"window_end": "12-31"}}
TODAY = "2024-08-31"


@pytest.fixture
def sample(app, client, settings, tmp_path):
    with clock.stopped_at(datetime(2024, 8, 31, 4, 0, tzinfo=UTC)):
        open_university()
        rows = [graduate(1, 毕业日期="2024-10-01"), graduate(2, 毕业日期="2024-06-20")]
        hand_in(registration(tmp_path, *rows, headers=(*HEADERS, "毕业日期")), settings)
        yield World(None, None, round_(), client)


@pytest.fixture
def administrator(sample):
    return sample.caller("administrator", organisation())


def asked(**changes):
    return {"organisation": organisation().code, "round": "2024", "values": LATER} | changes


def tried(caller, **changes):
    ref = caller.post("/screening/back-tests", asked(**changes), status=202).json["ref"]
    keep(ref, JOBS)
    return ref


def stored(model=ScreeningSettings):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_the_catalogue_is_listed_whole_with_origins_and_what_holds_today(sample):
    answer = sample.caller("supervisor", organisation()).get("/screening/rules", status=200)
    assert [rule["code"] for rule in answer.json["items"]] == [rule.code for rule in RULES]
    assert (answer.json["round"], answer.json["settings_version"]) == ("2024", 0)
    by_code = {rule["code"]: rule for rule in answer.json["items"]}
    settings = {each["name"]: each for each in by_code["dates_contradict"]["settings"]}
    assert settings["window_end"] | {"origin": ""} == {
        "name": "window_end", "default": "08-31", "present": "08-31", "origin": "",
    }  # fmt: skip
    assert all(each["origin"] for rule in answer.json["items"] for each in rule["settings"])
    assert all(rule["innocent"] and rule["asks"] and rule["sql"] for rule in answer.json["items"])
    assert not [rule["code"] for rule in answer.json["items"] if "%(" in str((rule["tells"], rule["innocent"]))]


def test_settings_are_tried_then_changed_and_every_version_is_read(administrator):
    ref = tried(administrator)
    trial = administrator.get(f"/screening/back-tests/{ref}", status=200).json
    assert (trial["job"]["state"], trial["found"]["records_no_longer"], trial["found"]["values"]) == ("done", 1, LATER)
    [difference] = trial["found"]["differences"]
    assert (difference["rule"], difference["examples_no_longer"]) == ("dates_contradict", ["2020****0001"])
    sent = {"back_test": ref, "effective_from": TODAY, "reason": "暑期补授"}
    made = administrator.post("/screening/settings", sent, status=201).json
    assert (made["version"], made["values"], made["round"]) == (1, LATER, "2024")
    listed = administrator.get("/screening/settings", status=200).json
    assert (listed["present"], [row["reason"] for row in listed["items"]]) == (1, ["暑期补授"])
    assert listed["items"][0]["back_test"]["digest"] == trial["found"]["digest"]
    present = administrator.get("/screening/rules?round=2024", status=200).json
    values = {(rule["code"], each["name"]): each["present"] for rule in present["items"] for each in rule["settings"]}
    assert (present["settings_version"], values["dates_contradict", "window_end"]) == (1, "12-31")


def test_the_same_key_changes_settings_once(administrator):
    sent = {"back_test": tried(administrator), "effective_from": TODAY, "reason": "试行"}
    answers = [
        administrator.post("/screening/settings", sent, status=201, headers={"Idempotency-Key": "one"}).json
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert stored() == 1


REFUSALS = [({"reason": ""}, 422), ({"effective_from": "2024-08-30"}, 422), ({"back_test": "nothing"}, 404)]


@pytest.mark.parametrize(("changes", "status"), REFUSALS)
def test_a_change_is_refused_and_leaves_nothing(changes, status, administrator):
    sent = {"back_test": tried(administrator), "effective_from": TODAY, "reason": "试行"}
    administrator.post("/screening/settings", sent | changes, status=status)
    assert stored() == 0


def test_a_trial_that_is_not_done_changes_nothing(administrator):
    ref = administrator.post("/screening/back-tests", asked(), status=202).json["ref"]
    assert administrator.get(f"/screening/back-tests/{ref}", status=200).json["found"] is None
    sent = {"back_test": ref, "effective_from": TODAY, "reason": "试行"}
    assert administrator.post("/screening/settings", sent, status=409).json["code"] == "not_back_tested"
    assert stored() == 0


WRONG = [
    ({}, 409),
    ({"dates_contradict": {"window_end": "08-31"}}, 409),
    ({"no_such_rule": {"x": "1"}}, 422),
    ({"dates_contradict": {"x": "1"}}, 422),
    ({"proof_reused": {"persons": "-1"}}, 422),
    ({"proof_reused": {"persons": 2.5}}, 422),
    ({"proof_reused": {"persons": True}}, 422),
    ({"proof_reused": {"persons": None}}, 422),
    ({"proof_reused": {"persons": 10**30}}, 422),
    ({"proof_reused": {"persons": "9" * 5000}}, 422),
    ({"proof_reused": {"persons": {"a": 1}}}, 422),
    ({"dates_contradict": {"window_end": "a\x00b"}}, 422),
    ({"dates_contradict": {"window_end": "\ud800"}}, 422),
    ({"dates_contradict": [["window_end", "12-31"]]}, 422),
    ({"dates_\x00": {}}, 422),
    ([], 422),
    ("dates_contradict", 422),
    (None, 422),
]


@pytest.mark.parametrize(("values", "status"), WRONG, ids=lambda value: repr(value)[:40])
def test_what_no_rule_takes_is_not_tried(values, status, administrator):
    body = json.dumps(asked(values=values))  # in ASCII, as no client of the tests would write a lone surrogate
    administrator.ask("POST", "/screening/back-tests", data=body, content_type="application/json", status=status)
    assert stored(Promise) == 0


def test_who_may_read_the_catalogue_and_who_may_set_it(sample, administrator):
    table = (("administrator", 200, 202), ("supervisor", 200, 403), ("auditor", 403, 403), ("lead_officer", 403, 403))
    for role, reads, tries in table:
        caller = sample.caller(role, organisation())
        caller.get("/screening/rules", status=reads)
        caller.get("/screening/settings", status=reads)
        caller.post("/screening/back-tests", asked(), status=tries)
    ref = tried(administrator)
    supervisor = sample.caller("supervisor", organisation())
    supervisor.get(f"/screening/back-tests/{ref}", status=404)
    supervisor.post(f"/jobs/{ref}/stop", status=404)
    sent = {"back_test": ref, "effective_from": TODAY, "reason": "试行"}
    supervisor.post("/screening/settings", sent, status=404)
    assert stored() == 0


def test_another_university_does_not_exist(sample, administrator):
    with unit_of_work():
        other = make_organisation("江城大学", "university")
    stranger = sample.caller("administrator", other)
    ref = tried(administrator)
    stranger.post("/screening/back-tests", asked(), status=404)
    unknown = stranger.get("/screening/back-tests/nothing", status=404).data
    assert stranger.get(f"/screening/back-tests/{ref}", status=404).data == unknown
    stranger.post("/screening/settings", {"back_test": ref, "effective_from": TODAY, "reason": "试行"}, status=404)
    stranger.get("/screening/rules?round=1999", status=404)


def test_a_screening_is_no_trial(sample, administrator):
    supervisor = sample.caller("supervisor", organisation())
    ref = supervisor.post("/screening-runs", {"organisation": organisation().code, "round": "2024"}, status=202).json[
        "ref"
    ]
    supervisor.get(f"/screening/back-tests/{ref}", status=404)


def test_a_trial_is_stopped(administrator):
    ref = administrator.post("/screening/back-tests", asked(), status=202).json["ref"]
    told = administrator.post(f"/jobs/{ref}/stop", status=200).json
    assert (told["state"], told["result"]) == ("failed", None)
    assert "未保留任何结果" in told["refusal"]
