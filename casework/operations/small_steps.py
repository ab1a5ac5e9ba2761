"""What may be done with a case besides moving it: notes, severity, the supervisor's word, the full identity."""

from sqlalchemy import select

from casework import journal
from casework.cases.facts import facts_of
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Invalid
from casework.intake.models import Confirmation, Record
from casework.operations.advance import AGREED
from casework.operations.log_verification import refuse_settled
from casework.operations.permit import permit_case, reads_sealed
from casework.operations.retime import retime
from casework.operations.story import tell
from workflows.access import Actor
from workflows.case import severity_change_refusals
from workflows.errors import Refused
from workflows.severity import Severity


def add_note(case: Case, *, words: str, actor: Actor) -> None:
    """Write a note into the case story; it is no part of the dossier."""
    permit_case(actor, "case:note", case)
    if not words.strip():
        raise Invalid(N_("备注是空的，没有保存。"), fields={"words": N_("请写内容。")})
    tell(case, "note", actor=actor, words=words.strip())


def change_severity(case: Case, *, severity: str, actor: Actor, reason: str = "") -> None:
    """Raise freely; lower only as a supervisor and with a reason."""
    permit_case(actor, "case:note", case)
    refuse_settled(case)  # the severity is part of what a reviewer accepts and leaders sign
    if severity not in set(Severity):
        raise Invalid(N_("请选择风险等级。"), fields={"severity": N_("请从列表中选择。")})
    refusals = severity_change_refusals(facts_of(case), Severity(severity), actor=actor, reason=reason)
    if refusals:
        raise Refused(*refusals)
    before, case.severity, case.severity_rank = case.severity, severity, Severity(severity).rank
    tell(case, "severity", actor=actor, params={"from": before, "to": severity}, words=reason.strip() or None)
    retime(case)


def agree_unverifiable(case: Case, *, actor: Actor, reason: str) -> None:
    """Give the supervisor's word that a case cannot be verified; its owner may then conclude so."""
    permit_case(actor, "case:accept", case)
    refuse_settled(case)
    if not reason.strip():
        raise Invalid(N_("请写明同意的理由。"), fields={"reason": N_("必填。")})
    tell(case, AGREED, actor=actor, words=reason.strip())


CORRECTION = "correction_"
"""Before a part of the registration, in what `unmask` returns: what the graduate says that it should be."""


def unmask(case: Case, *, record: Record, actor: Actor, reason: str) -> dict[str, str]:
    """Return the clear identity of one graduate of a case; the look is journalled with its reason.

    With it comes what they wrote beside their answer, for whoever may read what is sealed: not for the college.
    """
    permit_case(actor, "person:unmask", case)
    if not reason.strip():
        raise Invalid(N_("请选择或写明查看理由。"), fields={"reason": N_("必填。")})
    if record.id not in {row.record_id for row in case.records}:
        raise Invalid(N_("该毕业生不在本案之中。"))
    journal.record(
        organisation_id=case.organisation_id,
        action="person:unmask",
        actor=str(actor.id),
        subject=case.number,
        facts={"record": record.ref},
        personal={"reason": reason.strip()},
        chain=journal.LOOKS,
    )
    sealed = (record.revision.sealed if record.revision else None) or {}
    shown = {"name": record.name, "student_no": record.student_no} | {
        name: str(sealed[name]) for name in ("phone", "email", "family_phone", "employer_phone") if sealed.get(name)
    }
    return shown | (_own_words(record) if reads_sealed(actor, "person:unmask", case) else {})


def _own_words(record: Record) -> dict[str, str]:
    """Return what the graduate wrote last: beside an answer, and as what the register should say instead."""
    newest = select(Confirmation).filter_by(record_id=record.id).order_by(Confirmation.id.desc()).limit(1)
    said = db.session.scalar(newest.where(Confirmation.words.is_not(None)))
    corrected = db.session.scalar(newest.where(Confirmation.corrections.is_not(None)))
    corrections = corrected.corrections if corrected is not None and corrected.corrections is not None else {}
    words = {"statement": said.words} if said is not None and said.words else {}
    return words | {f"{CORRECTION}{part}": should_be for part, should_be in corrections.items()}
