"""Mails that became no lead are shown with their reason to whoever takes leads in where the mailbox belongs."""

from dataclasses import replace

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.mail import AUTOMATIC
from casework.leads.models import MailSeen
from tests.casework.factories import make_organisation, make_person, make_round, make_tree
from tests.casework.web.visitor import browser_of

NAME = "leads@mail.example.com/INBOX"


@pytest.fixture
def browsers(app):
    with unit_of_work():
        tree = make_tree()
        other = make_organisation("江城大学", "university", tree.province, short_code="JC")
        make_round()
        people = {
            "officer": make_person("lead_officer", tree.university),
            "stranger": make_person("lead_officer", other),
            "investigator": make_person("investigator", tree.university),
        }
        for key, fault, mailbox in (("1", AUTOMATIC, NAME), ("2", "", NAME), ("3", AUTOMATIC, "x@elsewhere/INBOX")):
            db.session.add(MailSeen(mailbox=mailbox, message_key=key, place=f"9:10{key}", fault=fault))
    told = {"url": "imaps://leads:secret@mail.example.com", "organisation": tree.university.code}
    app.extensions["casework"] = replace(app.extensions["casework"], lead_mailbox=told)
    return {name: browser_of(app, person) for name, person in people.items()}


def test_who_takes_leads_in_sees_where_to_look_and_nobody_else_does(app, browsers):
    shown = browsers["officer"].get("/leads/mails")
    text = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert (NAME in text, AUTOMATIC in text, ">101<" in text) == (True, True, True)
    assert not any(hidden in text for hidden in (">102<", ">103<", "secret"))
    assert "/leads/mails" in browsers["officer"].get("/leads").get_data(as_text=True)
    assert browsers["stranger"].get("/leads/mails").status_code == 404
    assert browsers["investigator"].get("/leads/mails").status_code == 403


def test_without_a_mailbox_the_desk_names_none(app, browsers):
    app.extensions["casework"] = replace(app.extensions["casework"], lead_mailbox={})
    assert browsers["officer"].get("/leads/mails").status_code == 404
    assert "/leads/mails" not in browsers["officer"].get("/leads").get_data(as_text=True)
