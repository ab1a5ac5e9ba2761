from pathlib import Path

import pytest

from workflows.case import CASE
from workflows.diagrams import mermaid, table
from workflows.lead import LEAD
from workflows.report import REPORT

LIFE_CYCLES = Path(__file__).parents[2] / "docs" / "lifecycles.md"


def part_of_document(cycle):
    """Return what the document says of one life cycle; printed by a failure, it is what to paste."""
    return f"```mermaid\n{mermaid(cycle)}```\n\n{table(cycle)}"


@pytest.mark.parametrize("cycle", [CASE, REPORT, LEAD], ids=lambda cycle: cycle.name)
def test_the_document_of_the_life_cycles_says_what_the_tables_say(cycle):
    assert part_of_document(cycle) in LIFE_CYCLES.read_text(encoding="utf-8")


@pytest.mark.parametrize("cycle", [CASE, REPORT, LEAD], ids=lambda cycle: cycle.name)
def test_the_document_explains_every_state(cycle):
    written = LIFE_CYCLES.read_text(encoding="utf-8")
    assert all(f"| `{state.name}` | {state.label} | {state.sentence} |\n" in written for state in cycle.states.values())
