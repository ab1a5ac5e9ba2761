"""Whoever looks at what is sealed, takes something along or changes a right says so by an action that is audited."""

import ast
from collections.abc import Iterator

from tests.architecture.source import Module, modules, parse
from workflows.audit import AUDITED

RIGHTS = ("people", "round", "journal", "key", "token", "second_factor", "tie", "mandate")
PENS = {"record", "note_export", "note_lead_look", "_remember", "_say"}
NO_RIGHT = {
    "people:address": "where somebody is reached, changed by themselves or who administers them",
    "people:mute": "what somebody wants to hear",
    "people:opt_out": "likewise",
    "people:unmute": "likewise",
    "people:calendar": "a feed of one's own dates; it opens nothing else",
    "people:calendar_end": "likewise",
    "people:sign_in": "somebody came in; what they do then is audited",
    "people:sign_out": "likewise",
}
"""Actions of these groups that change no right, each with why."""
NAMED_ELSEWHERE = {"journal:erase"}
"""Actions that are written by the name of a constant, because others read them too."""


def written(module: Module) -> Iterator[tuple[str, bool]]:
    """Yield each action that a module writes by name, and whether it goes into the chain of looks."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _name(node) in PENS:
            looks = _name(node) in {"note_export", "note_lead_look"} or "LOOKS" in ast.unparse(node)
            said = [keyword.value for keyword in node.keywords if keyword.arg == "action"] or node.args[:2]
            for part in (each for value in said for each in ast.walk(value)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.count(":") == 1:
                    yield part.value, looks


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def unaudited(pairs: set[tuple[str, bool]]) -> set[str]:
    """Return what should be audited by what it is, and is not."""
    return {
        action
        for action, looks in pairs
        if not action.endswith((":", "_"))  # the beginning of one that is put together
        and (looks or action.partition(":")[0] in RIGHTS)
        and action not in AUDITED
        and action not in NO_RIGHT
    }


def everything() -> set[tuple[str, bool]]:
    return {pair for module in modules() if module.path.startswith("casework/") for pair in written(module)}


def test_every_look_export_and_change_of_right_is_audited_or_has_a_reason():
    assert unaudited(everything()) == set()


def test_every_row_of_the_table_is_written_somewhere():
    found = {action for action, _ in everything()} | NAMED_ELSEWHERE
    begun = tuple(action for action in found if action.endswith((":", "_")))
    assert {action for action in AUDITED.keys() - found if not action.startswith(begun)} == set()


def test_these_inspections_see_what_they_look_for():
    look = parse("journal.record(action='case:peep', chain=journal.LOOKS)")
    right = parse("journal.record(action='people:crown', subject=login)")
    choice = parse("_say('people:activate' if active else 'people:crown', person, actor)")
    plain = parse("journal.record(action='case:note')")
    assert [unaudited(set(written(each))) for each in (look, right, choice, plain)] == [
        {"case:peep"},
        {"people:crown"},
        {"people:crown"},
        set(),
    ]
