"""The whole story at browsers: from the files of forty graduates to a filed report, every page looked over on the way.

The service runs as it does for people: a web server, a worker, a queue server.
What the command line does in its own journey is done here by pages alone.
"""

import pytest

from tests.journeys import office as desk
from tests.journeys import page_office as pages
from tests.journeys.look_over import look_over
from tests.journeys.office import ADMIN, DISCIPLINE, INVESTIGATOR, PARTY, PASSWORD, PROVINCE, SUPERVISOR, Office
from tests.journeys.small_university import ADMINISTRATOR, DENIES, LATE, SETTLED_LATER, Exports
from tests.journeys.visitor import Visitor


@pytest.fixture
def office(service, command_line, tmp_path):
    """Return the office with its people, who all have passwords, and nothing imported."""
    office = Office(command_line, Exports(tmp_path / "exports"), tmp_path)
    office.set_up()
    for login in (SUPERVISOR, INVESTIGATOR, DISCIPLINE, PROVINCE, ADMINISTRATOR):
        office.at.done("password", login, "--password", PASSWORD)
    return office


@pytest.fixture
def arrives(service, browser):
    """Return a function that signs somebody in at a browser of their own."""

    def sign_in(login):
        visitor = Visitor(browser, service)
        visitor.sign_in(login, PASSWORD)
        return visitor

    return sign_in


def import_everything(supervisor, exports):
    pages.upload(supervisor, exports.graduates("graduates_2024-07-25.csv", **{f"of_{LATE}": {"毕业日期": "六月二十"}}))
    problems = pages.read_rows(supervisor)
    assert "40行" in problems
    assert "六月二十" in problems
    look_over(supervisor)
    assert "新增40条" in pages.write_rows(supervisor)
    for path in (
        exports.register(),
        exports.proofs(),
        exports.change_log(),
        exports.operators(),
        exports.confirmations("confirm_2024-07-25.csv", {DENIES: "2024-07-20 21:00:00"}),
    ):
        pages.bring_in(supervisor, path)
    supervisor.open("/import")
    look_over(supervisor)


def open_and_assign(supervisor):
    pages.screen(supervisor)
    look_over(supervisor)
    supervisor.send(supervisor.form(), "建案5件")
    assert "建案完成" in supervisor.says()
    supervisor.open("/queue?view=unassigned")
    look_over(supervisor)
    supervisor.page.get_by_label("全选本页").check()
    supervisor.follow(supervisor.page.get_by_role("button", name="派发或改派"))
    assert "选中的案件" in supervisor.says()
    supervisor.page.get_by_label("李梦洁").check()
    supervisor.send(supervisor.form("/assign"), "派发6件案件")
    assert "6件案件全部派发" in supervisor.says()


def correct_the_denied(investigator, supervisor, number, office):
    """Establish that the denied registration is wrong; the correction counts once a newer export shows it."""
    pages.verify_twice(investigator, number)
    assert f"材料-{number}.pdf" in pages.attach(investigator, number, office.folder)
    given = {"field": "destination_code", "new": "70", "evidence": f"材料-{number}.pdf"}
    pages.act(investigator, number, "correct", **given)
    given = {"conclusion": "corrected", "note": "从未签订，已改为待就业"}
    assert "在登记数据中还不是更正后的值" in pages.refused(investigator, number, "conclude", **given)
    newer = office.exports.graduates("graduates_2024-07-29.csv", **{f"of_{DENIES}": SETTLED_LATER})
    assert "更新2条" in pages.bring_in(supervisor, newer)
    assert "已纠正" in pages.act(investigator, number, "conclude", **given)


def give_up_on(investigator, supervisor, number):
    """Try three times in two ways, in vain; then the supervisor agrees that it cannot be verified."""
    for method in ("phone", "phone", "letter"):
        pages.verify(investigator, number, method, "employer", "unreachable")
    given = {"conclusion": "unverifiable", "note": "三次联系未果"}
    assert "须经就业部门负责人同意" in pages.refused(investigator, number, "conclude", **given)
    pages.act(supervisor, number, "agree", reason="三次联系未果")
    pages.act(investigator, number, "conclude", **given)


