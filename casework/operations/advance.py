"""Take one step of a case's life: the only function in the service that writes `Case.state`."""

from contextlib import AbstractContextManager, nullcontext

from casework import clock
from casework.cases.facts import facts_of
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Invalid
from casework.operations.announce import announce_case
from casework.operations.extend_case import take_late
from casework.operations.go_stale import go_stale
from casework.operations.permit import permit_case
from casework.operations.refusals import noted
from casework.operations.retime import retime
from casework.operations.seal_case import lift_seals, seal_cases
from casework.operations.story import tell
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.rounds import queries as rounds
from casework.rounds.settings import consequences
from workflows.access import SYSTEM, Actor
from workflows.case import CASE, fire
from workflows.case_facts import CaseFacts, Conclusion, ManifestFacts
from workflows.engine import Moved

AGREED = "agree_unverifiable"
IN_A_REPORT = frozenset({"signed_off", "filed"})
CLOCKLESS = frozenset({"sign_off", "lapse", "file"})  # the clocks of a case stopped at `accept`
# What nobody takes by hand is refused by the rules, with their sentence, to whoever sees the case.
PERMISSION = {"unmerge": "case:merge"} | dict.fromkeys(CLOCKLESS, "case:read")


def advance(
    case: Case,
    action: str,
    *,
    actor: Actor,
    reason: str = "",
    conclusion: str | None = None,
    note: str = "",
    violation: str | None = None,
    consequence: str | None = None,
    event: str | None = None,
    survivor: Case | None = None,
    manifest: ManifestFacts | None = None,
) -> Moved:
    """Take `action`, or raise `Refused` with every reason and leave the case as it was.

    `reason` explains send_back, reopen and merge; `conclusion`, `note`,
    `violation` and `consequence` come with conclude; `survivor` with merge;
    `event` (drift, new_lead) and `manifest` come from the service itself. A case
    that is taken back makes the frozen or signed report that contains it stale.
    """
    with _watched(case, action, actor):
        if actor is not SYSTEM:
            permit_case(actor, PERMISSION.get(action, f"case:{action}"), case)
        _refuse_unknown_words(case, violation, consequence)
        facts = facts_of(case, manifest=manifest, with_conflicts=actor is not SYSTEM)
        given = {
            "reason": reason,
            "conclusion": conclusion,
            "approved_by": _agreed_by(case) if conclusion == Conclusion.UNVERIFIABLE else None,
            "event": event,
            "survivor": facts_of(survivor) if survivor else None,
        }
        asked = {name for step in CASE.steps if step.action == action for name in step.given}
        moved = fire(facts, action, actor=actor, **{name: value for name, value in given.items() if name in asked})
    _write(case, moved, facts)
    if action == "conclude":
        case.conclusion, case.conclusion_note, case.concluded_at = conclusion, note.strip() or None, clock.now()
        case.violation, case.consequence = violation or None, consequence or None
    if action == "accept":
        case.accepted_at, case.accepted_by_id = clock.now(), actor.id
    if action in {"send_back", "reopen"}:
        case.conclusion = case.conclusion_note = case.concluded_at = None
    if action == "merge" and survivor is not None:
        case.merged_into_id, case.merged_from_state = survivor.id, moved.from_state
    if action == "unmerge":
        case.merged_into_id = case.merged_from_state = None
    shown = {"conclusion": conclusion} if action == "conclude" else {"into": survivor.number} if survivor else {}
    tell(
        case,
        action,
        actor=actor,
        params=shown,
        words=note.strip() or reason.strip() or None,
        facts={"from": moved.from_state, "to": moved.to_state, **_sealed(case, action)},
        states=(moved.from_state, moved.to_state),
    )
    if action in {"send_back", "reopen"}:
        take_late(case, actor=actor)
    if action not in CLOCKLESS:
        retime(case)
    announce_case(case, action, actor=actor)
    if action in {"send_back", "reopen"}:
        go_stale(case, step=advance)
    return moved


def _watched(case: Case, action: str, actor: Actor) -> AbstractContextManager[None]:
    """Note it when somebody tries by hand what only a report's signatures and receipts may do."""
    if action not in CLOCKLESS:
        return nullcontext()
    return noted(f"case:{action}", organisation_id=case.organisation_id, subject=case.number, actor=actor)


def _refuse_unknown_words(case: Case, violation: str | None, consequence: str | None) -> None:
    """Refuse a violation or a consequence that the round's tables do not have, or that the round does not use."""
    used = rounds.table(case.round_id, "consequence").keys() & {*consequences(case.round)}
    asked = (("violation", violation, rounds.table(case.round_id, "violation")), ("consequence", consequence, used))
    wrong = {name: N_("请从列表中选择。") for name, code, known in asked if code and code not in known}
    if wrong:
        raise Invalid(N_("违规情形或处理方式不在本轮次的列表中，没有保存。"), fields=wrong)


def _write(case: Case, moved: Moved, facts: CaseFacts) -> None:
    """Write the state that the rules have decided; nothing else in the service assigns it."""
    if moved.from_state != moved.to_state:
        case.state, case.state_since = facts.state, clock.now()
        if case.state not in IN_A_REPORT:
            case.delivered_at = None
    if moved.says.get("accepted") is False:
        case.accepted_at = case.accepted_by_id = None


def _sealed(case: Case, action: str) -> dict[str, str]:
    """Seal what a conclusion rests on, and let it go with the conclusion; return what the journal says of it."""
    if action in {"send_back", "reopen"}:
        lift_seals(case)
    return {"seals": seal_cases([case])} if action == "conclude" and case.records else {}


def _agreed_by(case: Case) -> Actor | None:
    """Return who gave the supervisor's word for `unverifiable` since the case was last moved."""
    for move in reversed(case.moves):
        if move.action == AGREED and move.by_id is not None:
            return actor_of(db.session.get_one(Person, move.by_id))
        if move.to_state:
            return None
    return None
