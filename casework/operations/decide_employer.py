"""Say whether two employers that look alike are one. Rules that count employers believe it from the next run on.

A decision joins or parts codes only for counting: what a record says stays what
it says. Decisions may not contradict one another: who is one with a third cannot
be different from it.
"""

from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.intake.normal import CREDIT_CODE_LENGTH, credit_code
from casework.operations.permit import permit_named
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.screening.components import components
from casework.screening.employers import decisions
from casework.screening.models import EmployerDecision
from workflows.access import Actor

ACTION = "employer:decide"


def decide_employer(
    *,
    organisation: Organisation,
    round_: Round,
    code_one: str,
    code_other: str,
    same: bool,
    reason: str,
    actor: Actor,
) -> EmployerDecision:
    """Decide, or decide anew, about one pair; the journal keeps what was decided before.

    Raises `Invalid` for two codes that are not two whole codes or for a missing
    reason, `Conflict` for what contradicts other decisions.
    """
    permit_named(actor, ACTION, organisation=organisation)
    one, other = _pair(code_one, code_other)
    if not reason.strip():
        raise Invalid(N_("认定用人单位须写明依据，没有保存。"), fields={"reason": N_("请写明依据。")})
    # One at a time: two decisions may be sound alone and contradict each other together.
    lock_organisation(organisation.id)
    others = [
        each for each in decisions(round_.id, [organisation.id]) if (each.code_one, each.code_other) != (one, other)
    ]
    _refuse_contradiction(one, other, same=same, others=others)
    found = _decided(organisation, round_, one, other)
    before = None if found is None else found.same
    if found is None:
        found = EmployerDecision(round_id=round_.id, organisation_id=organisation.id, code_one=one, code_other=other)
        db.session.add(found)
    found.same, found.reason = same, reason.strip()
    found.decided_at, found.decided_by_id = clock.now(), actor.id
    db.session.flush()  # the next decision of this unit of work must see this one
    _record(found, actor, before=before, after=same, reason=reason)
    return found


def retract_employer(
    *, organisation: Organisation, round_: Round, code_one: str, code_other: str, reason: str, actor: Actor
) -> None:
    """Take a decision back, so that the pair is proposed again; raises `Conflict` when there is none."""
    permit_named(actor, ACTION, organisation=organisation)
    one, other = _pair(code_one, code_other)
    found = _decided(organisation, round_, one, other)
    if found is None:
        raise Conflict(N_("这两个代码还没有认定，没有可以撤销的内容。"), code="not_decided")
    db.session.delete(found)
    db.session.flush()  # the same pair may be decided anew in this unit of work
    _record(found, actor, before=found.same, after=None, reason=reason)


def _pair(code_one: str, code_other: str) -> tuple[str, str]:
    one, other = sorted((credit_code(code_one), credit_code(code_other)))
    if one == other:
        raise Invalid(N_("这是同一个代码，不需要认定。"), code="one_code")
    for code in (one, other):
        if len(code) != CREDIT_CODE_LENGTH:
            raise Invalid(N_("“%(code)s”不是完整的统一社会信用代码，没有保存。"), params={"code": code})
    return one, other


def _decided(organisation: Organisation, round_: Round, one: str, other: str) -> EmployerDecision | None:
    scope = {"round_id": round_.id, "organisation_id": organisation.id}
    wanted = select(EmployerDecision).filter_by(**scope, code_one=one, code_other=other)
    return db.session.scalars(wanted).one_or_none()


def _refuse_contradiction(one: str, other: str, *, same: bool, others: list[EmployerDecision]) -> None:
    known = [(each.code_one, each.code_other) for each in others if each.same]
    if not same:
        if any(one in part and other in part for part in components(known)):
            message = N_("%(one)s 与 %(other)s 已通过其他单位认定为同一单位。请先撤销那些认定，再认定为不同单位。")
            raise Conflict(message, code="contradicts", params={"one": one, "other": other})
        return
    whole = next(part for part in components([*known, (one, other)]) if one in part)
    for each in others:
        if not each.same and each.code_one in whole and each.code_other in whole:
            message = N_("这样会使 %(one)s 与 %(other)s 成为同一单位，而它们已认定为不同单位。请先撤销那一认定。")
            raise Conflict(message, code="contradicts", params={"one": each.code_one, "other": each.code_other})


def _record(decision: EmployerDecision, actor: Actor, *, before: bool | None, after: bool | None, reason: str) -> None:
    journal.record(
        organisation_id=decision.organisation_id,
        action=ACTION,
        actor=str(actor.id),
        subject=decision.ref,
        facts={"codes": [decision.code_one, decision.code_other], "before": before, "after": after},
        personal={"reason": reason.strip()} if reason.strip() else {},
    )
