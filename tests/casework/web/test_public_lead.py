"""The public form: one question a screen, no script and no account, nothing lost on the way, and one report at the end.

A page of it and its style are small enough for a bad connection, and nothing
that was written stands in an address or in a cookie.
"""

import re
from pathlib import Path

import pytest

from casework.db import db
from casework.doors import buckets
from casework.leads.models import Lead, LeadDraft
from casework.web import public_lead_screens as screens
from tests.casework.leads.office import leads
from tests.casework.leads.pictures_of import jpeg
from tests.casework.notices.office import office
from tests.casework.web.reporting_form import ANSWERS, CODE, Reporter, words_of
from tests.support.clamd import MARKER, scanner
from tests.support.scans import watched

__all__ = ["leads", "office"]
STATIC = Path(screens.__file__).parent / "static"
MOST_BYTES = 12 * 1024
PAGES = ("", "/conduct", "/school", "/what", "/where", "/who", "/files", "/contact", "/check")
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def fresh_buckets():
    buckets._own.clear()


@pytest.fixture
def reporter(app, leads):
    return Reporter(app)


def the_lead():
    db.session.rollback()
    return db.session.query(Lead).one()


def test_each_answer_leads_to_the_next_question(reporter):
    order = [screen.name for screen in screens.SCREENS]
    assert list(ANSWERS) == order
    assert reporter.fill_in() == [f"/report/{name}" for name in [*order[1:], "check"]]


def test_what_is_not_about_conduct_is_not_asked_which(reporter):
    assert "/report/conduct" not in reporter.fill_in(about={"kind": "employer"})
    assert reporter.get("/report/conduct").headers["Location"] == "/report"


def test_what_was_answered_becomes_a_lead_and_nothing_is_left_of_the_draft(reporter, leads, settings):
    reporter.fill_in()
    reporter.upload(jpeg())
    page = reporter.send()
    lead = the_lead()
    assert lead.title == "单位或工作人员的做法（待核）：辅导员要求全班签三方协议。"
    assert lead.content.splitlines()[::2] == [
        "经过：辅导员要求全班签三方协议。",
        "时间：6月下旬",
        "地点：学院办公室",
        "涉及：学院、老师或其他人",
        "人员或单位：会计一班",
    ]
    assert (lead.channel, lead.named, lead.reporter) == ("PUBLIC_FORM", False, None)
    assert (lead.violations, lead.about) == (["N1", "T2"], {"places": ["学院办公室"]})
    assert [(row.stripped, row.from_reporter) for row in lead.files] == [(True, True)]
    assert "只显示这一次" in words_of(page)
    assert db.session.query(LeadDraft).count() == 0
    assert list((settings.data_dir / "drafts").iterdir()) == []


def test_a_report_about_the_office_itself_goes_to_the_level_above(reporter, leads):
    reporter.report(who={"concerns": "office"})
    assert the_lead().organisation_id == leads.bodies["province"].id


def test_a_school_that_nobody_knows_is_taken_by_the_highest_body(reporter, leads):
    reporter.report(school={"school": "unknown", "school_words": "某某学院"}, who={"concerns": "office"})
    lead = the_lead()
    assert (lead.organisation_id, lead.concerns_id) == (leads.bodies["ministry"].id, None)
    assert lead.content.startswith("学校：某某学院")


def test_of_a_change_of_mind_to_anonymous_nothing_is_kept(reporter):
    reporter.fill_in(contact={"named": "yes", "name": "张三", "phone": "13812346021"})
    assert "张三" in reporter.get("/report/check").text
    reporter.post("/report/contact", {"named": "no", "name": "张三", "phone": "13812346021"})
    assert "张三" not in reporter.get("/report/check").text
    reporter.send()
    assert the_lead().reporter is None


def test_reloading_and_going_back_lose_nothing(reporter):
    reporter.fill_in()
    for name, mark in {"what": "全班签三方协议", "where": "6月下旬", "who": "会计一班", "check": "学院办公室"}.items():
        for _ in range(2):
            assert mark in reporter.get(f"/report/{name}").text
    assert "接着填写" in reporter.get("/report").text


def test_what_comes_too_early_leads_to_what_is_missing(reporter):
    assert reporter.get("/report/check").headers["Location"] == "/report"
    reporter.post("/report/about", {"kind": "record"})
    assert reporter.get("/report/what").headers["Location"] == "/report/school"


REFUSED = {
    "about": {"kind": "murder"},
    "conduct": {},
    "school": {"school": "no such"},
    "what": {"what": "  "},
    "where": {"when": "长" * 101},
    "who": {"concerns": "x"},
    "contact": {"named": "yes", "name": "张三", "phone": "12ab"},
}


def test_a_refused_answer_says_why_and_keeps_the_rest(reporter):
    reporter.fill_in()
    for name, given in REFUSED.items():
        answer = reporter.post(f"/report/{name}", given)
        assert (name, answer.status_code, "没有保存" in answer.text) == (name, 422, True)
    assert "全班签三方协议" in reporter.get("/report/check").text


def test_an_answer_without_a_draft_begins_one_instead_of_losing_what_was_written(reporter):
    reporter.post("/report/what", {"what": "写了半小时的经过"})
    assert reporter.get("/report/check").headers["Location"] == "/report"  # what is missing comes first
    for name in ("about", "conduct", "school", "contact"):
        reporter.post(f"/report/{name}", ANSWERS[name])
    assert "写了半小时的经过" in reporter.get("/report/check").text


