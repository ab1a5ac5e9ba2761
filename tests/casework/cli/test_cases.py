"""Cases from the terminal: the operations of the page, one case or many, and a sentence for every refusal."""

import pytest

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.overview.reading_models import RefusedTries
from casework.people import queries as people
from casework.people.models import Relation
from tests.casework.factories import make_case, make_person
from tests.casework.operations.reporting import make_office

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def office():
    with unit_of_work():
        return make_office()


@pytest.fixture
def make(office):
    """Return a way to make a case of the investigator in a state, by its number."""

    def made(state="flagged", **values):
        with unit_of_work():
            given = {"owner": office.investigator} | values
            return make_case(office.organisation, office.round_, state=state, **given).number

    return made


@pytest.fixture
def by(office):
    """Return the option that names who acts."""
    return lambda who: ("--as", getattr(office, who).login)


def stored(number):
    return db.session.query(Case).filter_by(number=number).one()


def story(number):
    return [move.action for move in stored(number).moves]


def test_the_list_shows_what_lies_in_ones_scope_and_the_own_cases_when_asked(command_line, make, by):
    mine, nobodys = make(), make(owner=None)
    assert {mine, nobodys} <= set(command_line.done("case", "list", *by("investigator")).split())
    assert nobodys not in command_line.done("case", "list", "--mine", *by("investigator"))
    assert command_line.done("case", "list", *by("discipline_officer")) == ""


def test_a_case_says_what_can_be_done_and_why_not(command_line, make, by):
    said = command_line.done("case", "show", make("investigating"), *by("investigator"))
    assert "- conclude" in said
    assert "请先登记核查" in said


def test_a_case_outside_ones_scope_does_not_exist(command_line, make):
    number = make()
    with unit_of_work():
        stranger = make_office().supervisor
    said = command_line.refused("case", "show", number, "--as", stranger.login)
    assert said == command_line.refused("case", "show", "LC24-9999", "--as", stranger.login).replace(
        "LC24-9999", number
    )


def test_an_account_that_does_not_exist_or_is_closed_acts_for_nobody(command_line, make, office):
    number = make()
    with unit_of_work():
        people.find_person(office.vice_leader.login).active = False
    for login in ("U999", office.vice_leader.login):
        assert f"没有账号 {login}" in command_line.refused("case", "show", number, "--as", login)


def test_cases_are_shared_out_among_several(command_line, make, office, by):
    numbers = [make(owner=None) for _ in range(4)]
    with unit_of_work():
        other = make_person("investigator", office.organisation)
    to = ("--to", office.investigator.login, "--to", other.login)
    command_line.done("case", "assign", *numbers, *to, *by("supervisor"))
    assert sorted(stored(number).owner_id for number in numbers) == sorted([office.investigator.id, other.id] * 2)


def test_assigning_to_nobody_known_assigns_nothing(command_line, make, by, office):
    number = make(owner=None)
    to = ("--to", office.investigator.login, "--to", "U999")
    assert "没有账号 U999" in command_line.refused("case", "assign", number, *to, *by("supervisor"))
    assert stored(number).owner is None


def test_many_are_taken_one_by_one_and_a_refusal_stops_none_of_the_others(command_line, make, by):
    good, done = make(), make("investigating")
    result = command_line.run("case", "act", "begin", done, good, *by("investigator"))
    assert result.exit_code == 1
    assert done in result.stderr
    assert (stored(good).state, stored(done).state) == ("investigating", "investigating")


def test_evidence_of_no_allowed_kind_is_refused(command_line, make, by, tmp_path):
    number, path = make("investigating"), tmp_path / "材料.exe"
    path.write_bytes(b"MZ\x90\x00")
    words = ("case", "evidence", number, path, "--evidence-class", "employer")
    command_line.refused(*words, *by("investigator"))
    assert stored(number).evidence == []


def test_a_correction_of_a_case_of_many_names_the_graduate(command_line, make, office, by):
    number = make("investigating")
    with unit_of_work():
        case = stored(number)
        two = make_case(
            office.organisation,
            office.round_,
            state="investigating",
            owner=office.investigator,
            kind="employer",
            records=[case.records[0].record, make_case(office.organisation, office.round_).records[0].record],
        )
        first = case.records[0].record.student_no
        employer = two.number
    words = ("case", "correct", employer, "--field", "destination_code", "--new", "70")
    assert "--student-no" in command_line.refused(*words, *by("investigator"))
    command_line.done(*words, "--student-no", first, *by("investigator"))
    assert [row.record.student_no for row in stored(employer).corrections] == [first]


def test_one_matter_is_merged_and_parted_again(command_line, make, by):
    number = make("investigating")
    twin = make(records=[stored(number).records[0].record])
    stranger = make()
    merge = ("case", "merge", twin, "--reason", "同一事项")
    assert "对象不同" in command_line.refused(*merge, "--into", stranger, *by("supervisor"))
    command_line.refused(*merge, "--into", number, *by("investigator"))
    command_line.done(*merge, "--into", number, *by("supervisor"))
    assert (stored(twin).state, stored(twin).merged_into.number) == ("merged", number)
    command_line.done("case", "unmerge", twin, *by("supervisor"))
    assert stored(twin).state == "flagged"


