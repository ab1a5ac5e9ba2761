"""What carries the signatures of a report: by which grade it is signed, what waits to be confirmed, what stands.

The grade is frozen with the manifest: a round whose settings change afterwards
changes nothing about what is being signed.
"""

from collections.abc import Sequence

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.reports.models import Document, Report, Signature, SignedPaper

CONSENT, INK, CERTIFICATE = 1, 2, 3
BASE, SIGNED = "report_pdf", "report_signed"
"""Kinds of documents: the PDF that certificates sign, and the same with the signatures so far."""


def grade_of(report: Report) -> int:
    """Return how the report is signed: consent (1), ink on paper (2), a certificate (3)."""
    frozen = (report.manifest or {}).get("versions", {}).get("signature_grade")
    return int(frozen or report.round.settings["signature_grade"])


def standing_paper(report: Report, slot: str) -> SignedPaper | None:
    """Return what was handed in last for a slot of the report as it is frozen now, or None."""
    wanted = select(SignedPaper).filter_by(
        report_id=report.id, slot=slot, manifest_hash=report.manifest_hash, grade=grade_of(report), replaced_at=None
    )
    return db.session.scalars(wanted.order_by(SignedPaper.id.desc()).limit(1)).one_or_none()


def standing_signatures(report: Report) -> Sequence[Signature]:
    """Return the signatures that count, in the order in which they were given."""
    return [row for row in report.signatures if row.lapsed_at is None and row.manifest_hash == report.manifest_hash]


def pdf_to_sign(report: Report) -> Document | None:
    """Return the PDF on which the next certificate signs: with the signatures so far, or as it was frozen."""
    kinds = {row.kind: row for row in report.documents}
    return kinds.get(SIGNED) if standing_signatures(report) else kinds.get(BASE)


def signatures_of(report: Report) -> list[dict[str, object]]:
    """Return the lines of the standing signatures for the package (`signatures.json`), JSON as it stands."""
    return [signature_line(report, row) for row in standing_signatures(report)]


def signature_line(report: Report, row: Signature) -> dict[str, object]:
    """Return what a package says of one signature, by whose hash the journal knows it.

    ref, slot, title, name, grade, signed_at, manifest_hash, delegated, document; `file` is the SHA-256 of the scan or
    of the PDF that ends with this signature (empty for grade 1), `certificate` its subject, issuer, serial, not_after.
    The ref is chance, so that nobody can guess the name from the hash.
    """
    titles = {slot["slot"]: slot["title"] for slot in (report.manifest or {}).get("slots", ())}
    return {
        "ref": row.ref,
        "slot": row.slot,
        "title": titles.get(row.slot, row.slot),
        "name": row.typed_name,
        "grade": row.grade,
        "signed_at": row.signed_at.astimezone(clock.BEIJING).isoformat(timespec="seconds"),
        "manifest_hash": row.manifest_hash,
        "delegated": row.delegated,
        "document": row.document,
        "file": row.file.sha256 if row.file else "",
        "level": row.level,
        "certificate": dict(row.certificate),
    }
