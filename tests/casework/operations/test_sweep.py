from dataclasses import replace
from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.sweep import sweep
from tests.casework.notices.outward import BASE, NOW, Scripted, call, doubt, one, states, story, sweeps, tell


def test_a_lease_that_ran_out_before_the_call_costs_nothing(office, told_case):
    tell(office, told_case)
    with clock.stopped_at(NOW), unit_of_work():
        claim_batch("simulator", size=16, worker="w")
    assert sweeps(NOW + timedelta(seconds=119))["put_back"] == 0
    assert sweeps(NOW + timedelta(seconds=121))["put_back"] == 1
    assert one().state == "ready"
    assert sweeps(NOW + timedelta(seconds=122))["put_back"] == 0


def test_a_claim_whose_lease_was_swept_does_not_pass_the_gate(office, told_case):
    tell(office, told_case)
    with clock.stopped_at(NOW), unit_of_work():
        claimed = claim_batch("simulator", size=16, worker="w")
    sweeps(NOW + timedelta(seconds=121))
    with clock.stopped_at(NOW + timedelta(seconds=122)), unit_of_work():
        assert pass_gate(claimed, base_url=BASE) == ()


@pytest.mark.parametrize(
    ("message_class", "doubts", "state"), [(1, 1, "no_receipt"), (0, 1, "ready"), (0, 2, "no_receipt")]
)
def test_mail_in_doubt_repeats_an_escalation_once_and_nothing_else(office, told_case, message_class, doubts, state):
    tell(office, told_case)
    with unit_of_work():
        one().class_ = message_class
    moment, way = NOW, Scripted(doubt, can_be_asked=False)
    refs = set()
    for _ in range(doubts):
        with unit_of_work():
            one().next_at = moment
        call(way, moment)
        refs.add(one().ref)
        assert one().state == "in_doubt"
        with clock.stopped_at(moment + timedelta(seconds=61)):
            with unit_of_work():
                found = sweep()
            for each in found.doubts:
                delivery._settle(replace(each, channel="console"))
        moment += timedelta(minutes=5)
    assert one().state == state
    assert len(refs) == 1


@pytest.mark.parametrize(("address", "accepted"), [("accepts_then_resets", 1), ("resets_before", 0)])
def test_a_lost_answer_is_settled_by_asking(office, told_case, carrier, address, accepted):
    with unit_of_work():
        office.people["owner"].email = f"{address}@simulator.example"
    tell(office, told_case)
    call(carrier)
    assert one().state == "in_doubt"
    sweeps(NOW + timedelta(seconds=61))
    assert len(list(carrier.accepted())) == accepted
    assert one().state == ("delivered" if accepted else "ready")


def test_receipts_are_applied_once_and_a_final_word_is_never_undone(office, told_case, carrier):
    tell(office, told_case)
    call(carrier)
    sweeps(NOW)
    assert one().state == "delivered"
    sweeps(NOW + timedelta(hours=80))
    assert one().state == "delivered"
    assert story(one()).count(("accepted", "delivered")) == 1


def test_silence_of_a_carrier_that_reports_has_a_name_after_three_days(office, told_case, carrier):
    with unit_of_work():
        office.people["owner"].email = "no_receipt@simulator.example"
    tell(office, told_case)
    call(carrier)
    sweeps(NOW + timedelta(hours=71))
    assert one().state == "accepted"
    sweeps(NOW + timedelta(hours=73))
    assert one().state == "no_receipt"


def test_what_is_ready_and_has_no_doorbell_is_rung_once(office, told_case):
    tell(office, told_case)
    with unit_of_work():
        db.session.execute(db.text("DELETE FROM promises"))
    assert sweeps(NOW)["rung"] == ["simulator"]
    assert sweeps(NOW)["rung"] == []


def test_sweeping_any_number_of_times_changes_nothing_more(office, told_case, carrier):
    tell(office, told_case, number=3)
    call(carrier)
    for _ in range(3):
        sweeps(NOW + timedelta(minutes=5))
    assert states() == {"delivered": 3}
    assert len(list(carrier.accepted())) == 3