def find_unfounded(investigator, number):
    pages.verify_twice(investigator, number)
    look_over(investigator)
    pages.act(investigator, number, "conclude", conclusion="unfounded", note="已查明，登记属实")


def work_on_three(investigator, supervisor, office):
    """Bring three cases to acceptance, each with another conclusion, and return their numbers."""
    found = pages.cases(investigator, "/queue")
    look_over(investigator)
    numbers = [found[matter] for matter in (desk.DENIES, desk.INTERN, desk.CANCELLED)]
    for number in numbers:
        pages.act(investigator, number, "begin")
    denied, intern, cancelled = numbers
    correct_the_denied(investigator, supervisor, denied, office)
    give_up_on(investigator, supervisor, intern)
    find_unfounded(investigator, cancelled)
    for number in numbers:
        assert "复核通过" in pages.act(supervisor, number, "accept", note="事实清楚")
    return numbers


def report(supervisor, waiting):
    """Prepare the report and freeze it, which needs a reason for what is still open."""
    pages.prepare_report(supervisor)
    look_over(supervisor)
    assert waiting in supervisor.refused(supervisor.form("/change/freeze"))
    supervisor.send(supervisor.form("/change/freeze"), common_reason="等待材料")


def sign_both(party, admin, waiting):
    """Let both leaders sign; the statement names what is still open, and a wrong password signs nothing."""
    pages.open_statement(party)
    assert waiting in party.says()
    look_over(party)
    assert "没有签字" in pages.refused_to_sign(party, desk.NAMES[PARTY])
    pages.sign(party, desk.NAMES[PARTY])
    admin.open("/cosign")
    look_over(admin)
    pages.open_statement(admin)
    said = pages.sign(admin, desk.NAMES[ADMIN])
    assert all(desk.NAMES[login] in said for login in (PARTY, ADMIN))


def send(supervisor):
    pages.open_filing(supervisor)
    supervisor.send(supervisor.form("/send"), "报送备案")


def test_from_the_files_to_the_filing_by_pages(office, arrives, service, browser):
    visitor = Visitor(browser, service)
    visitor.open("/login")
    look_over(visitor)
    assert "账号或密码不正确" in visitor.refused(visitor.form("/login"), login=SUPERVISOR, password="wrong")

    supervisor, investigator = arrives(SUPERVISOR), arrives(INVESTIGATOR)
    import_everything(supervisor, office.exports)
    open_and_assign(supervisor)
    numbers = work_on_three(investigator, supervisor, office)
    waiting = pages.cases(supervisor)[desk.NO_PROOF]
    report(supervisor, waiting)
    sign_both(arrives(PARTY), arrives(ADMIN), waiting)
    send(supervisor)
    discipline = arrives(DISCIPLINE)
    discipline.open("/filing")
    look_over(discipline)
    pages.open_filing(discipline)
    look_over(discipline)
    pages.give_receipt(discipline, "纪收〔2024〕7号")
    province = arrives(PROVINCE)
    pages.open_filing(province)
    assert "已备案，任何改动将另立案件" in pages.give_receipt(province, "鄂备〔2024〕31号")

    investigator.open("/messages")
    assert "LC24-" in investigator.says()
    look_over(investigator)
    for number in numbers:
        investigator.open(f"/cases/{number}")
        assert investigator.page.locator(".steps li.done").count() == 5, investigator.says()
    investigator.open(f"/cases/{waiting}")
    assert investigator.page.locator(".steps li.done").count() == 0


def test_what_the_office_looks_at_besides(arrives, office):
    office.import_everything()
    office.screen()
    supervisor, administrator = arrives(SUPERVISOR), arrives(ADMINISTRATOR)
    for visitor, path in (
        (supervisor, "/queue?view=unassigned"),
        (supervisor, "/cases"),
        (supervisor, "/overdue"),
        (supervisor, "/journal"),
        (supervisor, "/me"),
        (administrator, "/admin"),
        (administrator, "/admin/rounds"),
        (administrator, "/admin/rounds/2024"),
    ):
        visitor.open(path)
        look_over(visitor)
