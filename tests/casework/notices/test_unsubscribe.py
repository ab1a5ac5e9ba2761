"""A link in a mail: signed, without anything personal, and in mails of reminders alone."""

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.models import Message
from casework.notices.unsubscribe import path_for, ref_in
from casework.notices.words import letter
from casework.operations.announce import announce
from notifications.kinds import ESCALATION, REMINDER
from tests.casework.notices.office import OPENED

BASE = "https://casework.example.edu.cn"


def token_of(person):
    return path_for(person).removeprefix("/unsubscribe/")


def test_a_link_names_the_account_by_its_ref_alone(office):
    owner = office.people["owner"]
    assert ref_in(token_of(owner)) == owner.ref
    for personal in (owner.login, owner.email, str(owner.id) + "."):
        assert personal not in path_for(owner)


SPOILT = (lambda t: t[:-1], lambda t: "x" + t, lambda t: t.split(".")[0], lambda t: t * 9, str.upper)


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_link_that_we_have_not_signed_is_nobodys(office, spoil):
    assert ref_in(spoil(token_of(office.people["owner"]))) is None


def test_one_persons_signature_does_not_fit_another(office):
    mine, theirs = (token_of(office.people[name]) for name in ("owner", "second"))
    assert ref_in(theirs.split(".")[0] + "." + mine.split(".")[1]) is None


@pytest.mark.parametrize(
    ("channel", "message_class", "has_link"),
    [("smtp", REMINDER, True), ("smtp", ESCALATION, False), ("simulator", REMINDER, False)],
)
def test_only_reminders_by_mail_say_how_to_end_them(office, channel, message_class, has_link):
    ways.configure(("inbox", channel))
    with clock.stopped_at(OPENED), unit_of_work():
        said = {"at": OPENED.isoformat()}
        announce("test_message", to=[office.people["owner"]], params=said, dedup="x", class_=message_class)
    row = db.session.query(Message).filter_by(channel=channel).one()
    headers = letter(row, base_url=BASE).headers
    assert ("List-Unsubscribe" in headers) is has_link
    assert not has_link or headers["List-Unsubscribe"] == f"<{BASE}{path_for(office.people['owner'])}>"
