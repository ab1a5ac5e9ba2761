"""Two SMS providers, one occasion: who carries it, and who takes over."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import providers, ways
from casework.notices.models import Message, Provider
from casework.promises import Promise
from notifications.errors import ErrorClass
from tests.casework.notices.outward import NOW, Scripted, call, doubt, fault, sweeps
from tests.casework.operations.crowd import cases, crowd, write

PEOPLE = 40


class Aliyun(Scripted):
    code = "aliyun"


class Tencent(Scripted):
    code = "tencent"
    batch_size = 64


@pytest.fixture(autouse=True)
def _two_providers(office):
    ways.configure(("inbox", "tencent", "aliyun"))


def weigh(**weights):
    with unit_of_work() as session:
        for channel, weight in weights.items():
            session.add(Provider(channel=channel, weight=weight))


def escalate(office, number=PEOPLE, *, people=None, dedup="x", named="tencent"):
    (case,) = cases(office, 1)
    people = people or crowd(number)
    write(people, kind="case_orphaned", case=case, channel=named, dedup=dedup, role=["supervisor"])
    return case, people


def standing():
    rows = db.session.execute(select(Message.channel, Message.state, func.count()).group_by("channel", "state"))
    return {(channel, state): number for channel, state, number in rows}


def test_both_are_drained_and_the_first_named_is_the_one_asked_for_by_people(office):
    assert ways.sms() == ("tencent", "aliyun")
    assert set(ways.out()) == {"tencent", "aliyun"}


@pytest.mark.parametrize(
    ("weights", "only"), [({"aliyun": 1, "tencent": 0}, "aliyun"), ({"aliyun": 0, "tencent": 5}, "tencent")]
)
def test_a_weight_of_nothing_means_never(office, weights, only):
    weigh(**weights)
    escalate(office)
    assert standing() == {(only, "ready"): PEOPLE}


def test_weights_share_out_and_the_same_occasion_always_goes_the_same_way():
    shares = Counter(providers.choose(f"case:{each}", {"aliyun": 3, "tencent": 1}) for each in range(4000))
    assert 0.70 < shares["aliyun"] / 4000 < 0.80
    assert {providers.choose("case:1", {"aliyun": 3, "tencent": 1}) for _ in range(9)} != {None}
    assert providers.choose("case:1", {}) is None


def test_an_occasion_is_one_sms_whichever_provider_is_named(office):
    case, people = escalate(office)
    weigh(aliyun=0, tencent=7)  # another choice now would be another key, were the provider part of it
    assert write(people, kind="case_orphaned", case=case, channel="aliyun", role=["supervisor"]) == 0
    assert sum(standing().values()) == PEOPLE
    assert all(key.endswith(":sms") for key in db.session.scalars(select(Message.dedup_key)))


def test_what_checks_one_provider_goes_by_that_provider_alone(office):
    (person,) = crowd(1)
    for channel in ("aliyun", "tencent"):
        write([person], kind="canary", channel=channel, at=NOW.isoformat())
    assert standing() == {("aliyun", "ready"): 1, ("tencent", "ready"): 1}


def test_a_refused_account_hands_what_is_ready_to_the_other_at_once(office):
    weigh(aliyun=0, tencent=1)
    escalate(office)
    with unit_of_work():
        db.session.execute(db.update(Provider).values(weight=1))
    call(Tencent(fault(ErrorClass.ACCOUNT)), NOW)
    assert standing() == {("aliyun", "ready"): PEOPLE}
    assert {row.attempts for row in db.session.scalars(select(Message))} == {0}
    rung = [promise.arguments["channel"] for promise in db.session.scalars(select(Promise).filter_by(name="drain"))]
    assert "aliyun" in rung
    way = Aliyun()
    while call(way, NOW):
        pass
    assert len(way.sent) == PEOPLE


def test_what_may_have_been_taken_never_goes_to_the_other(office):
    weigh(aliyun=0, tencent=1)
    _, people = escalate(office, 10)
    call(Tencent(doubt), NOW)
    escalate(office, people=people, dedup="later")
    with clock.stopped_at(NOW), unit_of_work():
        db.session.execute(db.update(Provider).values(weight=1))
        providers.hold("tencent", because="欠费")
    sweeps(NOW + timedelta(seconds=5))
    assert standing() == {("tencent", "in_doubt"): 10, ("aliyun", "ready"): 10}


def test_a_naive_failover_would_move_what_is_in_doubt_too(office):
    """Were the status not asked for, this is what the test above would see."""
    weigh(aliyun=0, tencent=1)
    escalate(office, 10)
    call(Tencent(doubt), NOW)
    with unit_of_work():
        db.session.execute(db.update(Message).values(channel="aliyun"))
    assert standing() == {("aliyun", "in_doubt"): 10}


def test_with_no_other_to_go_to_messages_wait_where_they_are(office):
    weigh(aliyun=0, tencent=1)
    escalate(office)
    call(Tencent(fault(ErrorClass.ACCOUNT)), NOW)
    assert standing() == {("tencent", "ready"): PEOPLE}
    assert call(Tencent(), NOW + timedelta(minutes=9)) is None
    assert call(Tencent(), NOW + timedelta(minutes=11)) == PEOPLE


def test_new_occasions_pass_a_held_provider_by_until_it_is_tried_again(office):
    with clock.stopped_at(NOW), unit_of_work():
        providers.hold("tencent", because="欠费")
    _, people = escalate(office)
    assert standing() == {("aliyun", "ready"): PEOPLE}
    case = cases(office, 1)[0]
    later = NOW + timedelta(minutes=11)
    write(people, kind="case_orphaned", case=case, channel="tencent", dedup="y", moment=later, role=["supervisor"])
    assert standing()["tencent", "ready"] > 0


def test_a_persons_hold_ends_by_a_person_and_not_by_success_or_time(office):
    with clock.stopped_at(NOW), unit_of_work() as session:
        owner = office.people["owner"].id
        session.add(Provider(channel="tencent", held_at=NOW, held_because="盘点", held_by_id=owner))
    with clock.stopped_at(NOW + timedelta(days=3)):
        with unit_of_work():
            providers.release("tencent")
            providers.hold("tencent", because="欠费")
        assert providers.is_held("tencent")
    db.session.rollback()
    assert db.session.scalars(select(Provider.held_because)).one() == "盘点"


def test_an_sms_provider_takes_over_for_no_channel_of_another_sort(office):
    ways.configure(("inbox", "simulator", "aliyun", "tencent"))
    write(crowd(2), kind="case_orphaned", case=cases(office, 1)[0], role=["supervisor"])
    with clock.stopped_at(NOW), unit_of_work():
        providers.hold("simulator", because="x")
        assert providers.reroute("simulator") == ("", 0)
    assert standing() == {("simulator", "ready"): 2}
