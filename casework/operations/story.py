"""Tell what happened to a case, once for people (its story) and once for the record (the journal)."""

from collections.abc import Mapping

from casework import journal
from casework.cases.models import Case, Move
from workflows.access import SYSTEM, Actor


def tell(
    case: Case,
    action: str,
    *,
    actor: Actor,
    params: Mapping[str, object] | None = None,
    words: str | None = None,
    facts: Mapping[str, object] | None = None,
    personal: Mapping[str, str] | None = None,
    states: tuple[str, str] = ("", ""),
) -> None:
    """Add a line to the case story and an entry to the journal of the organisation that handles it.

    `params` are shown to people, `words` is what somebody wrote (sealed in the
    story, committed to in the journal), `facts` go into the journal entry; what
    else a person typed is `personal`, which the entry only commits to.
    """
    case.moves.append(
        Move(
            by_id=None if actor is SYSTEM else actor.id,
            action=action,
            from_state=states[0],
            to_state=states[1],
            params=dict(params or {}),
            words=words or None,
        )
    )
    journal.record(
        organisation_id=case.organisation_id,
        action=f"case:{action}",
        actor=str(actor.id),
        subject=case.number,
        facts={**(params or {}), **(facts or {})},
        personal={**(personal or {}), **({"words": words} if words else {})},
    )
