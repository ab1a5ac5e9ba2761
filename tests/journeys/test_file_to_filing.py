"""The whole story by command line: from the files of forty graduates to a filed report that anybody can check."""

import hashlib
import zipfile
from datetime import datetime

import pytest

from casework import clock
from tests.journeys import office as desk
from tests.journeys.office import ADMIN, CONFLICTED, DISCIPLINE, INVESTIGATOR, PARTY, PROVINCE, SUPERVISOR, Office
from tests.journeys.small_university import DENIES, DENIES_LATER, SETTLED_LATER, Exports

MONDAY = datetime(2024, 7, 29, 10, 0, tzinfo=clock.BEIJING)


@pytest.fixture
def office(command_line, tmp_path):
    """Return the office with its files imported, screened, and its cases assigned."""
    with clock.stopped_at(MONDAY):
        office = Office(command_line, Exports(tmp_path / "exports"), tmp_path)
        office.set_up()
        office.import_everything()
        office.screen()
        yield office


def open_conduct_case(office):
    opened = office.at.done(
        *("case", "open", "--kind", "conduct", "--subject", "机械工程学院", "--title", "疑似以毕业证书换取协议"),
        *(*desk.WHERE, "--as", SUPERVISOR),
    )
    return opened.split("  ")[0]


def correct_the_denied(office, number):
    """Establish that the denied registration is wrong; the correction counts once a newer export shows it."""
    office.verify_twice(number)
    office.attach(number)
    office.at.done("case", "correct", number, "--field", "destination_code", "--new", "70", "--as", INVESTIGATOR)
    waiting = office.at.refused(
        "case", "act", "conclude", number, "--conclusion", "corrected", "--note", "从未签订", "--as", INVESTIGATOR
    )
    assert "在登记数据中还不是更正后的值" in waiting
    office.bring_in(office.exports.graduates("graduates_2024-07-29.csv", **{f"of_{DENIES}": SETTLED_LATER}))
    office.conclude(number, "corrected", "从未签订，已改为待就业")


def give_up_on(office, number):
    """Try three times in two ways, in vain; then the supervisor agrees that it cannot be verified."""
    for method in ("phone", "phone", "letter"):
        office.verify(number, method, "employer", result="unreachable")
    unagreed = office.at.refused(
        "case", "act", "conclude", number, "--conclusion", "unverifiable", "--as", INVESTIGATOR
    )
    assert "须经就业部门负责人同意" in unagreed
    office.at.done("case", "agree", number, "--reason", "三次联系未果", "--as", SUPERVISOR)
    office.conclude(number, "unverifiable")


def rectify(office, number):
    """Write a plan, refuse to call it done before it is, and do it."""
    office.verify_twice(number)
    office.at.done(
        *("case", "rectify", number, "--goal", "不再发生", "--responsible", "肖国舒", "--due", "2024-08-20"),
        *("--measure", "退还扣留的证书", "肖国舒", "2024-07-29", "--as", INVESTIGATOR),
    )
    undone = office.at.refused("case", "act", "conclude", number, "--conclusion", "rectified", "--as", INVESTIGATOR)
    assert "尚未完成" in undone
    office.at.done("case", "measure-done", number, 1, "--as", INVESTIGATOR)
    office.conclude(number, "rectified")


def work_on_everything(office):
    """Bring every case but one to acceptance, and return their numbers by what they are about."""
    conduct = open_conduct_case(office)
    numbers = {
        matter: office.number_of(matter)
        for matter in (desk.DENIES, desk.CANCELLED, desk.INTERN, desk.OWN_PHONE, desk.TINY)
    } | {"conduct": conduct}
    office.at.done("case", "assign", *numbers.values(), "--to", INVESTIGATOR, "--as", SUPERVISOR)
    office.act("begin", *numbers.values())
    correct_the_denied(office, numbers[desk.DENIES])
    give_up_on(office, numbers[desk.INTERN])
    rectify(office, conduct)
    for matter in (desk.CANCELLED, desk.OWN_PHONE, desk.TINY):
        office.verify_twice(numbers[matter])
        office.conclude(numbers[matter], "unfounded")
    office.act("accept", *numbers.values(), by=SUPERVISOR)
    return numbers


def forge(package, target, *, of, says):
    """Write the package anew with another sentence in one dossier and sums that fit it, as a forger would."""
    with zipfile.ZipFile(package) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    name = f"dossiers/{of}.json"
    old = hashlib.sha256(contents[name]).hexdigest().encode()
    contents[name] = contents[name].replace(says.encode(), "核实无误".encode())
    new = hashlib.sha256(contents[name]).hexdigest().encode()
    contents["SHA256SUMS"] = contents["SHA256SUMS"].replace(old, new)
    with zipfile.ZipFile(target, "w") as archive:
        for each, content in contents.items():
            archive.writestr(each, content)
    return target


