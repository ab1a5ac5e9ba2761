"""Mails as they really come: what a person could read is read, what a machine wrote or nobody can read is said."""

from email import policy
from email.message import EmailMessage

import pytest

from casework.leads.mail import AUTOMATIC, EMPTY, MailUnreadable, html_text, read_mail


def plain(text="我要反映一个情况。", **headers):
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = headers.pop("sender", "秦婧慧 <qin@edu.example.com>")
    mail["Subject"] = headers.pop("subject", "反映情况")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text is not None:
        mail.set_content(text)
    return mail


def html_alone():
    mail = plain(None)
    mail.set_content(
        "<head><style>p{}</style></head><p>第一段</p><p>第二&nbsp;段<br>第三行<script>x()</script>", "html"
    )
    return mail.as_bytes()


def both_ways():
    mail = plain("纯文本正文")
    mail.add_alternative("<p>网页正文</p>", subtype="html")
    return mail.as_bytes()


def raw(head, body):
    return b"\r\n".join((*head, b"", body))


GB = "你好，我是外国语学院的毕业生，㛃同学".encode("gb18030")
READ = [
    (plain().as_bytes(), "我要反映一个情况。"),
    (html_alone(), "第一段\n\n第二 段\n第三行"),
    (both_ways(), "纯文本正文"),
    (raw((b"From: a@b.cn", b"Content-Type: text/plain; charset=gb2312"), GB), GB.decode("gb18030")),
    (raw((b"From: a@b.cn", b"Content-Type: text/plain; charset=nonsense"), "情况".encode()), "情况"),
    (raw((b"From: a@b.cn",), GB), GB.decode("gb18030")),
    (raw((b"From: a@b.cn",), b"one\x00two\x07"), "onetwo"),
]


def test_the_text_of_a_mail_is_read_whatever_its_encoding_says():
    for given, text in READ:
        assert read_mail(given).text == text


SENDERS = [
    ("秦婧慧 <qin@edu.example.com>", ("秦婧慧", "qin@edu.example.com")),
    ("qin@edu.example.com", ("", "qin@edu.example.com")),
    ("没有地址", ("没有地址", "")),
    ("", ("", "")),
]


def test_who_sent_it_is_the_name_and_address_that_can_be_answered():
    for given, (name, address) in SENDERS:
        mail = read_mail(raw((b"From: " + given.encode(), b"Subject: x"), b"y"))
        assert (mail.name, mail.address) == (name, address), given


def test_a_subject_in_bare_bytes_is_read_as_the_text_that_it_is():
    for encoding in ("utf-8", "gb18030"):
        mail = read_mail(raw((b"From: a@b.cn", b"Subject: " + "反映情况".encode(encoding)), b"y"))
        assert mail.subject == "反映情况"


def test_files_come_with_their_names_and_a_mail_inside_is_read():
    inner = plain("里面的正文", subject="原来的邮件")
    inner.add_attachment(b"%PDF-inner", maintype="application", subtype="pdf", filename="内.pdf")
    outer = plain("外面的正文")
    outer.add_attachment(b"%PDF-outer", maintype="application", subtype="pdf", filename="三方 协议.pdf")
    outer.add_attachment(b"nameless", maintype="image", subtype="png")
    outer.add_attachment(inner)
    mail = read_mail(outer.as_bytes())
    assert mail.text == "外面的正文\n\n【转来的邮件】原来的邮件\n\n里面的正文"
    assert [(each.name, each.content) for each in mail.attached] == [
        ("三方 协议.pdf", b"%PDF-outer"),
        ("attachment-2", b"nameless"),
        ("内.pdf", b"%PDF-inner"),
    ]


def test_of_a_reply_only_what_is_new_is_fresh():
    quoted = "补充一点。\n\n------ 原始邮件 ------\n发件人：办公室\n> 旧的内容"
    for text in (quoted, "补充一点。\n> 旧的内容", "补充一点。\n在2024年7月5日，办公室写道：\n旧的内容"):
        assert read_mail(plain(text).as_bytes()).fresh_text == "补充一点。"
    assert read_mail(plain("> 全是引用").as_bytes()).fresh_text == "> 全是引用"


NOT_TAKEN = [
    (plain(Auto_Submitted="auto-replied").as_bytes(), AUTOMATIC),
    (raw((b"From: a@b.cn", b"Content-Type: multipart/report; boundary=x"), b"--x--"), AUTOMATIC),
    (raw((b"From: a@b.cn",), b"  "), EMPTY),
    (b"", EMPTY),
]


def test_what_a_machine_wrote_or_nobody_wrote_is_said_and_not_taken():
    for given, message in NOT_TAKEN:
        with pytest.raises(MailUnreadable) as refused:
            read_mail(given)
        assert refused.value.message == message


HOSTILE = [
    b"\xff\xfe\x00\x01" * 50,
    raw((b"From: =?utf-8?b?////?=", b"Subject: =?nonsense?q?=FF?="), b"x"),
    raw((b"Content-Type: multipart/mixed; boundary=",), b"--\r\n--"),
    raw((b"Content-Type: multipart/mixed; boundary=x",), b"--x\r\nContent-Type: text/plain; charset==\r\n\r\n\xff"),
    raw((b"From: \x00@\x00", b"Content-Disposition: attachment; filename*=x'y'%FF%FE"), b"z"),
    raw((b"From: [;", b"Content-Transfer-Encoding: base64"), b"!!!!"),
    b"From: " + b"a" * 200_000 + b"\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: message/rfc822\r\n\r\n" * 200,
]


def test_no_mail_breaks_the_reading_and_nothing_that_cannot_be_stored_comes_out():
    for given in HOSTILE:
        try:
            mail = read_mail(given)
        except MailUnreadable:
            continue
        for text in (mail.name, mail.address, mail.subject, mail.text, *(each.name for each in mail.attached)):
            text.encode()
            assert "\x00" not in text


def test_a_page_is_read_as_a_person_sees_it():
    assert html_text("<ul><li>一<li>二</ul><div>三 \n 四</div>") == "一\n二\n\n三 四"
