"""自查报告: begun, written, frozen, signed or refused."""

from flask import current_app, request

from casework import clock
from casework.api import seen, shown
from casework.api.resource import Resource
from casework.api.schemas.fields import Query
from casework.api.schemas.reports import (
    FreezeIn,
    PaperIn,
    PaperOut,
    RefusalIn,
    ReportIn,
    ReportOut,
    ReportPage,
    ReportQuery,
    SignIn,
    TextsIn,
)
from casework.asking import reaching
from casework.db import db
from casework.deadlines.upcoming import next_said
from casework.doors import etags
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.errors import N_
from casework.operations import draft_report as drafting
from casework.operations import freeze_report as freezing
from casework.operations import hand_in_paper as handing
from casework.operations import refuse_report as refusing
from casework.operations import sign_report as signing
from casework.operations.permit_report import permit_report
from casework.operations.retime_report import due_of
from casework.reports import queries
from casework.reports.models import Report
from casework.rounds.queries import get_round

reports = Resource("reports", "Reports: begun, written, frozen, signed, sent")
MOMENTS = ("drafted_at", "frozen_at", "signed_at", "filed_at", "stale_at")


@reports.operation("GET", "/reports", query=ReportQuery, out=ReportPage)
def list_reports(query: dict) -> object:
    """List the reports within sight, newest first."""
    known = queries.visible_reports(current_actor()).order_by(None)
    wanted = known.where(Report.state == query["state"]) if query["state"] else known
    found = page_of(wanted, known=known, name=Report.ref, after=query["after"], limit=query["limit"], newest_first=True)
    return {"items": [line_of(report) for report in found.items], "next": found.next}


@reports.operation("POST", "/reports", body=ReportIn, out=ReportOut, status=201, tagged=True)
def begin_report(body: dict) -> object:
    """Begin a report, or return the one that is in the making."""
    organisation = seen.organisation(body["organisation"], current_actor(), "report:draft")
    round_ = get_round(body["round"])
    return answer(drafting.draft_report(organisation=organisation, round_=round_, texts={}, actor=current_actor()))


@reports.operation("GET", "/reports/<name:ref>", query=Query, out=ReportOut, tagged=True)
def read_report(_query: dict, ref: str) -> object:
    """Read one report with its texts, its cases and its signatures."""
    return answer(queries.get_report(ref, current_actor()))


@reports.operation("PUT", "/reports/<name:ref>/texts", body=TextsIn, out=ReportOut, match=True)
def write_texts(body: dict, ref: str) -> object:
    """Write into the report in the making; what is left out stays as it was."""
    report = changed(ref)
    written = drafting.draft_report(
        organisation=report.organisation, round_=report.round, texts=body, actor=current_actor()
    )
    return answer(written)


@reports.operation("POST", "/reports/<name:ref>/freeze", body=FreezeIn, out=ReportOut, match=True)
def freeze_report(body: dict, ref: str) -> object:
    """Freeze the accepted cases into the report; each case that is still open needs a reason."""
    reasons = {row["number"]: row["reason"] for row in body["open_reasons"]}
    frozen = freezing.freeze_report(
        changed(ref),
        open_reasons=reasons,
        chosen=body["chosen"],
        actor=current_actor(),
        settings=current_app.extensions["casework"],
    )
    return answer(frozen)


@reports.operation("POST", "/reports/<name:ref>/signatures", body=SignIn, out=ReportOut, status=201, match=True)
def sign_report(body: dict, ref: str) -> object:
    """Sign in one's own name: the hash that was read, the name, the password once more."""
    report = changed(ref)
    signing.sign_report(report, actor=current_actor(), settings=current_app.extensions["casework"], **body)
    return answer(report)


@reports.operation("POST", "/reports/<name:ref>/papers", multipart=PaperIn, out=PaperOut, status=201)
def hand_in_paper(body: dict, ref: str) -> object:
    """Hand in the scan of a signed page or a signed PDF; it waits until its signer confirms it."""
    upload = body.pop("file")
    return handing.hand_in_paper(
        queries.get_report(ref, current_actor()),
        name=upload.filename or N_("未命名"),
        content=upload.read(),
        actor=current_actor(),
        settings=current_app.extensions["casework"],
        **body,
    )


@reports.operation("POST", "/reports/<name:ref>/refusal", body=RefusalIn, out=ReportOut, match=True)
def refuse_report(body: dict, ref: str) -> object:
    """Return the report unsigned, with a reason; its cases stay accepted."""
    return answer(refusing.refuse_report(changed(ref), reason=body["reason"], actor=current_actor()))


def changed(ref: str) -> Report:
    """Return a report, locked, in the version that the caller has seen; 428 and 412 otherwise."""
    report = queries.get_report(ref, current_actor())
    permit_report(current_actor(), "report:read", report)
    queries.lock_cases(queries.case_ids(report))  # cases before the report, as everybody does
    queries.lock_report(report)
    sent = {name: value for name, value in (request.get_json(silent=True) or {}).items() if name != "password"}
    etags.require(
        etags.etag_of_report(report),
        sent=request.headers.get("If-Match"),
        current=lambda: ReportOut().dump(_full(report)),
        wanted=sent,
    )
    return report


def answer(report: Report) -> tuple[dict, dict[str, str]]:
    """Return a report as it now stands, with its version in the header."""
    db.session.flush()  # the version that the answer names is the one that is stored
    return _full(report), {"ETag": etags.quoted(etags.etag_of_report(report))}


def line_of(report: Report) -> dict[str, object]:
    """Return what a list shows of a report."""
    names = ("ref", "organisation", "supplementary", "state", "manifest_hash", "stale_reason", *MOMENTS)
    own = {name: getattr(report, name) for name in names}
    return own | {"number": queries.number_of(report), "round": report.round.code}


@reaching("cases", why="a report that was filed holds cases that another body works on since, and says their numbers")
def _full(report: Report) -> dict[str, object]:
    return line_of(report) | {
        "texts": report.texts,
        "due": _due(report),
        "next_said": next_said(report, clock.now()),
        "plan_version": report.plan.version if report.plan else None,
        "cases": [row.case.number for row in report.cases],
        "open_cases": [{"number": row.case.number, "reason": row.reason} for row in report.open_cases],
        "signatures": report.signatures,
        "documents": [row.kind for row in report.documents],
    }


def _due(report: Report) -> dict[str, object] | None:
    due = due_of(report)
    if due is None:
        return None
    return {"clock": due.clock, "at": due.at, "target_on": due.target_on, "why": shown.why(due.why)}
