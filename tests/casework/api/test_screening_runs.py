"""Runs over HTTP: stopped, read rule by rule, planned, their cases opened with rules left out for a reason."""

import pytest

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.promises import Promise
from casework.screening.models import Finding, FindingRecord, Weights
from tests.casework import factories

MISSING = {"version": 1, "missing": ["employers"], "empty": [], "tests": 0, "seconds": 0.1}
FOUND = ("graduate_denies", "employer_founded_after_signing")
RAN = {"version": 2, "missing": [], "empty": ["records.pay"], "tests": 7, "seconds": 0.2}
FACTS = {"employer_name": "岭川样本科技有限公司", "credit_code": "", "destination_code": "11"} | dict.fromkeys(
    ("answered_on", "founded_date", "signing_date", "days")
)


@pytest.fixture
def run(world):
    """Make a run in which two rules have found one graduate each, and one has not run."""
    with unit_of_work():
        made = factories.make_run(world.tree.university, world.round)
        made.rules = {
            "graduate_denies": RAN,
            "employer_founded_after_signing": RAN,
            "employer_not_in_register": MISSING,
        }
        made.counts = {"by_rule": dict.fromkeys(FOUND, 1)}
        for rule in FOUND:
            record = factories.make_record(world.tree.university, world.round)
            found = factories.make_finding(
                world.tree.university, world.round, rule=rule, subject_key=record.student_no, observed=FACTS
            )
            db.session.add(FindingRecord(finding_id=found.id, record_id=record.id))
        return f"/screening-runs/{made.ref}"


def where(world):
    return {"organisation": world.tree.university.code, "round": world.round.code}


def cases():
    db.session.rollback()
    return db.session.query(Case).count()


def test_a_run_says_rule_by_rule_what_ran_and_what_lacked(run, investigator):
    rules = {row["rule"]: row for row in investigator.get(f"{run}/rules", status=200).json["items"]}
    ran, lacking = rules["graduate_denies"], rules["employer_not_in_register"]
    assert (ran["ran"], ran["hits"], ran["tests"], ran["empty"]) == (True, 1, 7, ["records.pay"])
    assert (lacking["ran"], lacking["hits"], lacking["missing"], lacking["output"]) == (False, None, ["employers"], "V")


def test_each_hit_says_what_it_weighs(world, run, investigator):
    def ratios():
        items = investigator.get(f"{run}/findings", status=200).json["items"]
        return {row["rule"]: (row["ratio"], row["refitted"]) for row in items}

    assert ratios()["graduate_denies"] == (100.0, False)
    with unit_of_work():
        row = {"ratio": 31.5, "refitted": True, "checked": 40, "confirmed": 31}
        person = factories.make_person()
        db.session.add(
            Weights(
                organisation_id=world.tree.university.id, round_id=world.round.id, version=1,
                values={"rules": {"graduate_denies": row}}, made_by_id=person.id,
            )
        )  # fmt: skip
    assert ratios() == {"graduate_denies": (31.5, True), "employer_founded_after_signing": (100.0, False)}
    with unit_of_work():
        for finding in db.session.query(Finding):
            finding.observed = finding.observed | {"confirmed_later": True}
    [eased] = [row for row in investigator.get(f"{run}/findings").json["items"] if row["eased"]]
    assert (eased["rule"], eased["ratio"] < 31.5) == ("graduate_denies", True)


def test_findings_come_in_pages(run, investigator):
    first = investigator.get(f"{run}/findings?limit=1", status=200).json
    rest = investigator.get(f"{run}/findings?limit=1&after={first['next']}", status=200).json
    assert rest["next"] is None
    assert len({first["items"][0]["ref"], rest["items"][0]["ref"]}) == 2


def test_a_plan_does_nothing_and_is_what_then_happens(run, investigator):
    planned = investigator.get(f"{run}/plan", status=200).json
    assert planned == {"opening": 2, "by_kind": {"record": 2}, "extending": [], "late": [], "waiting": 0}
    without = investigator.get(f"{run}/plan?without_rule=graduate_denies&without_rule=other", status=200).json
    assert without["opening"] == 1
    assert cases() == 0
    opened = investigator.post(f"{run}/cases", status=200).json
    assert (len(opened["opened"]), opened["late"]) == (2, [])
    assert investigator.get(f"{run}/plan", status=200).json["opening"] == 0


def test_rules_are_left_out_for_a_reason_that_is_remembered(run, investigator):
    body = {"without_rules": ["graduate_denies"]}
    assert set(investigator.post(f"{run}/cases", body, status=422).json["fields"]) == {"reason"}
    assert cases() == 0
    opened = investigator.post(f"{run}/cases", body | {"reason": "短信误发"}, status=200).json
    assert len(opened["opened"]) == 1
    entry = db.session.query(JournalEntry).filter_by(action="screening:leave_out").one()
    assert entry.facts == {"rules": ["graduate_denies"]}


def test_a_rule_that_the_run_did_not_ask_cannot_be_left_out(run, investigator):
    body = {"without_rules": ["no_such_rule"], "reason": "试"}
    assert investigator.post(f"{run}/cases", body, status=422).json["code"] == "rule_unknown"
    assert cases() == 0


def test_a_screening_is_stopped_once_and_another_may_begin(world, investigator):
    ref = investigator.post("/screening-runs", where(world) | {"then_open": True}, status=202).json["ref"]
    assert investigator.post("/screening-runs", where(world), status=409).json["code"] == "screening_running"
    assert investigator.post(f"/jobs/{ref}/stop", status=200).json["state"] == "failed"
    assert investigator.post(f"/jobs/{ref}/stop", status=409).json["code"] == "already_over"
    investigator.post("/screening-runs", where(world), status=202)
    db.session.rollback()
    assert [row.arguments["then_open"] for row in db.session.query(Promise).order_by(Promise.id)] == [True, False]


def test_who_may_not_screen_and_another_university_find_nothing(world, run, investigator):
    ref = investigator.post("/screening-runs", where(world), status=202).json["ref"]
    auditor, stranger = world.caller("auditor"), world.caller("investigator", world.other)
    auditor.post("/screening-runs", where(world), status=403)
    for caller in (auditor, stranger):
        for path in (f"{run}/rules", f"{run}/plan", f"{run}/findings"):
            caller.get(path, status=404)
        caller.post(f"{run}/cases", status=404)
        caller.post(f"/jobs/{ref}/stop", status=404)
    stranger.post("/screening-runs", where(world), status=404)
    assert cases() == 0
    assert db.session.query(Promise).filter_by(ref=ref).one().stop_asked_at is None
