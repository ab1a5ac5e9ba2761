"""Freeze a report: its cases with their dossiers, the open ones with their reasons, the documents, the manifest.

From here on it is one thing with one hash. What the leaders sign is that hash;
every later rendering starts from the stored snapshot.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import insert, select

from casework import clock, journal
from casework.cases.canonical import canonical_bytes
from casework.cases.dossier import dossier_hash
from casework.cases.dossier_of import dossier_of
from casework.cases.models import Case
from casework.cases.oversight import HandOver
from casework.config import Settings
from casework.db import db
from casework.errors import N_
from casework.filing import queries as filing
from casework.journal.checkpoints import Rooted, checkpoint
from casework.merkle import root
from casework.operations.move_report import move_report
from casework.operations.permit_report import permit_report, refuse_filed
from casework.operations.refuse_lost_evidence import refuse_lost_evidence
from casework.operations.tell_report import ask_for_signatures
from casework.people.queries import lock_organisation
from casework.promises import promise
from casework.reports import queries
from casework.reports.documents import JSON, render_all, seal_of
from casework.reports.facts import facts_of
from casework.reports.manifest import CannotFreeze, Second, build_manifest, manifest_hash
from casework.reports.models import Document, OpenCase, Report, ReportCase
from casework.reports.papers import grade_of
from casework.reports.sm3 import second_of
from casework.reports.snapshot import Cited, Snapshot, content_hashes
from casework.reports.snapshot_of import TEXTS, snapshot_of
from casework.storage import keep
from casework.working_days import calendar
from workflows.access import Actor
from workflows.engine import Words
from workflows.errors import Refused
from workflows.report import refusals

RENDER = "render_report"
"""The job that makes the PDFs."""


def freeze_report(
    report: Report,
    *,
    open_reasons: Mapping[str, str],
    actor: Actor,
    settings: Settings,
    chosen: Collection[str] | None = None,
) -> Report:
    """Freeze every accepted case of the organisation (or the `chosen` numbers) into the report.

    `open_reasons` says, by number, why a case is still open; each open case needs one. Raises `Refused` or
    `CannotFreeze` with every reason, and nothing was made.
    """
    permit_report(actor, "report:freeze", report)
    refuse_filed(report)
    lock_organisation(report.organisation_id)  # what is delivered or taken back below waits, or is read
    cases = list(queries.lock_cases(queries.ready_for(report, chosen=chosen)).values())
    queries.lock_report(report)
    waiting = queries.still_open(report, without=[case.id for case in cases])
    left_out = [(case, open_reasons.get(case.number, "")) for case in waiting]
    refused = refusals(facts_of(report, included=cases, left_out=left_out), "freeze", actor=actor)
    if refused:
        raise Refused(*refused)
    _refuse_incomplete(report, cases)
    refuse_lost_evidence(cases, folder=settings.files_dir, opened=True)
    recipients = [each.organisation.name for each in filing.recipients_of(report.organisation, report.round)]
    snapshot = snapshot_of(report, cases=cases, left_out=left_out, recipients=recipients)
    snapshot = replace(snapshot, cites=_cites(report))
    dossiers = {case.id: dossier_of(case) for case in cases}
    second = second_of(report.round, snapshot, [*dossiers.values()], folder=settings.files_dir)
    manifest = _manifest(report, snapshot, [*dossiers.values()], left_out, second=second)
    _set_aside(report, settings)
    _include(report, cases, dossiers)
    report.open_cases = [OpenCase(case_id=case.id, reason=reason.strip()) for case, reason in left_out]
    report.supplementary = bool(snapshot.supplementary_to)
    report.manifest, report.manifest_hash = manifest, manifest_hash(manifest)
    report.snapshot, report.frozen_by_id = snapshot.to_dict(), actor.id
    seal = seal_of(manifest, report.manifest_hash)
    for made in render_all(snapshot, manifest=manifest, seal=seal, grade=grade_of(report)):
        stored = keep(made.content, media_type=made.media_type, folder=settings.files_dir)
        report.documents.append(Document(kind=made.kind, file_name=made.file_name, file_id=stored.id, file=stored))
    move_report(report, "freeze", actor=actor, included=cases, left_out=left_out)
    promise(RENDER, report=report.ref, manifest_hash=report.manifest_hash)
    ask_for_signatures(report)
    return report


def _refuse_incomplete(report: Report, cases: Sequence[Case]) -> None:
    blank = [TEXTS[part] for part in ("work", "problems", "causes") if not report.texts.get(part)]
    shown = {"report": queries.number_of(report)}
    if blank:
        raise CannotFreeze(
            N_("自查报告 %(report)s 还没有写：%(parts)s。请补写后再定稿。"),
            code="texts_missing",
            params=shown | {"parts": Words(blank)},
        )
    if report.supplementary and not cases:
        raise CannotFreeze(
            N_("补充报告 %(report)s 没有可列入的案件；有案件复核通过后再定稿。"), code="nothing_to_report", params=shown
        )


def _cites(report: Report) -> tuple[Cited, ...]:
    return tuple(Cited(**line) for line in filing.cites_of(report.organisation, report.round_id))


def _manifest(
    report: Report,
    snapshot: Snapshot,
    dossiers: list[dict],
    left_out: Sequence[tuple[Case, str]],
    *,
    second: Second | None,
) -> dict:
    organisation = report.organisation
    heads = [_head_of(each) for each in _chains_of(report, [str(dossier["number"]) for dossier in dossiers])]
    return build_manifest(
        number=snapshot.number,
        round_code=report.round.code,
        organisation={"id": organisation.id, "code": organisation.code, "name": organisation.name},
        frozen_at=clock.now().astimezone(clock.BEIJING).isoformat(timespec="seconds"),
        contents=content_hashes(snapshot),
        dossiers=dossiers,
        open_cases=[
            {
                "number": case.number,
                "state": case.state,
                "severity": case.severity,
                "reason": reason.strip(),
                "sample": case.origin == "sample",
            }
            for case, reason in left_out
        ],
        checklist=[vars(item) for item in snapshot.checklist],
        slots=[vars(slot) for slot in snapshot.slots],
        recipients=list(snapshot.recipients),
        plan_version=snapshot.plan.version,
        versions={
            "code_tables": report.round.code,
            "calendar": "+".join(year.version for year in calendar().years.values()),
            "policy": str(report.round.settings_version),
            "rates": report.round.settings["rate_version"],
            "signature_grade": str(report.round.settings["signature_grade"]),
        },
        journal_heads=heads,
        journal_extract=filing.extract_under(heads, [snapshot.number, *(dossier["number"] for dossier in dossiers)]),
        second=second,
        supplementary_to=snapshot.supplementary_to or None,
        cites=[vars(cited) for cited in snapshot.cites],
    )


def _chains_of(report: Report, numbers: Collection[str]) -> list[int]:
    """Return whose journals tell of the report and its cases: its own first, then of bodies that had one before."""
    handed = select(HandOver.left_id, HandOver.went_id).join(HandOver.case).where(Case.number.in_(numbers)).distinct()
    others = {body for row in db.session.execute(handed) for body in row} - {report.organisation_id}
    return [report.organisation_id, *sorted(others)]


def _head_of(organisation_id: int) -> dict[str, object]:
    """Return the journal as the report finds it, and leave a checkpoint there: the paper shows its root."""
    rooted = checkpoint(organisation_id, journal.MAIN, reason="freeze") or Rooted(0, journal.GENESIS, root([]).hex())
    return {"organisation": organisation_id, "chain": journal.MAIN, **vars(rooted)}


def _include(report: Report, cases: Sequence[Case], dossiers: Mapping[int, dict]) -> None:
    """Write the cases with their dossiers in one statement: one at a time, 800 rows would be 800 statements."""
    rows = [
        {
            "report_id": report.id,
            "case_id": case.id,
            "position": place,
            "dossier_hash": dossier_hash(dossiers[case.id]),
            "dossier": dossiers[case.id],
        }
        for place, case in enumerate(sorted(cases, key=lambda case: case.number), start=1)
    ]
    if rows:
        db.session.execute(insert(ReportCase), rows)
    db.session.expire(report, ["cases"])


def _set_aside(report: Report, settings: Settings) -> None:
    """Keep what was frozen before under the number of that freeze, and make room for what is frozen now."""
    if report.cases:
        dossiers = canonical_bytes([entry.dossier for entry in report.cases])
        stored = keep(dossiers, media_type=JSON, folder=settings.files_dir)
        report.documents.append(Document(kind="dossiers", file_name="卷宗.json", file_id=stored.id, file=stored))
    earlier = 1 + sum(document.kind.startswith("manifest-") for document in report.documents)
    for document in report.documents:
        if "-" not in document.kind:
            document.kind = f"{document.kind}-{earlier}"
    for row in (*report.cases, *report.open_cases):
        db.session.delete(row)
    db.session.flush()  # the same cases may come again, and each may stand in a report once
    db.session.expire(report, ["open_cases"])
