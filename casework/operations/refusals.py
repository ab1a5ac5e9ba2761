"""What was refused leaves a trace where it matters: an attempt to get round the signatures is a fact of its own.

A refusal takes its unit of work with it, and every journal row of it. What is
noted here outlives that: the unit of work writes it in a transaction of its own,
whichever entrance the attempt came through.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from casework import journal
from casework.db import db
from casework.errors import CaseworkError
from casework.operations.passwords import WrongPassword, count_failure
from workflows.access import Actor
from workflows.errors import Refused

_NOTED = "refusals_noted"
LONGEST = 80
"""So many characters of what an attempt named are kept: whoever is refused must not fill the journal."""


@dataclass(frozen=True)
class Refusal:
    """An attempt that was refused: where, what, by whom, on which thing, the codes, and whose password was wrong."""

    organisation_id: int
    action: str
    actor: str
    subject: str
    facts: dict[str, object] = field(default_factory=dict)
    wrong_password_of: int | None = None

    def record(self) -> None:
        """Put it into the journal of the present transaction, and count a wrong password as at the door."""
        if self.wrong_password_of is not None:
            count_failure(self.wrong_password_of)
        journal.record(
            organisation_id=self.organisation_id,
            action=self.action,
            actor=self.actor,
            subject=self.subject,
            facts=self.facts,
        )


@contextmanager
def noted(action: str, *, organisation_id: int, subject: str, actor: Actor, **facts: object) -> Iterator[None]:
    """Note it when what happens inside is refused, as `<action>_refused`; the refusal goes on its way."""
    try:
        yield
    except (CaseworkError, Refused) as refused:
        codes = [each.code for each in refused.refusals] if isinstance(refused, Refused) else [refused.code]
        wrong = refused.person_id if isinstance(refused, WrongPassword) else None
        found = Refusal(
            organisation_id, f"{action}_refused", str(actor.id), subject, {"reasons": codes} | _cut(facts), wrong
        )
        so_far: list[tuple[Exception, Refusal]] = db.session.info.setdefault(_NOTED, [])
        if all(each is not refused for each, _ in so_far):  # an attempt inside an attempt
            so_far.append((refused, found))
            set_noted(refused)
        raise


def set_noted(refused: Exception) -> None:
    """Mark an attempt as noted."""
    refused.add_note(_NOTED)


def was_noted(refused: Exception) -> bool:
    """Say whether an attempt was noted where it was made, so that no entrance notes it again."""
    return _NOTED in getattr(refused, "__notes__", ())


def _cut(facts: dict[str, object]) -> dict[str, object]:
    return {name: said[:LONGEST] if isinstance(said, str) else said for name, said in facts.items()}


def take_noted() -> list[Refusal]:
    """Hand over (once) what was refused in this unit of work."""
    return [refusal for _, refusal in db.session.info.pop(_NOTED, [])]
