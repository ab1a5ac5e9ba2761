"""The graduate's page, as a visitor without an account meets it."""

import re
from datetime import date
from itertools import count as numbers

import pytest
from sqlalchemy import func, select, text

from casework.campaigns import links
from casework.campaigns.identity import code_of
from casework.campaigns.models import AnswerCode
from casework.campaigns.plan import MIDNIGHT, end_of
from casework.cases.models import Case
from casework.db import db
from casework.doors import buckets
from casework.doors.unit import unit_of_work
from casework.intake.models import Confirmation
from casework.notices.graduates import graduates
from tests.casework.answering import BIRTH, link_of, make_link, make_wave
from tests.casework.factories import make_record, make_round, make_tree

EMPLOYER, PHONE = "岭川样本科技有限公司", "13812346021"
NEVER = "从未与该单位签订就业协议、劳动合同或其他录用形式"


@pytest.fixture
def graduate(app):
    """Return a way to register one more graduate and to get the address of their page."""
    buckets._own.clear()  # no queue server here: what other tests asked for is remembered by the process
    with unit_of_work():
        tree = make_tree()
        wave = make_wave(tree.university, make_round())
    number = numbers(202022110400)

    def register():
        with unit_of_work():
            known = {"birth_date": BIRTH}
            record = make_record(tree.university, make_round(), student_no=str(next(number)), sealed=known)
            return record, f"/c/{make_link(record, wave)}"

    return register


@pytest.fixture
def visitor(app):
    return app.test_client()


def post(visitor, address, step, **given):
    return visitor.post(address, data={"step": step, **given})


def by_code(visitor, address):
    post(visitor, address, "send")
    code = db.session.scalars(select(AnswerCode).order_by(AnswerCode.id.desc())).first()
    return post(visitor, address, "code", code=code_of(code.id))


def by_particulars(visitor, record, address):
    return post(visitor, address, "particulars", student_no=record.student_no, birth_date=BIRTH)


def answer(visitor, address, facts, choice, **given):
    known = re.search(r'name="pass" value="([^"]+)"', facts.text)[1]
    return post(visitor, address, "answer", answer=choice, **{"pass": known} | given)


