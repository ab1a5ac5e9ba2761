"""Build the package that proves a report offline: documents, records, dossiers, evidence, manifest, journal extracts.

It leaves the house, so it is an export: journalled in the chain of looks before
anybody has it. Packing takes as long as there is evidence, and writes nothing to
the database: entrances pack first and note it in a unit of work of its own, so
that nobody waits for the lock meanwhile.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from casework import journal
from casework.cases.canonical import canonical_bytes
from casework.config import Settings
from casework.errors import N_, Conflict
from casework.filing.package import EvidenceFile, PackageRefused, build_package, root_in
from casework.filing.queries import journal_of
from casework.filing.signing import signing_json
from casework.operations.permit_report import permit_report
from casework.reports.documents import KINDS, signed_report
from casework.reports.models import Report
from casework.reports.papers import signatures_of, standing_signatures
from casework.reports.queries import UNFINISHED, number_of
from casework.reports.snapshot import Snapshot, document_contents
from casework.sealing import SealBroken
from casework.storage import ALLOWED, StoredFile, present, read, stored_files
from workflows.access import Actor

SIGNATURES = "signatures.json"
"""Who signed which slot, in which way, with which certificate: `reports.papers.signatures_of`."""
FOLDER, LEFT_ALONE = "package-", 3600.0
"""How the folder of a package that is being made begins, and for how many seconds nobody but its maker removes it."""
PIECE = 1 << 16
SUFFIXES = {media_type: f".{extension}" for extension, media_type in ALLOWED.items()}


@dataclass(frozen=True)
class Packaged:
    """A package on disk, in clear: where it lies, the name to give it, its SHA-256. Whoever asked for it deletes it.

    `root` (SIZE:ROOT) is what its signatures are proved under; empty before the report is signed.
    """

    path: Path
    file_name: str
    sha256: str
    manifest_hash: str
    cases: int
    root: str = ""


def report_package(report: Report, *, target: Path, actor: Actor, settings: Settings) -> Packaged:
    """Write the package of a frozen, signed or filed report to `target`, and journal that it was taken."""
    made = pack_report(report, target=target, actor=actor, settings=settings)
    note_packed(report, made, actor=actor)
    return made


def note_packed(report: Report, made: Packaged, *, actor: Actor) -> None:
    """Journal that a package is being taken; raise as `pack_report` does if this person may not have it (any more)."""
    permit_report(actor, "report:package", report)
    journal.record(
        organisation_id=report.organisation_id,
        action="report:package",
        actor=str(actor.id),
        subject=number_of(report),
        facts={"sha256": made.sha256, "manifest_hash": made.manifest_hash, "cases": made.cases},
        chain=journal.LOOKS,
    )


def pack_report(report: Report, *, target: Path, actor: Actor, settings: Settings) -> Packaged:
    """Write the package to `target` and nothing to the database; evidence is opened one file at a time.

    Nobody is handed it before `note_packed`.
    """
    permit_report(actor, "report:package", report)
    if report.state in UNFINISHED or report.manifest is None or report.snapshot is None:
        raise Conflict(
            N_("自查报告 %(report)s 尚未定稿或已失效，没有可下载的卷宗包；请先定稿。"),
            code="nothing_frozen",
            params={"report": number_of(report)},
        )
    _refuse_unrooted(report)
    snapshot = Snapshot.from_dict(report.snapshot)
    dossiers = [entry.dossier for entry in report.cases]
    signing = signing_json(report)
    sha256 = build_package(
        target,
        manifest=report.manifest,
        contents=document_contents(snapshot),
        dossiers=dossiers,
        documents=_documents(report, snapshot, settings),
        evidence=_evidence(dossiers, settings),
        journal=journal_of(report.manifest),
        signing=signing,
    )
    return Packaged(
        target,
        f"卷宗包_{number_of(report)}.zip",
        sha256,
        manifest_hash=report.manifest_hash or "",
        cases=len(dossiers),
        root=root_in(signing),
    )


@contextmanager
def place_for_package(settings: Settings) -> Iterator[Path]:
    """Yield where to write a package for somebody to take; it lies there in clear, and is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=settings.staging_dir, prefix=FOLDER) as folder:
        yield Path(folder) / "package.zip"


