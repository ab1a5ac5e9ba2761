"""What is handed out for process mining follows the workflow, is valid OCEL 2.0, and names nobody."""

import csv
import io
import json

import pandas as pd
import pm4py
import pytest
from jsonschema import Draft7Validator, FormatChecker
from sqlalchemy import select

from casework.cases.models import Case, Move
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.operations.advance import advance
from casework.operations.export_events import export_events
from casework.operations.log_verification import log_verification
from casework.operations.refuse_report import refuse_report
from casework.people.actors import actor_of
from casework.people.models import Person
from tests.casework.factories import make_case, make_organisation, make_person
from tests.casework.operations.reporting import drafted, filed, frozen, make_office, prepare
from tests.casework.overview.mining import OCEL_SCHEMA, case_net
from workflows.access import SYSTEM
from workflows.conformance import STEPS, replay
from workflows.report import REPORT


@pytest.fixture
def office(app, settings):
    """Cases that went every way: filed and reopened, sent back, merged, untouched; a report that was refused once."""
    with unit_of_work():
        made = make_office()
        prepare(made)
        for way in (["accept"], ["accept"], ["send_back"], []):
            _worked(made, way)
        one = make_case(made.organisation, made.round_, owner=made.investigator)
        survivor = make_case(made.organisation, made.round_, owner=made.investigator, records=[one.records[0].record])
        supervisor = actor_of(made.supervisor)
        advance(one, "merge", actor=supervisor, reason="同一事项", survivor=survivor)
        advance(one, "unmerge", actor=supervisor)
        accepted = [case for case in db.session.scalars(select(type(one))) if case.accepted_at]
        reasons = {case.number: "核查中" for case in db.session.scalars(select(type(one))) if not case.accepted_at}
        db.session.flush()
        report = frozen(made, settings, open_reasons=reasons)
        refuse_report(report, reason="文字有误", actor=actor_of(made.party_leader))
        drafted(made, work="另行写明。")
        drafted(made, work="再次写明。")
        filed(made, settings, open_reasons=reasons)
        advance(accepted[0], "reopen", actor=SYSTEM, reason="登记有变动", event="drift")
    return made


def _worked(office, way):
    case = make_case(office.organisation, office.round_, owner=office.investigator)
    owner = actor_of(office.investigator)
    advance(case, "begin", actor=owner)
    log_verification(case, method="phone", evidence_class="graduate", result="supports", actor=owner)
    advance(case, "conclude", actor=owner, conclusion="unfounded", note="已核实")
    for action in way:
        advance(case, action, actor=actor_of(office.supervisor), reason="请补充" if action == "send_back" else "")


def exported(office, form, *, person=None, **options):
    with unit_of_work():
        made = export_events(
            organisation=office.organisation,
            round_=office.round_,
            form=form,
            actor=actor_of(person or office.supervisor),
            **options,
        )
    return "".join(made.pieces())


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def fitness(rows):
    """Return how well these rows fit the table, by somebody else's replay."""
    frame = pd.DataFrame(rows)
    frame = frame[frame["activity"].isin({"open", *STEPS})]
    frame["what"] = frame["activity"] + ">" + frame["to_state"]
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], format="ISO8601")
    log = pm4py.format_dataframe(frame, case_id="case_id", activity_key="what", timestamp_key="timestamp")
    return pm4py.fitness_token_based_replay(log, *case_net())["log_fitness"]


def test_every_case_conforms_to_the_workflow_and_a_broken_log_does_not(office):
    rows = rows_of(exported(office, "csv"))
    numbers = {row["case_id"] for row in rows}
    assert len(numbers) == 6
    assert {"sign_off", "file", "reopen", "merge", "unmerge", "send_back"} <= {row["activity"] for row in rows}
    for number in numbers:
        assert replay((row["activity"], row["to_state"]) for row in rows if row["case_id"] == number).fitness == 1.0
    assert fitness(rows) == 1.0
    broken = [row for row in rows if row["activity"] != "accept" and row["activity"] != "sign_off"]
    signed = [row["case_id"] for row in rows if row["activity"] == "sign_off"]
    assert all(
        replay((row["activity"], row["to_state"]) for row in broken if row["case_id"] == number).fitness < 1.0
        for number in signed
    )
    assert fitness(broken) < 1.0


