"""备案: a signed report sent to its recipients, and what they answer; and the documents that they read."""

import io
from urllib.parse import quote

from flask import Response, current_app, send_file

from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.reports import (
    DisposalIn,
    DocumentQuery,
    FilingOut,
    FilingPage,
    ReceiptIn,
    RefusalIn,
)
from casework.config import Settings
from casework.db import db
from casework.doors.sessions import current_actor, programs_cannot_prove
from casework.filing import queries
from casework.filing.models import Filing
from casework.filing.signing import told_root
from casework.operations import note_disposal as disposing
from casework.operations import receipt as receipting
from casework.operations import return_filing as returning
from casework.operations import send_report as sending
from casework.operations import withdraw_filing as withdrawing
from casework.operations.download_document import download_document
from casework.operations.permit_report import permit_report, refusal_for_report
from casework.reports.queries import get_report, number_of

filings = Resource("filings", "Documents of a report, its deliveries, receipts, returns, disposals")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@filings.operation("GET", "/reports/<name:ref>/filings", query=Query, out=FilingPage)
def list_deliveries(_query: dict, ref: str) -> object:
    """List every delivery of a report, those that count no more too, oldest first."""
    report = get_report(ref, current_actor())
    return {"items": [_shown(each) for each in queries.history_of(report)], "next": None}


@filings.operation("POST", "/reports/<name:ref>/filings", out=FilingPage, status=201)
def send_report(ref: str) -> object:
    """Send a signed report to every recipient that the round names; nothing is sent twice."""
    sent = sending.send_report(get_report(ref, current_actor()), actor=current_actor())
    return {"items": [_shown(each) for each in sent], "next": None}


@filings.operation("POST", "/reports/<name:ref>/withdrawal", body=RefusalIn, out=FilingPage)
def withdraw_filing(body: dict, ref: str) -> object:
    """Take a report back before anybody has receipted it; every delivery and every signature of it is void."""
    report = get_report(ref, current_actor())
    taken = withdrawing.withdraw_filing(report, reason=body["reason"], actor=current_actor())
    return {"items": [_shown(each) for each in taken], "next": None}


@filings.operation(
    "GET", "/reports/<name:ref>/documents/<name:kind>", query=DocumentQuery, writes=True, media_type=DOCX
)
def download_report_document(query: dict, ref: str, kind: str) -> Response:
    """Return a document: masked for reading, in full as an export that the journal remembers."""
    report = get_report(ref, current_actor())
    if not query["masked"]:
        raise programs_cannot_prove()
    found = download_document(
        report,
        kind=kind,
        masked=query["masked"],
        actor=current_actor(),
        settings=_settings(),
        purpose=query["purpose"],
    )
    answer = send_file(io.BytesIO(found.content), mimetype=found.media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.file_name)}"
    return answer


@filings.operation("GET", "/reports/<name:ref>/package", query=Query, media_type="application/zip")
def download_package(_query: dict, ref: str) -> Response:
    """Refuse the dossier package, in words: whoever takes it proves on a page who they are, and a token cannot."""
    permit_report(current_actor(), "report:package", get_report(ref, current_actor()))
    raise programs_cannot_prove()


@filings.operation("GET", "/filings", query=Query, out=FilingPage)
def list_filings(_query: dict) -> object:
    """List what lies with the organisations in which one holds an office, newest first."""
    return {"items": [_shown(each) for each in queries.inbox(current_actor())], "next": None}


@filings.operation("GET", "/filings/<name:ref>", query=Query, out=FilingOut)
def read_filing(_query: dict, ref: str) -> object:
    """Read one delivery, with the journal root under which signatures and receipts are proved: keep it."""
    delivery = queries.get_filing(ref, current_actor())
    point = told_root(delivery.report) if delivery.voided_at is None else None
    return _shown(delivery) | {"journal_root": f"{point.size}:{point.root}" if point else None}


@filings.operation("POST", "/filings/<name:ref>/receipt", body=ReceiptIn, out=FilingOut)
def give_receipt(body: dict, ref: str) -> object:
    """Receipt a delivery; with the last receipt the report is filed, and its cases with it."""
    done = receipting.receipt(queries.get_filing(ref, current_actor()), actor=current_actor(), **body)
    return _fresh(done.filing)


@filings.operation("POST", "/filings/<name:ref>/return", body=RefusalIn, out=FilingOut)
def return_filing(body: dict, ref: str) -> object:
    """Send a report back; every receipt of it is void."""
    delivery = queries.get_filing(ref, current_actor())
    return _fresh(returning.return_filing(delivery, reason=body["reason"], actor=current_actor()))


@filings.operation("POST", "/filings/<name:ref>/disposals", body=DisposalIn, out=FilingOut, status=201)
def note_disposal(body: dict, ref: str) -> object:
    """Note what the discipline body does about a filed report; it changes no case and no report."""
    delivery = queries.get_filing(ref, current_actor())
    disposing.note_disposal(delivery, words=body["words"], actor=current_actor())
    return _fresh(delivery)


def _fresh(delivery: Filing) -> dict[str, object]:
    db.session.flush()  # a new note gets its moment
    return _shown(delivery)


def _shown(delivery: Filing) -> dict[str, object]:
    names = ("ref", "capacity", "recipient", "sent_at", "receipt_number", "received_on", "receiver", "receipted_at")
    own = {name: getattr(delivery, name) for name in (*names, "returned_at", "return_reason", "voided_at")}
    disposes = delivery.recipient_id in {held.organisation_id for held in current_actor().appointments}
    shown = disposes and refusal_for_report(current_actor(), "filing:dispose", delivery.report) is None
    return own | {
        "report": delivery.report.ref,
        "report_number": number_of(delivery.report),
        "disposals": delivery.disposals if shown else [],
    }


def _settings() -> Settings:
    found: Settings = current_app.extensions["casework"]
    return found