def pieces_of(handle: BinaryIO) -> Iterator[bytes]:
    """Yield an open package piece by piece, so that it is never in memory as a whole; closed at the end."""
    with handle:
        while piece := handle.read(PIECE):
            yield piece


def clear_packages(settings: Settings) -> int:
    """Delete what a process that was killed while it made a package left behind; return how many folders."""
    old = time.time() - LEFT_ALONE
    found = [folder for folder in settings.staging_dir.glob(f"{FOLDER}*") if _newest(folder) < old]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def _newest(folder: Path) -> float:
    """Return when something was last written there; what has gone meanwhile is no longer ours to delete."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:
        return time.time()


def _refuse_unrooted(report: Report) -> None:
    """Refuse a report whose signed manifest holds no root of the journal: nothing could be proved under it."""
    manifest = report.manifest or {}
    heads = manifest.get("journal_heads", ())
    if "journal_extract" in manifest and all("root" in head for head in heads):
        return
    shown = {"report": number_of(report)}
    if report.state == "filed":
        raise Conflict(
            N_(
                "自查报告 %(report)s 按旧格式定稿并已备案，签字的清单中没有日志根，不能另做可离线核对的卷宗包。"
                "请使用受理单位当时收到的卷宗包；文书可在报告页面逐份下载。"
            ),
            code="manifest_without_root",
            params=shown,
        )
    raise Conflict(
        N_("自查报告 %(report)s 按旧格式定稿，清单中没有日志根，没有生成卷宗包；请退回后重新定稿、签字。"),
        code="manifest_without_root",
        params=shown,
    )


def _documents(report: Report, snapshot: Snapshot, settings: Settings) -> dict[str, bytes]:
    found = {
        row.file_name: read(row.file, folder=settings.files_dir)
        for row in report.documents
        if row.kind in KINDS and row.kind != "manifest"
    }
    if any(row.lapsed_at is None for row in report.signatures):
        signed = signed_report(report, snapshot)
        found[signed.file_name] = signed.content
    for row in standing_signatures(report):
        if row.file is not None:  # the scan, or the PDF as it was with this signature last
            name = f"签字件_{row.slot}{SUFFIXES.get(row.file.media_type, '')}"
            found[name] = read(row.file, folder=settings.files_dir)
    found[SIGNATURES] = canonical_bytes(signatures_of(report))
    return found


def _evidence(dossiers: list[dict], settings: Settings) -> Iterator[EvidenceFile]:
    wanted = {item["sha256"]: str(dossier["number"]) for dossier in dossiers for item in dossier["evidence"]}
    stored = {row.sha256: row for row in stored_files(wanted)}
    for sha256, case in sorted(wanted.items()):
        if sha256 not in stored or not present(stored[sha256], folder=settings.files_dir):
            raise PackageRefused(
                N_("案件 %(case)s 的证据 %(sha256)s 不在存储中，未生成卷宗包；请从备份恢复后再试。"),
                code="evidence_gone",
                params={"case": case, "sha256": sha256},
            )
        suffix = SUFFIXES.get(stored[sha256].media_type, "")
        yield EvidenceFile(sha256, partial(_open, stored[sha256], case, settings), suffix)


def _open(stored: StoredFile, case: str, settings: Settings) -> BytesIO:
    try:
        return BytesIO(read(stored, folder=settings.files_dir))
    except SealBroken as fault:
        raise PackageRefused(
            N_("案件 %(case)s 的证据 %(sha256)s 打不开，可能被改动，未生成卷宗包；请从备份恢复后再试。"),
            code="evidence_broken",
            params={"case": case, "sha256": stored.sha256},
        ) from fault
