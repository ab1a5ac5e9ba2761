"""Say that a tie keeps somebody away from matters, or that it does no more; what was declared stays on record.

A person says so of themselves without a reason; whoever says it of somebody else
gives one, and that person is told. Whether a student number or an employer is on
file is not said: the form must not become a way to ask. What the person works on
and may not any more is taken off them at once.
"""

import re
from dataclasses import dataclass

from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict, Forbidden, Invalid
from casework.intake.credit_codes import is_valid
from casework.intake.normal import credit_code, nfkc
from casework.operations.announce import announce
from casework.operations.keep_away import KeptFrom, keep_away
from casework.operations.permit import answered_as
from casework.operations.permit_ties import permit_ties
from casework.operations.refuse_blank import refuse_blank
from casework.people.models import Organisation, Person, Relation
from casework.people.queries import lock_persons
from casework.people.relations import no_tie
from workflows.access import SYSTEM, Actor
from workflows.ties import DECLARABLE, Match, Tie

NUMBER = re.compile(r"[0-9A-Za-z-]{4,30}")
LONGEST = 120
WRONG = {
    Match.STUDENT: N_("学号由4至30位数字或字母组成。"),
    Match.COUNSELLOR: N_("请填写学号或姓名。"),
    Match.ACCOUNT: N_("请填写登记系统中的账号。"),
    Match.EMPLOYER: N_("请填写统一社会信用代码或单位名称。"),
    Match.BODY: N_("没有这个机构代码。"),
}


@dataclass(frozen=True)
class Declared:
    """A declared tie, and the numbers of the cases and leads that were taken off the person for it."""

    tie: Relation
    kept_from: KeptFrom


def declare_tie(person: Person, *, kind: str, value: str, actor: Actor, reason: str = "") -> Declared:
    """Return the tie, written down and in force.

    Raises `Invalid` for a kind that is none, a value that cannot be one and a missing reason, `Conflict` for a tie
    that is declared already, `NotFound` or `Forbidden` where the actor may not say so of this person.
    """
    permit_ties(person, actor)
    lock_persons(person.id)
    if actor is not SYSTEM and actor.id != person.id:
        refuse_blank({"reason": reason})
    found = _kind(kind)
    known = _value(found, value)
    standing = select(Relation.id).filter_by(person_id=person.id, kind=found.value, value=known, withdrawn_at=None)
    if db.session.scalar(standing) is not None:
        raise Conflict(N_("这项回避关系已经申报过，没有重复保存。"), code="already_declared")
    tie = Relation(
        person=person,
        kind=found.value,
        value=known,
        declared_by_id=None if actor is SYSTEM else actor.id,
        reason=reason.strip() or None,
    )
    db.session.add(tie)
    db.session.flush()  # its ref names it in the journal, and the cases are looked through with it in force
    _say("tie:declare", tie, actor)
    if actor.id != person.id:
        announce(
            "tie_recorded", to=[person], params={"on": clock.today().isoformat()}, dedup=f"relation:{tie.id}:recorded"
        )
    return Declared(tie, keep_away(person, actor=actor))


def withdraw_tie(tie: Relation, *, reason: str, actor: Actor) -> Relation:
    """Say that a tie stands no more, with the reason; the row stays, and what it has done is not undone.

    What a person declared, they may withdraw; what somebody else recorded or the registration shows is not theirs to
    withdraw. Raises `Conflict` for a tie that was withdrawn before.
    """
    with answered_as(no_tie()):
        permit_ties(tie.person, actor)
    if actor.id == tie.person_id and tie.declared_by_id != actor.id:
        raise Forbidden(
            N_(
                "这项回避关系由他人登记或由登记数据查出，您不能自行撤回；确有变化的，请就业部门负责人或系统管理员撤回。"
            ),
            code="not_ones_own",
        )
    refuse_blank({"reason": reason})
    lock_persons(tie.person_id)
    db.session.refresh(tie)
    if tie.withdrawn_at is not None:
        raise Conflict(N_("这项回避关系已经撤回，没有重复办理。"), code="already_withdrawn")
    tie.withdrawn_at, tie.why_withdrawn = clock.now(), reason.strip()
    tie.withdrawn_by_id = None if actor is SYSTEM else actor.id
    _say("tie:withdraw", tie, actor)
    return tie


def _kind(kind: str) -> Tie:
    if kind not in {tie.value for tie in DECLARABLE}:
        raise Invalid(N_("请选择关系的种类，没有保存。"), fields={"kind": N_("请从列表中选择。")})
    return Tie(kind)


def _value(kind: Tie, value: str) -> str:
    """Return the value as it is compared, or refuse it."""
    text = nfkc(value).strip()
    match = DECLARABLE[kind].match
    if match is Match.EMPLOYER and is_valid(credit_code(text)):
        text = credit_code(text)
    wrong = not text or len(text) > LONGEST
    if match is Match.STUDENT:
        wrong = not NUMBER.fullmatch(text)
    elif match is Match.BODY:
        wrong = db.session.scalar(select(Organisation.id).filter_by(code=text)) is None
    if wrong:
        raise Invalid(N_("关系的对象填写有误，没有保存。"), fields={"value": WRONG[match]})
    return text


def _say(action: str, tie: Relation, actor: Actor) -> None:
    """Write it into the chain of every body where the person serves; the value is only committed to."""
    bodies = sorted({held.organisation_id for held in tie.person.appointments}) or [0]
    words = tie.why_withdrawn if tie.withdrawn_at is not None else tie.reason
    for organisation_id in bodies:
        journal.record(
            organisation_id=organisation_id,
            action=action,
            actor=str(actor.id),
            subject=tie.person.login,
            facts={"tie": tie.ref, "kind": tie.kind},
            personal={"value": tie.value} | ({"words": words} if words else {}),
        )
