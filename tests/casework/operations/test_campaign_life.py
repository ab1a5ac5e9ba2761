"""A campaign from its draft to its end: drafted, frozen, approved by another person, stopped and let go on."""

import pytest

from casework import clock, promises
from casework.campaigns.absence import TASK
from casework.campaigns.facts import plan_hash
from casework.campaigns.models import Campaign, ContactTask, Recipient
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import LOOKS, JournalEntry
from casework.notices.models import Message
from casework.operations.alarms import raise_alarm
from casework.operations.approve_campaign import approve_campaign
from casework.operations.contact_tasks import Unreached, end_answered, end_task, open_tasks
from casework.operations.draft_campaign import change_campaign, draft_campaign
from casework.operations.export_told import export_told
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.preview_audience import preview_audience
from casework.operations.release_stop import release_stop
from casework.operations.steer_campaign import cancel_campaign, pause_campaign, resume_campaign
from casework.operations.try_campaign import try_campaign
from casework.people.actors import actor_of
from tests.casework.campaigns.august import august, beijing
from tests.casework.factories import make_organisation, make_person
from workflows.access import SYSTEM
from workflows.errors import Refused

__all__ = ["august"]
TEXTS = {"sms": {"zh": "请于{on}前登录 dj.ncss.cn，由本人核对：{link} 。"}}
BAD = {"sms": {"zh": "请尽快确认，否则暂缓发放毕业证。{link}"}}


def codes(refused):
    return {refusal.code for refusal in refused.value.refusals}


def approve(campaign, actor, **seen):
    with unit_of_work():
        given = {"audience_hash": campaign.audience_hash, "text_hash": campaign.text_hash} | seen
        approve_campaign(campaign, actor=actor_of(actor), **given)


def test_the_usual_august_is_what_a_draft_begins_with(august):
    with unit_of_work():
        campaign = draft_campaign(
            organisation=august.university, round_=august.round, name="八月提醒", actor=actor_of(august.drafter)
        )
    days = [wave.starts_at.astimezone(clock.BEIJING).day for wave in campaign.waves]
    assert days == [1, 2, 8, 15, 22, 26, 29, 31]
    assert campaign.channels == ["sms", "smtp"]
    assert campaign.stop_on.isoformat() == "2024-08-31"


def test_what_cannot_be_taken_is_refused_by_its_field(august):
    rows = (
        ({"name": " "}, "name"),
        ({"channels": []}, "channels"),
        ({"channels": ["fax"]}, "channels"),
        ({"texts": {"fax": {}}}, "texts"),
        ({"texts": {"sms": {"fr": "x"}}}, "texts"),
        ({"starts": [beijing(1), beijing(1)]}, "starts"),
        ({"starts": [beijing(2, month=9)]}, "starts"),
        ({"hour_from": 3}, "hour_from"),
        ({"hour_from": 20, "hour_to": 9}, "hour_to"),
        ({"canary_share": 2}, "canary_share"),
        ({"audience": {"grades": ["A"]}}, "grades"),
        ({"state": "approved"}, "state"),
    )
    campaign = august.draft()
    for given, field in rows:
        with pytest.raises(Invalid) as wrong, unit_of_work():
            change_campaign(campaign, actor=actor_of(august.drafter), **given)
        assert field in wrong.value.fields, given
    assert campaign.state == "draft"


def test_nobody_freezes_a_text_with_faults_and_nothing_is_written(august):
    august.graduates(2)
    campaign = august.draft(texts=BAD, channels=["sms"])
    with pytest.raises(Refused) as refused, unit_of_work():
        freeze_campaign(campaign, actor=actor_of(august.drafter))
    assert codes(refused) == {"texts_have_faults"}
    assert db.session.query(Recipient).count() == 0


