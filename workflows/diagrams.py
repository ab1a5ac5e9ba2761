"""Draws a life cycle from its table, so that a diagram in the documents cannot say what the rules do not."""

from workflows.engine import LifeCycle, Step


def mermaid(life_cycle: LifeCycle) -> str:
    """Return the life cycle as the text of a Mermaid state diagram; steps that nobody takes by hand are marked ⚙."""
    first, final = next(iter(life_cycle.states)), _final_states(life_cycle)
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.name}: {state.label}" for state in life_cycle.states.values()]
    lines.append(f"    [*] --> {first}")
    lines += [
        f"    {source} --> {step.target}: {_caption(step)}" for step in life_cycle.steps for source in step.sources
    ]
    lines += [f"    {name} --> [*]" for name in final]
    return "\n".join(lines) + "\n"


def table(life_cycle: LifeCycle) -> str:
    """Return the steps as a Markdown table: action, from, to, who."""
    lines = ["| 动作 | 从 | 到 | 谁 |", "| --- | --- | --- | --- |"]
    for step in life_cycle.steps:
        sources = "、".join(life_cycle.states[source].label for source in step.sources)
        target = life_cycle.states[step.target].label
        lines.append(f"| `{step.action}` {step.label} | {sources} | {target} | {step.who} |")
    return "\n".join(lines) + "\n"


def _caption(step: Step) -> str:
    return step.label if step.by_hand else f"⚙ {step.label}"


def _final_states(life_cycle: LifeCycle) -> list[str]:
    left = {source for step in life_cycle.steps for source in step.sources}
    return [name for name in life_cycle.states if name not in left]
