"""Mails of a real server become leads, once each; what cannot be read is shown, stops nobody and is never lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Unavailable
from casework.jobs import mailbox as asking
from casework.jobs import mails
from casework.leads.mail import AUTOMATIC
from casework.leads.models import Lead, LeadStep, LeadTalk, MailSeen
from casework.operations import take_mail as taking
from casework.operations.take_mail import AGAIN, TOO_LARGE, UNEXPECTED
from casework.promises import Promise
from tests.casework.sample_university import UNIVERSITY, open_university
from tests.support.scans import watched

NOON = datetime(2024, 7, 29, 4, tzinfo=UTC)
SENDER = "秦婧慧 <qin@edu.example.com>"


@pytest.fixture
def box(app, imap_server):
    with clock.stopped_at(NOON - timedelta(days=5)):
        open_university()
    settings = app.extensions["casework"]
    told = {"url": imap_server.url, "organisation": "ORG0201"}
    app.extensions["casework"] = replace(settings, lead_mailbox=told, max_upload_bytes=1 << 20)
    with clock.stopped_at(NOON):
        yield imap_server


def mail(text="我要反映一个情况。", *, subject="反映情况", sender=SENDER, files=(), **headers):
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["Subject"] = sender, subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, content in files:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made


def leads():
    return db.session.scalars(select(Lead).order_by(Lead.id)).all()


def seen():
    return db.session.scalars(select(MailSeen).order_by(MailSeen.id)).all()


def fetch():
    db.session.rollback()
    return mails.take_mails()


def picture():
    return next((UNIVERSITY / "proofs/files").glob("*.png")).read_bytes()


def test_a_mail_becomes_a_lead_with_its_sender_sealed_its_files_and_its_moment(box):
    box.put(mail(files=(("截图.png", picture()), ("木马.exe", b"MZ not a document"))), at=NOON - timedelta(hours=3))
    assert fetch()["taken"] == 1
    (lead,) = leads()
    assert (lead.channel, lead.title, lead.content) == ("UNIV_PHONE", "反映情况", "我要反映一个情况。")
    assert (lead.named, lead.reporter) == (True, {"name": "秦婧慧", "email": "qin@edu.example.com"})
    assert lead.received_at == NOON - timedelta(hours=3)
    assert lead.organisation.code == "ORG0201"
    assert [file.name for file in lead.files] == ["截图.png"]
    refused = db.session.scalars(select(LeadStep).filter_by(action="file_refused")).one()
    assert refused.words.startswith("木马.exe：")
    (row,) = seen()
    assert (row.lead_id, row.fault, row.mailbox) == (lead.id, "", "leads@edu.example.com@127.0.0.1/INBOX")
    assert (box.unread(), len(box.all())) == (set(), 1)
    assert fetch()["taken"] == 0
    assert len(leads()) == 1


def test_what_somebody_has_opened_by_hand_is_taken_and_what_came_before_the_round_is_not(box):
    box.put(mail("有人先点开看过"), at=NOON, seen=True)
    box.put(mail("上一届的旧邮件"), at=NOON - timedelta(days=300))
    fetch()
    assert [lead.content for lead in leads()] == ["有人先点开看过"]


def test_one_that_cannot_be_read_is_shown_with_its_reason_stays_unread_and_stops_nobody(box):
    unreadable = [
        box.put(mail(Auto_Submitted="auto-replied"), at=NOON),
        box.put(b"From: a@b.cn\r\n\r\n", at=NOON),
        box.put(mail("长" * 400_000), at=NOON),
    ]
    box.put(mail("最后一封"), at=NOON)
    counts = fetch()
    assert (counts["taken"], counts["unreadable"]) == (1, 3)
    assert [lead.content for lead in leads()] == ["最后一封"]
    faults = [row.fault for row in seen()]
    assert (faults[0], faults[2], faults[3]) == (AUTOMATIC, TOO_LARGE, "")
    assert faults[1]
    assert box.unread() == set(unreadable)
    assert fetch()["unreadable"] == 0
    assert len(seen()) == 4


def test_the_same_bytes_are_one_lead_wherever_the_server_puts_them(box):
    box.put(mail(), at=NOON)
    fetch()
    box.put(mail(), at=NOON)  # sent twice
    fetch()
    assert [row.fault for row in seen()] == ["", AGAIN]
    with unit_of_work():  # the server numbers its mails anew
        for row in seen():
            digest, again, _ = row.message_key.partition("@")
            row.place = f"1:{row.id}"
            row.message_key = f"{digest}@{row.place}" if again else digest
    assert fetch()["taken"] == 0
    assert fetch()["known"] == 0
    assert len(leads()) == 1


REPLIES = [
    (SENDER, "Re: 您的线索 {number} 需要补充", True),
    ("QIN@edu.example.com", "{number}", True),
    ("别人 <other@edu.example.com>", "Re: {number}", False),
    (SENDER, "另一件事", False),
    (SENDER, "LCX24-9999", False),
]


def test_a_reply_to_a_known_number_from_the_same_sender_is_an_addition_and_anything_else_a_lead(box):
    box.put(mail(), at=NOON)
    fetch()
    (first,) = leads()
    for count, (sender, subject, _) in enumerate(REPLIES):
        text = f"补充{count}。\n------ 原始邮件 ------\n旧的内容"
        box.put(mail(text, sender=sender, subject=subject.format(number=first.number)), at=NOON)
    counts = fetch()
    added = [count for count, (_, _, same) in enumerate(REPLIES) if same]
    assert (counts["added"], counts["taken"]) == (len(added), len(REPLIES) - len(added))
    talks = db.session.scalars(select(LeadTalk).order_by(LeadTalk.id)).all()
    assert [(talk.lead_id, talk.kind, talk.words) for talk in talks] == [
        (first.id, "addition", f"补充{count}。") for count in added
    ]


def test_what_fails_now_leaves_nothing_and_is_taken_in_the_next_turn(box, monkeypatch):
    box.put(mail(files=(("截图.png", picture()),)), at=NOON)
    box.put(mail("没有附件"), at=NOON)

    def away(*_given, **_named):
        raise Unavailable("查毒服务暂时连不上")

    with monkeypatch.context() as broken:
        broken.setattr(taking, "clean", away)
        counts = fetch()
    assert (counts["waiting"], counts["taken"]) == (1, 1)
    assert [lead.content for lead in leads()] == ["没有附件"]
    assert len(seen()) == 1
    assert fetch()["taken"] == 1
    assert {lead.content for lead in leads()} == {"没有附件", "我要反映一个情况。"}


def test_one_over_which_the_service_breaks_is_shown_and_stops_nobody_and_its_words_are_logged_nowhere(
    box, monkeypatch, caplog
):
    broken_one = box.put(mail("不可外传的话"), at=NOON)
    box.put(mail("没有附件"), at=NOON)
    take = mails.take_mail

    def breaks(opened, **given):
        if opened.mail.text == "不可外传的话":
            raise TypeError(opened.mail.text)
        return take(opened, **given)

    monkeypatch.setattr(mails, "take_mail", breaks)
    counts = fetch()
    assert (counts["unreadable"], counts["taken"]) == (1, 1)
    assert [lead.content for lead in leads()] == ["没有附件"]
    assert [row.fault for row in seen()] == [UNEXPECTED, ""]
    assert "TypeError at test_mails.py" in caplog.text
    assert "不可外传" not in caplog.text
    assert box.unread() == {broken_one}
    assert fetch()["unreadable"] == 0


def test_a_database_that_is_away_or_a_full_disk_is_no_mails_fault(box, monkeypatch):
    box.put(mail(), at=NOON)

    def fails(fault):
        def failing(*_given, **_named):
            raise fault

        return failing

    monkeypatch.setattr(mails, "take_mail", fails(OSError(28, "no space")))
    assert fetch()["waiting"] == 1
    monkeypatch.setattr(mails, "take_mail", fails(OperationalError("", {}, Exception("away"))))
    with pytest.raises(OperationalError):
        fetch()
    assert seen() == []


def test_nobody_waits_to_write_while_the_files_of_a_mail_are_scanned_and_a_known_mail_is_scanned_no_more(
    box, monkeypatch
):
    held = watched(monkeypatch)
    sent = mail(files=(("截图.png", picture()),)).as_bytes()
    for _ in range(2):
        box.put(sent, at=NOON)
        fetch()
    assert held == [False]


def test_a_turn_is_promised_where_there_is_a_mailbox_and_once(box, app):
    def promised():
        return db.session.scalars(select(Promise).filter_by(name="take_mails")).all()

    asking.ask_for_mails()
    asking.ask_for_mails()
    (one,) = promised()
    with unit_of_work():
        promises.claim(one.ref)
    settings = app.extensions["casework"]
    app.extensions["casework"] = replace(settings, lead_mailbox={})
    asking.ask_for_mails()
    assert len(promised()) == 1
    assert fetch() == {"mailbox": "", "rounds": 1}
