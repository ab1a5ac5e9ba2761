"""The page behind a receipt: right codes open it, everything else is one answer by one way, whatever was typed."""

import json
from datetime import timedelta

import pytest
from flask import request

from casework import clock
from casework.db import db
from casework.doors import buckets, limits
from casework.doors.unit import unit_of_work
from casework.leads import receipts, statements
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import UPWARD
from casework.operations.add_lead_file import add_lead_file, clean
from casework.operations.move_lead import move_lead
from casework.operations.reply_lead import answer_reporter, ask_reporter
from casework.web import public_lead_receipt
from casework.web.pages import Trouble, page
from casework.web.wording import moment
from tests.casework.leads.office import leads
from tests.casework.leads.pictures_of import jpeg
from tests.casework.notices.office import office
from tests.casework.web.reporting_form import Reporter, words_of
from tests.support.scans import watched
from tests.support.statements import statements_of

__all__ = ["leads", "office"]
NOT_OURS = {
    "never given out": "7KQ4-M2XD-9T3F-HW6B",
    "too short": "7KQ4",
    "too long": "7KQ4-M2XD-9T3F-HW6B-7KQ4",
    "letters that no code has": "OOOO-0000-OOOO-0000",
    "no code at all": "请告诉我进展",
    "nothing that a code has": "----",
    "a quarter of a million letters": "7" * 50_000,
    "control characters": "7KQ4\x00M2XD",
}


@pytest.fixture(autouse=True)
def fresh_buckets():
    buckets._own.clear()


@pytest.fixture
def reporter(app, leads):
    return Reporter(app)


def traits(reporter, typed):
    """Return everything that whoever types a code could tell answers apart by."""
    with statements_of() as seen:
        answer = reporter.open(typed)
    return answer.status_code, answer.data, sorted(answer.headers.items()), seen


def all_traits(reporter):
    limits_of_a_place = limits.LOOKS.at_once
    assert len(NOT_OURS) < limits_of_a_place
    return [traits(reporter, typed) for typed in NOT_OURS.values()]


def looking_at_the_form_first(careful):
    """Return a way in that says what is wrong with a code before it looks for it: kind, and an oracle."""

    def way_in():
        if len(receipts.normal(request.form.get("code", ""))) != receipts.LENGTH:
            return page("public/receipt_code.html", status=422, trouble=Trouble(422, "回执码有16个字符。"))
        return careful()

    return way_in


def test_wrong_and_unknown_codes_are_one_answer_after_one_look(reporter):
    reporter.report()
    first, *others = all_traits(reporter)
    assert first[0] == 422
    assert [len(seen[3]) for seen in (first, *others)] == [1] * len(NOT_OURS)
    assert others == [first] * len(others)


def test_an_empty_field_is_asked_to_be_filled_in_and_nothing_is_looked_up(reporter):
    for typed in ("", "  ", "　"):
        status, shown, _, seen = traits(reporter, typed)
        assert (status, "还没有输入回执码" in shown.decode(), seen) == (422, True, []), typed


def test_what_was_added_is_said_to_be_received_once_with_its_time(reporter):
    reporter.open(reporter.report())
    table = (
        (lambda: reporter.post("/receipt/add", {"words": "会计一班"}), "您补充的内容已转给"),
        (lambda: reporter.upload(jpeg(), name="截图.jpg", address="/receipt/file"), "您补充的材料已转给"),
        (lambda: reporter.upload(jpeg(), name="再传.jpg", address="/receipt/file"), "同一文件只保留一份"),
    )
    for add, said in table:
        assert add().headers["Location"] == "/receipt"
        with clock.stopped_at(reporter.at):
            received = f"已收到，{moment(reporter.at)}。"
        page = words_of(reporter.get("/receipt"))
        assert (received in page, said in page) == (True, True), said
        assert "已收到，" not in words_of(reporter.get("/receipt"))
    assert [row.name for row in db.session.query(Lead).one().files] == ["截图.jpg"]