def test_another_person_approves_exactly_what_they_have_seen(august):
    august.graduates(2)
    campaign = august.frozen()
    for actor, seen, code in (
        (august.approver, {"text_hash": "other"}, "seen_something_else"),
        (august.approver, {"audience_hash": "other"}, "seen_something_else"),
    ):
        with pytest.raises(Refused) as refused:
            approve(campaign, actor, **seen)
        assert codes(refused) == {code}
    with pytest.raises(Forbidden):
        approve(campaign, august.drafter)
    approve(campaign, august.approver)
    assert (campaign.state, campaign.approved_by_id) == ("approved", august.approver.id)


def test_times_are_approved_as_moments_in_whatever_zone_they_were_given(august):
    august.graduates(1)
    campaign = august.frozen(starts=[beijing(1).astimezone(clock.BEIJING)])
    db.session.expire_all()
    assert plan_hash(campaign) == campaign.text_hash


def test_whoever_changed_a_campaign_is_one_of_its_drafters(august):
    august.graduates(2)
    both = make_person("supervisor", august.university)
    from_other = make_person("party_leader", august.university)
    db.session.commit()
    campaign = august.draft()
    with unit_of_work():
        change_campaign(campaign, actor=actor_of(both), name="改名")
    with unit_of_work():
        freeze_campaign(campaign, actor=actor_of(august.drafter))
    both.appointments[0].role = "party_leader"
    db.session.commit()
    with pytest.raises(Refused) as refused:
        approve(campaign, both)
    assert codes(refused) == {"drafter_may_not_approve"}
    approve(campaign, from_other)


def test_a_change_of_text_or_audience_voids_the_approval(august):
    august.graduates(2)
    for given in ({"texts": TEXTS, "channels": ["sms"]}, {"audience": {"classes": ["x"]}}, {"starts": [beijing(3)]}):
        campaign = august.approved()
        with unit_of_work():
            change_campaign(campaign, actor=actor_of(august.drafter), **given)
        assert (campaign.state, campaign.approved_at, campaign.text_hash) == ("draft", None, "")
        august.look(beijing(1))
        assert august.letters(campaign) == []


def test_a_change_behind_the_back_of_the_rules_sends_nothing(august):
    august.graduates(2)
    campaign = august.approved()
    campaign.texts = TEXTS | {"smtp": TEXTS["sms"]}
    db.session.commit()
    assert plan_hash(campaign) != campaign.text_hash
    other = august.approved(canary_share=0)
    august.look(beijing(1))
    assert (campaign.state, august.letters(campaign)) == ("paused", [])
    assert campaign.paused_because
    assert len(august.letters(other)) == 2


def test_a_running_campaign_is_paused_before_it_is_changed(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    drafter = actor_of(august.drafter)
    with clock.stopped_at(beijing(1, 11)):
        with pytest.raises(Conflict), unit_of_work():
            change_campaign(campaign, actor=drafter, texts=TEXTS)
        with unit_of_work():
            pause_campaign(campaign, reason="内容有误", actor=drafter)
        assert campaign.paused_because == "内容有误"
        with unit_of_work():
            resume_campaign(campaign, actor=drafter)
    assert (campaign.state, campaign.paused_because) == ("running", "")


def test_a_pause_between_two_shards_stops_the_rest_until_somebody_lets_it_go_on(august):
    august.graduates(3)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1)):
        with unit_of_work():
            pause_campaign(campaign, reason="x", actor=actor_of(august.drafter))
        august.look(beijing(1))
        assert august.letters(campaign) == []
        with unit_of_work():
            resume_campaign(campaign, actor=actor_of(august.drafter))
    august.look(beijing(1, 10, 1))
    assert len(august.letters(campaign)) == 3


def test_what_a_cancelled_campaign_has_not_sent_is_taken_back(august):
    august.graduates(3)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    with clock.stopped_at(beijing(1, 11)), unit_of_work():
        cancel_campaign(campaign, reason="x", actor=actor_of(august.drafter))
    august.look(beijing(1, 11, 1))
    assert {letter.state for letter in august.letters(campaign)} == {"cancelled"}
    august.look(beijing(8))
    assert len(august.letters(campaign)) == 3


