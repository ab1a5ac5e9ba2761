"""Whom a rule names, who stays on the list, and why the others do not."""

from datetime import timedelta

import pytest

from casework import clock
from casework.campaigns.audience import count, freeze, list_hash, sample
from casework.campaigns.models import GraduateContact, Recipient
from casework.campaigns.rule import Rule
from casework.db import db
from casework.errors import Invalid
from casework.intake.models import Record
from casework.notices.models import Message
from casework.notices.reminders import reminded
from casework.operations.preview_audience import preview_audience
from casework.people.actors import actor_of
from tests.casework.factories import make_record


def counted(august, channels=("sms", "smtp"), **rule):
    return count(
        Rule.read(rule),
        organisation=august.university,
        round_id=august.round.id,
        channels=channels,
        reminded=reminded(Record.id, since=clock.now() - timedelta(hours=72)),
    )


def told(record, hours, state="delivered"):
    db.session.add(
        Message(
            dedup_key=f"x:{record.id}",
            record_id=record.id,
            kind="confirm_reminder",
            class_=2,
            channel="memory",
            state=state,
            created_at=clock.now() - timedelta(hours=hours),
            next_at=clock.now() - timedelta(hours=hours),
        )
    )


def contact(record, channel, state):
    db.session.add(GraduateContact(record_id=record.id, channel=channel, state=state))


def test_the_count_says_whom_the_rule_names_and_why_some_are_left_off(august):
    everybody = august.graduates(12)
    august.answer(everybody[0])
    august.answer(everybody[1], status="NEVER_SIGNED")
    august.answer(everybody[2], verified=False, source="own_page")  # the weaker way stops no reminder
    august.answer(everybody[3], status="UNCONFIRMED")
    contact(everybody[4], "sms", "opted_out")
    contact(everybody[5], "sms", "invalid")  # the mail address is left
    contact(everybody[6], "sms", "invalid")
    contact(everybody[6], "smtp", "invalid")
    told(everybody[7], hours=71)
    told(everybody[8], hours=73)
    told(everybody[9], hours=1, state="expired")
    august.graduates(1, phone_index=None, email_index=None)
    august.graduates(1, confirm_status="CONFIRMED")
    db.session.commit()
    found = counted(august)
    assert found.named == 11
    assert found.left_off == {"opted_out": 1, "no_address": 1, "address_broken": 1}
    assert found.listed == 8
    assert found.lately == 1


NARROWED = (
    ({}, 6),
    ({"colleges": ["文学院"]}, 4),
    ({"colleges": ["文学院", "理学院"]}, 6),
    ({"classes": ["物理2001班"]}, 2),
    ({"colleges": ["文学院"], "classes": ["物理2001班"]}, 0),
    ({"degrees": ["本科"]}, 1),
    ({"colleges": ["工学院"]}, 0),
)


def test_names_narrow_the_audience(august):
    august.graduates(3)
    august.graduates(1, degree_level="本科")
    august.graduates(2, of="理学院", class_name="物理2001班")
    for rule, named in NARROWED:
        assert counted(august, **rule).named == named, rule


def test_who_has_only_a_mail_address_is_out_of_reach_of_sms_alone(august):
    august.graduates(1, phone_index=None)
    assert counted(august, channels=("sms",)).left_off == {"no_address": 1}
    assert counted(august).left_off == {}


@pytest.mark.parametrize(
    "rule", [{"names": ["x"]}, {"colleges": "文学院"}, {"colleges": [1]}, {"colleges": [""]}, {"classes": ["班" * 201]}]
)
def test_a_rule_that_cannot_be_understood_is_refused(rule):
    with pytest.raises(Invalid):
        Rule.read(rule)


def test_the_sample_is_of_the_list_and_the_same_each_time(august):
    everybody = august.graduates(25)
    august.answer(*everybody[:3])
    given = {"organisation": august.university, "round_id": august.round.id, "channels": ("sms",)}
    found = sample(Rule(), **given)
    assert len(found) == 20
    assert not {record.id for record in found} & {record.id for record in everybody[:3]}
    assert [record.ref for record in sample(Rule(), **given)] == [record.ref for record in found]


def test_the_list_holds_whom_the_count_said_and_the_hash_is_of_exactly_them(august):
    everybody = august.graduates(5)
    contact(everybody[0], "sms", "opted_out")
    db.session.commit()
    campaign = august.draft()
    seen = preview_audience(campaign, actor=actor_of(august.drafter))
    assert freeze(campaign, Rule()) == seen.listed == 4
    first = list_hash(campaign, Rule())
    assert first == list_hash(campaign, Rule())
    assert first != list_hash(campaign, Rule(colleges=("文学院",)))
    db.session.query(Recipient).filter_by(record_id=everybody[1].id).delete()
    assert first != list_hash(campaign, Rule())


def test_other_universities_and_rounds_are_nobodys_business(august):
    august.graduates(2)
    other = make_record(august.college, august.round, phone_index="x")
    db.session.commit()
    assert counted(august).named == 2
    assert other.organisation_id != august.university.id


def test_addresses_that_changed_since_are_read_anew(august):
    record = august.graduates(1, phone_index=None, email_index=None)[0]
    assert counted(august).left_off == {"no_address": 1}
    record.revision.phone_index = "new"
    db.session.commit()
    assert counted(august).listed == 1
