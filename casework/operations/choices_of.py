"""What a person can do with a case now, and for everything else the sentence why not."""

from dataclasses import replace

from casework.cases.facts import facts_of
from casework.cases.models import Case
from casework.operations.advance import PERMISSION
from casework.operations.permit import refusal_for_case
from workflows.access import Actor
from workflows.case import choices
from workflows.engine import Choice


def choices_of(case: Case, *, actor: Actor) -> tuple[Choice, ...]:
    """Return every step of this state, open or locked with its reasons; the right to it comes before the rules."""
    found = []
    for choice in choices(facts_of(case), actor=actor):
        refusal = refusal_for_case(actor, PERMISSION.get(choice.action, f"case:{choice.action}"), case)
        if refusal is not None:
            choice = replace(choice, allowed=False, refusals=(refusal,))  # noqa: PLW2901 - the same choice, locked
        found.append(choice)
    return tuple(found)
