"""After a report was sent: one report however often, its code shown once, and a picture of it to keep."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from casework import clock
from casework.db import db
from casework.doors import buckets
from casework.leads.models import Lead
from tests.casework.leads.office import leads
from tests.casework.notices.office import office
from tests.casework.web.reporting_form import CODE, ENOUGH, SEALED, SENT, Reporter
from tests.support.together import together

__all__ = ["leads", "office"]


@pytest.fixture(autouse=True)
def fresh_buckets():
    buckets._own.clear()


@pytest.fixture
def reporter(app, leads):
    return Reporter(app)


def test_sent_twice_it_is_one_report_whose_code_is_shown_once(reporter):
    reporter.fill_in()
    ticket = reporter.ticket()
    reporter.at += ENOUGH
    for _ in range(2):  # the answer to the first was lost on the way
        assert reporter.post("/report/send", {"code": ticket}).headers["Location"] == SENT
    code = CODE.search(reporter.get(SENT).text)[1]
    assert reporter.open(code).headers["Location"] == "/receipt"
    assert db.session.query(Lead).count() == 1
    for again in (lambda: None, lambda: reporter.post("/report/send", {"code": ticket})):
        again()
        page = reporter.get(SENT)
        assert (code in page.text, "回执码只在提交后显示一次" in page.text) == (False, True)


def test_sent_by_two_fingers_at_once_it_is_one_report_with_one_code(app, reporter):
    reporter.fill_in()
    ticket, key = reporter.ticket(), reporter.browser.get_cookie("draft", path="/report").value
    reporter.at += ENOUGH

    def send():
        browser = app.test_client()
        browser.set_cookie("draft", key, path="/report")
        return browser.post("/report/send", data={"code": ticket})

    db.session.rollback()
    with clock.stopped_at(reporter.at):
        answers = together(app, [send] * 3)
    assert [answer.headers["Location"] for answer in answers] == [SENT] * 3
    assert db.session.query(Lead).count() == 1


def test_the_code_is_not_shown_after_an_hour_nor_to_a_ticket_of_another_draft(app, reporter, leads):
    reporter.fill_in()
    ticket = reporter.ticket()
    other = Reporter(app, at=reporter.at)
    other.fill_in()
    assert other.send(ticket).status_code == 409
    reporter.send(ticket)
    reporter.at += timedelta(hours=2)
    assert reporter.post("/report/send", {"code": ticket}).headers["Location"] == "/report/check"
    assert db.session.query(Lead).count() == 1


def test_the_receipt_is_saved_as_a_picture_of_the_code_and_nothing_of_the_report(reporter):
    reporter.fill_in()
    page = reporter.send()
    code, ticket = CODE.search(page.text)[1], SEALED.search(page.text)[1]
    assert code not in ticket
    picture = reporter.post("/report/image", {"code": ticket})
    assert (picture.mimetype, "attachment" in picture.headers["Content-Disposition"]) == ("image/png", True)
    with Image.open(BytesIO(picture.data)) as drawn:
        assert (drawn.width, drawn.format, drawn.info) == (1080, "PNG", {})
    for forged in ("", "x", ticket[:-9], reporter.browser.get_cookie("draft", path="/report")):
        assert reporter.post("/report/image", {"code": str(forged)}).headers["Location"] == SENT
    reporter.at += timedelta(hours=2)
    assert reporter.post("/report/image", {"code": ticket}).headers["Location"] == SENT
    assert reporter.get("/report/image").headers["Location"] == SENT