def test_the_same_picture_twice_is_kept_once_and_says_so(reporter):
    reporter.fill_in()
    reporter.upload(jpeg(), name="一.jpg")
    assert "只保留一份" not in reporter.get("/report/files").text
    reporter.upload(jpeg(), name="二.jpg")
    page = reporter.get("/report/files").text
    assert ("只保留一份" in page, "一.jpg" in page, "二.jpg" in page) == (True, True, False)
    reporter.send()
    assert [row.name for row in the_lead().files] == ["一.jpg"]


def test_a_forged_ticket_sends_nothing(reporter):
    reporter.fill_in()
    for ticket in ("", "x", "AAAA", "é", "A" * 3000):
        assert reporter.post("/report/send", {"code": ticket}).headers["Location"] == "/report/check"
    assert db.session.query(Lead).count() == 0


def test_what_a_program_fills_in_is_not_sent_and_says_so(reporter):
    reporter.fill_in()
    ticket = reporter.ticket()
    assert reporter.post("/report/send", {"code": ticket}).status_code == 422  # within the second
    assert reporter.send(website="http://spam.example").status_code == 422
    assert db.session.query(Lead).count() == 0
    assert CODE.search(reporter.send().text)


def test_a_draft_can_be_thrown_away(reporter):
    reporter.fill_in()
    assert reporter.post("/report/drop").status_code == 303
    assert db.session.query(LeadDraft).count() == 0
    assert "接着填写" not in reporter.get("/report").text


def test_files_are_added_shown_and_removed(reporter):
    reporter.fill_in()
    reporter.upload(jpeg(), name="截图.jpg")
    page = reporter.get("/report/files").text
    assert [mark in page for mark in ("截图.jpg", "已清除位置信息", "未经病毒扫描")] == [True] * 3
    ref = re.search(r'name="remove" value="(\w+)"', page)[1]
    reporter.post("/report/files", {"remove": ref})
    assert "截图.jpg" not in reporter.get("/report/files").text


def test_a_file_that_is_refused_says_why_and_the_form_goes_on(reporter, settings):
    reporter.fill_in()
    with scanner() as found:
        object.__setattr__(settings, "clamd", found.address)
        for content, status in ((b"#!/bin/sh", 422), (PDF + MARKER + b"%%EOF", 422), (PDF, 503)):
            found.instead = b"broken" if status == 503 else None
            answer = reporter.upload(content, name="a.pdf")
            assert (answer.status_code, "没有保存" in answer.text) == (status, True)
    assert "全班签三方协议" in reporter.get("/report/check").text


def test_nobody_waits_to_write_while_a_file_is_scanned(reporter, monkeypatch):
    reporter.fill_in()
    held = watched(monkeypatch)
    reporter.upload(jpeg())
    assert held == [False]


def test_schools_are_found_by_name(reporter, leads):
    reporter.fill_in()
    reporter.post("/report/school", {"search": "JC", "act": "find"})
    page = reporter.get("/report/school").text
    assert 'value="JC"' in page
    assert 'value="LC1"' not in page  # a college takes no reports
    reporter.post("/report/school", {"search": "100%_", "act": "find"})
    assert "没有名称里含" in reporter.get("/report/school").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_small_plain_and_in_both_languages(reporter, language):
    style = (STATIC / "public.css").stat().st_size
    reporter.fill_in()
    reporter.upload(jpeg())
    for path in (*(f"/report{page}" for page in PAGES), "/receipt"):
        answer = reporter.get(f"{path}?lang={language}")
        assert answer.status_code == 200
        assert len(answer.data) + style <= MOST_BYTES, path
        assert "<script" not in answer.text
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_that_was_written_stands_in_an_address_or_a_cookie(reporter):
    addresses = reporter.fill_in(contact={"named": "yes", "name": "ZhangSan", "phone": "13812346021"})
    answer = reporter.post("/report/contact", {"named": "yes", "name": "ZhangSan", "phone": "13812346021"})
    assert "ZhangSan" not in " ".join([*addresses, *answer.headers.getlist("Set-Cookie")])
    cookies = {cookie.key: cookie for cookie in reporter.browser._cookies.values()}
    assert set(cookies) == {"draft"}
    assert (cookies["draft"].path, cookies["draft"].http_only, cookies["draft"].same_site) == ("/report", True, "Lax")
    assert cookies["draft"].expires is None  # it ends with the browser


def test_a_form_of_another_site_changes_nothing(reporter):
    for site, status, drafts in (("cross-site", 403, 0), ("same-site", 403, 0), ("same-origin", 303, 1)):
        answer = reporter.post("/report/about", {"kind": "record"}, headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, db.session.query(LeadDraft).count()) == (status, drafts)
        db.session.rollback()


def test_without_an_open_round_nothing_is_lost(reporter, leads):
    reporter.fill_in(about={"kind": "record"})
    ticket = reporter.ticket()
    leads.office.round.closed_at = reporter.at
    db.session.commit()
    answer = reporter.send(ticket)
    assert answer.status_code == 409
    assert db.session.query(LeadDraft).count() == 1
