"""What the bodies above and beside do: spot-check concluded cases, record consequences, upload."""

import io
from urllib.parse import quote

from flask import Response, current_app, send_file

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.case_work import ReasonIn
from casework.api.schemas.fields import Query
from casework.api.schemas.oversight import (
    ConsequenceIn,
    ConsequenceOut,
    ConsequencePage,
    DrawnOut,
    DrawOut,
    DrawPage,
    DrawQuery,
    OutcomeIn,
    SpotCheckIn,
    UploadedIn,
    UploadOut,
    UploadPage,
)
from casework.cases.oversight import Consequence, SpotCheck, SpotChecked
from casework.cases.queries import consequences_of, get_case
from casework.cases.spot_checks import draws_of, get_drawn, seats_of
from casework.db import db
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.errors import N_, NotFound
from casework.filing.models import Upload
from casework.filing.queries import get_upload, uploads_of
from casework.operations import make_upload as uploading
from casework.operations import record_consequence as recording
from casework.operations.decide_spot_check import decide_spot_check
from casework.operations.draw_spot_check import draw_spot_check
from casework.reports.queries import get_report

oversight = Resource("oversight", "Spot checks, consequences, the package for the national system")


@oversight.operation("GET", "/cases/<name:number>/consequences", query=Query, out=ConsequencePage)
def list_consequences(_query: dict, number: str) -> object:
    """List what was recorded as following from a case, oldest first."""
    return {"items": consequences_of(get_case(number, current_actor())), "next": None}


@oversight.operation("POST", "/cases/<name:number>/consequences", body=ConsequenceIn, out=ConsequenceOut, status=201)
def record_a_consequence(body: dict, number: str) -> Consequence:
    """Record what a verified violation led to."""
    case = get_case(number, current_actor(), lock=True)
    return recording.record_consequence(case, actor=current_actor(), **body)


@oversight.operation(
    "POST", "/cases/<name:number>/consequences/<name:ref>/withdrawal", body=ReasonIn, out=ConsequenceOut
)
def withdraw_a_consequence(body: dict, number: str, ref: str) -> Consequence:
    """Take back what was recorded wrongly; it stays on record with its reason."""
    case = get_case(number, current_actor(), lock=True)
    found = next((each for each in consequences_of(case) if each.ref == ref), None)
    if found is None:
        raise NotFound(N_("没有找到这条处理结果。"))
    return recording.withdraw_consequence(found, case, reason=body["reason"], actor=current_actor())


@oversight.operation("GET", "/spot-checks", query=DrawQuery, out=DrawPage)
def list_draws(query: dict) -> object:
    """List the draws of one's own body with the cases in them, newest first."""
    known = draws_of(current_actor(), round_id=seen.round_(query["round"]).id)
    found = page_of(
        known, known=known, name=SpotCheck.ref, after=query["after"], limit=query["limit"], newest_first=True
    )
    return {"items": found.items, "next": found.next}


@oversight.operation("POST", "/spot-checks", body=SpotCheckIn, out=DrawOut, status=201)
def draw_cases(body: dict) -> SpotCheck:
    """Draw concluded cases of the bodies below; seed and list stand in the journal."""
    actor = current_actor()
    seats = seats_of(actor)
    seat = seen.organisation(body["organisation"], actor, "case:spot_check") if body["organisation"] else seats[0]
    made = draw_spot_check(
        organisation=seat, round_=seen.round_(body["round"]), size=body["size"], seed=body["seed"], actor=actor
    )
    db.session.flush()  # the members know their cases once they are rows
    return made


@oversight.operation("POST", "/spot-checks/<name:ref>/cases/<name:number>", body=OutcomeIn, out=DrawnOut)
def decide_drawn(body: dict, ref: str, number: str) -> SpotChecked:
    """Say what the spot check of one drawn case found."""
    actor = current_actor()
    seats_of(actor)
    case = get_case(number, actor, lock=True)  # first: what was said meanwhile must be seen
    return decide_spot_check(get_drawn(ref, number, actor), case, actor=actor, **body)


@oversight.operation("GET", "/reports/<name:ref>/uploads", query=Query, out=UploadPage)
def list_uploads(_query: dict, ref: str) -> object:
    """List the packages that were made of a report, newest first."""
    return {"items": uploads_of(get_report(ref, current_actor())), "next": None}


@oversight.operation("POST", "/reports/<name:ref>/uploads", media_type="application/zip", may_repeat=True)
def make_upload_package(ref: str) -> Response:
    """Return a package of a filed report for the national system; it names graduates in full and is journalled."""
    report = get_report(ref, current_actor())
    made = uploading.make_upload(report, actor=current_actor(), settings=current_app.extensions["casework"])
    answered = send_file(io.BytesIO(made.content), mimetype="application/zip")
    answered.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(made.file_name)}"
    answered.headers["Repr-Digest"] = f"sha-256={made.upload.sha256}"
    return answered


@oversight.operation("POST", "/uploads/<name:ref>/delivery", body=UploadedIn, out=UploadOut)
def record_delivery(body: dict, ref: str) -> Upload:
    """Write down under which number the national system took a package."""
    return uploading.record_upload(get_upload(ref, current_actor()), actor=current_actor(), **body)
