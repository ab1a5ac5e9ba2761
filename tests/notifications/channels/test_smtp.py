"""Against a real SMTP server on the loopback interface."""

import re
import socket
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from notifications.channels.channel import Status
from notifications.channels.smtp import Settings, Smtp
from notifications.errors import CannotBeAsked, ChannelMisconfigured, ErrorClass
from tests.notifications.makers import make_message

BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")


class Mailbox:
    """A server that keeps what it accepts and answers as a test asks."""

    def __init__(self, *, rcpt=None, data=None, reset=None):
        self.rcpt, self.data, self.reset = rcpt or {}, data, reset
        self.received = []

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: ARG002, N802 - aiosmtpd's own signature
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802
        if self.reset == "rcpt":
            server.transport.abort()
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802
        if self.data:
            return self.data
        self.received.append(envelope.content)
        if self.reset == "data":
            server.transport.abort()
        return "250 queued as 42"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server_of(mailbox, **options):
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), ready_timeout=10, **options)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def channel_to(controller, **settings):
    return Smtp(Settings("127.0.0.1", "casework@example.edu.cn", port=controller.port, timeout=5, **settings))


def send(mailbox, *messages):
    with server_of(mailbox) as controller:
        return channel_to(controller).send(messages or [make_message()], reference="a-1").outcomes


def text_of(raw):
    """Return the text as it was before the wire gave each line its CRLF."""
    return message_from_bytes(raw, policy=policy.default).get_content().replace("\r\n", "\n")


def test_what_arrives_is_what_was_composed():
    mailbox, message = Mailbox(), make_message("row-17", language="zh", missed=3)
    (outcome,) = send(mailbox, message)
    assert (outcome.status, outcome.provider_id) == (Status.ACCEPTED, "queued as 42")
    (raw,) = mailbox.received
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Subject"] == message.subject
    assert text_of(raw) == message.body
    assert mail["Message-ID"] == "<row-17@example.edu.cn>"
    assert mail["To"] == message.recipient
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not mail.defects


def test_no_bare_line_feed_and_only_ascii_leaves():
    mailbox = Mailbox()
    send(mailbox)
    (raw,) = mailbox.received
    assert not BARE_LINE_FEED.search(raw)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_mail_serialised_without_the_policy_would_be_seen():
    message = message_from_bytes(Smtp(Settings("h", "a@b.cn")).serialise(make_message()))
    assert BARE_LINE_FEED.search(message.as_bytes())


@pytest.mark.parametrize("length", [1, 20, 25, 26, 40, 75, 76, 77, 200])
def test_a_chinese_subject_of_any_length_stays_readable(length):
    subject = ("案件 LC24-0417 待核，请及时办理。" * 12)[:length]
    message = make_message()
    changed = type(message)(**{**vars(message), "subject": subject.strip() or "案"})
    raw = Smtp(Settings("h", "a@b.cn")).serialise(changed)
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == changed.subject


def test_the_standard_folding_alone_would_be_seen_to_lose_blanks():
    subject = "案件 LC24-0417 待核，请及时办理。" * 10
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = subject
    assert message_from_bytes(mail.as_bytes(), policy=policy.default)["Subject"] != subject


def test_a_subject_in_ascii_stays_as_it_is():
    raw = Smtp(Settings("h", "a@b.cn")).serialise(make_message(language="en", kind="canary"))
    assert raw.startswith(b"Subject: Channel check\r\n")


def test_the_senders_name_stays_readable():
    raw = Smtp(Settings("h", "a@b.cn", sender_name="东江大学 自查工作组 2024")).serialise(make_message())
    sender = message_from_bytes(raw, policy=policy.default)["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("东江大学 自查工作组 2024", "a@b.cn")


def test_a_body_of_dots_arrives_unchanged():
    mailbox, message = Mailbox(), make_message()
    dotted = type(message)(**{**vars(message), "body": ".\n..\n.\nend\n"})
    send(mailbox, dotted, message)
    assert text_of(mailbox.received[0]) == dotted.body
    assert len(mailbox.received) == 2


@pytest.mark.parametrize(
    ("mailbox", "error_class"),
    [
        (Mailbox(rcpt={"li@example.edu.cn": "550 5.1.1 no such user"}), ErrorClass.RECIPIENT),
        (Mailbox(rcpt={"li@example.edu.cn": "451 4.7.1 greylisted"}), ErrorClass.TRANSIENT),
        (Mailbox(rcpt={"li@example.edu.cn": "452 4.5.3 too many recipients"}), ErrorClass.THROTTLED),
        (Mailbox(rcpt={"li@example.edu.cn": "450 4.7.1 rate limit"}), ErrorClass.THROTTLED),
        (Mailbox(data="550 5.1.1 mailbox gone"), ErrorClass.RECIPIENT),
        (Mailbox(data="451 4.3.0 try later"), ErrorClass.TRANSIENT),
        (Mailbox(data="554 5.7.1 looks like spam"), ErrorClass.TEMPLATE),
        (Mailbox(data="421 4.3.2 closing"), ErrorClass.TRANSIENT),
        (Mailbox(data="530 5.7.0 log in first"), ErrorClass.ACCOUNT),
    ],
)
def test_a_refusal_has_the_class_that_says_what_to_do(mailbox, error_class):
    (outcome,) = send(mailbox)
    assert (outcome.status, outcome.error_class) == (Status.REFUSED, error_class)
    assert outcome.sentence.endswith("。")
    assert mailbox.received == []


def test_a_connection_reset_after_the_data_is_in_doubt_and_the_rest_was_not_tried():
    mailbox = Mailbox(reset="data")
    first, second = send(mailbox, make_message("m-1"), make_message("m-2"))
    assert (first.status, first.error_class) == (Status.IN_DOUBT, ErrorClass.IN_DOUBT)
    assert len(mailbox.received) == 1  # the server had taken it: sending again would repeat it
    assert (second.status, second.error_class) == (Status.REFUSED, ErrorClass.TRANSIENT)


def test_a_connection_reset_before_the_data_is_not_in_doubt():
    mailbox = Mailbox(reset="rcpt")
    (outcome,) = send(mailbox)
    assert (outcome.status, outcome.error_class) == (Status.REFUSED, ErrorClass.TRANSIENT)
    assert mailbox.received == []


def test_one_refused_recipient_does_not_stop_the_batch():
    mailbox = Mailbox(rcpt={"gone@example.edu.cn": "550 no"})
    outcomes = send(mailbox, make_message("a"), make_message("b", "gone@example.edu.cn"), make_message("c"))
    assert [outcome.status.value for outcome in outcomes] == ["accepted", "refused", "accepted"]
    assert len(mailbox.received) == 2


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b.cn\r\nRCPT TO:<x@y.cn>", "a b@c.cn", "李@example.cn", "<a@b.cn>x"]
)
def test_an_address_that_is_none_is_refused_before_anything_is_said(address):
    mailbox = Mailbox()
    (outcome,) = send(mailbox, make_message(recipient=address))
    assert outcome.error_class == ErrorClass.RECIPIENT
    assert mailbox.received == []


