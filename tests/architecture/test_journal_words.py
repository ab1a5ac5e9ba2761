"""Nobody reads a code: every action that can stand in the journal has its word, and its group in the filter."""

import ast
from collections.abc import Iterator

from casework.web.journal_words import ACTIONS, GROUPS, STORIES
from tests.architecture.source import Module, modules, parse
from tests.architecture.test_audit import everything
from workflows.audit import AUDITED
from workflows.campaign import CAMPAIGN
from workflows.case import CASE
from workflows.lead import LEAD
from workflows.report import REPORT

LIFE_CYCLES = {"case": CASE, "lead": LEAD, "report": REPORT, "campaign": CAMPAIGN}
STORY_TELLERS = {"tell": "case", "note_step": "lead"}


def told(module: Module) -> Iterator[str]:
    """Yield each step of a story of a case or lead that a module tells by name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STORY_TELLERS:
            said = [keyword.value for keyword in node.keywords if keyword.arg == "action"] or node.args[1:2]
            for part in (each for value in said for each in ast.walk(value)):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value[0] != "_":
                    yield f"{STORY_TELLERS[node.func.id]}:{part.value}"


def actions() -> set[str]:
    """Return every action that can be written."""
    named = {action for action, _ in everything() if not action.endswith((":", "_"))}
    steps = {f"{group}:{step.action}" for group, table in LIFE_CYCLES.items() for step in table.steps}
    stories = {each for module in modules() if module.path.startswith("casework/operations/") for each in told(module)}
    return named | steps | stories | set(AUDITED)


def has_word(action: str) -> bool:
    group, _, step = action.partition(":")
    return action in ACTIONS or step in STORIES.get(group, {})


def test_every_action_has_a_word():
    assert sorted(action for action in actions() if not has_word(action)) == []


def test_every_action_can_be_filtered_by_its_group():
    assert {action.partition(":")[0] for action in actions()} - set(GROUPS) == set()


def test_a_step_without_a_word_is_seen():
    found = set(told(parse("tell(case, 'crown', actor=actor)\nnote_step(lead, action='crown' if king else 'take')")))
    assert found == {"case:crown", "lead:crown", "lead:take"}
    assert [action for action in sorted(found) if not has_word(action)] == ["case:crown", "lead:crown"]
