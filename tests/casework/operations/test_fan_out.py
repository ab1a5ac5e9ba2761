"""Waves: each asks again who is still to be told; letters and reasons together are the list."""

import pytest

from casework import clock
from casework.campaigns.models import AnswerLink, Campaign, ContactTask, GraduateContact, Recipient
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import shards
from casework.operations import fan_out as fanning
from casework.operations.fall_back import fall_back
from casework.operations.start_wave import start_wave
from casework.operations.steer_campaign import pause_campaign, resume_campaign
from casework.people.actors import actor_of
from tests.casework.campaigns.august import august, beijing

__all__ = ["august"]


def records(messages):
    return [message.record_id for message in messages]


def test_each_wave_tells_those_who_are_still_unconfirmed_at_its_beginning(august):
    everybody = august.graduates(6)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1, 9)):
        august.answer(everybody[0])  # after the list was frozen, before the first wave
    august.look(beijing(1))
    august.carry(moment=beijing(1))
    with clock.stopped_at(beijing(5)):
        august.answer(everybody[1])
        august.answer(everybody[2], status="NEVER_SIGNED")
        august.answer(everybody[3], verified=False, source="own_page")
    august.look(beijing(8))
    first, second = (records(august.letters(campaign, number)) for number in (1, 2))
    assert first == [record.id for record in everybody[1:]]
    assert second == [record.id for record in everybody[3:]]
    assert campaign.waves[1].left_out == {"answered": 3}


def test_a_list_that_is_never_asked_again_would_tell_those_who_have_confirmed(august, monkeypatch):
    everybody = august.graduates(4)
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1, 9)):
        august.answer(everybody[0])
    monkeypatch.setattr(shards, "answered", lambda record_id: record_id < 0)
    august.look(beijing(1))
    assert everybody[0].id in records(august.letters(campaign))


def test_letters_and_reasons_together_are_the_list(august):
    everybody = august.graduates(8)
    august.graduates(2, phone_index="shared", email_index=None)
    campaign = august.approved(canary_share=0)
    db.session.add(GraduateContact(record_id=everybody[0].id, channel="sms", state="opted_out"))
    for channel in ("sms", "smtp"):
        db.session.add(GraduateContact(record_id=everybody[1].id, channel=channel, state="invalid"))
    db.session.commit()
    with clock.stopped_at(beijing(1, 9)):
        august.answer(everybody[2])
    august.look(beijing(1))
    wave = campaign.waves[0]
    assert wave.left_out == {"opted_out": 1, "address_broken": 1, "answered": 1, "shared_address": 1}
    assert wave.expected == len(august.letters(campaign, 1)) == 6
    assert wave.expected + sum(wave.left_out.values()) == campaign.audience_count == 10
    assert {task.reason for task in db.session.query(ContactTask)} == {"address_broken", "shared_address"}
    assert db.session.query(AnswerLink).count() == 6


def test_the_other_one_at_a_shared_number_is_told_once_the_first_has_answered(august):
    one, other = august.graduates(2, phone_index="shared", email_index=None)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    august.carry(moment=beijing(1))
    with clock.stopped_at(beijing(2)):
        august.answer(one)
    august.look(beijing(8))
    assert records(august.letters(campaign)) == [one.id, other.id]


def test_shards_add_up_and_a_shared_number_is_seen_across_them(august):
    august.graduates(5)
    august.graduates(2, phone_index="p0", email_index=None)
    campaign = august.approved(canary_share=0)
    wave, more = campaign.waves[0], True
    with clock.stopped_at(beijing(1)):
        with unit_of_work():
            start_wave(wave)
        while more:
            with unit_of_work():
                more = fanning.fan_out(wave.id, size=2).more
    assert len(august.letters(campaign)) == 5
    assert wave.left_out == {"shared_address": 2}
    assert wave.state == "sending"


def test_a_broken_number_of_one_hides_no_shared_number_of_others(august):
    """The address is asked of each graduate: a statement that asked it of anybody would compare mail addresses here."""
    (broken,) = august.graduates(1)
    august.graduates(2, phone_index="shared")
    campaign = august.approved(canary_share=0)
    db.session.add(GraduateContact(record_id=broken.id, channel="sms", state="invalid"))
    db.session.commit()
    wave, more = campaign.waves[0], True
    with clock.stopped_at(beijing(1)):
        with unit_of_work():
            start_wave(wave)
        while more:
            with unit_of_work():
                more = fanning.fan_out(wave.id, size=1).more
    assert [letter.params["by"] for letter in august.letters(campaign)] == ["smtp", "sms"]
    assert wave.left_out == {"shared_address": 1}


def test_said_again_nothing_is_said_twice_and_lost_letters_are_written_anew(august):
    august.graduates(4)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    august.look(beijing(1, 11))
    assert len(august.letters(campaign)) == 4
    lost = august.letters(campaign)[0]
    with unit_of_work():
        for event in lost.events:
            db.session.delete(event)
        db.session.delete(lost)
    august.look(beijing(1, 12))
    assert len(august.letters(campaign)) == campaign.waves[0].expected == 4
    assert campaign.waves[0].left_out == {}


