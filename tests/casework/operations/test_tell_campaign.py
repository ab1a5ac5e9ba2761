"""Who may approve a campaign hears that it is fixed, who made it that it stands still; once, and not for nothing."""

from collections import Counter

import pytest

from casework import clock, promises
from casework.campaigns.absence import TASK
from casework.campaigns.pauses import ARREARS, NOT_ARRIVING, PAUSES, recognised
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.delivery import call_once
from casework.notices import words
from casework.notices.models import Message
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import change_campaign
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.pause_refused import pause_refused
from casework.operations.steer_campaign import pause_campaign, resume_campaign
from casework.operations.tell_campaign import approvers_of, ask_for_approval, say_paused
from casework.people.actors import actor_of
from notifications.channels.memory import Memory
from notifications.wording import WORDINGS
from tests.casework.campaigns.august import august, beijing
from tests.casework.factories import make_organisation, make_person
from tests.casework.notices.outward import BASE

__all__ = ["august"]


def told(kind):
    """Return who has been told, how often by each channel."""
    db.session.flush()
    found = db.session.query(Message).filter_by(kind=kind)
    return Counter((message.person_id, message.channel) for message in found)


def both(*persons):
    return {(person.id, channel): 1 for person in persons for channel in ("inbox", "memory")}


def states(kind):
    db.session.rollback()
    return sorted(message.state for message in db.session.query(Message).filter_by(kind=kind, channel="memory"))


def test_whoever_may_approve_and_wrote_no_word_is_asked_once_for_each_freeze(august):
    august.graduates(2)
    second = make_person("admin_leader", august.university)
    make_person("vice_leader", august.university)  # reads, and may not approve
    make_person("party_leader", make_organisation("别的大学", "university"))
    wrote = make_person("party_leader", august.university)
    wrote.appointments[0].role = "supervisor"
    db.session.commit()
    campaign = august.draft()
    with unit_of_work():
        change_campaign(campaign, name="改名", actor=actor_of(wrote))
    wrote.appointments[0].role = "party_leader"
    db.session.commit()
    with unit_of_work():
        freeze_campaign(campaign, actor=actor_of(august.drafter))
    assert told("campaign_to_approve") == both(august.approver, second)
    assert list(approvers_of(campaign)) == [august.approver, second]
    with unit_of_work():
        assert ask_for_approval(campaign, actor=actor_of(august.drafter)) == 0


def test_what_is_asked_names_the_list_its_first_wave_and_the_way_there(august):
    august.graduates(2)
    campaign = august.frozen()
    row = db.session.query(Message).filter_by(kind="campaign_to_approve", channel="memory").one()
    said = words.text(row, base_url=BASE)
    assert said.links == (f"{BASE}/campaigns/{campaign.ref}",)
    for fact in ("岭川大学", "共2人", "8月1日（周四）10:00", "8月31日"):
        assert fact in said.body, fact
    assert row.organisation_id == august.university.id


@pytest.mark.parametrize("turn", ["approved", "returned", "frozen anew", "waits"])
def test_what_has_been_answered_or_withdrawn_meanwhile_does_not_leave(august, turn):
    august.graduates(2)
    campaign = august.frozen()
    with clock.stopped_at(beijing(31, 13, month=7)), unit_of_work():
        if turn == "approved":
            seen = {"audience_hash": campaign.audience_hash, "text_hash": campaign.text_hash}
            approve_campaign(campaign, **seen, actor=actor_of(august.approver))
        if turn in ("returned", "frozen anew"):
            change_campaign(campaign, audience={"classes": []}, actor=actor_of(august.drafter))
        if turn == "frozen anew":
            freeze_campaign(campaign, actor=actor_of(august.drafter))
    with clock.stopped_at(beijing(31, 14, month=7)):
        while call_once(Memory(), base_url=BASE):
            pass
    expected = {"waits": ["accepted"], "frozen anew": ["accepted", "cancelled"]}
    assert states("campaign_to_approve") == expected.get(turn, ["cancelled"])


def test_a_pause_is_told_to_whoever_made_it_save_who_paused_and_with_its_reason(august):
    august.graduates(2)
    other = make_person("supervisor", august.university)
    db.session.commit()
    campaign = august.approved(canary_share=0)
    with clock.stopped_at(beijing(1)), unit_of_work():
        pause_campaign(campaign, reason="号码有误：13800001111", actor=actor_of(other))
    assert told("campaign_paused") == both(august.drafter, august.approver)
    rows = db.session.query(Message).filter_by(kind="campaign_paused").all()
    assert {row.params["because"] for row in rows} == {"by_hand"}
    assert "1380000" not in "".join(words.text(row, base_url=BASE).body for row in rows)
    with clock.stopped_at(beijing(1, 11)), unit_of_work():
        assert say_paused(campaign, because="by_hand", actor=actor_of(other)) == 0
        resume_campaign(campaign, actor=actor_of(other))
    august.look(beijing(1, 12))
    with clock.stopped_at(beijing(1, 13)), unit_of_work():
        assert pause_refused([campaign.waves[0].id], because=ARREARS) == 1
        assert pause_refused([campaign.waves[0].id], because=ARREARS) == 0
    by_itself = [row for row in db.session.query(Message).filter_by(kind="campaign_paused") if row not in rows]
    assert {row.person_id for row in by_itself} == {august.drafter.id, august.approver.id, other.id}
    assert all("欠费" in words.text(row, base_url=BASE).body for row in by_itself)


def test_after_a_gap_the_makers_hear_why_nothing_leaves(august):
    august.graduates(2)
    august.approved(canary_share=0)
    with clock.stopped_at(beijing(1, 2)), unit_of_work():
        promises.beat(TASK)
    for minute in (0, 1):
        august.look(beijing(1, 10, minute))
    assert told("campaign_paused") == both(august.drafter, august.approver)


def test_every_reason_has_its_words_and_is_found_again_in_what_was_stored():
    codes = {*PAUSES, "by_hand"}
    assert all(set(wording.pauses) == codes for wording in WORDINGS.values())
    numbers = {"hours": "8", "bad": "3", "all": "20"}
    for sentence in PAUSES.values():
        found, params = recognised(sentence % numbers)
        assert (found, sentence % params) == (sentence, sentence % numbers)
    assert recognised(PAUSES[NOT_ARRIVING] % numbers)[1] == {"bad": "3", "all": "20"}
    assert recognised("由人写的原因") == ("", {})
