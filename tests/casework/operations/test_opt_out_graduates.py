"""Whoever says so hears no more: every graduate at that number, and nobody at another one."""

import pytest
from sqlalchemy import select

from casework import clock
from casework.campaigns.models import GraduateContact
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import NotFound
from casework.journal import JournalEntry
from casework.notices.graduates import graduates
from casework.notices.unsubscribe import path_for
from casework.operations.land_push import apply_pushed, land_push
from casework.operations.opt_out import end_by_link, reader_of_link
from tests.casework.campaigns.august import august
from tests.casework.notices.told_wave import TEN, begin, gate
from tests.notifications.channels.test_pushed import ALIYUN_REPLY

__all__ = ["august"]


def opted_out():
    db.session.rollback()
    rows = select(GraduateContact.record_id, GraduateContact.channel).where(GraduateContact.state == "opted_out")
    return [tuple(row) for row in db.session.execute(rows.order_by(GraduateContact.record_id))]


def replies(number, words):
    with clock.stopped_at(TEN):
        with unit_of_work():
            land_push("aliyun", [ALIYUN_REPLY | {"phone_number": number, "content": words}])
        with unit_of_work():
            return apply_pushed().opted_out


def test_a_word_in_reply_ends_reminders_to_everybody_at_that_number(august):
    told = begin(august, 4, channels=("inbox", "aliyun"))
    one, other, shares, _ = told.records
    shares.revision.phone_index = one.revision.phone_index
    db.session.commit()
    number = one.revision.sealed["phone"]
    with unit_of_work():
        db.session.add(GraduateContact(record_id=one.id, channel="sms", state="suspect"))
    for said, new in (("为什么又发", 0), (" t d", 0), ("退订。", 2), ("TD", 0)):
        assert replies(number, said) == new, said
    assert opted_out() == [(one.id, "sms"), (shares.id, "sms")]
    assert sorted(letter.ref for letter in gate("aliyun")) == sorted(
        message.ref for message in told.messages() if message.record_id not in {one.id, shares.id}
    )
    journalled = db.session.scalars(select(JournalEntry).filter_by(action="graduate:opt_out")).all()
    assert {entry.subject for entry in journalled} == {one.ref, shares.ref}
    assert number not in repr([entry.facts for entry in journalled])
    assert other.id not in dict(opted_out())


def test_the_link_in_a_mail_ends_reminders_with_one_click_and_fits_nobody_else(august):
    told = begin(august, 2, channels=("inbox", "smtp"))
    one, other = told.records
    mine, theirs = (path_for(graduates([each.id])[each.id]).removeprefix("/unsubscribe/") for each in (one, other))
    for forged in (mine[:-1], one.ref, f"{other.ref}.{mine.split('.')[1]}"):
        with pytest.raises(NotFound):
            reader_of_link(forged)
    assert reader_of_link(path_for(august.drafter).removeprefix("/unsubscribe/")) == august.drafter
    with unit_of_work():
        assert end_by_link(reader_of_link(mine))
    with unit_of_work():
        assert not end_by_link(reader_of_link(mine))
    assert opted_out() == [(one.id, "smtp")]
    assert reader_of_link(theirs) == other