def test_a_server_that_is_not_there_is_transient():
    settings = Settings("127.0.0.1", "a@b.cn", port=free_port(), timeout=2)
    (outcome,) = Smtp(settings).send([make_message()], reference="a-1").outcomes
    assert (outcome.status, outcome.error_class) == (Status.REFUSED, ErrorClass.TRANSIENT)


def test_a_server_that_never_answers_is_transient_within_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings("127.0.0.1", "a@b.cn", port=silent.getsockname()[1], timeout=0.2)
        (outcome,) = Smtp(settings).send([make_message()], reference="a-1").outcomes
    assert outcome.error_class == ErrorClass.TRANSIENT


def test_a_server_without_the_wanted_encryption_is_a_matter_of_the_account():
    with server_of(Mailbox()) as controller:
        (outcome,) = channel_to(controller, security="starttls").send([make_message()], reference="a-1").outcomes
    assert outcome.error_class == ErrorClass.ACCOUNT


def refuse_everyone(*_login):
    return AuthResult(success=False, handled=False)


def test_a_refused_password_is_a_matter_of_the_account_and_is_not_shown():
    with server_of(Mailbox(), authenticator=refuse_everyone, auth_require_tls=False) as controller:
        channel = channel_to(controller, username="casework", password="geheim-17")
        (outcome,) = channel.send([make_message()], reference="a-1").outcomes
    assert outcome.error_class == ErrorClass.ACCOUNT
    assert "geheim-17" not in repr(channel._settings) + outcome.detail


def test_mail_cannot_be_asked():
    with pytest.raises(CannotBeAsked):
        Smtp(Settings("h", "a@b.cn")).ask("a-1")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"host": "h"},
        {"host": "h", "sender": "a@b.cn", "color": "red"},
        {"host": "h", "sender": "a@b.cn", "port": "smtp"},
        {"host": "h", "sender": "a@b.cn", "security": "maybe"},
    ],
)
def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(ChannelMisconfigured):
        Settings.read(settings)


def test_settings_are_read_from_text():
    read = Settings.read({"host": "h", "sender": "a@b.cn", "port": "587", "security": "starttls"})
    assert (read.port, read.timeout, read.domain) == (587, 10.0, "b.cn")


LONG_LINK = "https://casework.university-of-example.edu.cn/unsubscribe/abcdefghjkmn.KJ3hd82jhd93jd-_" + "k" * 60


def test_the_link_that_ends_a_subscription_leaves_in_one_piece_however_long():
    headers = {"List-Unsubscribe": f"<{LONG_LINK}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    raw = Smtp(Settings("h", "a@b.cn")).serialise(replace(make_message(), headers=headers))
    assert f"List-Unsubscribe: <{LONG_LINK}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert not message_from_bytes(raw, policy=policy.default).defects


def test_the_standard_folding_alone_would_be_seen_to_encode_the_link():
    mail = EmailMessage(policy=policy.SMTP)
    mail["List-Unsubscribe"] = f"<{LONG_LINK}>"
    assert b"=?utf-8?" in mail.as_bytes()


@pytest.mark.parametrize("value", ["<a>\r\nBcc: x@example.com", "<a b>", "<网址>", "<" + "a" * 990 + ">"])
def test_a_header_that_is_no_plain_link_is_left_to_the_standard_folding(value):
    message = replace(make_message(), headers={"X-Other": value})
    try:
        raw = Smtp(Settings("h", "a@b.cn")).serialise(message)
    except ValueError:  # the standard refuses a line break
        return
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
