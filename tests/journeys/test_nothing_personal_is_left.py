"""After a whole journey, who somebody is stands on pages alone: in no address, log line, queue or clear byte."""

import csv
import logging

import pytest
from playwright.sync_api import expect
from redis import Redis
from sqlalchemy import create_engine, text

from casework import config
from casework.asking import KINDS
from casework.models import metadata
from tests.journeys import page_office as pages
from tests.journeys.leavings import Leavings, queued
from tests.journeys.office import DENIES as DENIED
from tests.journeys.office import INVESTIGATOR, PASSWORD, SUPERVISOR, Office
from tests.journeys.small_university import DENIES, Exports, graduate, student_numbers
from tests.journeys.visitor import Visitor

ID, MAIL, REPORTER, REPORTER_PHONE = "110101200001011234", "xm.ouyang@stu.example.cn", "司马光祖", "13987650001"
MINE = graduate(student_numbers().index(DENIES) + 1, DENIES)
SEALED = {"identity number": ID, "mail": MAIL, "phone": MINE["手机号"], "reporter": REPORTER,
          "reporter's phone": REPORTER_PHONE}  # fmt: skip
PLANTED = SEALED | {"student number": DENIES, "name": MINE["姓名"]}


@pytest.fixture
def office(service, command_line, tmp_path):
    office = Office(command_line, Exports(tmp_path / "exports"), tmp_path)
    office.set_up()
    for login in (SUPERVISOR, INVESTIGATOR):
        office.at.done("password", login, "--password", PASSWORD)
    return office


def registrations(exports):
    """Write the export with two more columns: identity number and mail of one graduate."""
    path = exports.graduates("graduates_2024-07-25.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    rows = [[*row, *((ID, MAIL) if row[0] == DENIES else ("", ""))] for row in rows]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[*head, "身份证号", "邮箱"], *rows])
    return path


def work(supervisor, investigator, office):
    """Import, screen, assign, look at the full identity, search by name and number, verify, attach."""
    pages.bring_in(supervisor, registrations(office.exports))
    answers = office.exports.confirmations("confirm_2024-07-25.csv", {DENIES: "2024-07-20 21:00:00"})
    pages.bring_in(supervisor, answers)
    pages.screen(supervisor)
    supervisor.send(supervisor.form(), "建案")
    number = next(number for matter, number in pages.cases(supervisor).items() if DENIED in matter)
    office.at.done("case", "assign", number, "--to", INVESTIGATOR, "--as", SUPERVISOR)
    pages.act(investigator, number, "begin")
    investigator.open(f"/cases/{number}")
    investigator.follow(investigator.page.locator("main table a.b").first)
    investigator.page.locator("main form [name=reason]").first.check()
    investigator.page.locator("main form [type=submit]").first.click()
    expect(investigator.page.locator("main dl.secret")).to_contain_text(MINE["手机号"])
    for words in (DENIES, MINE["姓名"]):
        box = investigator.page.locator('form[action$="/search"]').first
        box.locator("[name=words]").fill(words)
        box.locator("[name=words]").press("Enter")
        investigator.page.wait_for_load_state()
    pages.verify(investigator, number, "phone", "graduate")
    pages.attach(investigator, number, office.folder)
    return number


def report(visitor):
    """Report somebody by the public form, with the own name and number."""
    answers = (
        ("about", {"kind": "employer"}),
        ("school", {"school": "ORG0201"}),
        ("what", {"what": f"{MINE['姓名']}（{DENIES}）没有签约。"}),
        ("where", {"when": "6月", "place": "学院"}),
        ("who", {"concerns": "others", "who": MINE["姓名"]}),
        ("files", {"act": "next"}),
        ("contact", {"named": "yes", "name": REPORTER, "phone": REPORTER_PHONE}),
    )
    visitor.open("/report")
    for step, given in answers:
        answer = visitor.page.request.post(f"/report/{step}", form=given)
        assert answer.status < 400, (step, answer.status)
    visitor.open("/report/check")
    assert REPORTER in visitor.says()


def stored(settings):
    """Yield every value of every column, as the database gives it without any key, and every byte of the folder."""
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            for kind in KINDS:
                connection.execute(text(f"SELECT set_config('casework.{kind}', '*', true)"))
        for table in metadata.sorted_tables:
            for row in connection.execute(text(f"SELECT * FROM {table.name}")):  # noqa: S608 - our own names
                raw = [bytes(each) if isinstance(each, bytes | memoryview) else each for each in row]
                yield "database", repr(raw).encode()
                yield from (("database", each) for each in raw if isinstance(each, bytes))
    engine.dispose()
    for path in settings.data_dir.rglob("*"):
        if path.is_file() and path.parent.name != "exports" and "staging" not in path.parts and path.suffix != ".csv":
            yield "files", path.read_bytes()


def test_nothing_personal_is_left_anywhere_but_on_the_pages(office, service, browser, queue_url, caplog):
    caplog.set_level(logging.INFO)
    left = Leavings()
    people = [Visitor(browser, service) for _ in range(3)]
    supervisor, investigator, somebody = people
    for visitor in people:
        left.watch(visitor)
    supervisor.sign_in(SUPERVISOR, PASSWORD)
    investigator.sign_in(INVESTIGATOR, PASSWORD)
    number = work(supervisor, investigator, office)
    report(somebody)
    for visitor in people:
        left.keep_browser(visitor)
    for address in (f"/cases/{number}x", "/batches/nothing", "/api/v1/cases/nothing"):
        left.add("errors", investigator.page.request.get(address).text())
    wrong = {"phone": MINE["手机号"], "id_number": ID, "email": MAIL}
    left.add("errors", investigator.page.request.post(f"/api/v1/cases/{number}/notes", data=wrong).text())
    left.add("metrics", somebody.page.request.get("/metrics").text())
    left.add("logs", *(record.getMessage() for record in caplog.records), caplog.text)
    with Redis.from_url(queue_url) as client:
        left.add("queue", *queued(client))
    assert {"addresses", "titles", "browser storage", "errors", "metrics", "logs", "queue"} <= left.places.keys()
    assert left.of(PLANTED) == []
    kept = Leavings()
    for place, content in stored(config.load()):
        kept.add(place, content)
    assert kept.of(SEALED) == []
    assert kept.of({"student number": DENIES}) != []  # what may stand there is seen: the look is no blind one


def test_a_log_line_or_an_address_that_names_somebody_would_be_found():
    left = Leavings()
    left.add("logs", f"looked at {MINE['手机号']}")
    left.add("queue", '{"name": "\\u53f8\\u9a6c\\u5149\\u7956"}')
    assert left.of(PLANTED) == ["logs: phone", "queue: reporter"]
