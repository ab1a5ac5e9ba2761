"""Say what a spot check of one case found; where it disagrees, the case is opened again with the reason."""

from casework import clock, journal
from casework.cases.conflicts import kept_from
from casework.cases.models import Case
from casework.cases.oversight import SpotChecked
from casework.errors import N_, Conflict, Invalid
from casework.operations.advance import advance
from casework.operations.permit import permit_case
from casework.operations.refuse_blank import refuse_blank
from casework.operations.story import tell
from workflows.access import Actor
from workflows.case import CONCLUDED
from workflows.ties import Part, words_of

AGREES, DISAGREES = "agrees", "disagrees"


def decide_spot_check(member: SpotChecked, case: Case, *, outcome: str, actor: Actor, reason: str = "") -> SpotChecked:
    """Return the member with its outcome; it is said once.

    `disagrees` needs a reason and reopens the case: a filed one goes into a supplementary report. Whoever worked
    on the case or accepted it does not check it. `case` is locked by the caller.
    """
    permit_case(actor, "case:spot_check", case)
    _refuse(member, case, outcome, actor)
    if outcome == DISAGREES:
        refuse_blank({"reason": reason})
    member.outcome, member.reason = outcome, reason.strip() or None
    member.decided_at, member.decided_by_id = clock.now(), actor.id
    tell(case, "spot_check", actor=actor, params={"outcome": outcome}, words=reason.strip() or None)
    journal.record(
        organisation_id=member.spot_check.organisation_id,
        action="spot_check:decide",
        actor=str(actor.id),
        subject=member.spot_check.ref,
        facts={"case": case.number, "outcome": outcome, "state": case.state},
    )
    if outcome == DISAGREES:
        advance(case, "reopen", actor=actor, reason=reason)
    return member


def _refuse(member: SpotChecked, case: Case, outcome: str, actor: Actor) -> None:
    shown = {"number": case.number}
    if outcome not in {AGREES, DISAGREES}:
        raise Invalid(N_("请选择抽查结果。"), fields={"outcome": N_("请从列表中选择。")})
    if member.spot_check.organisation_id not in {each.organisation_id for each in actor.appointments}:
        raise Conflict(N_("案件 %(number)s 不是本单位抽中的，不能登记抽查结果。"), code="not_drawn_here", params=shown)
    if member.outcome:
        raise Conflict(N_("案件 %(number)s 的抽查结果已经登记，不能更改。"), code="already_decided", params=shown)
    if actor.id in {case.owner_id, case.accepted_by_id}:
        raise Conflict(N_("您经办或复核过案件 %(number)s，应当回避，请由其他人员抽查。"), code="own_work", params=shown)
    ties = kept_from(case, Part.CHECKER).get(actor.id)
    if ties:
        raise Conflict(
            N_("您与案件 %(number)s 有须回避的关系：%(ties)s。请由其他人员抽查。"),
            code="checker_conflict",
            params=shown | {"ties": words_of(ties)},
        )
    if case.state not in CONCLUDED:
        raise Conflict(
            N_("案件 %(number)s 抽中以后又在核查，等重新复核通过后再登记抽查结果。"), code="being_worked", params=shown
        )
