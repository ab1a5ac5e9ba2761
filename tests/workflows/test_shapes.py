"""Life cycles tested as shapes, and the promise that every refusal has been seen by a test."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

import workflows
from tests.workflows import test_case, test_lead, test_report
from workflows import case, lead, report
from workflows.access import ACTIONS, POLICY, Role
from workflows.access_actors import ROLE_LABELS
from workflows.case_facts import CONCLUSION_LABELS, KIND_LABELS, CaseState, Conclusion, Kind
from workflows.engine import LifeCycle
from workflows.evidence import (
    EVIDENCE_CLASS_LABELS,
    METHOD_LABELS,
    RESULT_LABELS,
    EvidenceClass,
    Method,
    Result,
)
from workflows.lead import OUTCOME_LABELS, SCOPE_LABELS, LeadState, Outcome, Scope
from workflows.report import ReportState
from workflows.severity import NATURE_LABELS, SEVERITY_LABELS, Nature, Severity

CYCLES = pytest.mark.parametrize("cycle", [case.CASE, report.REPORT, lead.LEAD], ids=lambda cycle: cycle.name)
PACKAGE = Path(workflows.__file__).parent
FILES = ("engine", "access", "case", "case_guards", "conclusions", "report_guards", "lead_guards", "signoff")


@CYCLES
def test_every_state_is_reachable_from_the_first(cycle):
    reached, grown = {next(iter(cycle.states))}, True
    while grown:
        more = {step.target for step in cycle.steps if reached & set(step.sources)}
        grown = not more <= reached
        reached |= more
    assert reached == set(cycle.states)


@CYCLES
def test_every_state_but_the_last_can_be_left(cycle):
    left = {source for step in cycle.steps for source in step.sources if source != step.target}
    stuck = set(cycle.states) - left
    assert stuck <= {"filed"}


@CYCLES
def test_no_action_jumps_to_a_state_past_the_guards(cycle):
    assert set(cycle.machine.events) == set(cycle.actions)
    assert not [event for event in cycle.machine.events if event.startswith("to_")]
    assert all(step.guards for step in cycle.steps)


@CYCLES
def test_every_guarded_answer_is_declared_and_every_label_written(cycle):
    assert all(step.label and step.who for step in cycle.steps)
    assert all(state.label and state.sentence.endswith("。") for state in cycle.states.values())
    assert all(step.given or not step.demands for step in cycle.steps)


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (Role, ROLE_LABELS),
        (Kind, KIND_LABELS),
        (Conclusion, CONCLUSION_LABELS),
        (Severity, SEVERITY_LABELS),
        (Nature, NATURE_LABELS),
        (EvidenceClass, EVIDENCE_CLASS_LABELS),
        (Method, METHOD_LABELS),
        (Result, RESULT_LABELS),
        (CaseState, case.CASE.states),
        (ReportState, report.REPORT.states),
        (LeadState, lead.LEAD.states),
        (Outcome, OUTCOME_LABELS),
        (Scope, SCOPE_LABELS),
    ],
)
def test_every_word_has_its_label(words, labels):
    assert {word.value for word in words} == {str(name) for name in labels}


def test_every_action_is_granted_to_somebody_and_no_row_grants_an_unknown_one():
    assert {action for grant in POLICY for action in grant.actions} == set(ACTIONS)


def refusals_in(name):
    for node in ast.walk(ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal":
            yield node


@pytest.mark.parametrize("name", FILES)
def test_every_refusal_is_marked_for_translation_is_a_sentence_and_fills_its_places(name):
    for node in refusals_in(name):
        code, message = node.args[0].value, node.args[1].args[0].value
        assert node.args[1].func.id == "N_", code
        assert message.endswith("。"), code
        if len(node.args) > 2 and isinstance(node.args[2], ast.Dict):
            given = {key.value for key in node.args[2].keys}
            assert set(re.findall(r"%\((\w+)\)", message)) <= given, code


def test_every_refusal_code_is_reached_by_a_test():
    codes = {node.args[0].value for name in FILES for node in refusals_in(name)}
    tests = Path(__file__).parent
    told = "".join(
        path.read_text(encoding="utf-8") for path in tests.glob("test_*.py") if path.name != "test_shapes.py"
    )
    assert {code for code in codes if f'"{code}"' not in told} == set()


def without_one_guard(cycle):
    for place, step in enumerate(cycle.steps):
        for kept in ("guards", "demands"):
            guards = getattr(step, kept)
            for index, dropped in enumerate(guards):
                naive = replace(step, **{kept: guards[:index] + guards[index + 1 :]})
                steps = (*cycle.steps[:place], naive, *cycle.steps[place + 1 :])
                yield f"{step.action} {dropped.__name__}", LifeCycle(cycle.name, tuple(cycle.states.values()), steps)


@pytest.mark.parametrize(
    ("cycle", "refused"),
    [(case.CASE, test_case.REFUSED), (report.REPORT, test_report.REFUSED), (lead.LEAD, test_lead.REFUSED)],
    ids=["case", "report", "lead"],
)
def test_no_guard_can_be_dropped_from_a_row_unseen(cycle, refused):
    def agrees(life_cycle):
        return all(
            code in [refusal.code for refusal in life_cycle.refusals(subject, action, actor=actor, **given)]
            for code, action, subject, actor, given in refused
        )

    assert agrees(cycle)
    assert [name for name, naive in without_one_guard(cycle) if agrees(naive)] == []