def count(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def body(page):
    return page.text.partition("<main")[2]


def test_before_the_check_the_page_says_whose_it_is_and_nothing_personal(visitor, graduate):
    record, address = graduate()
    page = visitor.get(address)
    assert page.status_code == 200
    for said in ("岭川大学", "dj.ncss.cn", "不影响领取毕业证书", NEVER, "只作预先核对"):
        assert said in page.text
    for shown in (page, post(visitor, address, "send")):
        for personal in (record.name, record.name[0] + "*", record.student_no, EMPLOYER, PHONE, PHONE[-4:]):
            assert personal not in shown.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers
    assert "<script" not in page.text
    assert len(page.data) < 12 * 1024
    assert link_of(record).opened_at is not None
    assert 'lang="en"' in visitor.get(f"{address}?lang=en").text


def test_whoever_shows_who_they_are_sees_the_facts_with_nothing_chosen(visitor, graduate):
    record, address = graduate()
    post(visitor, address, "send")
    for wrong in ("", "12345", "1234567", "abcdef", "１" * 5000):
        page = post(visitor, address, "code", code=wrong)
        assert (page.status_code, EMPLOYER in page.text) == (422, False), wrong
    unknown = ({"student_no": record.student_no, "birth_date": "20010124"}, {"student_no": "1", "birth_date": BIRTH})
    for wrong in (*unknown, {"birth_date": "二〇〇一"}, {"student_no": "é", "birth_date": "99999999"}):
        page = post(visitor, address, "particulars", **wrong)
        assert (page.status_code, EMPLOYER in page.text) == (422, False), wrong
    weaker = by_particulars(visitor, record, address)
    _, address = graduate()
    for page in (weaker, by_code(visitor, address)):
        assert page.status_code == 200
        for said in ("欧阳**", EMPLOYER, NEVER, "确认无误", "信息有误"):
            assert said in page.text
        for personal in ("欧阳晓明", PHONE, "110101200001011234", " checked"):
            assert personal not in page.text
        assert len(page.data) < 12 * 1024
    assert "不算作确认" in weaker.text


def test_each_answer_is_taken_once_and_leads_to_the_official_site(visitor, graduate):
    cases = 0
    for choice, opens in (("confirmed", 0), ("wrong_information", 0), ("never_signed", 1)):
        record, address = graduate()
        facts = by_code(visitor, address)
        done = answer(visitor, address, facts, choice, words="七月才知道")
        assert done.status_code == 200
        assert 'class="big" href="https://dj.ncss.cn"' in done.text
        assert answer(visitor, address, facts, choice).status_code == 410
        assert visitor.get(address).status_code == 410
        cases += opens
        assert count(Case) == cases
    record, address = graduate()
    done = answer(visitor, address, by_particulars(visitor, record, address), "confirmed")
    assert "不算作确认" in done.text
    given = db.session.execute(select(Confirmation.status, Confirmation.verified, Confirmation.words))
    assert [tuple(row) for row in given] == [
        ("CONFIRMED", True, "七月才知道"),
        ("WRONG_INFO", True, "七月才知道"),
        ("NEVER_SIGNED", True, "七月才知道"),
        ("CONFIRMED", False, None),
    ]


def test_what_is_refused_takes_no_answer(visitor, graduate):
    _, address = graduate()
    facts = by_code(visitor, address)
    for forged in ("", "x", "AAAA" * 30, "é", "=" * 9000):
        assert answer(visitor, address, facts, "confirmed", **{"pass": forged}).status_code == 422, forged
    _, other = graduate()
    assert answer(visitor, other, facts, "confirmed").status_code == 422
    foreign = visitor.post(other, data={"step": "send"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    again = answer(visitor, address, facts, "", words="七月才知道")
    assert (again.status_code, "七月才知道" in again.text) == (422, True)
    assert answer(visitor, address, facts, "confirmed", words="字" * 5000).status_code == 422
    assert count(Confirmation) == 0
    assert count(AnswerCode) == 1
    assert answer(visitor, address, again, "confirmed").status_code == 200


def test_links_that_open_nothing_say_the_same(visitor, graduate):
    record, address = graduate()
    token = address.removeprefix("/c/")
    typed = token.lower()
    assert visitor.get(f"/c/{typed[:4]}-{typed[4:8]}-{typed[8:12]}-{typed[12:]}").status_code == 200
    said = visitor.get(f"/c/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}")
    assert (said.status_code, "https://dj.ncss.cn" in said.text) == (404, True)
    for rubbish in ("x", "0" * 3000, "é" * 16, token[:8], f"{token}A"):
        page = visitor.get(f"/c/{rubbish}")
        assert (page.status_code, body(page)) == (404, body(said)), rubbish
    with unit_of_work():
        make_round().closed_at = link_of(record).issued_at
    assert visitor.get(address).status_code == 410
    with unit_of_work():
        make_round().closed_at = None
        link_of(record).expires_at = link_of(record).issued_at
    for page in (visitor.get(address), post(visitor, address, "send")):
        assert (page.status_code, body(page)) == (410, body(said))
    assert count(AnswerCode) == 0


def test_a_flood_is_asked_to_wait(visitor, graduate):
    _, address = graduate()
    last = [post(visitor, address, "code", code="000000") for _ in range(40)][-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0
    last = [visitor.get(f"/c/{number}") for number in range(70)][-1]
    assert last.status_code == 429
    assert visitor.get(address).status_code == 200


def test_the_last_day_is_the_same_day_everywhere(visitor, graduate):
    record, address = graduate()
    with unit_of_work():
        link_of(record).expires_at = end_of(date(2030, 8, 31), hour=MIDNIGHT)
    page = visitor.get(address).text
    assert ("2030年8月31日" in page, "9月1日" in page, "00:00" in page) == (True, False, False)


def test_what_is_wrong_and_what_it_should_be_is_kept_as_the_graduate_says_it(visitor, graduate):
    _, address = graduate()
    facts = by_code(visitor, address)
    asked = {"wrong": ["employer", "nonsense"], "is_employer": " 临江某公司 ", "is_job": "会计", "is_nonsense": "x"}
    long = answer(visitor, address, facts, "wrong_information", **asked | {"is_job": "字" * 300})
    against = answer(visitor, address, facts, "confirmed", **asked)
    for refused in (long, against):
        assert refused.status_code == 422
        assert 'value="employer" checked' in refused.text
        assert 'value=" 临江某公司 "' in refused.text
    assert count(Confirmation) == 0
    assert answer(visitor, address, facts, "wrong_information", **asked).status_code == 200
    given = db.session.scalars(select(Confirmation)).one()
    assert given.corrections == {"employer": "临江某公司", "job": "会计"}
    stored = db.session.scalar(text("SELECT corrections FROM confirmations"))
    assert "临江某公司".encode() not in bytes(stored)


def test_a_chosen_language_stays_without_a_cookie_and_speaks_in_later_messages(visitor, graduate):
    record, address = graduate()
    english = f"{address}?lang=en"
    page = visitor.get(english)
    assert ('lang="en"' in page.text, "Set-Cookie" in page.headers) == (True, False)
    for step in ("send", "code", "particulars", "answer", "back"):
        page = post(visitor, english, step)
        assert ('<html lang="en"' in page.text, "Set-Cookie" in page.headers) == (True, False), step
    assert visitor.get(address).headers["Location"] == english  # who comes back by the letter finds it again
    assert graduates([record.id])[record.id].language == "en"
    visitor.get(f"{address}?lang=zh")
    db.session.rollback()
    assert graduates([record.id])[record.id].language == "zh"
    other, _ = graduate()
    assert graduates([other.id])[other.id].language == ""


def test_a_connection_that_died_is_replaced_without_anybody_noticing(app, visitor, graduate):
    _, address = graduate()
    assert visitor.get(address).status_code == 200
    lent = links._own_pool().raw_connection()
    lent.driver_connection.close()
    lent.close()
    assert [visitor.get(address).status_code for _ in range(2)] == [200, 200]
