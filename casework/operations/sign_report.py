"""Sign one slot of a frozen report; when the last slot is signed the report is, and with it every case in it.

The signer is asked for the password once more and types the own name. What is
signed is the hash of the manifest that they were shown; a report that has
changed since cannot be signed by accident.

The three grades are one act. Where the round wants ink or a certificate, the
signer confirms in the same way what was handed in for the slot: nobody's scan
and nobody's file becomes a signature without its signer.
"""

import unicodedata
from dataclasses import dataclass

from casework import clock, journal
from casework.cases.canonical import canonical_hash
from casework.cases.models import Case
from casework.config import Settings
from casework.db import db
from casework.errors import N_, Invalid
from casework.operations.carried_by import Carried, carried_by
from casework.operations.carry_to_cases import carry_to_cases
from casework.operations.move_report import move_report
from casework.operations.passwords import confirm_password
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.refusals import noted
from casework.operations.refuse_lost_evidence import refuse_lost_evidence
from casework.operations.tell_report import say_signed
from casework.people.models import Person
from casework.reports import queries
from casework.reports.changes import changes_of
from casework.reports.facts import BOTH_OFFICES, DELEGATE, facts_of, signing_of
from casework.reports.models import Mandate, Report, Signature
from casework.reports.papers import signature_line
from workflows import signoff
from workflows.access import SYSTEM, Actor
from workflows.engine import Attempt
from workflows.errors import Refused
from workflows.report_guards import nothing_changed


@dataclass(frozen=True)
class Signed:
    """What happened: the signature, the slots that still wait, and the cases signed off with the last one."""

    signature: Signature
    waiting: tuple[str, ...]
    cases: tuple[Case, ...]


def sign_report(
    report: Report,
    *,
    slot: str,
    typed_name: str,
    password: str,
    seen_hash: str,
    actor: Actor,
    settings: Settings,
    open_cases_confirmed: bool = False,
    paper: str = "",
    proved: bool = False,
) -> Signed:
    """Fill one slot in the actor's own name; raise `Refused` with every reason, or `Invalid` naming the field.

    `proved`: the signer has just shown a second factor; then no password need be given, and one that is must be right.
    `paper` names (by ref) what was handed in for the slot and is confirmed, where the grade asks for one.
    """
    number, place = queries.number_of(report), report.organisation_id
    with noted("report:signature", actor=actor, slot=slot, organisation_id=place, subject=number):
        return _sign(
            report,
            slot,
            actor,
            typed_name=typed_name,
            password=password,
            seen_hash=seen_hash,
            open_cases_confirmed=open_cases_confirmed,
            paper=paper,
            proved=proved,
            settings=settings,
        )


def _sign(
    report: Report,
    slot: str,
    actor: Actor,
    *,
    typed_name: str,
    password: str,
    seen_hash: str,
    open_cases_confirmed: bool,
    paper: str,
    proved: bool,
    settings: Settings,
) -> Signed:
    permit_report(actor, "report:sign", report)
    refuse_filed(report)
    cases = queries.lock_cases(queries.case_ids(report))
    queries.lock_report(report)
    filled = signoff.fill(
        signing_of(report),
        slot,
        actor,
        seen_hash=seen_hash,
        open_cases_confirmed=open_cases_confirmed,
        today=clock.today(),
    )
    _refuse_changed(report, cases, actor)
    refuse_lost_evidence(cases.values(), folder=settings.files_dir)
    person = db.session.get_one(Person, actor.id)
    _refuse_other_name(person, typed_name)
    if password or not proved:
        confirm_password(person, password)
    carried = carried_by(report, filled.slot, seen=paper, signer=person, settings=settings)
    signature = _write(report, filled, person, carried)
    waiting = tuple(each.name for each in signing_of(report).waiting_slots)
    if waiting:
        return Signed(signature, waiting, ())
    move_report(report, "sign", actor=SYSTEM)
    journal.mark(report.organisation_id, reason="sign")
    signed_off = carry_to_cases(report, "sign_off")
    say_signed(report)
    return Signed(signature, (), signed_off)


def _refuse_changed(report: Report, cases: dict[int, Case], actor: Actor) -> None:
    refusal = nothing_changed(Attempt(facts_of(report, changed=changes_of(report, cases)), actor))
    if refusal is not None:
        raise Refused(refusal)


def _refuse_other_name(person: Person, typed_name: str) -> None:
    if unicodedata.normalize("NFKC", typed_name).strip() != unicodedata.normalize("NFKC", person.name).strip():
        raise Invalid(
            N_("输入的姓名与本人姓名不一致，没有签字。请输入本人姓名。"),
            code="other_name",
            fields={"typed_name": N_("须与本人姓名一致。")},
        )


def _write(report: Report, filled: signoff.Signature, person: Person, carried: Carried) -> Signature:
    delegated = filled.capacity is signoff.Capacity.DELEGATE
    paper = _paper(report, filled, person)
    signature = Signature(
        slot=filled.slot,
        person_id=person.id,
        person=person,
        grade=carried.grade,
        file_id=carried.file.id if carried.file else None,
        file=carried.file,
        certificate=carried.certificate,
        level=carried.level,
        typed_name=person.name,
        manifest_hash=filled.manifest_hash,
        delegated=delegated,
        document=paper.document if paper else "",
        mandate_file_id=paper.file_id if paper else None,
    )
    report.signatures.append(signature)
    db.session.flush()  # its ref names it in the journal
    journal.record(
        organisation_id=report.organisation_id,
        action="report:signature",
        actor=str(person.id),
        subject=queries.number_of(report),
        facts={
            "slot": filled.slot,
            "manifest_hash": filled.manifest_hash,
            "delegated": delegated,
            "document": signature.document,
            "grade": carried.grade,
            "file": carried.file.sha256 if carried.file else "",
            "certificate": carried.certificate.get("serial", ""),
            "line": canonical_hash(signature_line(report, signature)),  # by it a package proves who signed
        },
    )
    return signature


def _paper(report: Report, filled: signoff.Signature, person: Person) -> Mandate | None:
    """Return the paper on which this signature rests: a mandate, or for a second slot the appointment to both."""
    second = any(row.person_id == person.id and row.lapsed_at is None for row in report.signatures)
    if filled.capacity is signoff.Capacity.DELEGATE:
        wanted = {"kind": DELEGATE, "slot": filled.slot}
    elif second:
        wanted = {"kind": BOTH_OFFICES}
    else:
        return None
    papers = db.session.query(Mandate).filter_by(
        organisation_id=report.organisation_id, person_id=person.id, revoked_at=None, **wanted
    )
    today = clock.today()
    return papers.filter(Mandate.valid_from <= today, Mandate.valid_to >= today).order_by(Mandate.id.desc()).first()