def test_a_naive_page_that_looks_at_the_form_first_is_told_apart(reporter, monkeypatch):
    monkeypatch.setattr(public_lead_receipt, "_open", looking_at_the_form_first(public_lead_receipt._open))
    first, *others = all_traits(reporter)
    assert others != [first] * len(others)


def test_a_right_code_opens_the_page_however_it_is_written(reporter):
    code = reporter.report()
    for typed in (code, code.lower().replace("-", ""), f" {code.replace('-', ' ')} "):
        assert reporter.open(typed).headers["Location"] == "/receipt"
        assert "等待受理" in words_of(reporter.get("/receipt"))


def test_the_code_stands_in_no_address_and_no_cookie(reporter):
    code = reporter.report()
    answer = reporter.open(code)
    sent = " ".join([answer.headers["Location"], *answer.headers.getlist("Set-Cookie")])
    assert code not in sent
    assert receipts.normal(code) not in sent
    assert receipts.hash_of(code) not in sent
    assert reporter.get(f"/receipt/{code}").headers["Location"] == "/receipt"


def test_a_receipt_closes_by_itself_by_hand_and_is_forged_by_nobody(reporter):
    reporter.open(reporter.report())
    reporter.at += timedelta(minutes=31)
    assert "输入提交时得到的" in reporter.get("/receipt").text
    reporter.at -= timedelta(minutes=31)
    assert "等待受理" in reporter.get("/receipt").text
    reporter.post("/receipt/close")
    assert "输入提交时得到的" in reporter.get("/receipt").text
    reporter.browser.set_cookie("receipt", "Zm9yZ2Vk", path="/receipt")
    assert "输入提交时得到的" in reporter.get("/receipt").text


def test_questions_answers_and_additions_go_both_ways_and_upward_words_stay_inside(reporter, leads):
    reporter.open(reporter.report())
    with unit_of_work():
        lead = db.session.query(Lead).one()
        officer = leads.actor("officer")
        ask_reporter(lead, words="是哪个班？", actor=officer)
        answer_reporter(lead, words="正在核实。", actor=officer)
        lead.talks.append(LeadTalk(kind=UPWARD, words="拟按期反馈上级。"))
    page = words_of(reporter.get("/receipt"))
    assert [words in page for words in ("是哪个班？", "正在核实。", "拟按期反馈上级。")] == [True, True, False]
    assert "officer" not in page  # who asks is the office
    assert reporter.post("/receipt/add", {"words": "会计一班"}).headers["Location"] == "/receipt"
    assert "会计一班" in words_of(reporter.get("/receipt"))
    db.session.rollback()
    assert [talk.read_at is not None for talk in db.session.query(Lead).one().talks] == [True, True, False, False]


ANSWER = {"outcome": "unsubstantiated", "words": "未发现所反映的问题。", "reason": "已逐一回访"}
LIFE = (
    ("accept", "officer", {}, "核实中"),
    ("decline", "officer", {"reason": "不属于去向登记"}, "核实中"),
    ("confirm_decline", "colleague", {"words": "不属于去向登记，请向劳动监察反映。"}, "没有受理"),
    ("reopen", "officer", {"reason": "有新情况"}, "核实中"),
    ("answer", "officer", ANSWER, "已办结"),
)


def test_progress_is_said_in_words_without_what_the_office_has_not_decided(reporter, leads):
    reporter.open(reporter.report())
    assert "<h1>已收到</h1>" in reporter.get("/receipt").text
    for action, name, given, said in LIFE:
        with unit_of_work():
            move_lead(db.session.query(Lead).one(), action, actor=leads.actor(name), **given)
        page = reporter.get("/receipt").text
        assert (action, f"<h1>{said}</h1>" in page, "拟不予受理" in page) == (action, True, False)
        assert given.get("words", "") in page
    assert "未发现所反映的问题。" in page


