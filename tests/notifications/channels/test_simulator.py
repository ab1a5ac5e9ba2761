from collections import Counter
from datetime import UTC, datetime

import pytest

from notifications.channels.channel import Status
from notifications.channels.simulator import FATES, Fate, Simulator
from notifications.errors import ErrorClass
from tests.notifications.makers import make_message


def make_simulator(tmp_path, naps=None):
    return Simulator(
        tmp_path / "carrier.jsonl",
        now=lambda: datetime(2024, 8, 1, tzinfo=UTC),
        sleep=(naps if naps is not None else []).append,
        slow_seconds=30,
    )


def address_of(fate):
    return f"{fate.value}@simulator.example"


@pytest.mark.parametrize(
    ("fate", "status", "error_class", "logged", "receipt"),
    [
        (Fate.DELIVERED, Status.ACCEPTED, None, 1, ["delivered"]),
        (Fate.DEAD_NUMBER, Status.ACCEPTED, None, 1, ["undelivered_permanent"]),
        (Fate.SWITCHED_OFF, Status.ACCEPTED, None, 1, ["undelivered_temporary"]),
        (Fate.NO_RECEIPT, Status.ACCEPTED, None, 1, []),
        (Fate.SLOW, Status.ACCEPTED, None, 1, ["delivered"]),
        (Fate.ACCEPTS_THEN_RESETS, Status.IN_DOUBT, ErrorClass.IN_DOUBT, 1, ["delivered"]),
        (Fate.RESETS_BEFORE, Status.IN_DOUBT, ErrorClass.IN_DOUBT, 0, []),
        (Fate.THROTTLED, Status.REFUSED, ErrorClass.THROTTLED, 0, []),
        (Fate.REJECTED, Status.REFUSED, ErrorClass.TEMPLATE, 0, []),
        (Fate.ACCOUNT_REFUSED, Status.REFUSED, ErrorClass.ACCOUNT, 0, []),
        (Fate.CONTRADICTORY, Status.ACCEPTED, None, 1, ["undelivered_permanent", "delivered"]),
    ],
)
def test_each_magic_address_has_its_fate(fate, status, error_class, logged, receipt, tmp_path):  # noqa: PLR0917
    simulator = make_simulator(tmp_path)
    (outcome,) = simulator.send([make_message(recipient=address_of(fate))], reference="a-1").outcomes
    assert (outcome.status, outcome.error_class) == (status, error_class)
    assert len(list(simulator.accepted())) == logged
    assert [one.status for one in simulator.receipts()] == receipt
    assert bool(outcome.sentence) == (status != Status.ACCEPTED)


def test_every_fate_has_a_number_and_a_mailbox():
    assert Counter(FATES.values()) == dict.fromkeys(Fate, 2)


def test_any_other_address_is_delivered(tmp_path):
    (outcome,) = make_simulator(tmp_path).send([make_message()], reference="a-1").outcomes
    assert outcome.status == Status.ACCEPTED


def test_asking_tells_a_lost_answer_from_a_lost_call(tmp_path):
    simulator = make_simulator(tmp_path)
    for reference, fate in (("taken", Fate.ACCEPTS_THEN_RESETS), ("not-taken", Fate.RESETS_BEFORE)):
        batch = [make_message("m-1"), make_message("m-2", address_of(fate))]
        answers = simulator.send(batch, reference=reference).outcomes
        assert [answer.status for answer in answers] == [Status.IN_DOUBT, Status.IN_DOUBT]
    assert [outcome.ref for outcome in simulator.ask("taken").outcomes] == ["m-1", "m-2"]
    assert simulator.ask("not-taken").outcomes == ()


def test_sending_again_when_in_doubt_is_seen_in_the_log(tmp_path):
    simulator = make_simulator(tmp_path)
    for attempt in ("a-1", "a-2"):
        simulator.send([make_message("m-1", address_of(Fate.ACCEPTS_THEN_RESETS))], reference=attempt)
    assert Counter(line["ref"] for line in simulator.accepted()) == {"m-1": 2}


def test_one_refused_address_leaves_the_others_accepted(tmp_path):
    batch = [make_message("m-1"), make_message("m-2", address_of(Fate.THROTTLED)), make_message("m-3")]
    outcomes = make_simulator(tmp_path).send(batch, reference="a-1").outcomes
    assert [outcome.status.value for outcome in outcomes] == ["accepted", "refused", "accepted"]


def test_a_slow_carrier_answers_late(tmp_path):
    naps = []
    make_simulator(tmp_path, naps).send([make_message(recipient=address_of(Fate.SLOW))], reference="a-1")
    assert naps == [30]


def test_the_log_is_shared_between_processes_and_survives_a_torn_line(tmp_path):
    make_simulator(tmp_path).send([make_message("m-1")], reference="a-1")
    with (tmp_path / "carrier.jsonl").open("a") as log:
        log.write('{"at": "2024')
    assert [line["ref"] for line in make_simulator(tmp_path).accepted()] == ["m-1"]