def test_after_a_gap_nothing_leaves_until_a_person_has_looked(august):
    """A restored backup does not know what it has said since."""
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1, 2)), unit_of_work():
        promises.beat(TASK)
    august.look(beijing(1, 10))
    assert (campaign.state, august.letters(campaign)) == ("paused", [])
    assert "8" in campaign.paused_because
    with clock.stopped_at(beijing(1, 10, 1)), unit_of_work():
        promises.beat(TASK)
        resume_campaign(campaign, actor=actor_of(august.drafter))
    august.look(beijing(1, 10, 2))
    assert len(august.letters(campaign)) == 2


def test_a_short_absence_and_a_plan_that_lies_ahead_need_nobody(august):
    august.graduates(2)
    near, far = august.approved(canary_share=0), august.approved(canary_share=0, starts=[beijing(20)])
    with clock.stopped_at(beijing(1, 9)), unit_of_work():
        promises.beat(TASK)
    august.look(beijing(1, 10, 30))
    assert near.state == "running"
    august.look(beijing(5))
    assert far.state == "approved"


def test_while_the_clock_fuse_is_open_no_wave_begins(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    with unit_of_work():
        raise_alarm("clock_fuse")
    august.look(beijing(1))
    assert campaign.state == "approved"
    with unit_of_work():
        release_stop("clock_fuse", actor=SYSTEM)
    august.look(beijing(1, 10, 1))
    assert campaign.state == "running"


def test_a_refused_text_pauses_the_campaign(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    with clock.stopped_at(beijing(1, 10, 1)), unit_of_work():
        raise_alarm("template_refused", "memory:confirm_reminder")
    august.look(beijing(1, 10, 2))
    assert campaign.state == "paused"
    assert campaign.paused_because


def test_one_tries_the_words_on_oneself(august):
    campaign = august.draft()
    with unit_of_work():
        assert try_campaign(campaign, actor=actor_of(august.drafter)) == ("sms", "smtp")
    found = db.session.query(Message).filter_by(kind="confirm_reminder").all()
    assert {(message.person_id, message.record_id, message.wave_id) for message in found} == {
        (august.drafter.id, None, None)
    }


def test_a_task_is_ended_once_by_a_person_or_by_the_graduates_answer(august):
    one, other = august.graduates(2)
    drafter = actor_of(august.drafter)
    both = [Unreached(record.id, record.organisation_id, "undelivered") for record in (one, other)]
    with unit_of_work():
        assert open_tasks(both, campaign_id=None) == 2
        assert open_tasks(both, campaign_id=None) == 0
    task = db.session.query(ContactTask).filter_by(record_id=one.id).one()
    for given in ({"outcome": "x", "words": "y"}, {"outcome": "reached", "words": " "}):
        with pytest.raises(Invalid), unit_of_work():
            end_task(task, actor=drafter, **given)
    with unit_of_work():
        end_task(task, outcome="reached", words="电话联系，本人已知", actor=drafter)
    with pytest.raises(Conflict), unit_of_work():
        end_task(task, outcome="unreachable", words="x", actor=drafter)
    august.answer(other)
    with unit_of_work():
        assert end_answered() == 1
        assert open_tasks(both, campaign_id=None) == 2


def test_an_export_names_nobody_and_leaves_a_trace(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    with pytest.raises(Invalid), unit_of_work():
        export_told(campaign, reason="", actor=actor_of(august.drafter))
    with unit_of_work():
        lines = list(export_told(campaign, reason="核对", actor=actor_of(august.drafter)))
    assert len(lines) == 3
    assert "欧阳" not in "".join(lines)
    assert db.session.query(JournalEntry).filter_by(chain=LOOKS, action="campaign:export").count() == 1


def test_who_is_not_of_the_house_sees_nothing_of_it(august):
    campaign = august.draft()
    stranger = make_person("supervisor", make_organisation("别的大学", "university"))
    db.session.commit()
    with pytest.raises(NotFound):
        preview_audience(campaign, actor=actor_of(stranger))
    assert db.session.query(Campaign).count() == 1
