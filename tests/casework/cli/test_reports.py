"""Reports from the terminal: written, frozen with a reason for every open case, signed with a password, delivered."""

import hashlib
from datetime import date

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden
from casework.filing.models import Disposal
from casework.journal import LOOKS, JournalEntry
from casework.operations.download_document import download_document
from casework.people.actors import actor_of
from casework.reports import queries
from casework.reports.models import Report
from tests.casework.factories import PASSWORD, make_case, make_person
from tests.casework.operations.reporting import TEXTS, delivered, drafted, frozen, make_office, prepare, signed
from tests.journeys.office import hash_in

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def office():
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


@pytest.fixture
def by(office):
    return lambda who: ("--as", getattr(office, who).login)


@pytest.fixture
def where(office):
    return ("--organisation", office.organisation.code, "--round", "2024")


@pytest.fixture
def begin(office, settings):
    """Return a way to bring a report to a stage, by its number."""
    stages = {
        "drafted": lambda: drafted(office),
        "frozen": lambda: frozen(office, settings),
        "signed": lambda: signed(office, settings),
        "delivered": lambda: delivered(office, settings)[0],
    }

    def begun(stage):
        with unit_of_work():
            return queries.number_of(stages[stage]())

    return begun


@pytest.fixture
def waiting(office):
    """Return the number of a case that is still open."""
    with unit_of_work():
        return make_case(office.organisation, office.round_, state="investigating", owner=office.investigator).number


def the_report():
    return db.session.query(Report).one()


SIGN = ("--name", "何诚航", "--slot", "party_leader", "--password-stdin")
PLAN = ("--method", "全量筛查", "--recording", "逐案", "--rectification", "即改", "--responsible", "肖国舒")


def test_each_issue_of_the_plan_is_a_new_version(command_line, by, where):
    assert "第 2 版" in command_line.done("report", "plan", *where, *PLAN, *by("supervisor"))
    command_line.refused("report", "plan", *where, *PLAN, *by("investigator"))


def test_a_clause_that_the_round_does_not_ask_is_named(command_line, by, where):
    answer = ("--method", "审核", "--examined", "全部", "--finding", "无", "--responsible", "李梦洁")
    assert "N9.9" in command_line.refused("report", "checklist", "N9.9", *where, *answer, *by("investigator"))
    command_line.done("report", "checklist", "N1.1", *where, *answer, *by("investigator"))


def test_a_measure_is_listed_done_and_dropped_by_its_ref(command_line, by, where, office):
    words = ("--goal", "准确", "--measure", "培训", "--responsible", "李梦洁", "--due", "2024-08-31")
    ref = command_line.done("report", "measure", *where, *words, *by("investigator")).strip()
    command_line.refused("report", "measure-done", ref, "--on", "2999-01-01", *by("investigator"))
    command_line.done("report", "measure-done", ref, *by("investigator"))
    listed = queries.measures(office.organisation.id, office.round_.id)
    assert [row.ref for row in listed if row.done_on] == [ref]
    command_line.refused("report", "measure-drop", ref, *by("party_leader"))
    command_line.done("report", "measure-drop", ref, *by("investigator"))
    command_line.refused("report", "measure-drop", ref, *by("investigator"))


def test_a_draft_shows_what_it_stands_on_and_what_it_lacks(command_line, by, where, waiting):
    number = command_line.done("report", "draft", *where, "--work", TEXTS["work"], *by("investigator")).strip()
    shown = command_line.done("report", "show", number, *by("investigator"))
    for said in (
        "第 1 版",
        "N1.5  已填写",
        "未写：发现的问题、原因分析",
        "可列入案件 1 件",
        f"未办结：{waiting}（核查中）",
    ):
        assert said in shown
    assert number in command_line.done("report", "list", *by("party_leader"))


def test_writing_one_part_leaves_the_others_as_they_were(command_line, by, where, begin):
    begin("drafted")
    command_line.done("report", "draft", *where, "--causes", "培训不足。", *by("investigator"))
    assert the_report().texts["causes"] == ["培训不足。"]
    assert the_report().texts["problems"] == [TEXTS["problems"]]


@pytest.mark.parametrize("number", ["LC24-R9", "XX24-R1", "LC23-R1", "R1", "LC24-R1x"])
def test_a_number_that_no_visible_report_bears_is_not_found(command_line, by, begin, number):
    begin("drafted")
    assert number in command_line.refused("report", "show", number, *by("supervisor"))


