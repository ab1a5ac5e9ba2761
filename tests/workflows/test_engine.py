from dataclasses import dataclass

import pytest

from workflows.engine import Attempt, LifeCycle, Moved, State, Step, UnknownAction, UnknownAnswer, UnknownState
from workflows.errors import Refusal, Refused, WorkflowError

STATES = (State("open", "开着", "门开着。"), State("shut", "关着", "门关着。"))


@dataclass
class Door:
    state: str = "open"
    blocked: bool = False
    way: str = "left"


def not_blocked(ask):
    return Refusal("blocked", "门前有%(thing)s。", {"thing": "箱子"}) if ask.subject.blocked else None


def keeper_only(ask):
    return None if ask.actor == "keeper" else Refusal("not_keeper", "您不是看门人。")


def reason_needed(ask):
    return None if ask.text("reason") else Refusal("reason_missing", "请写明理由。")


def careless(_ask):
    raise KeyError("a guard with a fault")


STEPS = (
    Step(
        "shut",
        ("open",),
        "shut",
        who="看门人",
        label="关门",
        guards=(not_blocked, keeper_only),
        demands=(reason_needed,),
        given=("reason",),
        says={"quiet": True},
    ),
    Step("open", ("shut",), "open", who="看门人", label="开门", guards=(keeper_only,), by_hand=False),
    Step("break", ("open",), "shut", who="无", label="坏", guards=(careless,)),
)
DOOR = LifeCycle("door", STATES, STEPS)


def codes(refusals):
    return [refusal.code for refusal in refusals]


def test_a_step_moves_the_subject_and_says_what_happened():
    door = Door()
    assert DOOR.fire(door, "shut", actor="keeper", reason=" 起风 ") == Moved("shut", "open", "shut", {"quiet": True})
    assert door.state == "shut"


def test_all_reasons_are_told_in_the_order_of_the_table_and_nothing_moves():
    door = Door(blocked=True)
    with pytest.raises(Refused) as refused:
        DOOR.fire(door, "shut", actor="guest")
    assert codes(refused.value.refusals) == ["blocked", "not_keeper", "reason_missing"]
    assert str(refused.value.refusals[0]) == "门前有箱子。"
    assert door == Door(blocked=True)


def test_an_action_that_does_not_start_here_is_refused_with_the_states_where_it_does():
    (refusal,) = DOOR.refusals(Door("shut"), "shut", actor="keeper", reason="x")
    assert refusal.code == "not_from_this_state"
    assert str(refusal) == "现在的状态是“关着”，不能“关门”；这一步只能在“开着”时进行。"


def test_choices_are_greyed_out_by_the_same_guards_but_not_for_a_form_that_nobody_has_seen():
    sound = LifeCycle("door", STATES, STEPS[:2])
    (shut,) = sound.choices(Door(), actor="keeper")
    assert shut.allowed
    assert shut.needs == ("reason",)
    (shut,) = sound.choices(Door(blocked=True), actor="keeper")
    assert not shut.allowed
    assert codes(shut.refusals) == ["blocked"]


def test_what_nobody_takes_by_hand_is_never_offered():
    assert DOOR.choices(Door("shut"), actor="keeper") == ()


@pytest.mark.parametrize("ask", ["fire", "refusals"])
def test_an_unknown_action_an_unknown_state_and_an_unread_answer_are_errors(ask):
    with pytest.raises(UnknownAction):
        getattr(DOOR, ask)(Door(), "to_shut", actor="keeper")
    with pytest.raises(UnknownState):
        getattr(DOOR, ask)(Door("ajar"), "shut", actor="keeper")
    with pytest.raises(UnknownAnswer, match="resaon"):
        getattr(DOOR, ask)(Door(), "shut", actor="keeper", resaon="起风")


def test_a_fault_in_a_guard_is_not_swallowed():
    door = Door()
    with pytest.raises(KeyError):
        DOOR.fire(door, "break", actor="keeper")
    assert door.state == "open"


def test_the_bare_machine_is_guarded_too_and_has_no_shortcut():
    assert set(DOOR.machine.events) == {"shut", "open", "break"}
    door = Door(blocked=True)
    assert DOOR.machine.events["shut"].trigger(door, attempt=Attempt(door, "guest")) is False
    assert door.state == "open"


def test_a_guard_that_changes_its_answer_while_the_step_is_taken_is_an_error():
    answers = iter([None, Refusal("late", "晚了。")])
    fickle = Step("shut", ("open",), "shut", who="", label="关门", guards=(lambda _ask: next(answers),))
    door = Door()
    with pytest.raises(WorkflowError, match="changed their answer"):
        LifeCycle("door", STATES, (fickle,)).fire(door, "shut", actor="keeper")
    assert door.state == "open"


def test_two_rows_may_not_apply_to_one_subject():
    twice = LifeCycle("door", STATES, (STEPS[0], STEPS[0]))
    with pytest.raises(WorkflowError, match="2 rows"):
        twice.fire(Door(), "shut", actor="keeper", reason="x")


def test_the_row_is_chosen_by_the_subject():
    left = Step("turn", ("open",), "shut", who="", label="转", when=lambda door: door.way == "left")
    right = Step("turn", ("open",), "open", who="", label="转", when=lambda door: door.way == "right")
    turning = LifeCycle("door", STATES, (left, right))
    assert turning.fire(Door(way="left"), "turn", actor=None).to_state == "shut"
    assert turning.fire(Door(way="right"), "turn", actor=None).to_state == "open"