def test_a_file_is_added_cleaned_and_a_refused_one_says_why(reporter, monkeypatch):
    held = watched(monkeypatch)
    reporter.open(reporter.report())
    assert reporter.upload(jpeg(), name="截图.jpg", address="/receipt/file").status_code == 303
    assert "截图.jpg" in reporter.get("/receipt").text
    assert reporter.upload(b"#!/bin/sh", address="/receipt/file").status_code == 422
    assert reporter.post("/receipt/file").status_code == 422
    assert [row.stripped for row in db.session.query(Lead).one().files] == [True]
    assert held == [False]  # nobody waits to write while it is scanned


def test_what_the_office_put_to_the_lead_is_not_shown_to_its_reporter(reporter, leads, settings):
    reporter.open(reporter.report())
    reporter.upload(jpeg(), name="截图.jpg", address="/receipt/file")
    with unit_of_work():
        cleaned = clean(name="谈话记录.pdf", content=b"%PDF-1.4\n%%EOF\n", settings=settings)
        given = {"settings": settings, "actor": leads.actor("officer")}
        add_lead_file(db.session.query(Lead).one(), cleaned, from_reporter=False, **given)
    page = reporter.get("/receipt").text
    assert ("截图.jpg" in page, "谈话记录.pdf" in page) == (True, False)


def test_the_statement_can_be_taken_away_and_checked_with_the_published_key(reporter, settings):
    reporter.open(reporter.report())
    answer = reporter.post("/receipt/statement")
    assert "attachment" in answer.headers["Content-Disposition"]
    said = json.loads(answer.data)
    assert statements.is_genuine(said, statements.signing_key(settings.index_key).public_key())
    assert reporter.get("/report/key").json["key_id"] == said["key_id"]


def test_without_an_open_receipt_nothing_is_given_or_taken(reporter):
    reporter.report()
    for verb in ("add", "file", "statement"):
        assert reporter.post(f"/receipt/{verb}", {"words": "x"}).headers["Location"] == "/receipt"
    assert reporter.post("/receipt/erase").status_code == 404
    assert db.session.query(Lead).one().talks == []


def test_too_many_tries_are_asked_to_wait_and_told_how_long(reporter):
    code = reporter.report()
    answers = [reporter.open("7KQ4-M2XD-9T3F-HW6B") for _ in range(limits.TRIES_OF_ONE.at_once + 1)]
    assert [answer.status_code for answer in answers] == [422] * limits.TRIES_OF_ONE.at_once + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "分钟后再试" in words_of(answers[-1])
    assert reporter.open(code).status_code == 303  # another code has a bucket of its own


def test_who_reported_what_was_merged_sees_how_the_other_goes_on_and_never_that_there_is_another(reporter, leads):
    code = reporter.report()
    first = leads.take(receipt_hash="ab" * 16)
    with unit_of_work():
        move_lead(db.session.get_one(Lead, first.id), "accept", actor=leads.actor("officer"))
        answer_reporter(db.session.get_one(Lead, first.id), words="只对他说的话。", actor=leads.actor("officer"))
    leads.move(db.session.query(Lead).filter(Lead.id != first.id).one(), "merge", survivor=first)
    reporter.open(code)
    with unit_of_work():
        there = db.session.get_one(Lead, first.id)
        there.talks.append(LeadTalk(kind="addition", words="另一人的补充。"))
        answer_reporter(there, words="已调取协议原件。", actor=leads.actor("officer"))
    page = reporter.get("/receipt").text
    assert page.count("核实中") == 2  # the head, and the step
    assert "已调取协议原件。" in page
    for word in (first.number, "只对他说的话。", "另一人的补充。", "并案", "合并", "另一件"):
        assert word not in page, word
    leads.move(db.session.query(Lead).filter(Lead.id != first.id).one(), "unmerge", reason="不是同一件事")
    page = reporter.get("/receipt").text
    assert "<h1>已收到</h1>" in page
    assert "已调取协议原件。" in page
