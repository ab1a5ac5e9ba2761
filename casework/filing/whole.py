"""Are the frozen reports still what was frozen, and the kept files what was kept; what is not is named with its place.

Everything is followed down from what stands in the journal, as a recipient
follows it down from the paper: the entry of the freeze proves the manifest, the
manifest proves dossiers and contents, and a file proves itself by its hash. The
journal itself is looked at by `journal.verify`, and by the heads that others hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from casework.cases.canonical import canonical_bytes, canonical_hash
from casework.cases.dossier import dossier_hash
from casework.cases.models import Case, Evidence
from casework.db import db
from casework.errors import N_
from casework.filing import verify
from casework.journal import JournalEntry
from casework.reports.models import Document, Report, ReportCase
from casework.reports.queries import number_of
from casework.reports.snapshot import Snapshot, content_hashes
from casework.sealing import SealBroken
from casework.storage import StoredFile, broken, read
from workflows.engine import Words


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was; entrances translate the sentence with its parameters."""

    sentence: str
    params: Mapping[str, object] = field(default_factory=dict)


def report_faults(folder: Path) -> Iterator[Fault]:
    """Yield what is wrong with each frozen report in the database: manifest, contents, dossiers."""
    wanted = (
        select(Report)
        .where(Report.manifest_hash.is_not(None), Report.erased_at.is_(None))
        .options(undefer(Report.manifest))
    )
    for report in db.session.scalars(wanted.order_by(Report.id).execution_options(populate_existing=True)):
        yield from _manifest_faults(report, folder)
        if report.manifest is not None and canonical_hash(report.manifest) == report.manifest_hash:
            yield from _content_faults(report, report.manifest)
            yield from _dossier_faults(report, report.manifest)


def file_faults(folder: Path) -> Iterator[Fault]:
    """Yield every stored file that is missing or does not hold what was kept, and the matters that rest on it."""
    for stored in db.session.scalars(select(StoredFile).order_by(StoredFile.id)):
        said = broken(stored, folder=folder)
        if said:
            matters = _matters_of(stored)
            yield Fault(said, {"sha256": stored.sha256, "matters": Words(matters) if matters else "—"})


def _manifest_faults(report: Report, folder: Path) -> Iterator[Fault]:
    frozen = db.session.scalar(
        select(JournalEntry.facts)
        .filter_by(organisation_id=report.organisation_id, subject=number_of(report), action="report:freeze")
        .order_by(JournalEntry.seq.desc())
        .limit(1)
    )
    shown = {"report": number_of(report)}
    if frozen is not None and frozen.get("manifest_hash") != report.manifest_hash:
        yield Fault(N_("自查报告 %(report)s 的清单哈希与日志中定稿时所记的不同，可能在定稿后被改动。"), shown)
    if report.manifest is None or canonical_hash(report.manifest) != report.manifest_hash:
        place = _place_in_manifest(report, folder) or "—"
        yield Fault(N_("自查报告 %(report)s 的清单与其哈希不符，位置：%(place)s。"), shown | {"place": place})


def _place_in_manifest(report: Report, folder: Path) -> str:
    """Return the first field that is not as in the manifest that was kept as a file, if that one still opens."""
    kept = db.session.scalar(
        select(StoredFile)
        .join(Document, Document.file_id == StoredFile.id)
        .where(Document.report_id == report.id, Document.kind == "manifest")
    )
    if kept is None or broken(kept, folder=folder):
        return ""
    recorded = verify.places_of(verify.read_json(read(kept, folder=folder)))
    return verify.first_change(verify.read_json(canonical_bytes(report.manifest)), recorded)


def _content_faults(report: Report, manifest: Mapping[str, Any]) -> Iterator[Fault]:
    shown = {"report": number_of(report)}
    try:
        snapshot = db.session.scalar(select(Report.snapshot).filter_by(id=report.id))
    except SealBroken:
        snapshot = None
    if snapshot is None:
        yield Fault(N_("自查报告 %(report)s 定稿时的内容打不开，可能被改动。"), shown)
        return
    now, then = content_hashes(Snapshot.from_dict(snapshot)), manifest.get("contents", {})
    for name in sorted(now.keys() | then.keys()):
        if now.get(name) != then.get(name):
            yield Fault(N_("自查报告 %(report)s 的文书内容 %(name)s 与清单不符。"), shown | {"name": name})


def _dossier_faults(report: Report, manifest: Mapping[str, Any]) -> Iterator[Fault]:
    listed = {line["number"]: line["hash"] for line in manifest.get("cases", ())}
    wanted = select(ReportCase.id, Case.number).join(ReportCase.case).where(ReportCase.report_id == report.id)
    there = {row.number: row.id for row in db.session.execute(wanted)}
    for number in sorted(listed.keys() | there.keys()):
        if listed.get(number) != _hash_of(there.get(number)):
            shown = {"report": number_of(report), "case": number}
            yield Fault(N_("自查报告 %(report)s 中案件 %(case)s 的卷宗与清单不符，或增减。"), shown)


def _hash_of(line_id: int | None) -> str:
    """Return the hash of a dossier as it lies in the database now; nothing if it is gone or does not open."""
    if line_id is None:
        return ""
    try:
        dossier = db.session.scalar(select(ReportCase.dossier).filter_by(id=line_id))
        return dossier_hash(dossier or {})
    except (SealBroken, KeyError, TypeError):  # it does not open, or what opens is no dossier
        return ""


def _matters_of(stored: StoredFile) -> list[str]:
    cases = select(Case.number).join(Evidence, Evidence.case_id == Case.id).where(Evidence.file_id == stored.id)
    reports = select(Report).join(Document, Document.report_id == Report.id).where(Document.file_id == stored.id)
    found = {*db.session.scalars(cases), *map(number_of, db.session.scalars(reports))}
    return sorted(found)