def test_a_hundredth_goes_first_and_the_rest_waits_for_its_receipts(august, monkeypatch):
    monkeypatch.setattr(fanning, "SMALLEST_CANARY", 3)
    august.graduates(10)
    campaign = august.approved()
    august.look(beijing(1))
    assert len(august.letters(campaign)) == 3
    august.look(beijing(1, 10, 5))
    assert len(august.letters(campaign)) == 3
    august.carry("delivered", moment=beijing(1, 10, 6))
    august.look(beijing(1, 10, 7))
    assert len(august.letters(campaign)) == 10
    assert campaign.waves[0].canary == "good"


@pytest.mark.parametrize(
    ("bad", "state", "letters"), [(2, "running", 10), (3, "paused", 4)], ids=["two broken numbers", "most are lost"]
)
def test_a_canary_that_does_not_arrive_stops_the_campaign(august, monkeypatch, bad, state, letters):
    monkeypatch.setattr(fanning, "SMALLEST_CANARY", 4)
    august.graduates(10)
    campaign = august.approved()
    august.look(beijing(1))
    with clock.stopped_at(beijing(1)), unit_of_work():
        for place, message in enumerate(august.letters(campaign)):
            message.state = "undelivered_permanent" if place < bad else "delivered"
            message.ended_at = clock.now()
    august.look(beijing(1, 10, 30))
    assert campaign.state == state
    assert len(august.letters(campaign)) == letters


def test_nothing_is_written_outside_the_hours_or_after_the_last_day(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0, starts=[beijing(1, 10), beijing(8, 10)], hour_from=9, hour_to=20)
    august.look(beijing(1, 21))
    august.look(beijing(2, 8, 59))
    assert august.letters(campaign) == []
    august.look(beijing(2, 9))
    assert len(august.letters(campaign)) == 2
    august.look(beijing(1, 10, month=9))
    assert campaign.state == "done"
    assert [wave.state for wave in campaign.waves] == ["done", "skipped"]


def test_of_two_waves_that_are_due_the_later_one_speaks(august):
    august.graduates(2)
    campaign = august.approved(canary_share=0)
    august.look(beijing(8))
    assert [wave.state for wave in campaign.waves] == ["skipped", "sending"]
    assert len(august.letters(campaign)) == 2


def test_a_letter_that_bounced_is_followed_by_the_next_way_and_then_by_a_person(august):
    one, other = august.graduates(2)
    other.revision.email_index = None
    db.session.commit()
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    for record in (one, other):
        db.session.add(GraduateContact(record_id=record.id, channel="sms", state="invalid"))
    db.session.commit()
    with clock.stopped_at(beijing(1, 12)):
        with unit_of_work():
            assert fall_back(august.letters(campaign)) == 1
        with unit_of_work():
            assert fall_back(august.letters(campaign)[:2]) == 0
    last = august.letters(campaign)[-1]
    assert (last.record_id, last.params["by"]) == (one.id, "smtp")
    assert [(task.record_id, task.reason) for task in db.session.query(ContactTask)] == [(other.id, "undelivered")]
    with clock.stopped_at(beijing(1, 13)), unit_of_work():
        assert fall_back([last]) == 0
    assert db.session.query(ContactTask).count() == 2


def test_a_fall_back_leaves_alone_who_has_answered(august):
    (one,) = august.graduates(1)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))
    with clock.stopped_at(beijing(1, 11)):
        august.answer(one)
        with unit_of_work():
            assert fall_back(august.letters(campaign)) == 0
    assert db.session.query(ContactTask).count() == 0


def test_who_was_told_by_another_campaign_within_three_days_is_left_out_of_the_wave_only(august):
    everybody = august.graduates(2)
    other = august.approved(canary_share=0, starts=[beijing(1, 9)])
    campaign = august.approved(canary_share=0, starts=[beijing(1, 12), beijing(8)])
    august.look(beijing(1, 9))
    august.carry(moment=beijing(1, 9))
    august.look(beijing(1, 12))
    assert august.letters(campaign) == []
    assert campaign.waves[0].left_out == {"reminded_lately": 2}
    august.look(beijing(8))
    assert records(august.letters(campaign)) == [record.id for record in everybody]
    assert other.state == "done"


def test_rows_of_the_list_keep_the_address_under_which_somebody_was_told(august):
    (one,) = august.graduates(1)
    campaign = august.approved(canary_share=0)
    one.revision.phone_index = "moved"
    db.session.commit()
    august.look(beijing(1))
    assert db.session.query(Recipient).one().address_key == "moved"
    assert db.session.query(Campaign).one().audience_count == 1
    assert [letter.channel for letter in august.letters(campaign)] == ["memory"]
    assert campaign.waves[0].expected == 1


def test_what_a_pause_kept_back_is_said_by_the_next_wave(august):
    everybody = august.graduates(2)
    campaign = august.approved(canary_share=0)
    august.look(beijing(1))  # two letters are ready, and nobody takes them
    with clock.stopped_at(beijing(1, 11)), unit_of_work():
        pause_campaign(campaign, reason="x", actor=actor_of(august.drafter))
    with clock.stopped_at(beijing(8, 9)), unit_of_work():
        resume_campaign(campaign, actor=actor_of(august.drafter))
    august.look(beijing(8))
    assert records(august.letters(campaign, 2)) == [record.id for record in everybody]
