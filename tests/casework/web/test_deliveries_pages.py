"""Pages for what has not got across: who sees them, what they say, what their buttons leave behind."""

from dataclasses import dataclass

import pytest
from sqlalchemy import event, select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.models import ContactPoint, Message
from tests.casework.factories import make_person, make_tree
from tests.casework.notices.stuck import all_messages, deeds, make_message
from tests.casework.operations.reporting import Office

PAGE = "/admin/deliveries"


@dataclass
class Stuck:
    """An office with two stuck messages, one of them about a case."""

    office: Office
    number: str
    about: str
    plain: str


@pytest.fixture
def stuck(desk):
    ways.configure(("inbox", "simulator"))
    with unit_of_work():
        case = db.session.scalars(select(Case).filter_by(state="investigating")).one()
        about = make_message(desk.investigator, case=case, note="recipient: 550 <zhang@x.example> 13800001111 no 100%")
        plain = make_message(desk.supervisor, organisation=desk.organisation, note="attempts used up: transient: 503")
        made = Stuck(desk, case.number, about.ref, plain.ref)
    yield made
    ways.configure(())


@pytest.fixture
def browser(stuck, administrator, as_person):
    return as_person(administrator)


def of(ref):
    return next(message for message in all_messages() if message.ref == ref)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}/search", "/admin/channels", "/admin/webhooks"])
def test_who_administers_nothing_is_refused(stuck, as_person, address):
    for person in (stuck.office.investigator, stuck.office.supervisor):
        assert as_person(person).get(address).status_code == 403


def test_the_list_says_how_many_wait_why_and_who_without_addresses(stuck, browser):
    text = browser.get(PAGE).text
    assert "2条消息没有送达" in text
    assert "对方不接受这个地址" in text
    assert "多次没有成功，不再自动重试：暂时没有发出" in text
    assert stuck.number in text
    assert f"p{stuck.office.investigator.login[1:].lstrip('0')}@edu.example.com" not in text
    assert "zhang@x.example" not in text
    assert "13800001111" not in text
    assert stuck.office.investigator.name not in text


def test_an_empty_list_says_so(desk, administrator, as_person):
    text = as_person(administrator).get(PAGE).text
    assert "没有需要处理的消息" in text
    assert "没有停下来的消息" in text


def test_messages_of_another_university_do_not_exist(stuck, as_person):
    with unit_of_work():
        stranger = make_person("administrator", make_tree().university)
    client = as_person(stranger)
    assert "没有需要处理的消息" in client.get(PAGE).text
    assert client.get(f"{PAGE}/{stuck.about}").status_code == 404
    for verb in ("resend", "drop", "text", "trust", "replay"):
        assert client.post(f"{PAGE}/{stuck.about}/{verb}", data={"reason": "某"}).status_code == 404
    assert client.post(f"{PAGE}/act", data={"ref": stuck.about, "verb": "resend"}).status_code == 303
    assert of(stuck.about).handled_at is None


def test_all_that_are_ticked_are_repeated_and_one_that_may_not_be_says_why(stuck, browser):
    with unit_of_work():
        message = db.session.scalars(select(Message).filter_by(ref=stuck.about)).one()
        db.session.add(ContactPoint(person_id=message.person_id, channel="simulator", state="invalid"))
    answer = browser.post(f"{PAGE}/act", data={"ref": [stuck.about, stuck.plain], "verb": "resend"})
    assert answer.status_code == 409
    assert "1条没有办理" in answer.text
    assert "收件地址已确认无效" in answer.text
    assert (of(stuck.about).handled_how, of(stuck.plain).handled_how) == ("", "retried")


@pytest.mark.parametrize(
    ("form", "status"),
    [({"verb": "resend"}, 422), ({"verb": "drop"}, 422), ({"verb": "erase"}, 404), ({}, 404)],
)
def test_nothing_ticked_or_nothing_known_changes_nothing(stuck, browser, form, status):
    assert browser.post(f"{PAGE}/act", data=form).status_code == status
    assert [message.handled_how for message in all_messages()] == ["", ""]


