"""Deliveries, channels and bounces from the terminal."""

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import ContactPoint, Message
from tests.casework.factories import NOON, make_person
from tests.casework.notices.stuck import all_messages, deeds, make_message
from tests.casework.operations.bench import make_bench
from tests.notifications.channels.test_bounces import report


@pytest.fixture
def office(app):
    """Return a bench with an administrator and a stuck message; commands use the simulator."""
    with clock.stopped_at(NOON), unit_of_work():
        made = make_bench()
        made.administrator = make_person("administrator", made.tree.university)
        made.message = make_message(made.owner, organisation=made.tree.university, note="bug: x").ref
    return made


@pytest.fixture
def casework(command_line, monkeypatch):
    monkeypatch.setenv("CASEWORK_CHANNELS", "inbox,simulator")
    return command_line


def test_what_is_stuck_is_listed_shown_and_repeated(office, casework):
    as_ = ("--as", office.administrator.login)
    listed = casework.done("deliveries", "list", *as_)
    assert office.message in listed
    assert "发送失败" in listed
    assert "消息有误" in casework.done("deliveries", "show", office.message, *as_)
    assert "已重发为" in casework.done("deliveries", "resend", office.message, *as_)
    assert "已有人处理过" in casework.refused("deliveries", "drop", office.message, "--reason", "某", *as_)
    assert office.message not in casework.done("deliveries", "list", *as_)
    assert len(all_messages()) == 2
    assert office.message in casework.done("deliveries", "list", "--person", office.owner.login, *as_)


def test_only_what_a_webhook_was_sent_is_replayed_and_only_while_it_is_in_use(office, casework):
    as_ = ("--as", office.administrator.login)
    with unit_of_work():
        pushed = make_message(db.session.merge(office.owner), state="delivered", channel="webhook", note="").ref
    assert "通道没有启用" in casework.refused("deliveries", "replay", pushed, *as_)
    assert "只有网络回调可以重放" in casework.refused("deliveries", "replay", office.message, *as_)
    assert len(all_messages()) == 2


def test_who_administers_nothing_sees_and_changes_nothing(office, casework):
    as_ = ("--as", office.owner.login)
    casework.refused("deliveries", "list", *as_)
    casework.refused("deliveries", "drop", office.message, "--reason", "某", *as_)
    casework.refused("channels", "list", *as_)
    casework.refused("channels", "hold", "simulator", "--reason", "某", *as_)
    assert all_messages()[0].handled_at is None


def test_a_channel_is_held_and_released(office, casework):
    as_ = ("--as", office.administrator.login)
    casework.done("channels", "hold", "simulator", "--reason", "维护", *as_)
    assert "停用 (维护)" in casework.done("channels", "list", *as_)
    casework.done("channels", "release", "simulator", *as_)
    casework.done("channels", "test", "simulator", *as_)
    assert "等待1条" in casework.done("channels", "list", *as_)
    assert "短信" in casework.refused("channels", "weight", "simulator", "3", *as_)
    assert [entry.action for entry in deeds("channel:hold", "channel:release", "channel:test")] == [
        "channel:hold",
        "channel:release",
        "channel:test",
    ]


def test_mails_that_came_back_mark_the_address(office, casework, tmp_path):
    with unit_of_work():
        owner = db.session.merge(office.owner)
        owner.email = "zhang@edu.example.com"
        ref = make_message(owner, state="accepted", channel="smtp", note="").ref
    (tmp_path / "one.eml").write_bytes(report(ref=ref))
    (tmp_path / "other.eml").write_bytes(b"Subject: hello\n\nnothing\n")
    said = casework.run("bounces", tmp_path / "one.eml", tmp_path / "other.eml")
    assert said.exit_code == 0
    assert "1个地址标为无效" in said.stdout
    assert "other.eml 不是退信报告" in said.stderr
    assert db.session.scalars(select(ContactPoint.state)).one() == "invalid"
    assert db.session.scalars(select(Message.state).filter_by(ref=ref)).one() == "undelivered_permanent"
