"""The roles that stand beside the file, at browsers: administrator, lead officer, auditor, and somebody outside.

The administrator lets a lead officer in and sees no case; what somebody outside
reports is taken on, its reporter is looked up with a reason and answered; the
auditor finds that look and can change nothing.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest

from casework import clock
from tests.journeys.look_over import look_over
from tests.journeys.office import PASSWORD, Office
from tests.journeys.small_university import ADMINISTRATOR, AUDITOR, Exports
from tests.journeys.visitor import Visitor

LEAD_OFFICER = "U017"
WRITING = timedelta(minutes=5)
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
REPORT = (
    ("about", {"kind": "conduct"}),
    ("conduct", {"violations": "N1"}),
    ("school", {"search": "岭川"}),
    ("what", {"what": "辅导员要求全班签三方协议。"}),
    ("where", {}),
    ("who", {"concerns": "others", "who": "会计一班"}),
    ("files", {}),
    ("contact", {"named": "yes", "name": "周晓", "phone": "13812340099"}),
)


@pytest.fixture
def office(service, command_line, tmp_path):
    """Return the office with its cases opened; administrator and auditor have their passwords."""
    office = Office(command_line, Exports(tmp_path / "exports"), tmp_path)
    office.set_up()
    office.import_everything()
    office.screen()
    for login in (ADMINISTRATOR, AUDITOR):
        office.at.done("password", login, "--password", PASSWORD)
    return office


@pytest.fixture
def arrives(service, browser):
    """Return a function that gives somebody a browser of their own, signed in where they have an account."""

    def at_browser(login=""):
        visitor = Visitor(browser, service)
        if login:
            visitor.sign_in(login, PASSWORD)
        return visitor

    return at_browser


def opened(visitor, *paths):
    """Return which of these addresses the service opens to somebody, and with what status."""
    answers = {path: visitor.page.request.get(path, max_redirects=0).status for path in paths}
    return {path: status for path, status in answers.items() if status not in {403, 404}}


def reported(visitor):
    """Report something as anybody can, and return the code of the receipt."""
    visitor.open("/report")
    look_over(visitor)
    for screen, given in REPORT:
        if screen == "school":
            visitor.send(visitor.form("/school"), "查找", **given)
            visitor.page.locator("main [name=school]").first.check()
        visitor.send(visitor.form(f"/{screen}"), "继续", **({} if screen == "school" else given))
    clock.shift(clock.now() - datetime.now(UTC) + WRITING)  # who is done within seconds is taken for a program
    visitor.send(visitor.page.locator("main form").first, "现在提交")
    return CODE.search(visitor.says())[0]


def let_in(administrator, office):
    """Make the account of a lead officer by the pages; the password is theirs to set."""
    administrator.open("/admin/people/new")
    look_over(administrator)
    places = {"organisation": "ORG0201", "role": "lead_officer", "office": "信访办公室"}
    administrator.send(administrator.form(), "新建账号", login=LEAD_OFFICER, name="林知远", **places)
    office.at.done("password", LEAD_OFFICER, "--password", PASSWORD)


def test_each_does_their_own_work_and_nobody_another_s(office, arrives):
    (number, *_) = office.cases().values()
    administrator = arrives(ADMINISTRATOR)
    let_in(administrator, office)
    sheets = ("/queue", "/cases", "/leads", "/reports", "/filing", "/overdue", "/rates")
    assert not opened(administrator, f"/cases/{number}", *sheets)

    outside = arrives()
    code = reported(outside)
    officer = arrives(LEAD_OFFICER)
    officer.open("/leads")
    look_over(officer)
    officer.follow(officer.page.locator("main a.ti").first)
    lead = officer.page.url
    assert "周晓" not in officer.page.content()
    look_over(officer)
    officer.open(f"{lead}/actions/accept")
    officer.send(officer.form("/actions/accept"), "受理")
    officer.open(f"{lead}/reporter")
    assert "理由" in officer.refused(officer.form(), "写入日志并查看")
    reason = officer.page.locator("main [name=reason]").first.get_attribute("value")
    officer.send(officer.form(), "写入日志并查看", reason=reason)
    assert "13812340099" in officer.says()
    officer.open(f"{lead}/actions/tell")
    officer.send(officer.form("/actions/tell"), "答复反映人", words="已受理，十五个工作日内再答复。")
    assert not opened(officer, "/admin", "/admin/people/new", "/journal/audit")

    outside.open("/receipt")
    outside.send(outside.page.locator("main form").first, "查看", code=code)
    assert "已受理，十五个工作日内再答复。" in outside.says()
    look_over(outside)

    auditor = arrives(AUDITOR)
    auditor.open(f"/journal/audit?who={LEAD_OFFICER}")
    assert reason in auditor.says()
    assert "周晓" not in auditor.page.content()
    look_over(auditor)
    auditor.open(f"/cases/{number}")
    assert auditor.page.locator("main a[href*='/actions/']").count() == 0
    assert not opened(auditor, lead, "/admin/people/new", f"/cases/{number}/actions/begin")
    for visitor in (administrator, officer, outside, auditor):
        assert visitor.faults == []
