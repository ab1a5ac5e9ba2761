"""Changes after conclusions, and the event log, from the terminal."""

import json

import pytest

from casework.cases.drifts import Drift, JustifiedChange
from casework.db import db
from casework.doors.unit import unit_of_work
from tests.casework.operations.drifting import questioned
from tests.casework.operations.reporting import make_office

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def office():
    with unit_of_work():
        return make_office()


def question(office):
    with unit_of_work():
        return questioned(office)


def test_a_drift_is_listed_justified_and_decided(office, command_line, tmp_path):
    ref = question(office)
    paper = tmp_path / "contract.pdf"
    paper.write_bytes(b"%PDF-1.4\n1 0 obj\n%%EOF\n")
    listed = command_line.done("drift", "list", "--round", office.round_.code, "--as", office.supervisor.login)
    assert f"{ref}  " in listed
    assert "毕业去向类别 11 → 70（F0154 2024-08-01 12:00）" in listed
    asked = command_line.done(
        "drift", "justify", ref, "--reason", "迟到的落实", "--file", str(paper), "--as", office.investigator.login
    ).strip()
    assert db.session.query(JustifiedChange).one().ref == asked
    command_line.done("drift", "decide", asked, "--accept", "--as", office.supervisor.login)
    assert db.session.query(Drift).one().state == "justified"


def test_the_event_log_is_written_to_a_file(office, command_line, tmp_path):
    question(office)
    where = ("--organisation", office.organisation.code, "--round", office.round_.code)
    path = tmp_path / "events.json"
    options = (*where, "--as", office.supervisor.login)
    command_line.done("export", "events", "--format", "ocel", "--output", str(path), *options)
    assert json.loads(path.read_text(encoding="utf-8"))["events"]
    assert command_line.done("export", "events", *options).startswith("case_id,activity")
