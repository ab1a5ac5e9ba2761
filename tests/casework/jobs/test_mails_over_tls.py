"""The report mailbox over imaps and over STARTTLS, with a certificate that is asked for; a wrong one loses nothing."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import Unavailable
from casework.jobs import mails
from casework.leads.models import Lead, MailSeen
from casework.notices.models import Alarm
from tests.casework.jobs.test_mails import fetch, mail
from tests.casework.sample_university import open_university
from tests.support import imap
from tests.support.certificates import make_certificate, terminating
from tests.support.services import Missing

NOON = datetime(2024, 7, 29, 4, tzinfo=UTC)
WHO = f"{quote(imap.USER)}:{quote(imap.PASSWORD, safe='')}"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Return the server's, one of another authority, and one for another host."""
    folder = tmp_path_factory.mktemp("certificates")
    return {
        "own": make_certificate(folder / "own"),
        "other": make_certificate(folder / "other"),
        "elsewhere": make_certificate(folder / "elsewhere", host="mail.example.com"),
    }


@pytest.fixture(scope="module")
def starttls_service(certificates):
    try:
        with imap.running(certificates["own"]) as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def ways(app, imap_server, starttls_service, certificates):
    """Return the two mailboxes that speak in secret, each with its address, as the operator writes it."""
    with clock.stopped_at(NOON - timedelta(days=5)):
        open_university()
    starttls_service.empty()
    with terminating(imap_server.port, certificates["own"]) as before:
        yield {
            "imaps": (f"imaps://{WHO}@127.0.0.1:{before.port}/INBOX", imap_server),
            "starttls": (f"imap://{WHO}@127.0.0.1:{starttls_service.port}/INBOX", starttls_service),
        }


def told(app, url, ca_file):
    given = {"url": url, "organisation": "ORG0201", "ca_file": str(ca_file)}
    app.extensions["casework"] = replace(app.extensions["casework"], lead_mailbox=given)


def alarms():
    return db.session.execute(select(Alarm.code, Alarm.facts).where(Alarm.open_key == 0)).all()


def test_mails_come_in_and_a_certificate_that_is_not_believed_is_told_and_loses_none(app, ways, certificates, tmp_path):
    broken = tmp_path / "no certificate.pem"
    broken.write_text("nothing")
    for place, (way, (url, box)) in enumerate(ways.items()):
        with clock.stopped_at(NOON + timedelta(hours=2 * place)):
            box.put(mail(f"经由{way}"), at=NOON)
            for ca_file, code in (
                (certificates["other"].authority, "mailbox_untrusted"),
                (certificates["elsewhere"].authority, "mailbox_untrusted"),
                (broken, "mailbox_setting"),
                (tmp_path / "nowhere.pem", "mailbox_setting"),
            ):
                told(app, url, ca_file)
                with pytest.raises(Unavailable) as away:
                    fetch()
                assert (way, away.value.code) == (way, code)
                assert "CASEWORK_LEAD_MAILBOX_CA_FILE" in str(away.value)
                assert imap.PASSWORD not in str(away.value) + str(away.value.params)
                assert alarms() == [("mailbox_refused", {"code": code})]
            assert db.session.query(MailSeen).count() == place
            assert len(box.unread()) == 1
            told(app, url, certificates["own"].authority)
            assert fetch()["taken"] == 1
            assert (alarms(), box.unread(), fetch()["taken"]) == ([], set(), 0)
    assert [lead.content for lead in db.session.scalars(select(Lead).order_by(Lead.id))] == [
        "经由imaps",
        "经由starttls",
    ]


def test_a_certificate_for_another_host_is_not_believed(app, imap_server, certificates):
    with terminating(imap_server.port, certificates["elsewhere"]) as before:
        told(app, f"imaps://{WHO}@127.0.0.1:{before.port}/INBOX", certificates["elsewhere"].authority)
        with clock.stopped_at(NOON - timedelta(days=5)):
            open_university()
        with clock.stopped_at(NOON), pytest.raises(Unavailable) as away:
            fetch()
    assert (away.value.code, before.reached) == ("mailbox_untrusted", 0)


def test_a_server_without_starttls_is_never_spoken_to_in_the_clear_where_a_certificate_was_named(
    app, imap_server, certificates
):
    with clock.stopped_at(NOON - timedelta(days=5)):
        open_university()
    told(app, imap_server.url, certificates["own"].authority)
    imap_server.put(mail("明文不收"), at=NOON)
    with clock.stopped_at(NOON), pytest.raises(Unavailable) as away:
        fetch()
    assert (away.value.code, len(imap_server.unread())) == ("mailbox_away", 1)


def test_a_naive_client_that_believes_everybody_would_take_the_mail(app, ways, certificates, monkeypatch):
    credulous = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    credulous.check_hostname, credulous.verify_mode = False, ssl.CERT_NONE
    monkeypatch.setattr("casework.leads.mailbox._trusted", lambda _: credulous)
    for way, (url, box) in ways.items():
        told(app, url, certificates["other"].authority)
        box.put(mail(f"谁都信：{way}"), at=NOON)
        with clock.stopped_at(NOON):
            assert mails.take_mails()["taken"] == 1
