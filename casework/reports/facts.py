"""From stored rows to the facts that the rules of a report and of its signatures read.

Slots and recipients of a frozen report are those of its manifest: a round whose
settings change afterwards changes nothing about what is being signed.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from casework import clock
from casework.cases.conflicts import Ties
from casework.cases.models import Case
from casework.cases.signer_ties import barred_signers
from casework.db import db
from casework.people import queries as people
from casework.people.models import Person
from casework.reports import queries
from casework.reports.models import Mandate, Report, ReportCase
from casework.rounds import settings
from workflows import signoff
from workflows.access import Role
from workflows.case_facts import ManifestFacts
from workflows.report import ChangedField, IncludedCase, LeftOutCase, Receipt, ReportFacts
from workflows.ties import Tie, words_of

ANSWER = ("method", "examined", "finding", "responsible")
DELEGATE, BOTH_OFFICES = "delegate", "both_offices"


def facts_of(
    report: Report,
    *,
    included: Iterable[Case] = (),
    left_out: Iterable[tuple[Case, str]] = (),
    changed: tuple[ChangedField, ...] = (),
    receipts: Sequence[Receipt] = (),
) -> ReportFacts:
    """Return a report as its rules see it; what other rooms know of it (receipts) is handed in."""
    current = queries.current_plan(report.organisation_id, report.round_id)
    answers = queries.answers(report.organisation_id, report.round_id)
    signing = signing_of(report)
    return ReportFacts(
        state=report.state,
        number=queries.number_of(report),
        organisation_path=tuple(int(part) for part in report.organisation.path.strip("/").split("/")),
        plan_issued=current is not None,
        plan_version_cited=str(report.plan.version) if report.plan else "",
        plan_version_current=str(current.version) if current else "",
        checklist={
            clause: clause in answers and all(getattr(answers[clause], part).strip() for part in ANSWER)
            for clause in settings.checklist(report.round)
        },
        measures=tuple(row.measure for row in queries.measures(report.organisation_id, report.round_id)),
        included=tuple(IncludedCase(case.number, case.state, case.accepted_at is not None) for case in included),
        left_out=tuple(LeftOutCase(case.number, reason) for case, reason in left_out),
        changed=changed,
        slots=tuple(slot.label for slot in signing.slots),
        valid_slots=tuple(slot.label for slot in signing.slots if slot.name in signing.valid_slots),
        recipients=recipient_names(report),
        receipts=tuple(receipts),
        delivered=report.delivered_at is not None,
    )


def slot_names(report: Report) -> tuple[str, ...]:
    """Return the slots of a report, in the round's order."""
    if report.manifest is not None and report.state not in queries.UNFINISHED:
        return tuple(slot["slot"] for slot in report.manifest["slots"])
    return settings.slots(report.round, report.organisation.kind)


def recipient_names(report: Report) -> tuple[str, ...]:
    """Return the names of the organisations whose receipts a frozen report needs; nothing before that."""
    return tuple(report.manifest["recipients"]) if report.manifest else ()


def signing_of(report: Report) -> signoff.Signing:
    """Return a report as the rules of signing see it: slots, signatures, and who has a part in its cases."""
    owners = db.session.scalars(
        select(Case.owner_id)
        .join(ReportCase, ReportCase.case_id == Case.id)
        .where(ReportCase.report_id == report.id, Case.owner_id.is_not(None))
        .distinct()
    )
    today, slots = clock.today(), slot_names(report)
    papers = db.session.scalars(
        select(Mandate).filter_by(organisation_id=report.organisation_id, revoked_at=None).order_by(Mandate.id)
    ).all()
    tied = _tied_to(report, [*slots], [row.person for row in papers])
    return signoff.Signing(
        organisation_id=report.organisation_id,
        report_state=report.state,
        manifest_hash=report.manifest_hash or "",
        slots=tuple(signoff.Slot(name, Role(name)) for name in slots),
        signatures=tuple(
            signoff.Signature(
                row.slot,
                row.person_id,
                signoff.Capacity.DELEGATE if row.delegated else signoff.Capacity.OFFICE,
                row.manifest_hash,
            )
            for row in report.signatures
            if row.lapsed_at is None
        ),
        owner_ids=frozenset(owner for owner in owners if owner is not None),
        subject_ids=frozenset(person_id for person_id, ties in tied.items() if Tie.SUBJECT in ties),
        ties={person_id: words_of(ties) for person_id, ties in tied.items()},
        drafted_by_id=report.drafted_by_id,
        open_case_numbers=tuple(line["number"] for line in (report.manifest or {}).get("open_cases", ())),
        mandates=tuple(
            signoff.Mandate(row.slot, row.person_id, row.principal_id or 0, row.valid_from, row.valid_to, row.document)
            for row in papers
            if row.kind == DELEGATE
        ),
        dual_office_documents=frozenset(
            row.person_id for row in papers if row.kind == BOTH_OFFICES and row.valid_from <= today <= row.valid_to
        ),
    )


def manifests_of(
    report: Report, entries: Iterable[ReportCase], *, receipts: Sequence[Receipt] = ()
) -> dict[int, ManifestFacts]:
    """Return what a report says about these of its cases, as the rules of a case ask it, by case id."""
    signing = signing_of(report)
    slots = tuple(slot.label for slot in signing.slots)
    signed = tuple(slot.label for slot in signing.slots if slot.name in signing.valid_slots)
    receipted = tuple(receipt.recipient for receipt in receipts if receipt.complete)
    return {
        entry.case_id: ManifestFacts(
            report_no=queries.number_of(report),
            valid=report.state not in queries.UNFINISHED,
            dossier_hash=entry.dossier_hash,
            slots=slots,
            signed=signed,
            recipients=recipient_names(report),
            receipted=receipted,
        )
        for entry in entries
    }


def _tied_to(report: Report, slots: Iterable[str], delegates: Iterable[Person]) -> Ties:
    """Return whom a tie to a case bars from signing, of those who hold an office or a paper to sign with."""
    principals = (person for slot in slots for person in people.holders(slot, report.organisation_id))
    could = list(dict.fromkeys([*principals, *delegates]))
    inside = select(ReportCase.case_id).where(ReportCase.report_id == report.id)
    return barred_signers(inside, could, organisation_id=report.organisation_id, round_id=report.round_id)