def test_dropping_without_a_reason_keeps_what_was_ticked(stuck, browser):
    answer = browser.post(f"{PAGE}/act", data={"ref": stuck.plain, "verb": "drop", "reason": " "})
    assert answer.status_code == 422
    assert f'value="{stuck.plain}" form="bulk"' in answer.text
    assert answer.text.count(" checked") == 1
    assert browser.post(f"{PAGE}/act", data={"ref": stuck.plain, "verb": "drop", "reason": "已告知"}).status_code == 303
    assert of(stuck.plain).handled_how == "dropped"


def test_one_message_is_repeated_from_its_page_which_then_shows_the_chain(stuck, browser):
    answer = browser.post(f"{PAGE}/{stuck.plain}/resend")
    assert answer.status_code == 303
    made = all_messages()[-1]
    text = browser.get(f"{PAGE}/{stuck.plain}").text
    assert made.ref in text
    assert "重发为新消息" in text
    assert browser.post(f"{PAGE}/{stuck.plain}/resend").status_code == 409
    assert stuck.plain in browser.get(f"{PAGE}/{made.ref}").text


def test_the_words_are_shown_only_when_asked_and_the_look_is_journalled(stuck, browser):
    assert deeds("delivery:look") == []
    assert "已写入日志。</p>" not in browser.get(f"{PAGE}/{stuck.about}").text
    answer = browser.post(f"{PAGE}/{stuck.about}/text")
    assert answer.status_code == 200
    assert "已写入日志。</p>" in answer.text
    assert stuck.number in answer.text
    (entry,) = deeds("delivery:look")
    assert (entry.chain, entry.subject) == ("looks", stuck.about)


def test_an_address_is_said_to_work_again(stuck, browser):
    assert browser.post(f"{PAGE}/{stuck.about}/trust").status_code == 409
    with unit_of_work():
        message = db.session.scalars(select(Message).filter_by(ref=stuck.about)).one()
        db.session.add(ContactPoint(person_id=message.person_id, channel="simulator", state="invalid"))
    assert "确认地址可用" in browser.get(f"{PAGE}/{stuck.about}").text
    assert browser.post(f"{PAGE}/{stuck.about}/trust").status_code == 303
    assert db.session.scalars(select(ContactPoint.state)).one() == "ok"


def test_was_somebody_told_about_a_case_is_answered(stuck, browser):
    login = stuck.office.investigator.login
    told = browser.get(f"{PAGE}/search", query_string={"case": stuck.number.lower(), "login": login}).text
    assert stuck.about in told
    assert stuck.plain not in told
    other = browser.get(f"{PAGE}/search", query_string={"case": stuck.number, "login": stuck.office.supervisor.login})
    assert "没有就此告知过" in other.text


@pytest.mark.parametrize("since", ["", "x", "0001-01-01", "9999-12-31", "2020-01-01"])
def test_a_day_that_is_none_is_no_fault(browser, since):
    assert browser.get(f"{PAGE}/search", query_string={"since": since}).status_code == 200


def test_a_longer_list_asks_the_database_no_more_often(stuck, browser):
    def asked():
        browser.get(PAGE)  # what a session of the tests remembers is the same both times
        statements = []
        listen = lambda *arguments: statements.append(arguments[2])  # noqa: E731 - a listener of one line
        event.listen(db.engine, "before_cursor_execute", listen)
        browser.get(PAGE)
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(statements)

    few = asked()
    with unit_of_work():
        case = db.session.scalars(select(Case).filter_by(number=stuck.number)).one()
        for _ in range(20):
            make_message(make_person("investigator", stuck.office.organisation), case=case)
    assert asked() == few


def test_a_case_says_who_was_told(stuck, as_person):
    text = as_person(stuck.office.investigator).get(f"/cases/{stuck.number}").text
    assert "告知情况" in text
    assert "发送失败" in text


def test_the_menu_counts_what_waits(stuck, browser):
    assert '<span class="n">2</span>' in browser.get("/admin").text
