"""Record what a verified violation led to (N3.2): decided by somebody, on a day, in a paper; never by the service.

The body that handled the case does not record it: the discipline body or the level
above does. It is no part of the dossier, so a filed report stays as it was.
"""

from datetime import date

from casework import clock
from casework.cases.models import Case
from casework.cases.oversight import Consequence
from casework.db import db, new_ref
from casework.errors import N_, Conflict, Invalid
from casework.operations.permit import permit_case
from casework.operations.refuse_blank import refuse_blank
from casework.operations.story import tell
from casework.rounds import settings
from workflows.access import Actor
from workflows.case import CONCLUDED
from workflows.case_facts import Conclusion, Kind

ESTABLISHED = (Conclusion.CORRECTED, Conclusion.RECTIFIED)
ABOUT = (Kind.CONDUCT, Kind.UNIT)


def record_consequence(
    case: Case, *, code: str, decided_by: str, decided_on: date, document: str, actor: Actor, words: str = ""
) -> Consequence:
    """Return the consequence; what is written besides is sealed.

    Raises `Conflict` unless the case is concluded, accepted and establishes a violation of conduct or by a unit.
    """
    permit_case(actor, "consequence:record", case)
    refuse_unestablished(case)
    refuse_blank({"decided_by": decided_by, "document": document})
    if code not in settings.consequences(case.round):
        raise Invalid(N_("该处理结果不在本轮次启用的列表中，没有保存。"), fields={"code": N_("请从列表中选择。")})
    if decided_on > clock.today():
        raise Invalid(N_("决定日期不能晚于今天，没有保存。"), fields={"decided_on": N_("请填今天或之前的日期。")})
    made = Consequence(
        ref=new_ref(),
        case=case,
        case_id=case.id,
        code=code,
        decided_by=decided_by.strip(),
        decided_on=decided_on,
        document=document.strip(),
        words=words.strip() or None,
        recorded_by_id=actor.id,
    )
    db.session.add(made)
    tell(
        case,
        "consequence",
        actor=actor,
        params={"code": code, "decided_on": decided_on.isoformat()},
        words=words.strip() or None,
        facts={"consequence": made.ref},
        personal={"document": made.document},
    )
    return made


def withdraw_consequence(consequence: Consequence, case: Case, *, reason: str, actor: Actor) -> Consequence:
    """Take back what was recorded wrongly; it stays on record with its reason, and counts no more."""
    permit_case(actor, "consequence:record", case)
    refuse_blank({"reason": reason})
    if consequence.withdrawn_at is not None:
        raise Conflict(N_("这条处理结果已经撤销。"), code="already_withdrawn")
    consequence.withdrawn_at = clock.now()
    tell(
        case,
        "withdraw_consequence",
        actor=actor,
        params={"code": consequence.code},
        words=reason.strip(),
        facts={"consequence": consequence.ref},
    )
    return consequence


def refuse_unestablished(case: Case) -> None:
    """Refuse a case that establishes no violation: consequences follow from a conclusion that was reviewed."""
    if (
        case.kind in ABOUT
        and case.conclusion in ESTABLISHED
        and case.state in CONCLUDED
        and case.accepted_at is not None
    ):
        return
    raise Conflict(
        N_("案件 %(number)s 没有经复核查实的违规行为，不能登记处理结果；须是关于行为或单位、经复核查实的案件。"),
        code="nothing_established",
        params={"number": case.number},
    )
