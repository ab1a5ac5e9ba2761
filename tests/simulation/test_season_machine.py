"""Anything may happen in any order, and whatever happens, every invariant holds.

`CASEWORK_SIMULATION=deep` looks much longer; `--hypothesis-seed=N` looks again
where somebody has found something.
"""

import os
from datetime import date, time, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from casework import clock
from casework.jobs.periodic import Daily
from tests.casework.notices.office import beijing
from tests.simulation import office_work
from tests.simulation.carrier import Weather

DEEP = os.environ.get("CASEWORK_SIMULATION") == "deep"
EXAMPLES, STEPS = (400, 60) if DEEP else (6, 25)
ON_A_SERVER = 3
"""So many examples where each statement crosses a socket; the protocol is the same."""
DAILY = (
    Daily("retime_all", at=time(0, 5)),
    Daily("orphans", at=time(8, 20)),
    Daily("digest", at=time(9, 0)),
)
STAFF = ("owner", "second")
ABOVE = ("supervisor", "vice", "party", "admin", "province")
SPANS = (
    timedelta(seconds=40),
    timedelta(minutes=3),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=3),
)
BOUNDARIES = (time(7, 59, 59), time(8, 0), time(8, 30), time(9, 0), time(21, 59, 58), time(22, 0), time(23, 59, 59))
DATES = (date(2024, 7, 29), date(2024, 8, 2), date(2024, 8, 5), date(2024, 8, 16), date(2024, 8, 31))


class Season(RuleBasedStateMachine):
    world = None  # one database for all examples, emptied before each

    def __init__(self):
        super().__init__()
        self.world.begin(beijing(7, 25, 8, 29))
        self.world.number, self.world.points_seen, self.words = 0, 0, 0
        self.cases = []

    def a_case(self, index):
        return self.cases[index % len(self.cases)]

    # --- people -----------------------------------------------------------------------------------------------

    @rule(owner=st.sampled_from(STAFF), severity=st.sampled_from(["low", "medium", "critical"]))
    def open_case(self, owner, severity):
        self.cases.append(office_work.open_case(self.world, owner=owner, severity=severity))

    @precondition(lambda self: self.cases)
    @rule(index=st.integers(0, 9), step=st.sampled_from(["close", "reopen", "send_back", "let_go"]))
    def take_a_step(self, index, step):
        getattr(office_work, step)(self.world, self.a_case(index))

    @precondition(lambda self: self.cases)
    @rule(index=st.integers(0, 9), days=st.integers(1, 6))
    def hold(self, index, days):
        office_work.hold(self.world, self.a_case(index), days=days)

    @precondition(lambda self: self.cases)
    @rule(index=st.integers(0, 9), to=st.sampled_from(STAFF))
    def hand_over(self, index, to):
        office_work.hand_over(self.world, self.a_case(index), to=to)

    @rule(to=st.sampled_from(DATES))
    def move_dates(self, to):
        office_work.move_dates(self.world, to=to)

    @rule(who=st.sampled_from(STAFF + ABOVE), message_class=st.integers(0, 1))
    def opt_out(self, who, message_class):
        office_work.opt_out(self.world, who, message_class=message_class)

    @rule(who=st.sampled_from(STAFF + ABOVE), days=st.sampled_from([0, 2, 7]))
    def go_on_leave(self, who, days):
        office_work.go_on_leave(self.world, who, days=days)

    @rule(who=st.sampled_from(ABOVE))
    def urgent_word(self, who):
        self.words += 1
        office_work.urgent_word(self.world, who, occasion=self.words)

    # --- time and weather -------------------------------------------------------------------------------------

    @rule(span=st.sampled_from(SPANS))
    def let_time_pass(self, span):
        self.world.now += span

    @rule(hour=st.sampled_from(BOUNDARIES))
    def go_to_a_boundary(self, hour):
        local = self.world.now.astimezone(clock.BEIJING)
        day = local.date() + timedelta(days=local.time() >= hour)
        self.world.now = clock.datetime.combine(day, hour, clock.BEIJING)

    @rule(weather=st.sampled_from(list(Weather)))
    def weather_comes(self, weather):
        self.world.carrier.weather.append(weather)

    @rule(
        seed=st.integers(0, 99), words=st.permutations(["undelivered_temporary", "undelivered_permanent", "delivered"])
    )
    def carrier_talks_confusedly(self, seed, words):
        self.world.carrier.shuffled = seed
        for line in self.world.carrier.log[-3:]:
            self.world.carrier.receipt_of.setdefault(line[0].ref, tuple(words))

    @rule(points=st.integers(1, 14))
    def death_comes_near(self, points):
        self.world.die_at = len(self.world.points) + points

    # --- machinery --------------------------------------------------------------------------------------------

    @rule(what=st.sampled_from(["fire", "work", "sweep", "ring", "flush"]))
    def one_part_runs(self, what):
        self.world.pass_time(seconds=1)
        getattr(self.world, what)()

    @rule()
    def a_turn(self):
        self.world.pass_time(seconds=1)
        self.world.turn()

    @rule()
    def the_days_tasks(self):
        for task in DAILY * 2:  # two schedulers
            turn = task.turn(self.world.now)
            if turn is not None:
                self.world.step(lambda task=task, turn=turn: task.take(turn))

    @invariant()
    def nothing_is_broken(self):
        if self.world.points_seen != len(self.world.points):  # whoever only waits breaks nothing
            self.world.points_seen = len(self.world.points)
            assert self.world.broken() == {}

    def teardown(self):
        """Let it recover, and ask what only then must hold."""
        world = self.world
        world.die_at = None
        world.carrier.weather.clear()
        world.settle()
        for _ in range(8):
            if not world.under_way():
                break
            world.now = max(message.next_at for message in world.under_way()) + timedelta(seconds=1)
            world.settle()
        assert world.broken(settled=True) == {}
        assert [(each.state, each.next_at) for each in world.under_way()] == []
        assert {occasion for occasion, times in world.heard().items() if occasion[3] and times > 1} == set()


def test_whatever_happens_every_invariant_holds(world, databases):
    Season.world = world
    few = databases.name != "sqlite" and not DEEP
    # Making a found story shorter takes minutes; the seed and the deep profile do that when somebody looks.
    phases = tuple(Phase) if DEEP else (Phase.explicit, Phase.reuse, Phase.generate)
    profile = settings(
        max_examples=ON_A_SERVER if few else EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=phases,
        database=None,
    )
    run_state_machine_as_test(Season, settings=profile)
