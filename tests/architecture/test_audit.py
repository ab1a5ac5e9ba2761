"""Whoever looks at what is sealed, takes something along or changes a right says so by an action that is audited."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.architecture.source import Module, modules, parse
from workflows.audit import AUDITED

RIGHTS = ("people", "round", "journal", "retention", "keys", "tie", "mandate")
PENS = {"record", "note_account", "note_export", "note_lead_look", "say", "_remember", "_say"}
NO_RIGHT = {
    "people:mute": "what somebody wants to hear",
    "people:opt_out": "likewise",
    "people:unmute": "likewise",
    "people:calendar": "a feed of one's own dates; it opens nothing else",
    "people:calendar_end": "likewise",
    "people:sign_in": "somebody came in; what they do then is audited",
    "people:sign_out": "likewise",
    "retention:propose": "the night asks somebody; nothing is erased",
    "keys:reseal": "the same contents under a newer key",
}
"""Actions of these groups that change no right, each with why."""


def written(module: Module) -> Iterator[tuple[str, bool]]:
    """Yield each action that a module writes by name, and whether it goes into the chain of looks."""
    named = dict(_named(module))
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and _name(node) in PENS:
            looks = _name(node) in {"note_export", "note_lead_look"} or "LOOKS" in ast.unparse(node)
            said = [keyword.value for keyword in node.keywords if keyword.arg == "action"] or node.args[:2]
            for part in (each for value in said for each in ast.walk(value)):
                action = named.get(part.id) if isinstance(part, ast.Name) else getattr(part, "value", None)
                if isinstance(action, str) and action.count(":") == 1:
                    yield action, looks


def _named(module: Module) -> Iterator[tuple[str, object]]:
    """Yield the values that have a name in a module, its own or that of another: actions that others read too."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            names, values = (getattr(each, "elts", [each]) for each in (node.targets[0], node.value))
            pairs = zip(names, values, strict=False)
            yield from ((name.id, value.value) for name, value in pairs if isinstance(value, ast.Constant))
        elif isinstance(node, ast.ImportFrom):
            wanted = {alias.name for alias in node.names if alias.name.isupper()}
            there = _at((node.module or "").replace(".", "/")) if wanted else None
            yield from (pair for pair in (_named(there) if there else ()) if pair[0] in wanted)


@cache
def _at(path: str) -> Module | None:
    return next((each for each in modules() if each.path in (f"{path}.py", f"{path}/__init__.py")), None)


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
    found = {action for action, _ in everything()}
    begun = ("refused:", *(action for action in found if action.endswith("_")))  # the rest is the word of an enum
    assert {action for action in AUDITED.keys() - found if not action.startswith(begun)} == set()


def test_these_inspections_see_what_they_look_for():
    look = parse("journal.record(action='case:peep', chain=journal.LOOKS)")
    right = parse("journal.record(action='people:crown', subject=login)")
    choice = parse("_say('people:activate' if active else 'people:crown', person, actor)")
    named = parse("PEEP, CROWN = 'case:peep', 'people:crown'\njournal.record(action=PEEP, chain=LOOKS)")
    plain = parse("journal.record(action='case:note')")
    assert [unaudited(set(written(each))) for each in (look, right, choice, named, plain)] == [
        {"case:peep"},
        {"people:crown"},
        {"people:crown"},
        {"case:peep"},
        set(),
    ]