def test_screening_opens_what_was_planted_and_nothing_else(office):
    assert sorted(office.cases()) == sorted(
        [
            desk.CANCELLED,
            desk.DENIES,
            desk.INTERN,
            desk.NO_PROOF,
            desk.OWN_PHONE,
            *[title for title in office.cases() if desk.TINY in title],
        ]
    )
    assert len(office.cases()) == 6
    assert "立案 0 件" in office.screen()


def test_who_entered_the_records_gets_no_case_about_them(office):
    number = office.number_of(desk.DENIES)
    assert "须回避的关系" in office.at.refused("case", "assign", number, "--to", CONFLICTED, "--as", SUPERVISOR)


def test_from_the_files_to_the_filing_and_the_check_of_the_package(office, tmp_path):
    numbers = work_on_everything(office)
    waiting = office.number_of(desk.NO_PROOF)
    office.prepare_report()
    report = office.draft()
    assert report == "LC24-R1"
    assert waiting in office.at.refused("report", "freeze", report, "--as", SUPERVISOR)
    printed = office.freeze(report)

    assert "还在等待" in office.sign(report, by=PARTY)
    assert office.state_of(numbers[desk.DENIES]) == "已纠正"
    assert "6 件案件已签字" in office.sign(report, by=ADMIN, hash=printed)
    assert {office.state_of(number) for number in numbers.values()} == {"已签字"}

    office.report("send", report)
    office.report("receipt", report, by=DISCIPLINE, number="纪收〔2024〕7号", receiver="卢琼珊")
    assert office.state_of(numbers[desk.DENIES]) == "已签字"
    filed = office.report("receipt", report, by=PROVINCE, number="鄂备〔2024〕31号", receiver="于红秀")
    assert "报告已备案，其中案件 6 件" in filed
    assert {office.state_of(number) for number in numbers.values()} == {"已备案"}

    package = tmp_path / "package.zip"
    office.report("package", report, package)
    assert "一致" in office.at.done("report", "verify", package, "--hash", printed)
    forged = forge(package, tmp_path / "forged.zip", of=numbers[desk.DENIES], says="从未签订，已改为待就业")
    assert numbers[desk.DENIES] in office.at.refused("report", "verify", forged, "--hash", printed)

    shown = office.report("show", report)
    office.act("reopen", numbers[desk.DENIES], by=SUPERVISOR, reason="毕业生补充来信")
    later = {DENIES: "2024-07-20 21:00:00", DENIES_LATER: "2024-07-28 08:00:00"}
    office.bring_in(office.exports.confirmations("confirm_2024-07-29.csv", later))
    assert "立案 0 件，补充 1 件" in office.screen()  # the denial has opened its case when it was brought in
    assert office.report("show", report) == shown
    office.report("package", report, package)
    office.at.done("report", "verify", package, "--hash", printed)

    fresh = max(office.cases().values())
    office.at.done("case", "assign", fresh, "--to", INVESTIGATOR, "--as", SUPERVISOR)
    office.act("begin", fresh)
    office.verify_twice(fresh)
    office.conclude(fresh, "unfounded")
    office.act("accept", fresh, by=SUPERVISOR)
    supplement = office.draft()
    assert supplement == "LC24-R2"
    assert office.freeze(supplement, "另行核查") != printed
    assert "补充报告" in office.report("show", supplement)
    office.sign(supplement, by=ADMIN)
    assert "1 件案件已签字" in office.sign(supplement, by=PARTY)
    assert "不完整" not in office.at.done("check")


def test_a_change_after_the_first_signature_lapses_it_and_takes_back_only_the_changed_case(office):
    numbers = work_on_everything(office)
    office.prepare_report()
    report = office.draft()
    printed = office.freeze(report)
    office.sign(report, by=PARTY)
    changed = numbers[desk.OWN_PHONE]
    office.act("reopen", changed, by=SUPERVISOR, reason="用人单位来函更正")

    shown = office.report("show", report)
    assert f"案件 {changed} 的“conclusion”在定稿后有改动" in shown
    assert "何诚航" not in shown
    assert office.state_of(changed) == "核查中"
    assert {office.state_of(number) for number in numbers.values() if number != changed} == {"已纠正"}
    assert office.at.refused("report", "sign", report, *office.signing(ADMIN, hash=printed), given="x\n")

    office.conclude(changed, "unfounded", "单位更正后仍属实")
    office.act("accept", changed, by=SUPERVISOR)
    assert office.draft() == report
    again = office.freeze(report)
    assert again != printed
    old = office.at.refused("report", "sign", report, *office.signing(ADMIN, hash=printed), given=f"{desk.PASSWORD}\n")
    assert "不是同一份" in old
    assert "还在等待" in office.sign(report, by=ADMIN)
    assert "6 件案件已签字" in office.sign(report, by=PARTY)
