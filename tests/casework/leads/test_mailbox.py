"""What an operator may write about the report mailbox; the password is shown nowhere."""

import pytest

from casework.config import load
from casework.errors import Unavailable
from casework.leads.mailbox import mailbox_of, opened

ORG = {"organisation": "ORG0201"}
URLS = [
    ("imaps://leads%40edu.example.com:p%40ss@mail.example.com/INBOX", ("mail.example.com", 993, True, "INBOX", "p@ss")),
    ("imap://leads:secret@10.0.0.1:1143/Reports", ("10.0.0.1", 1143, False, "Reports", "secret")),
    ("imaps://leads:secret@mail.example.com", ("mail.example.com", 993, True, "INBOX", "secret")),
]


def test_a_url_says_where_the_mailbox_is():
    for url, (host, port, secure, folder, password) in URLS:
        box = mailbox_of({"url": url} | ORG)
        assert (box.host, box.port, box.secure, box.folder, box.password) == (host, port, secure, folder, password)
        assert password not in repr(box) + box.name
    assert mailbox_of({"url": ""}) is None


def test_the_password_may_lie_in_a_file_and_the_settings_come_from_the_environment(tmp_path):
    (tmp_path / "password").write_text("from a file\n")
    settings = load(
        {
            "CASEWORK_DATA": str(tmp_path / "var"),
            "CASEWORK_LEAD_MAILBOX": "imaps://leads@mail.example.com",
            "CASEWORK_LEAD_MAILBOX_ORGANISATION": "ORG0201",
            "CASEWORK_LEAD_MAILBOX_PASSWORD_FILE": str(tmp_path / "password"),
            "CASEWORK_LEAD_MAILBOX_CHANNEL": "MOE_MAIL",
        }
    )
    box = mailbox_of(settings.lead_mailbox)
    assert (box.password, box.organisation, box.channel) == ("from a file", "ORG0201", "MOE_MAIL")
    assert "leads@mail" not in repr(settings)


WRONG = [
    {"url": "pop3://a:b@c"} | ORG,
    {"url": "imaps://a:b@c:port"} | ORG,
    {"url": "imaps://a@c"} | ORG,
    {"url": "imaps://:b@c"} | ORG,
    {"url": "imaps:///INBOX"} | ORG,
    {"url": 'imaps://a:b@c/IN"BOX'} | ORG,
    {"url": "imaps://a:b@c/收件箱"} | ORG,
    {"url": "imaps://a:b@c"},
    {"url": "imaps://a@c", "password_file": "/nowhere/password"} | ORG,
]


def test_a_mailbox_that_cannot_be_is_refused_with_what_to_set():
    for given in WRONG:
        with pytest.raises(Unavailable) as refused:
            mailbox_of(given)
        assert refused.value.code == "mailbox_setting", given
        assert "CASEWORK_LEAD_MAILBOX" in str(refused.value)


def test_a_server_that_does_not_answer_or_refuses_the_password_is_unavailable(imap_server):
    nobody = mailbox_of({"url": "imap://a:b@127.0.0.1:1"} | ORG)
    stranger = mailbox_of({"url": f"imap://a:b@127.0.0.1:{imap_server.port}"} | ORG)
    for box in (nobody, stranger):
        with pytest.raises(Unavailable) as refused, opened(box):
            pass
        assert refused.value.code == "mailbox_away"
