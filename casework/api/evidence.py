"""Files of a case: added by content, withdrawn with a reason, opened with a trace; and the corrections they back."""

import io
from urllib.parse import quote

from flask import Response, current_app, request, send_file

from casework.api.case_work import record_of
from casework.api.cases import answer, changed
from casework.api.resource import Resource
from casework.api.schemas.case_work import CompletionIn, CorrectionIn, EvidenceIn, ReasonIn
from casework.api.schemas.cases import CaseOut
from casework.cases import queries
from casework.cases.models import Case, Correction, Evidence
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.operations import add_evidence as adding
from casework.operations import propose_correction as correcting
from casework.operations.open_evidence import open_evidence

evidence = Resource("evidence", "Files of a case, and the corrections that rest on them")


@evidence.operation("POST", "/cases/<name:number>/evidence", multipart=EvidenceIn, out=CaseOut, status=201, tagged=True)
def add_evidence(body: dict, number: str) -> object:
    """Add a file; it is typed by its content and stored once."""
    case = changed(number, optional=True)
    upload = body.pop("file")
    adding.add_evidence(
        case,
        name=upload.filename or N_("未命名"),
        content=upload.read(),
        evidence_class=body["evidence_class"],
        supplied_by=body["supplied_by"],
        record=record_of(case, body["record"]),
        actor=current_actor(),
        settings=current_app.extensions["casework"],
    )
    return answer(case)


@evidence.operation(
    "GET", "/cases/<name:number>/evidence/<name:ref>/content", writes=True, media_type="application/pdf"
)
def download_evidence(number: str, ref: str) -> Response:
    """Return the content of a file; the look is journalled."""
    case = queries.get_case(number, current_actor())
    found = _evidence(case, ref)
    content = open_evidence(case, found, actor=current_actor(), settings=current_app.extensions["casework"])
    answered = send_file(io.BytesIO(content), mimetype=found.file.media_type)
    answered.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return answered


@evidence.operation(
    "POST", "/cases/<name:number>/evidence/<name:ref>/withdrawal", body=ReasonIn, out=CaseOut, match=True
)
def withdraw_evidence(body: dict, number: str, ref: str) -> object:
    """Take a file out of the dossier."""
    case = changed(number, wanted=request.get_json())
    adding.withdraw_evidence(case, _evidence(case, ref), reason=body["reason"], actor=current_actor())
    return answer(case)


@evidence.operation("POST", "/cases/<name:number>/corrections", body=CorrectionIn, out=CaseOut, status=201, tagged=True)
def propose_correction(body: dict, number: str) -> object:
    """Record what has to change in a registration: one field, old → new."""
    case = changed(number, optional=True)
    record = record_of(case, body.pop("record"), required=True)
    given = body | {"evidence": _evidence(case, body["evidence"]) if body["evidence"] else None}
    correcting.propose_correction(case, record=record, actor=current_actor(), **given)  # type: ignore[arg-type]
    return answer(case)


@evidence.operation(
    "POST", "/cases/<name:number>/corrections/<name:ref>/completion", body=CompletionIn, out=CaseOut, match=True
)
def complete_correction(body: dict, number: str, ref: str) -> object:
    """Add to a correction the evidence or the number of the change that it still lacks."""
    case = changed(number, wanted=request.get_json())
    given = body | {"evidence": _evidence(case, body["evidence"]) if body["evidence"] else None}
    correcting.complete_correction(case, _correction(case, ref), actor=current_actor(), **given)
    return answer(case)


@evidence.operation(
    "POST", "/cases/<name:number>/corrections/<name:ref>/withdrawal", body=ReasonIn, out=CaseOut, match=True
)
def withdraw_correction(body: dict, number: str, ref: str) -> object:
    """Withdraw a correction that was wrong."""
    case = changed(number, wanted=request.get_json())
    correcting.withdraw_correction(case, _correction(case, ref), reason=body["reason"], actor=current_actor())
    return answer(case)


def _evidence(case: Case, ref: str) -> Evidence:
    found = next((row for row in case.evidence if row.ref == ref), None)
    if found is None:
        raise NotFound(N_("本案没有这份材料。"))
    return found


def _correction(case: Case, ref: str) -> Correction:
    found = next((row for row in case.corrections if row.ref == ref), None)
    if found is None:
        raise NotFound(N_("本案没有这项更正。"))
    return found
