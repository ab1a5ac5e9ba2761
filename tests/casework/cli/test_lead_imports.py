"""Leads and lists from the terminal, by the command that imports everything."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead, LeadItem
from tests.casework.factories import make_person, make_round, make_tree

pytestmark = pytest.mark.usefixtures("app")
SOON = (clock.today() + timedelta(days=9)).isoformat()
LIST = "学号,疑似问题\n202022110001,单位已注销\n"
LEADS = '[{"lead_id": "X1", "channel": "GOV_MSG", "received_at": "2024-07-05 07:41:45", "content": "希望核实"}]'


def test_a_list_and_a_file_of_leads_come_in_and_what_is_missing_is_said(command_line, tmp_path):
    with unit_of_work():
        tree = make_tree()
        officer = make_person("lead_officer", tree.university)
        make_round()
    where = ("--as", officer.login, "--organisation", tree.university.code, "--round", "2024", "--yes")
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "leads.json").write_text(LEADS, encoding="utf-8")
    named = (str(tmp_path / "list.csv"), *where, "--kind", "pushed_list")
    command_line.refused("import", *named)
    said = command_line.done("import", *named, "--channel", "SURVEY", "--number", "7号", "--reply-by", SOON)
    assert "没有这个学号" in said
    assert "新增 1" in command_line.done("import", str(tmp_path / "leads.json"), *where)
    db.session.rollback()
    assert {lead.channel: lead.external_no for lead in db.session.query(Lead)} == {"SURVEY": "7号", "GOV_MSG": "X1"}
    assert db.session.query(LeadItem).count() == 1
