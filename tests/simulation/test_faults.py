"""One fault at a time, where its place in the story matters more than chance."""

from datetime import date, datetime, time, timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.jobs import delivery
from casework.notices.models import Message
from casework.operations import sweep as sweeping
from tests.casework.notices.office import beijing
from tests.simulation import office_work
from tests.simulation.carrier import Weather

NOON = beijing(7, 24, 12)
PAUSES = (10, 130, 80, 200, 900, 5000)


def said_once(world):
    times = world.carrier.times()
    return [times[message.ref] for message in world.messages()] == [1] * len(world.messages())


@pytest.mark.parametrize("weather", list(Weather))
@pytest.mark.parametrize("again", [1, 2])
def test_whatever_a_call_suffers_everybody_is_told_once(world, weather, again):
    world.begin(NOON)
    for number in range(1, 4):
        office_work.urgent_word(world, "supervisor", occasion=number)
    world.carrier.weather.extend([weather] * again)
    world.settle(turns=PAUSES)
    assert said_once(world)
    assert {message.state for message in world.messages()} == {"delivered"}
    assert world.broken(settled=True) == {}


@pytest.mark.parametrize("words", list(permutations(["undelivered_temporary", "undelivered_permanent", "delivered"])))
@pytest.mark.parametrize("shuffled", [None, 1, 2])
def test_receipts_in_any_order_twice_and_against_each_other_end_in_the_same_state(world, words, shuffled):
    world.begin(NOON)
    office_work.urgent_word(world, "supervisor", occasion=1)
    world.carrier.shuffled = shuffled
    world.carrier.receipt_of = dict.fromkeys([message.ref for message in world.messages()], words)
    world.settle(turns=(10, 60))
    assert [message.state for message in world.messages()] == ["delivered"]
    assert world.broken(settled=True) == {}


def test_a_receipt_that_comes_before_our_own_record_is_kept_and_applied_after_it(world):
    world.begin(NOON)
    office_work.urgent_word(world, "supervisor", occasion=1)
    (waiting,) = world.messages()
    early, seen = [(waiting.ref, f"id-{waiting.ref}", "delivered")], []

    def at_point(name):
        if name == "after the carrier has taken":
            with world.beside():
                with world.unit():
                    seen.append(sweeping.land_receipts("simulator", early))
                with world.unit():
                    seen.append(sweeping.apply_receipts())

    world.carrier.at_point = at_point
    world.fire()
    world.work()
    assert seen == [1, 0]
    assert [message.state for message in world.messages()] == ["accepted"]
    world.settle(turns=(30,))
    assert [message.state for message in world.messages()] == ["delivered"]


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (beijing(7, 24, 21, 59), True),
        (beijing(7, 24, 22, 0), False),
        (beijing(7, 25, 7, 59), False),
        (beijing(7, 25, 8, 0), True),
        (datetime(2024, 8, 31, 23, 59, 59, tzinfo=clock.BEIJING), False),
        (datetime(2024, 9, 1, 0, 0, 0, tzinfo=clock.BEIJING), False),
    ],
)
def test_at_the_edge_of_the_quiet_hours_nothing_is_said_and_nothing_lost(world, moment, leaves):
    world.begin(moment)
    office_work.urgent_word(world, "supervisor", occasion=1)
    world.turn()
    assert bool(world.carrier.log) == leaves
    if not leaves:
        world.now = min(message.next_at for message in world.messages())
        assert world.now.astimezone(clock.BEIJING).hour == 8
        world.settle(turns=(1, 30))
    assert said_once(world)
    assert world.broken(settled=True) == {}


def test_31_august_ends_at_its_last_second_and_the_next_rung_waits_for_a_day_of_work(world):
    """The date is a Saturday: it is not moved, its target is the Friday, and Monday hears that it has passed."""
    world.begin(beijing(8, 26, 9))
    world.number = 0
    assert office_work.move_dates(world, to=date(2024, 8, 31))
    number = office_work.open_case(world, owner="owner", severity="medium")  # its limit ends on 2 September
    last = datetime.combine(date(2024, 8, 31), time(23, 59, 59), clock.BEIJING)
    for moment in (last, last + timedelta(seconds=1), last + timedelta(hours=12)):
        world.now = moment
        world.settle(turns=(0, 0))
        assert not [each for each in world.inside() if each[0] == "case_escalated"]
    world.now = beijing(9, 2, 8, 31)
    world.settle(turns=(0, 30))
    told = [(each[1], each[2], each[4]) for each in world.inside() if each[0] == "case_escalated"]
    assert told == [("supervisor", number, "2024-08-31")]
    assert world.broken(settled=True) == {}