def test_a_hold_is_asked_for_by_one_and_decided_by_another(command_line, make, by):
    number = make("investigating")
    assert "没有暂停" in command_line.refused("case", "hold", "end", number, *by("investigator"))
    ask = ("case", "hold", "ask", number, "--reason", "等待外省复函", "--until", "2999-01-01")
    command_line.done(*ask, *by("investigator"))
    command_line.refused("case", "hold", "decide", number, "--approve", *by("investigator"))
    assert stored(number).holds[0].approved_at is None
    command_line.done("case", "hold", "decide", number, "--approve", *by("supervisor"))
    command_line.done("case", "hold", "end", number, *by("investigator"))
    assert story(number)[-3:] == ["ask_hold", "hold", "end_hold"]


def test_a_hold_that_is_not_approved_may_be_asked_for_again(command_line, make, by):
    number = make("investigating")
    ask = ("case", "hold", "ask", number, "--reason", "等待外省复函", "--until", "2999-01-01", *by("investigator"))
    command_line.done(*ask)
    command_line.refused(*ask)
    command_line.done("case", "hold", "decide", number, "--refuse", "--reason", "可先核查", *by("supervisor"))
    command_line.done(*ask)
    assert len(stored(number).holds) == 2


def test_severity_is_raised_freely_and_lowered_by_a_supervisor_with_a_reason(command_line, make, by):
    number = make(severity="medium")
    command_line.done("case", "severity", number, "high", *by("investigator"))
    command_line.refused("case", "severity", number, "low", "--reason", "误判", *by("investigator"))
    command_line.refused("case", "severity", number, "low", *by("supervisor"))
    assert stored(number).severity == "high"
    command_line.done("case", "severity", number, "low", "--reason", "误判", *by("supervisor"))
    assert stored(number).severity == "low"


def test_a_case_about_conduct_is_opened_by_hand_with_its_plan(command_line, office, by):
    words = ("--kind", "conduct", "--subject", "文学院", "--title", "疑似限定就业率指标")
    said = command_line.done(
        "case", "open", *words, "--organisation", office.organisation.code, "--round", "2024", *by("supervisor")
    )
    assert "疑似限定就业率指标" in said
    number = said.split()[0]
    plan = ("case", "rectify", number, "--goal", "不再发生", "--responsible", "肖国舒", "--due", "2024-08-20")
    assert command_line.run(*plan, "--measure", "取消指标", "肖国舒", "月底", *by("supervisor")).exit_code == 2
    command_line.done(*plan, "--measure", "取消指标", "肖国舒", "2024-08-15", *by("supervisor"))
    assert "没有这条整改措施" in command_line.refused("case", "measure-done", number, 2, *by("supervisor"))
    command_line.done("case", "measure-done", number, 1, "--on", "2024-08-14", *by("supervisor"))
    assert [row["done_on"] for row in stored(number).plan.measures] == ["2024-08-14"]


def test_who_may_not_open_cases_opens_none(command_line, office, by):
    words = ("--kind", "unit", "--subject", "文学院", "--title", "疑似", "--organisation", office.organisation.code)
    command_line.refused("case", "open", *words, "--round", "2024", *by("party_leader"))
    assert db.session.query(Case).count() == 0


def test_a_supervisor_gives_the_word_and_nobody_else(command_line, make, by):
    number = make("investigating")
    command_line.refused("case", "agree", number, "--reason", "三次未果", *by("investigator"))
    assert "agree_unverifiable" not in story(number)
    command_line.done("case", "agree", number, "--reason", "三次未果", *by("supervisor"))
    assert story(number)[-1] == "agree_unverifiable"


def test_a_note_joins_the_story(command_line, make, by):
    number = make()
    command_line.done("case", "note", number, "已约定周三回电", *by("investigator"))
    command_line.refused("case", "note", number, " ", *by("investigator"))
    assert stored(number).moves[-1].words == "已约定周三回电"


def noted():
    """Return what was noted of refusals: reason, place, times, and of which case the journal speaks."""
    rows = db.session.query(RefusedTries).order_by(RefusedTries.id)
    told = db.session.query(JournalEntry).filter(JournalEntry.action.startswith("refused:")).order_by(JournalEntry.id)
    return [(row.reason, row.what, row.times) for row in rows], [(each.action, each.subject) for each in told]


def test_what_the_terminal_refuses_is_noted_as_at_the_other_doors_one_case_or_many(command_line, office, make, by):
    mine, other = make("investigating"), make("investigating", owner=None)
    for number in (mine, other):
        command_line.refused("case", "assign", number, "--to", office.investigator.login, *by("investigator"))
    rows, told = noted()
    assert [(reason, times) for reason, _, times in rows] == [("forbidden", 2)]
    assert rows[0][1].endswith("case assign")
    assert told == [("refused:forbidden", "-")]
    command_line.refused("case", "act", "accept", mine, other, *by("party_leader"))
    rows, told = noted()
    assert sum(times for reason, what, times in rows if what.endswith("case act")) == 2
    assert told[-1] == ("refused:forbidden", mine)
    with unit_of_work():
        tied = people.find_person(office.supervisor.login)
        tied.relations.append(Relation(kind="kin", value=stored(mine).records[0].record.student_no))
    command_line.done(
        "case", "assign", mine, "--to", tied.login, "--to", tied.login, "--reason", "x", *by("supervisor")
    )
    assert noted()[1][-1] == ("refused:conflict", mine)
    before = noted()
    command_line.refused("case", "act", "conclude", mine, *by("investigator"))
    command_line.refused("case", "show", "LC24-9999", *by("investigator"))
    assert noted()[0][: len(before[0])] == before[0]
    assert noted()[1] == before[1]
