import io

import pytest

from notifications.channels import CHANNELS
from notifications.channels.channel import Status
from notifications.channels.console import Console
from notifications.channels.inbox import Inbox
from notifications.channels.memory import Memory
from notifications.errors import CannotBeAsked
from tests.notifications.makers import make_message


def test_channels_are_listed_once_each_with_what_they_promise():
    codes = [channel.code for channel in CHANNELS]
    assert len(set(codes)) == len(codes) == 9
    for channel in CHANNELS:
        assert channel.batch_size >= 1
        assert channel.label
    assert {channel.code for channel in CHANNELS if channel.can_be_asked} == {
        "inbox",
        "simulator",
        "memory",
        "aliyun",
        "tencent",
        "webhook",
    }


def test_in_the_inbox_the_row_is_the_delivery():
    (outcome,) = Inbox().send([make_message("m-1")], reference="a-1").outcomes
    assert (outcome.status, outcome.provider_id) == (Status.ACCEPTED, "m-1")
    assert Inbox().ask("a-1").outcomes == ()


def test_memory_remembers_what_was_sent_and_can_be_asked():
    memory = Memory()
    sent = [make_message("m-1"), make_message("m-2")]
    memory.send(sent, reference="a-1")
    assert memory.sent == sent
    assert [outcome.ref for outcome in memory.ask("a-1").outcomes] == ["m-1", "m-2"]
    assert memory.ask("a-2").outcomes == ()


def test_the_console_shows_a_line_a_message_and_cannot_be_asked():
    stream = io.StringIO()
    message = make_message()
    Console(stream).send([message], reference="a-1")
    shown = stream.getvalue()
    assert shown.count("\n") == 1
    assert message.subject in shown
    assert message.recipient in shown
    with pytest.raises(CannotBeAsked):
        Console(stream).ask("a-1")
