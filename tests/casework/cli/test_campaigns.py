"""Campaigns from the terminal: drafted and frozen by one, approved by another with both hashes."""

from casework import clock
from casework.doors.unit import unit_of_work
from casework.operations.contact_tasks import Unreached, open_tasks
from tests.casework.campaigns.august import EVE, august

__all__ = ["august"]


def test_a_campaign_is_drafted_frozen_approved_and_stopped(august, command_line):
    records = august.graduates(3)
    drafter, approver = (("--as", person.login) for person in (august.drafter, august.approver))
    with clock.stopped_at(EVE):
        where = ("--organisation", august.university.code, "--round", august.round.code)
        ref = command_line.done("campaign", "draft", *drafter, *where, "--name", "八月提醒").strip()
        assert "未确认 3 人，列入名单 3 人。" in command_line.done("campaign", "audience", ref, *drafter)
        count, audience, text = command_line.done("campaign", "freeze", ref, *drafter).split()
        assert count == "3"
        seen = ("--audience-hash", audience, "--text-hash", text)
        assert "不能" in command_line.refused("campaign", "approve", ref, *drafter, *seen)
        command_line.done("campaign", "approve", ref, *approver, *seen)
        command_line.done("campaign", "pause", ref, *drafter, "--reason", "核对")
        shown = command_line.done("campaign", "show", ref, *drafter)
        assert "已暂停" in shown
        assert audience in shown
        assert command_line.done("campaign", "export", ref, *drafter, "--reason", "核对").count("\n") == 1
        command_line.done("campaign", "cancel", ref, *drafter, "--reason", "核对")
        assert "已取消" in command_line.done("campaign", "list", *drafter)
        with unit_of_work():
            open_tasks([Unreached(records[0].id, august.university.id, "undelivered")], campaign_id=None)
        task = command_line.done("campaign", "tasks", *drafter).split()[0]
        command_line.done("campaign", "reached", task, *drafter, "--outcome", "reached", "--words", "电话联系")
        assert command_line.done("campaign", "tasks", *drafter) == ""