def test_every_open_case_needs_its_reason(command_line, by, begin, waiting):
    number = begin("drafted")
    assert waiting in command_line.refused("report", "freeze", number, *by("supervisor"))
    assert the_report().state == "draft"
    said = command_line.done("report", "freeze", number, "--open-reason", "等待复函", *by("supervisor"))
    assert hash_in(said) == the_report().manifest_hash
    assert f"{waiting}  等待复函" in said


def test_reasons_come_from_a_file_before_the_common_one(command_line, by, begin, waiting, tmp_path):
    number, file = begin("drafted"), tmp_path / "reasons.csv"
    freeze = ("report", "freeze", number, "--open-reasons", file, "--open-reason", "其他")
    file.write_text(f"案件,原因\n{waiting},等待法院判决\n", encoding="utf-8-sig")
    assert "number、reason" in command_line.refused(*freeze, *by("supervisor"))
    file.write_text(f"number,reason\n{waiting},等待法院判决\n", encoding="utf-8-sig")
    assert f"{waiting}  等待法院判决" in command_line.done(*freeze, *by("supervisor"))


def test_only_some_cases_may_be_chosen_and_the_others_are_open(command_line, by, begin, office):
    with unit_of_work():
        other = make_case(office.organisation, office.round_, state="accepted", owner=office.investigator).number
    number = begin("drafted")
    command_line.done("report", "freeze", number, "--only", other, "--open-reason", "下次列入", *by("supervisor"))
    assert [entry.dossier["number"] for entry in the_report().cases] == [other]
    assert len(the_report().open_cases) == 1


def test_a_leader_is_asked_for_open_cases_name_and_password_which_is_not_shown(command_line, by, begin, waiting):
    number = begin("drafted")
    command_line.done("report", "freeze", number, "--open-reason", "等待复函", *by("supervisor"))
    sign = ("report", "sign", number, "--slot", "party_leader", *by("party_leader"))
    said = command_line.done(*sign, given=f"y\n何诚航\n{PASSWORD}\n")
    assert said.index(waiting) < said.index("属实吗") < said.index("请输入本人姓名") < said.index("密码")
    assert the_report().manifest_hash in said
    assert PASSWORD not in said
    assert "还在等待：行政主要负责同志" in said


