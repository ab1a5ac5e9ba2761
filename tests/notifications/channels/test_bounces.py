"""A report of a mail server names our message and says whether the address is dead."""

from email.message import EmailMessage

import pytest

from notifications.channels.bounces import Bounce, read_bounces

REF = "abcdefghjkmn"
READER = "zhang@edu.example.com"
REPORT = """\
From: MAILER-DAEMON@mx.example.com
To: casework@edu.example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

The mail could not be delivered to {reader}.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Wed, 24 Jul 2024 11:00:00 +0800

Final-Recipient: rfc822; {reader}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {reader} unknown

--b
Content-Type: {kind}

From: casework@edu.example.com
To: {reader}
Message-ID: <{ref}@edu.example.com>
Subject: =?utf-8?b?5qGI5Lu2?=

text
--b--
"""


def report(*, action="failed", status="5.1.1", kind="message/rfc822", ref=REF):
    return REPORT.format(action=action, status=status, kind=kind, ref=ref, reader=READER).encode()


@pytest.mark.parametrize(
    ("action", "status", "hard"),
    [
        ("failed", "5.1.1", True),
        ("failed", "5.1.10", True),
        ("failed", "5.2.1", True),
        ("failed", "5.0.0", True),
        ("Failed", "5.1.1 (bad destination)", True),
        ("failed", "5.2.2", False),
        ("failed", "5.7.1", False),
        ("failed", "4.4.7", False),
        ("delayed", "4.4.1", False),
        ("delayed", "5.1.1", False),
    ],
)
def test_only_what_says_something_lasting_about_the_address_is_hard(action, status, hard):
    assert read_bounces(report(action=action, status=status)) == (Bounce(REF, READER, status.split()[0], hard),)


def test_headers_alone_name_the_message_too():
    assert read_bounces(report(kind="text/rfc822-headers"))[0].ref == REF


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded", ""])
def test_a_success_is_no_bounce(action):
    assert read_bounces(report(action=action, status="2.0.0")) == ()


def test_an_ordinary_mail_and_rubbish_are_no_bounce():
    mail = EmailMessage()
    mail["Subject"] = "Re: 5.1.1"
    mail.set_content(f"Message-ID: <{REF}@edu.example.com>")
    for raw in (mail.as_bytes(), b"", b"\x00\xff" * 50, report(ref="a" * 65), report().replace(b"Message-ID", b"X-ID")):
        assert read_bounces(raw) == ()


def test_the_address_does_not_show_when_a_bounce_is_printed():
    assert READER not in repr(read_bounces(report())[0])
