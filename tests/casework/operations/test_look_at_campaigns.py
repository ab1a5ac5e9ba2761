"""The look at the campaigns: one after the other, and as often as anybody likes, it comes to the same."""

import time
from functools import partial

import pytest

from casework import clock, promises
from casework.campaigns.absence import TASK
from casework.campaigns.models import Wave
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import campaigns as jobs
from casework.notices.queries import waiting_channels
from casework.notices.stops import stops
from casework.operations import look_at_campaigns as looking
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import change_campaign
from casework.operations.fan_out import fan_out
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.start_wave import start_wave
from casework.operations.steer_campaign import cancel_campaign, pause_campaign, resume_campaign
from casework.people.actors import actor_of
from tests.casework.campaigns.august import august, beijing
from tests.casework.notices.told_wave import begin, gate
from tests.support.together import together

__all__ = ["august"]
TEXTS = {"sms": {"zh": "请于{on}前登录 dj.ncss.cn，由本人核对：{link} 。"}}


def states(campaign):
    db.session.rollback()
    return [wave.state for wave in campaign.waves]


def test_two_schedulers_that_look_at_one_moment_begin_a_wave_once_and_end_none(app, august, monkeypatch):
    august.graduates(2)
    campaign = august.approved(canary_share=0)

    def slowly(wave):
        time.sleep(0.1)
        return start_wave(wave)

    monkeypatch.setattr(looking, "start_wave", slowly)
    with clock.stopped_at(beijing(1)):
        started = [found["started"] for found in together(app, [jobs.look, jobs.look])]
    assert sorted(started) == [0, 1]
    assert states(campaign) == ["fanning", "planned"]
    august.look(beijing(1, 10, 1))
    assert len(august.letters(campaign)) == 2


def test_a_wave_that_is_due_while_another_is_fanning_takes_its_place(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1)):
        jobs.look()
    with clock.stopped_at(beijing(8)):
        jobs.look()
    assert states(campaign) == ["done", "fanning"]


def test_a_wave_that_was_being_written_when_its_campaign_was_cancelled_is_looked_at_once_more(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1)):
        jobs.look()
        with unit_of_work():
            cancel_campaign(campaign, reason="x", actor=actor_of(august.drafter))
        jobs.look()
        assert states(campaign) == ["done", "skipped"]
        assert looking.campaigns_to_look_at() == []


def test_a_canary_that_did_not_arrive_is_followed_by_the_rest_when_a_person_says_so(august):
    august.graduates(3)
    campaign = august.approved(canary_share=0.01)
    with clock.stopped_at(beijing(1)):
        jobs.look()
        with unit_of_work():
            wave = campaign.waves[0]
            wave.canary = "bad"
            pause_campaign(campaign, reason="x", actor=actor_of(august.drafter))
    august.look(beijing(1, 10, 1))
    assert august.letters(campaign) == []
    with clock.stopped_at(beijing(1, 10, 2)), unit_of_work():
        resume_campaign(campaign, actor=actor_of(august.drafter))
    august.look(beijing(1, 10, 3))
    assert len(august.letters(campaign)) == 3


def test_a_campaign_that_fails_keeps_no_other_from_its_turn_and_is_told(august, monkeypatch):
    august.graduates(2)
    broken, sound = august.approved(canary_share=0), august.approved(canary_share=0)

    def fails(wave):
        if wave.campaign_id == broken.id:
            raise ArithmeticError("x")
        return start_wave(wave)

    monkeypatch.setattr(looking, "start_wave", fails)
    with clock.stopped_at(beijing(1)), pytest.raises(ExceptionGroup):
        jobs.look()
    assert (states(broken), states(sound)) == (["planned", "planned"], ["fanning", "planned"])


def test_nothing_leaves_between_a_restored_backup_and_the_first_look(august):
    """Its waves are under way and its letters ready, and it does not know that they have left since."""
    told = begin(august)
    for beat, waits in ((beijing(1, 9), False), (beijing(1, 7), True)):
        with clock.stopped_at(beat), unit_of_work():
            promises.beat(TASK)
        with clock.stopped_at(beijing(1)):
            assert waiting_channels(clock.now(), stopped=stops()) == ([] if waits else ["simulator"]), beat
    assert gate() == ()
    assert told.states() == ["ready"] * 3


def approved_anew(august, campaign):
    actor = actor_of(august.drafter)
    with unit_of_work():
        pause_campaign(campaign, reason="x", actor=actor)
    with unit_of_work():
        change_campaign(campaign, texts=TEXTS, channels=["sms"], actor=actor)
    with unit_of_work():
        freeze_campaign(campaign, actor=actor)
    seen = {"audience_hash": campaign.audience_hash, "text_hash": campaign.text_hash}
    with unit_of_work():
        approve_campaign(campaign, actor=actor_of(august.approver), **seen)


def test_what_an_approval_that_became_void_had_written_is_never_said(august):
    august.graduates(3)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1)):
        jobs.look()
        wave = campaign.waves[0].id
        with unit_of_work():
            assert fan_out(wave, size=2).more
    with clock.stopped_at(beijing(1, 11)):
        approved_anew(august, campaign)
    assert states(campaign) == ["done", "planned"]
    assert [letter.state for letter in august.letters(campaign)] == ["cancelled"] * 2
    august.look(beijing(1, 12))
    assert len(august.letters(campaign)) == 2
    august.look(beijing(8))
    assert len(august.letters(campaign, 2)) == 3
    assert db.session.get_one(Wave, wave).state == "done"


def test_a_letter_that_was_on_its_way_when_its_approval_became_void_is_stopped_at_the_gate(august):
    told = begin(august)

    def meanwhile():
        with clock.stopped_at(beijing(1, 10, 1)):
            approved_anew(august, told.campaign)

    assert gate(between=meanwhile) == ()
    assert told.states() == ["cancelled"] * 3


def test_a_pause_waits_for_no_shard_and_nobody_waits_for_ever(app, august):
    """Everybody takes a campaign before its waves; a shard takes its wave alone."""
    august.graduates(6)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1)):
        jobs.look()
        wave, ref = campaign.waves[0].id, campaign.ref
        db.session.rollback()
        drafter = actor_of(august.drafter)
        faults = together(app, [partial(_shards, wave), jobs.look, partial(_steer, ref, drafter), jobs.look])
    assert [fault for fault in faults if isinstance(fault, Exception)] == []
    assert states(campaign)[1] == "planned"


def _shards(wave):
    for _ in range(4):
        with unit_of_work():
            fan_out(wave, size=2)


def _steer(ref, actor):
    for act in (partial(pause_campaign, reason="x"), resume_campaign, partial(pause_campaign, reason="y")):
        with unit_of_work():
            act(looking.lock_campaign(db.session.query(looking.Campaign.id).filter_by(ref=ref).scalar()), actor=actor)
