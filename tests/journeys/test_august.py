"""An August at browsers: a wave leaves, a graduate answers by phone that they never signed, a case lies on the desk.

Then the next wave leaves without them. The office works at its screens, the
graduate at a telephone of 390 points without script; what the carrier took is
read from the carrier's own log.
"""

import re
import time
from datetime import UTC, datetime

import pytest

from casework import clock, config
from casework.jobs import campaigns, delivery, housekeeping
from casework.service import create_service
from notifications.channels.simulator import Simulator
from tests.journeys import page_office as pages
from tests.journeys.look_over import PHONE, look_over
from tests.journeys.office import PARTY, PASSWORD, SUPERVISOR, Office
from tests.journeys.small_university import Exports
from tests.journeys.visitor import Visitor
from tests.support.application import inside

FIRST = datetime(2024, 7, 30, 10, 0, tzinfo=clock.BEIJING)
SECOND = datetime(2024, 8, 2, 14, 0, tzinfo=clock.BEIJING)
PATIENCE = 90.0
EVERYBODY = 40


@pytest.fixture
def arrives(service, browser):
    """Return a function that gives somebody a browser of their own, signed in where they have an account."""

    def at_browser(login="", *, script=True):
        visitor = Visitor(browser, service, script=script)
        if login:
            visitor.sign_in(login, PASSWORD)
        else:
            visitor.page.set_viewport_size(PHONE)
        return visitor

    return at_browser


@pytest.fixture
def office(service, command_line, tmp_path):
    """Return an office whose forty graduates have confirmed nothing yet."""
    office = Office(command_line, Exports(tmp_path / "exports"), tmp_path)
    office.set_up()
    office.at.done("password", SUPERVISOR, "--password", PASSWORD)
    office.bring_in(office.exports.graduates())
    return office


def planned(supervisor):
    """Draft a campaign of two waves and freeze its list; return its address."""
    supervisor.open("/campaigns")
    look_over(supervisor)
    supervisor.send(supervisor.form("/campaigns"), "建立提醒活动")
    address = supervisor.page.url
    supervisor.open(f"{address}/edit/texts")
    look_over(supervisor)
    faulty = "请尽快确认，否则暂缓发放毕业证。{link}"
    assert "毕业证书" in supervisor.warned(supervisor.form("/edit/texts"), "保存内容", sms_zh=faulty)
    look_over(supervisor)
    supervisor.open(address)
    assert "固定名单" not in [each.inner_text() for each in supervisor.page.get_by_role("button").all()]
    supervisor.open(f"{address}/edit/texts")
    sound = "请于{on}前登录全国高校毕业生毕业去向登记系统（dj.ncss.cn），由本人核对并确认。可先在此核对：{link} 。"
    supervisor.send(supervisor.form("/edit/texts"), "保存内容", sms_zh=sound)
    supervisor.open(f"{address}/edit/plan")
    starts = f"{FIRST:%Y-%m-%d %H:%M}\n{SECOND:%Y-%m-%d %H:%M}"
    supervisor.send(supervisor.form("/edit/plan"), "保存计划", first="sms", second="", starts=starts)
    supervisor.send(supervisor.form("/act/freeze"), "固定名单")
    assert "等待核准" in supervisor.says() or "待核准" in supervisor.says()
    return address


def time_passes(settings, moment, *, until):
    """Let the clock show a moment, and do what the scheduler does until enough letters have been taken."""
    config.mark_demo(settings.data_dir, clock_offset=moment - datetime.now(UTC))
    carrier = Simulator(settings.carrier_log)
    end = time.monotonic() + PATIENCE
    with inside(create_service(config.load())):
        while (taken := reminders(carrier)) < until:
            assert time.monotonic() < end, taken
            campaigns.look()
            delivery.sweep()
            housekeeping.ring_forgotten()
            time.sleep(0.2)


def reminders(carrier):
    return sum(line["kind"] == "confirm_reminder" for line in carrier.accepted())


def code_from(phone, since):
    """Return the code that has come to this phone, looking again until it is there."""
    end = time.monotonic() + PATIENCE
    while True:
        phone.open("/demo/phones")
        codes = re.findall(r"(?<!\d)\d{6}(?!\d)", phone.says())
        if codes and codes[:1] != since:
            return codes[0]
        assert time.monotonic() < end, phone.says()


def test_a_wave_leaves_a_denial_becomes_a_case_and_the_next_wave_leaves_without_it(office, settings, arrives):
    supervisor, leader, phone = arrives(SUPERVISOR), arrives(PARTY), arrives()
    address = planned(supervisor)
    assert "核准这份名单和内容" not in supervisor.says()
    leader.open(address)
    look_over(leader)
    leader.send(leader.form("/act/approve"), "核准")
    time_passes(settings, FIRST, until=EVERYBODY)
    supervisor.sign_in(SUPERVISOR, PASSWORD)  # no session lasts over such days
    supervisor.open(address)
    look_over(supervisor)

    phone.open("/demo/phones")
    link = phone.page.get_by_role("link", name="打开这条短信的链接").first.get_attribute("href")
    for script in (True, False):
        graduate = arrives(script=script)
        graduate.open(link)
        assert "从未与该单位签订" in graduate.says()
        assert "有限公司" not in graduate.says()
        if script:
            look_over(graduate)
    graduate.send(graduate.page.locator("main form").first, "发送短信验证码")
    graduate.send(graduate.page.locator("main form").first, "核验", code=code_from(phone, []))
    assert "有限公司" in graduate.says()
    graduate.page.get_by_label("从未与该单位签订").check()
    graduate.send(graduate.page.locator("main form").first, "提交", words="没有听说过这家单位")
    assert "dj.ncss.cn" in graduate.page.content()
    answer = graduate.page.goto(link)
    assert answer.status in {404, 410}
    assert "dj.ncss.cn" in graduate.page.content()

    found = pages.cases(supervisor, "/queue?view=unassigned")
    assert len(found) == 1
    assert "从未签订" in next(iter(found))
    time_passes(settings, SECOND, until=2 * EVERYBODY - 1)
    supervisor.sign_in(SUPERVISOR, PASSWORD)
    told = [
        line["recipient"] for line in Simulator(settings.carrier_log).accepted() if line["kind"] == "confirm_reminder"
    ]
    once = [number for number in set(told) if told.count(number) == 1]
    assert (len(told), len(once)) == (2 * EVERYBODY - 1, 1)
    for path in ("/unconfirmed", "/campaigns/tasks", f"{address}/told"):
        supervisor.open(path)
        look_over(supervisor)
    for visitor in (supervisor, leader, phone):
        assert visitor.faults == []
