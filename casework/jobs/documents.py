"""Make the PDFs of a frozen report: a list of 12,000 lines takes some ten seconds, for which nobody should wait."""

from flask import current_app
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.intake import progress_of
from casework.operations.add_documents import add_documents
from casework.reports.documents import render_pdfs, seal_of
from casework.reports.models import Report
from casework.reports.queries import UNFINISHED
from casework.reports.snapshot import Snapshot


def render_report(ref: str, *, report: str, manifest_hash: str) -> dict:
    """Render what is missing and keep it; no transaction is open meanwhile. A report frozen anew has its own job."""
    found = _report(report)
    if found.manifest_hash != manifest_hash or found.snapshot is None or found.state in UNFINISHED:
        db.session.rollback()
        return {"report": report, "kinds": []}
    snapshot, seal = Snapshot.from_dict(found.snapshot), seal_of(found.manifest or {}, manifest_hash)
    present = {row.kind for row in found.documents}
    db.session.rollback()
    made = render_pdfs(snapshot, seal=seal, present=present, on_progress=progress_of(ref))
    with unit_of_work():
        kinds = add_documents(
            _report(report), made, manifest_hash=manifest_hash, settings=current_app.extensions["casework"]
        )
        return {"report": report, "kinds": kinds}


def _report(ref: str) -> Report:
    return db.session.scalars(select(Report).filter_by(ref=ref)).one()
