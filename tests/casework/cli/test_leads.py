"""Leads from the terminal: the operations of the page, and a sentence for every refusal."""

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from tests.casework import factories
from tests.casework.leads.office import read

pytestmark = pytest.mark.usefixtures("app")


class Desk:
    """A university with its lead officers, and the words with which one of them says something."""

    def __init__(self, command_line):
        with unit_of_work():
            self.tree = factories.make_tree()
            factories.make_round()
            people = {name: factories.make_person("lead_officer", self.tree.university) for name in ("one", "two")}
            people["above"] = factories.make_person("lead_officer", self.tree.province)
            people["supervisor"] = factories.make_person("supervisor", self.tree.university)
            self.logins = {name: person.login for name, person in people.items()}
        self.line = command_line

    def done(self, *words, by="one", **rest):
        return self.line.done("lead", *words, "--as", self.logins[by], **rest)

    def refused(self, *words, by="one", **rest):
        return self.line.refused("lead", *words, "--as", self.logins[by], **rest)

    def take(self, *words, by="one"):
        place = ("--organisation", self.tree.university.code, "--round", "2024")
        given = ("--channel", "UNIV_PHONE", "--title", "反映未签协议", *place, *words)
        return self.done("take", *given, by=by, given="来电人称没有签过协议。\n").split("线索 ")[1].split("，")[0]


@pytest.fixture
def desk(command_line):
    return Desk(command_line)


def test_a_lead_is_taken_in_listed_read_and_answered(desk):
    number = desk.take("--received", "2024-07-29T10:00", "--reply-by", "2024-08-09")
    assert number in desk.done("list")
    assert number in desk.done("list", "--mine", "--need", "untaken")
    assert "来电人" not in desk.done("list")
    shown = desk.done("show", number)
    assert "来电人称没有签过协议。" in shown
    assert "来函要求于2024年8月9日前回复" in shown
    assert "+ accept" in shown
    assert "已受理" in desk.done("act", "accept", number)
    assert "没有回执码" in desk.refused("say", "ask", number, "是哪一天？")
    for kind in ("reply", "interim", "upward"):
        desk.done("say", kind, number, "已收到，正在核实。")
    given = ("--outcome", "partly", "--words", "已核实。", "--reason", "已核对原件")
    assert "已办结" in desk.done("act", "answer", number, *given)
    lead = read(number)
    assert [talk.kind for talk in lead.talks] == ["answer", "interim", "upward", "answer"]
    assert (lead.state, lead.outcome) == ("answered", "partly")


def test_many_leads_are_moved_at_once_and_each_has_its_own_result(desk):
    first, second = desk.take(), desk.take()
    desk.done("act", "decline", second, "--reason", "咨询")
    run = desk.line.run("lead", "act", "accept", first, second, "LCX24-9999", "--as", desk.logins["one"])
    assert run.exit_code == 1
    assert first in run.stdout
    assert second in run.stderr
    assert "LCX24-9999" in run.stderr
    assert (read(first).state, read(second).state) == ("accepted", "declining")
    assert "不能由您自己确认" in desk.refused("act", "confirm_decline", second)
    desk.done("act", "confirm_decline", second, by="two")


def test_what_is_about_the_own_body_goes_up_and_is_not_found_any_more(desk):
    number = desk.take()
    said = desk.done("triage", number, "--scope", "unit", "--concerns", desk.tree.university.code)
    assert desk.tree.province.name in said
    assert "没有找到" in desk.refused("show", number)
    assert number not in desk.done("list")
    assert number in desk.done("list", by="above")
    assert desk.take("--concerns", desk.tree.university.code).startswith("HBX24-")


def test_a_lead_changes_hands_with_a_reason(desk):
    number = desk.take()
    assert "须写明理由" in desk.refused("assign", number, "--to", desk.logins["two"])
    assert "没有账号" in desk.refused("assign", number, "--to", "nobody", "--reason", "值班")
    desk.done("assign", number, "--to", desk.logins["two"], "--reason", "值班")
    assert read(number).officer.login == desk.logins["two"]


def test_a_look_at_the_reporter_takes_a_reason_and_leaves_its_trace(desk):
    number = desk.take()
    assert "没有留下信息" in desk.done("reporter", number, "--reason", "回电")
    assert "没有找到" in desk.refused("reporter", number, "--reason", "回电", by="supervisor")
    entries = db.session.scalars(select(JournalEntry).filter_by(chain="looks")).all()
    assert [entry.subject for entry in entries] == [number]
