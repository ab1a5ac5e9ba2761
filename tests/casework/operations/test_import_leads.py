"""Leads that another system hands over: every row once, what is wrong with a row by name, nobody's name in sight."""

import csv
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, NotFound
from casework.intake import queries
from casework.leads.models import Lead
from casework.operations.move_lead import move_lead
from casework.people import queries as people
from tests.casework.sample_university import UNIVERSITY, get, hand_in, officer, open_university, rows_of, stage, take

OFFICER = "U017"
AFTER = datetime(2024, 9, 2, 2, tzinfo=UTC)
HEADERS = "lead_id channel received_at reporter_mode reporter_name reporter_phone title content".split()  # noqa: SIM905
ROW = {
    "lead_id": "X1",
    "channel": "GOV_MSG",
    "received_at": "2024-07-05 07:41:45",
    "reporter_mode": "匿名",
    "title": "就业数据",
    "content": "希望核实。\n第二段。",
}


@pytest.fixture(autouse=True)
def _university(app):
    with clock.stopped_at(AFTER):
        open_university()
        yield


def sheet(folder, *rows, name="leads.csv"):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, HEADERS, restval="")
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)
    return path


def bring(path, settings):
    return get(hand_in(path, settings, login=OFFICER), OFFICER).counts


def leads():
    return {lead.external_no: lead for lead in db.session.scalars(select(Lead))}


def test_the_samples_leads_come_in_whole_and_once_from_either_of_their_files(settings):
    counts = bring(UNIVERSITY / "leads.csv", settings)
    assert (counts["new"], counts["problems"]) == (60, 0)
    found = leads()
    first = rows_of("leads.csv")[0]
    taken = found[first["lead_id"]]
    assert (taken.channel, taken.content, taken.title) == (first["channel"], first["content"], first["title"])
    assert taken.received_at == datetime(2024, 7, 4, 23, 41, 45, tzinfo=UTC)
    named = found["X20240003"]
    assert (named.named, named.reporter) == (True, {"name": "秦婧慧", "phone": "16127276400"})
    assert (taken.named, taken.reporter) == (False, None)
    with pytest.raises(Conflict):
        hand_in(UNIVERSITY / "leads.csv", settings, login=OFFICER)
    assert len(leads()) == 60


def test_the_same_rows_as_json_are_known_and_new_ones_are_taken(settings, tmp_path):
    bring(sheet(tmp_path, {}, {"lead_id": "X2"}), settings)
    path = tmp_path / "leads.json"
    path.write_text(json.dumps([ROW | {"lead_id": number} for number in ("X1", "X2", "X3")], ensure_ascii=False))
    counts = bring(path, settings)
    assert (counts["rows"], counts["new"], counts["unchanged"]) == (3, 1, 2)
    assert leads()["X3"].content == ROW["content"]


FAULTS = [
    ({"channel": "CARRIER_PIGEON"}, "unknown_code", 0),
    ({"channel": ""}, "key_blank", 0),
    ({"received_at": ""}, "key_blank", 0),
    ({"received_at": "昨天"}, "unreadable_moment", 0),
    ({"received_at": "2024-09-30 08:00:00"}, "in_the_future", 0),
    ({"content": "  "}, "key_blank", 0),
    ({"content": "长" * 20_001}, "too_long", 0),
    ({"lead_id": ""}, "key_blank", 0),
    ({"reporter_phone": "电话不详", "reporter_name": "秦婧慧"}, "phone_shape", 1),
    ({"channel": "中国政府网网民留言"}, None, 1),
    ({"title": ""}, None, 1),
]


def test_what_is_wrong_with_a_row_is_named_and_the_other_rows_are_taken(settings, tmp_path):
    rows = [{"lead_id": f"X{n}"} | values for n, (values, _, _) in enumerate(FAULTS)]
    ref = hand_in(sheet(tmp_path, *rows, {"lead_id": "GOOD"}), settings, login=OFFICER)
    batch = get(ref, OFFICER)
    told = {problem.row: problem for problem in queries.problems(batch)}
    for number, (values, code, taken) in enumerate(FAULTS):
        problem = told.get(number + 1)
        assert (problem.code if problem else None) == code, values
        assert (f"X{number}" in leads()) == bool(taken), values
    assert "GOOD" in leads()
    shown = "".join(problem.value + str(problem.params) for problem in told.values())
    assert not any(word in shown for word in ("秦婧慧", "电话不详", "长长"))


def test_a_title_that_is_not_there_is_the_beginning_of_the_text(settings, tmp_path):
    bring(sheet(tmp_path, {"title": "", "content": "第一行说明。\n" + "长" * 300}), settings)
    assert leads()["X1"].title == "第一行说明。"


def test_what_is_handled_above_by_now_does_not_come_back_with_the_next_file(settings, tmp_path):
    bring(sheet(tmp_path, {}), settings)
    with unit_of_work():
        lead = leads()["X1"]
        university = lead.organisation
        move_lead(
            lead,
            "transfer",
            actor=officer(OFFICER),
            reason="反映的是本校",
            target=people.get_organisation("ORG0201").parent,
            concerns=university,
        )
    counts = bring(sheet(tmp_path, {}, {"lead_id": "X2"}, name="next.csv"), settings)
    assert (counts["new"], counts["unchanged"]) == (1, 1)
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 2


@pytest.mark.parametrize(("login", "refusal"), [("U001", Forbidden), ("U013", Forbidden), ("U026", Forbidden)])
def test_complaints_are_handed_in_and_looked_at_by_who_works_on_leads_alone(login, refusal, settings, tmp_path):
    path = sheet(tmp_path, {})
    with pytest.raises(refusal):
        take(path, settings, login=login)
    ref = take(path, settings, login=OFFICER)
    stage(ref, settings, login=OFFICER)
    with pytest.raises(NotFound):
        get(ref, login)
    assert leads() == {}