REFUSED = {
    "wrong password": (SIGN, "wrong\n", "party_leader", "密码不正确"),
    "other name": ((*SIGN, "--name", "康莹蕾"), f"{PASSWORD}\n", "party_leader", "与本人姓名不一致"),
    "other hash": ((*SIGN, "--hash", "0" * 64), f"{PASSWORD}\n", "party_leader", "不是同一份"),
    "other slot": ((*SIGN, "--slot", "admin_leader"), f"{PASSWORD}\n", "party_leader", ""),
    "no leader": (SIGN, f"{PASSWORD}\n", "supervisor", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_signature_that_does_not_hold_is_refused_and_leaves_nothing(command_line, by, begin, case):
    words, given, who, said = REFUSED[case]
    number = begin("frozen")
    assert said in command_line.refused("report", "sign", number, *words, *by(who), given=given)
    assert (the_report().signatures, the_report().state) == ([], "frozen")


@pytest.mark.usefixtures("app", "waiting")
def test_open_cases_that_nobody_has_looked_at_are_not_signed(command_line, by, begin):
    number = begin("drafted")
    command_line.done("report", "freeze", number, "--open-reason", "等待复函", *by("supervisor"))
    sign = ("report", "sign", number, *SIGN, *by("party_leader"))
    command_line.refused(*sign, given=f"{PASSWORD}\n")
    assert the_report().signatures == []
    command_line.done(*sign, "--confirm-open", given=f"{PASSWORD}\n")


def test_a_leader_sends_a_report_back_and_it_says_why(command_line, by, begin, where):
    number = begin("frozen")
    command_line.refused("report", "refuse", number, "--reason", " ", *by("party_leader"))
    command_line.done("report", "refuse", number, "--reason", "措施不具体", *by("party_leader"))
    assert "已失效：措施不具体" in command_line.done("report", "show", number, *by("supervisor"))
    assert command_line.done("report", "draft", *where, *by("supervisor")).strip() == number


def test_only_a_signed_report_is_sent(command_line, by, begin):
    assert "尚未签字完毕" in command_line.refused("report", "send", begin("frozen"), *by("supervisor"))


def test_a_report_goes_to_both_recipients_and_each_receipts_for_itself(command_line, by, begin, office):
    number = begin("signed")
    sent = command_line.done("report", "send", number, *by("supervisor"))
    assert office.tree.discipline.name in sent
    assert office.tree.province.name in sent
    words = ("report", "receipt", number, "--receiver", "卢琼珊", "--number", "1号")
    assert "没有报送到您所在的单位" in command_line.refused(*words, *by("supervisor"))
    command_line.refused(*words, "--on", "2999-01-01", *by("discipline_officer"))
    assert "还在等待" in command_line.done(*words, *by("discipline_officer"))
    assert "已备案" in command_line.done(*words, "--on", date(2024, 1, 1), *by("superior_officer"))
    assert the_report().state == "filed"


def test_a_return_voids_what_was_signed_and_receipted(command_line, by, begin):
    number = begin("delivered")
    words = ("report", "receipt", number, "--receiver", "卢琼珊", "--number", "1号", *by("discipline_officer"))
    command_line.done(*words)
    command_line.done("report", "return", number, "--reason", "附件缺页", *by("superior_officer"))
    assert the_report().state == "stale"
    assert all(row.lapsed_at for row in the_report().signatures)
    command_line.refused(*words)


def test_the_discipline_body_alone_notes_its_disposal(command_line, by, begin):
    number = begin("delivered")
    command_line.refused("report", "dispose", number, "已约谈", *by("superior_officer"))
    command_line.done("report", "dispose", number, "已约谈", *by("discipline_officer"))
    assert [row.words for row in db.session.query(Disposal)] == ["已约谈"]


def test_documents_are_written_into_a_folder_and_the_look_is_journalled(command_line, by, begin, tmp_path):
    folder = tmp_path / "文书" / "一"
    number = begin("signed")
    assert "用途" in command_line.refused("report", "documents", number, folder, *by("supervisor"))
    assert not folder.exists()
    command_line.done("report", "documents", number, folder, "--purpose", "archive", *by("supervisor"))
    names = {path.name for path in folder.iterdir()}
    assert {"自查通知（方案）.docx", "自查记录.xlsx", "自查报告.docx", "自查报告（已签字）.docx"} <= names
    assert db.session.query(JournalEntry).filter_by(chain=LOOKS, action="report:download").count() == len(names)


def test_who_may_not_export_gets_the_documents_masked_or_none(command_line, office, begin, tmp_path):
    number = begin("frozen")
    with unit_of_work():
        auditor = make_person("auditor", office.organisation).login
    command_line.refused("report", "documents", number, tmp_path / "full", "--as", auditor)
    assert not (tmp_path / "full").exists()
    command_line.done("report", "documents", number, tmp_path / "masked", "--masked", "--as", auditor)


def test_a_draft_has_neither_documents_nor_package(command_line, by, begin, tmp_path):
    number = begin("drafted")
    for what in ("documents", "package"):
        command_line.refused("report", what, number, tmp_path / "out", *by("supervisor"))
    assert not (tmp_path / "out").exists()


def test_a_package_is_checked_without_database_or_data_folder(command_line, by, begin, tmp_path, monkeypatch):
    number, folder = begin("signed"), tmp_path / "packages"
    folder.mkdir()
    command_line.done("report", "package", number, folder, *by("supervisor"))
    (package,) = folder.iterdir()
    printed = the_report().manifest_hash
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/casework.sqlite3")
    monkeypatch.setenv("CASEWORK_DATA", "/dev/null/nowhere")
    told = command_line.done("report", "verify", package, "--hash", printed)
    assert "完好" in told
    assert "只能证明包内自相一致" not in told
    assert "只能证明包内自相一致" in command_line.done("report", "verify", package)
    assert "签字页" in command_line.refused("report", "verify", package, "--hash", "0" * 64)
    (tmp_path / "no.zip").write_bytes(b"no package")
    unreadable = command_line.run("report", "verify", tmp_path / "no.zip")
    assert (unreadable.exit_code, "无法读取" in unreadable.stderr) == (2, True)


def test_the_verifier_is_handed_out_with_its_hash(command_line, tmp_path):
    said = command_line.done("report", "verifier", tmp_path)
    assert said.split()[-1] == hashlib.sha256((tmp_path / "verify.py").read_bytes()).hexdigest()


def test_what_an_earlier_freeze_kept_is_no_way_round_the_right_to_export(command_line, by, begin, office, settings):
    number = begin("frozen")
    command_line.done("report", "refuse", number, "--reason", "措施不具体", *by("party_leader"))
    with unit_of_work():
        frozen(office, settings)
        auditor = make_person("auditor", office.organisation)
    report = the_report()
    assert {"records-1", "dossiers-1"} <= {row.kind for row in report.documents}
    for kind in ("records-1", "records_sheet-1", "dossiers-1"):
        with pytest.raises(Forbidden):
            download_document(report, kind=kind, masked=True, actor=actor_of(auditor), settings=settings)
