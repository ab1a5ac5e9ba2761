"""Trying a campaign's words on oneself: for those who write or approve them, and not by the hundred."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.try_campaign import try_campaign
from casework.people.actors import actor_of
from tests.casework.campaigns.august import august, beijing
from tests.casework.factories import make_person

__all__ = ["august"]


def sent():
    return db.session.query(Message).filter_by(kind="confirm_reminder").count()


def test_whoever_only_reads_a_campaign_sends_nothing(august):
    campaign = august.draft()
    for role in ("auditor", "investigator"):
        reader = make_person(role, august.university)
        db.session.commit()
        with pytest.raises(Forbidden), unit_of_work():
            try_campaign(campaign, actor=actor_of(reader))
    assert sent() == 0


def test_each_of_those_who_may_sends_once_a_minute(august):
    campaign = august.draft()
    rows = (
        (august.drafter, beijing(1, 10), 2),
        (august.drafter, beijing(1, 10) + timedelta(seconds=50), 2),
        (august.approver, beijing(1, 10), 4),
        (august.drafter, beijing(1, 10, 1), 6),
    )
    for who, at, so_far in rows:
        with clock.stopped_at(at), unit_of_work():
            assert try_campaign(campaign, actor=actor_of(who)) == ("sms", "smtp")
        assert sent() == so_far
    assert db.session.query(JournalEntry).filter_by(action="campaign:try").count() == 3
