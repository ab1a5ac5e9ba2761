"""The ways out and the webhooks on pages: what they say, who may change them, and what a change leaves behind."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.models import Provider, SendAttempt
from tests.casework.factories import make_person
from tests.casework.notices.stuck import all_messages, deeds, make_message

SECRETS = ("whsec_" + "A" * 43 + "=", "whsec_" + "B" * 43 + "=")


@pytest.fixture
def outward(app, desk):
    ways.configure(("inbox", "simulator", "aliyun", "tencent"))
    yield desk
    ways.configure(())


@pytest.fixture
def browser(outward, administrator, as_person):
    return as_person(administrator)


def provider(channel="simulator"):
    db.session.rollback()
    return db.session.scalars(select(Provider).filter_by(channel=channel)).one_or_none()


def test_each_way_says_whether_it_works_and_what_waits(outward, browser):
    with unit_of_work():
        make_message(outward.investigator, state="ready", organisation=outward.organisation)
    text = browser.get("/admin/channels").text
    assert "有通道的设置有误" in text  # aliyun has no key here
    assert "Aliyun lacks" in text
    assert "1条，最早的自" in text
    assert "没有启用" in text


def test_a_hold_stands_there_with_name_and_reason_until_it_is_released(outward, administrator, browser):
    assert browser.post("/admin/channels/simulator/hold", data={"reason": "服务商维护100%"}).status_code == 303
    text = browser.get("/admin/channels").text
    assert "1个通道停用" in text
    assert "服务商维护100%" in text
    assert administrator.name in text
    assert browser.post("/admin/channels/simulator/release").status_code == 303
    assert provider().held_at is None


def test_what_a_refusal_holds_is_said_to_end_by_itself(outward, browser):
    with unit_of_work():
        db.session.add(Provider(channel="simulator", held_at=clock.now(), held_because="模拟通道拒绝了本系统的账号。"))
    assert "自动再试" in browser.get("/admin/channels").text
    with unit_of_work():
        provider_ = db.session.scalars(select(Provider)).one()
        provider_.held_at -= timedelta(hours=1)
    assert "自动再试" not in browser.get("/admin/channels").text


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("simulator/hold", {"reason": ""}, 422),
        ("simulator/release", {}, 409),
        ("aliyun/weight", {"weight": "x"}, 422),
        ("aliyun/weight", {"weight": "101"}, 422),
        ("smtp/hold", {"reason": "维护"}, 404),
        ("nowhere/hold", {"reason": "维护"}, 404),
        ("simulator/erase", {}, 404),
        ("aliyun/test", {}, 409),
    ],
)
def test_what_may_not_be_is_refused_and_leaves_nothing(browser, address, form, status):
    assert browser.post(f"/admin/channels/{address}", data=form).status_code == status
    assert deeds("channel:hold", "channel:release", "channel:weight", "channel:test") == []
    assert all_messages() == []


def test_an_administrator_below_another_reads_and_changes_nothing(outward, browser):
    with unit_of_work():
        make_person("administrator", outward.tree.province)
    assert "由本系统最上级的系统管理员办理" in browser.get("/admin/channels").text
    assert browser.post("/admin/channels/simulator/hold", data={"reason": "维护"}).status_code == 403
    assert provider() is None


def test_a_test_message_leads_to_its_own_page(outward, administrator, browser):
    answer = browser.post("/admin/channels/simulator/test")
    (message,) = all_messages()
    assert (message.person_id, message.kind) == (administrator.id, "test_message")
    assert answer.headers["Location"].endswith(f"/admin/deliveries/{message.ref}")


def test_weights_are_kept(browser):
    assert browser.post("/admin/channels/tencent/weight", data={"weight": "3"}).status_code == 303
    assert provider("tencent").weight == 3
    assert [entry.facts for entry in deeds("channel:weight")] == [{"before": 1, "weight": 3}]


@pytest.fixture
def subscriber(app, outward):
    """Return an account with a webhook whose secret is being changed, and four deliveries to it."""
    ways.configure(("inbox", "webhook"), subscribers=("oa",))
    with unit_of_work():
        person = make_person("investigator", outward.organisation)
        person.login = "OA"
        now = clock.now()
        call = SendAttempt(
            channel="webhook",
            state="recorded",
            lease_until=now,
            submitting_at=now - timedelta(seconds=2),
            ended_at=now - timedelta(seconds=1.5),
        )
        db.session.add(call)
        db.session.flush()
        to_oa = {"channel": "webhook", "organisation": outward.organisation, "attempt_id": call.id}
        make_message(person, state="accepted", note="", provider_ref="204 3f2a91bc+77ab01cd", **to_oa)
        make_message(person, state="dead", note="attempts used up: transient: 503", **to_oa)
        make_message(person, state="undelivered_permanent", note="recipient: 410", **to_oa)
        make_message(person, state="ready", note="throttled: 429", **to_oa)
    webhook = {
        "url_oa": "https://oa.example.edu/in?key=1",
        "secret_oa": " ".join(SECRETS),
        "url_ghost": "https://g.example",
    }
    app.extensions["casework"] = replace(app.extensions["casework"], webhook=webhook)
    return person


def test_subscribers_are_listed_by_host_and_key_and_never_by_secret(subscriber, browser):
    text = browser.get("/admin/webhooks").text
    assert "oa.example.edu" in text
    assert "key=1" not in text
    assert "新旧两个同时签名" in text
    assert not any(secret.removeprefix("whsec_")[:20] in text for secret in SECRETS)
    assert "没有同名的账号" in text


def test_each_delivery_says_its_answer_its_time_and_who_signed(subscriber, browser):
    text = browser.get("/admin/webhooks/oa").text
    for words in (
        "204",
        "已接收",
        "503",
        "对方出错",
        "410",
        "不再接收",
        "429",
        "要求放慢",
        "0.5秒",
        "3f2a91bc 77ab01cd",
    ):
        assert words in text


def _between(minutes):
    now = clock.now().astimezone(clock.BEIJING)
    return {
        "since": (now - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M"),
        "until": (now + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M"),
    }


def test_a_span_of_time_is_replayed_as_new_messages_once(subscriber, browser):
    assert browser.post("/admin/webhooks/oa/replay", data=_between(30)).status_code == 303
    made = all_messages()[4:]
    assert [message.state for message in made] == ["ready"] * 3
    assert len({message.resend_of_id for message in made}) == 3
    assert browser.post("/admin/webhooks/oa/replay", data=_between(30)).status_code == 303
    assert len(all_messages()) == 7
    assert len(deeds("delivery:replay")) == 3


@pytest.mark.parametrize(
    "form", [{}, {"since": "x", "until": "y"}, {"since": "2024-07-02T00:00", "until": "2024-07-01T00:00"}]
)
def test_a_span_that_is_none_replays_nothing(subscriber, browser, form):
    assert browser.post("/admin/webhooks/oa/replay", data=form).status_code == 422
    assert len(all_messages()) == 4


def test_one_delivery_is_replayed_from_its_page_and_other_channels_are_not(subscriber, outward, browser):
    sent, plain = all_messages()[0].ref, None
    with unit_of_work():
        plain = make_message(outward.investigator, state="delivered", organisation=outward.organisation).ref
    assert "重放" in browser.get(f"/admin/deliveries/{sent}").text
    assert browser.post(f"/admin/deliveries/{sent}/replay").status_code == 303
    assert browser.post(f"/admin/deliveries/{sent}/replay").status_code == 409
    assert browser.post(f"/admin/deliveries/{plain}/replay").status_code == 409


@pytest.mark.parametrize("name", ["ghost", "nobody"])
def test_a_subscriber_without_an_account_has_no_page(subscriber, browser, name):
    assert browser.get(f"/admin/webhooks/{name}").status_code == 404
    assert browser.post(f"/admin/webhooks/{name}/replay", data=_between(30)).status_code == 404
