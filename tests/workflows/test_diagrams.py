import pytest

from workflows.case import CASE
from workflows.diagrams import mermaid, table
from workflows.report import REPORT


@pytest.mark.parametrize("cycle", [CASE, REPORT], ids=lambda cycle: cycle.name)
def test_a_diagram_shows_every_state_and_every_step(cycle):
    drawn = mermaid(cycle)
    assert drawn.startswith("stateDiagram-v2\n")
    assert all(f"    {state.name}: {state.label}\n" in drawn for state in cycle.states.values())
    arrows = [f"{source} --> {step.target}: " for step in cycle.steps for source in step.sources]
    assert all(arrow in drawn for arrow in arrows)
    assert drawn.count(" --> ") == len(arrows) + 1 + drawn.count("--> [*]")


def test_what_nobody_takes_by_hand_is_marked():
    assert "corrected --> signed_off: ⚙ 签字生效" in mermaid(CASE)


def test_the_table_has_a_line_for_every_step():
    assert table(CASE).count("\n") == len(CASE.steps) + 2