@pytest.mark.parametrize("jump", [timedelta(minutes=-10), timedelta(minutes=-1), timedelta(minutes=10)])
def test_a_clock_that_jumps_neither_loses_nor_repeats(world, jump):
    world.begin(NOON)
    for number in range(1, 3):
        office_work.urgent_word(world, "supervisor", occasion=number)
    world.carrier.weather.append(Weather.REPLY_LOST)
    world.turn()
    world.now += jump
    for number in range(3, 5):
        office_work.urgent_word(world, "supervisor", occasion=number)
    world.settle(turns=(*PAUSES, 900, 900))
    assert said_once(world)
    assert not world.under_way()


def test_a_process_that_wakes_up_late_sends_nothing_and_everything_is_said_once(world, monkeypatch):
    world.begin(NOON)
    office_work.urgent_word(world, "supervisor", occasion=1)
    ticks = iter([0.0, delivery.GUARD + 1])
    with world.quietly():
        delivery.call_once(world.carrier, base_url="http://127.0.0.1", clock_of_process=lambda: next(ticks))
    assert not world.carrier.log
    world.settle(turns=PAUSES)
    assert said_once(world)


def test_one_poisoned_message_among_many_ends_alone(world):
    world.begin(NOON)
    for number in range(1, 7):
        office_work.urgent_word(world, "supervisor", occasion=number)
    poisoned = world.messages()[2].ref
    world.carrier.poison.add(poisoned)
    for _ in range(12):
        world.settle(turns=PAUSES)
    states = {message.ref: message.state for message in world.messages()}
    assert states.pop(poisoned) not in {"accepted", "delivered"}
    assert set(states.values()) == {"delivered"}
    assert world.broken(settled=True) == {}


def test_closing_a_case_or_opting_out_is_seen_up_to_the_gate(world):
    """Whatever is done before the gate has committed keeps the letter in; a moment later it leaves within the guard."""
    for act in (office_work.close, lambda each, _number: office_work.opt_out(each, "owner", message_class=1)):
        for point in range(1, 9):
            world.begin(NOON)
            world.number = 0
            number = office_work.open_case(world, owner="owner", severity="medium")
            with world.quietly():
                world.pass_time(seconds=70)  # what gathers has gathered
            world.intrude_at, world.intruder = point, lambda act=act, number=number: act(world, number)
            world.turn()
            world.settle(turns=PAUSES)
            assert world.broken(settled=True) == {}, point
            assert not world.under_way()
            assert {message.state for message in world.messages()} <= {"delivered", "suppressed", "merged", "cancelled"}


def test_messages_of_one_letter_are_named_by_it(world):
    world.begin(NOON)
    world.number = 0
    for _ in range(5):
        office_work.open_case(world, owner="owner", severity="medium")
    world.settle(turns=(90, 90))
    letters = db.session.scalars(select(Message).where(Message.channel == "simulator", Message.state == "delivered"))
    assert letters.all()
    assert set(world.heard().values()) == {1}


def test_what_people_do_here_is_not_refused_by_the_rules(world):
    """Otherwise the season would be a story in which nobody does anything."""
    world.begin(NOON)
    world.number = 0
    number = office_work.open_case(world, owner="owner", severity="medium")
    assert office_work.hold(world, number, days=3)
    assert office_work.let_go(world, number)
    assert office_work.hand_over(world, number, to="second")
    assert office_work.move_dates(world, to=date(2024, 8, 2))
    assert not office_work.send_back(world, number), "nothing is concluded yet"
    assert office_work.close(world, number)
    assert not office_work.close(world, number)
    assert office_work.reopen(world, number)
    assert office_work.close(world, number)