def test_the_object_log_is_valid_and_is_read_by_process_mining(office, tmp_path):
    text = exported(office, "ocel")
    log = json.loads(text)
    assert list(Draft7Validator(OCEL_SCHEMA, format_checker=FormatChecker()).iter_errors(log)) == []
    names = {each["id"] for each in log["objects"]}
    assert len(names) == len(log["objects"])
    related = [other["objectId"] for each in (*log["objects"], *log["events"]) for other in each["relationships"]]
    assert set(related) <= names
    assert {each["type"] for each in log["events"]} <= {each["name"] for each in log["eventTypes"]}
    contained = next(each for each in log["objects"] if each["type"] == "report")["relationships"]
    assert [each["qualifier"] for each in contained] == ["made by", "contains", "contains"]
    path = tmp_path / "log.json"
    path.write_text(text, encoding="utf-8")
    read = pm4py.read_ocel2_json(str(path))
    assert set(read.objects["ocel:type"]) == {"case", "report", "record", "organisation"}
    assert len(read.events) == len(log["events"])
    wrong = log | {"events": [{**log["events"][0], "time": 5}]}
    assert list(Draft7Validator(OCEL_SCHEMA).iter_errors(wrong))


def test_every_report_conforms_to_its_table_and_each_round_of_it_is_told(office):
    log = json.loads(exported(office, "ocel"))
    trace = [
        (each["type"].removeprefix("report_"), {pair["name"]: pair["value"] for pair in each["attributes"]}["to_state"])
        for each in log["events"]
        if each["type"].startswith("report_")
    ]
    told = [activity for activity, to_state in trace if to_state]
    assert told == ["draft", "freeze", "refuse", "redraft", "freeze", "sign", "file"]
    assert len(trace) > len(told), "texts that were written again are told, and move nothing"
    assert replay(trace, cycle=REPORT).fitness == 1.0
    assert replay([each for each in trace if each[0] != "redraft"], cycle=REPORT).fitness < 1.0


def test_what_comes_while_a_log_is_being_read_is_in_the_next_one(office):
    number = db.session.scalars(select(Case.number).order_by(Case.id)).first()
    with unit_of_work():
        made = export_events(
            organisation=office.organisation, round_=office.round_, form="ocel", actor=actor_of(office.supervisor)
        )
    pieces = made.pieces()
    text = ""
    while not text.endswith('"events":['):
        text += next(pieces)
    with unit_of_work():
        late = make_case(office.organisation, office.round_, owner=office.investigator).number
        note(db.session.scalars(select(Case).filter_by(number=number)).one())
    log = json.loads(text + "".join(pieces))
    names = {each["id"] for each in log["objects"]}
    assert {other["objectId"] for each in log["events"] for other in each["relationships"]} <= names
    assert late not in names
    activities = [row["activity"] for row in rows_of(exported(office, "csv")) if row["case_id"] == number]
    told = [each for each in log["events"] if each["relationships"][0]["objectId"] == number]
    assert len(told) == len(activities) - 1


def note(case):
    case.moves.append(Move(action="note"))


def test_nobody_is_named_unless_it_is_asked_for_and_allowed(office):
    people = db.session.scalars(select(Person)).all()
    for form in ("csv", "ocel"):
        text = exported(office, form)
        assert not [each.name for each in people if each.name in text or f'"{each.login}"' in text]
        assert "2020221" not in text
        assert "欧阳" not in text
    roles = {row["role"] for row in rows_of(exported(office, "csv"))}
    assert roles == {"investigator", "supervisor", "system"}
    named = rows_of(exported(office, "csv", with_persons=True))
    assert {row["person"] for row in named} == {office.investigator.login, office.supervisor.login, ""}


def test_an_export_is_journalled_as_a_look_and_a_refused_one_is_not(office):
    exported(office, "ocel")
    wanted = select(JournalEntry).filter_by(action="export:events", chain="looks")
    (entry,) = db.session.scalars(wanted)
    assert (entry.facts["format"], entry.facts["persons"], len(entry.facts["mark"])) == ("ocel", False, 12)
    other = make_person("supervisor", make_organisation("别的大学", "university", office.tree.province))
    auditor = make_person("auditor", office.organisation)
    for person, form, error in (
        (other, "csv", NotFound),
        (auditor, "csv", Forbidden),
        (office.supervisor, "xes", Invalid),
    ):
        with pytest.raises(error):
            exported(office, form, person=person)
    assert len(db.session.scalars(wanted).all()) == 1
