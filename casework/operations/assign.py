"""Give a case an owner: by hand, or shared out by present load. The clock does not start anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.conflicts import Ties, kept_from
from casework.cases.models import Case
from casework.cases.queries import open_load
from casework.db import db
from casework.errors import N_, CaseworkError, Conflict
from casework.operations.announce import announce_case
from casework.operations.permit import permit_case, refusal_for_case
from casework.operations.retime import retime, retime_cases
from casework.operations.story import tell
from casework.people.actors import actor_of
from casework.people.models import Person
from workflows.access import Actor
from workflows.ties import Part, words_of

AT_ONCE = 500
ASSIGNABLE = ("flagged", "investigating", "corrected")


@dataclass(frozen=True)
class Shared:
    """What became of one case: its new owner, or the refusal."""

    case: Case
    owner: Person | None
    refusal: CaseworkError | None = None
    changed: bool = False


def assign(case: Case, *, to: Person, actor: Actor, reason: str = "") -> None:
    """Make `to` the owner; `Conflict` says why this person cannot be."""
    if _give(case, _Candidate(to, actor_of(to)), kept_from(case, Part.OWNER), actor=actor, reason=reason):
        retime(case)
        announce_case(case, "assign", actor=actor)


@dataclass(frozen=True)
class _Candidate:
    """Somebody who may get a case, with what the rules know of them, asked once."""

    person: Person
    actor: Actor


def _give(case: Case, to: _Candidate, ties: Ties, *, actor: Actor, reason: str) -> bool:
    """Make somebody the owner, or raise; False when they are the owner already."""
    permit_case(actor, "case:assign", case)
    if case.state not in ASSIGNABLE:
        raise Conflict(N_("案件 %(number)s 已签字、备案或合并，不能改派。"), params={"number": case.number})
    refusal = _refusal(case, to, ties)
    if refusal is not None:
        raise refusal
    if case.owner_id == to.person.id:
        return False
    if case.owner_id is not None and not reason.strip():
        raise Conflict(N_("改派案件 %(number)s 须写明理由。"), code="reason_missing", params={"number": case.number})
    case.owner = to.person
    tell(
        case,
        "assign",
        actor=actor,
        params={"to": to.person.name},
        words=reason.strip() or None,
        facts={"owner": to.person.id},
    )
    return True


def why_not(case: Case, person: Person) -> Conflict | None:
    """Return why this person cannot own this case, or None: right, conflict of interest, absence."""
    return _refusal(case, _Candidate(person, actor_of(person)), kept_from(case, Part.OWNER))


def _refusal(case: Case, candidate: _Candidate, ties: Ties) -> Conflict | None:
    person = candidate.person
    shown = {"name": person.name, "number": case.number}
    if refusal_for_case(candidate.actor, "case:begin", case) is not None or not person.active:
        return Conflict(
            N_("%(name)s 在案件 %(number)s 所属单位没有核查权限，没有派发。"), code="no_right", params=shown
        )
    if person.id in ties:
        return Conflict(
            N_("%(name)s 与案件 %(number)s 有须回避的关系：%(ties)s，没有派发。请改派无关联的人员。"),
            code="owner_conflict",
            params=shown | {"ties": words_of(ties[person.id])},
        )
    if person.absent_until is not None and person.absent_until >= clock.today():
        return Conflict(
            N_("%(name)s 休假至 %(until)s，案件 %(number)s 没有派发。"),
            code="absent",
            params=shown | {"until": person.absent_until.isoformat()},
        )
    return None


def share_out(cases: Sequence[Case], *, among: Sequence[Person], actor: Actor, reason: str = "") -> list[Shared]:
    """Give each case to whoever of `among` has least open work and no conflict; one result per case."""
    load = open_load([person.id for person in among])
    candidates = [_Candidate(person, actor_of(person)) for person in among]
    _load(cases)
    with db.session.no_autoflush:  # nothing that is asked in the loop depends on what it has changed
        results = [_share(case, candidates, load, actor=actor, reason=reason) for case in cases]
    given = [shared.case for shared in results if shared.changed]
    if given:
        retime_cases(given)
    for case in given:
        announce_case(case, "assign", actor=actor)
    return results


def _share(case: Case, candidates: Sequence[_Candidate], load: dict[int, int], *, actor: Actor, reason: str) -> Shared:
    """Give one case to the first in line who may have it, and count it on their load."""
    refusal: CaseworkError = Conflict(N_("案件 %(number)s 没有可派的人员。"), params={"number": case.number})
    ties = kept_from(case, Part.OWNER)
    for candidate in sorted(candidates, key=lambda each: (load[each.person.id], each.person.id)):
        try:
            changed = _give(case, candidate, ties, actor=actor, reason=reason)
        except CaseworkError as said:
            refusal = said
            continue
        load[candidate.person.id] += changed
        return Shared(case, candidate.person, changed=changed)
    return Shared(case, None, refusal)


def _load(cases: Sequence[Case]) -> None:
    """Read what the loop will ask of every case in a handful of queries; the caller holds the cases."""
    ids = [case.id for case in cases]
    parts = (selectinload(Case.records), selectinload(Case.moves), selectinload(Case.organisation))
    for start in range(0, len(ids), AT_ONCE):
        db.session.scalars(select(Case).where(Case.id.in_(ids[start : start + AT_ONCE])).options(*parts)).all()
