"""What carries a signature, on the page where it is given: handed in, looked at, and in a demonstration made."""

from flask import Response, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Invalid, NotFound
from casework.operations.demo_sign import demo_sign
from casework.operations.hand_in_paper import hand_in_paper
from casework.operations.open_paper import open_paper
from casework.reports.models import SignedPaper
from casework.storage import ALLOWED
from casework.web.case_page import downloaded
from casework.web.cosign import form
from casework.web.pages import settings, submitted
from casework.web.reports import named
from workflows.access import Actor

SUFFIXES = {media_type: extension for extension, media_type in ALLOWED.items()}


@signed_in
def hand_in(ref: str) -> Response:
    """Take the scan or the signed PDF for one slot."""
    return submitted(
        lambda: _hand_in(ref, current_actor()),
        done=gettext("签字件已收到，请签字人核对后确认签字。"),
        to=url_for("web.cosign", ref=ref) + "#sign",
        again=lambda trouble: form(ref, trouble),
    )


@signed_in
def show(ref: str, paper: str) -> Response:
    """Hand out what waits to be confirmed, for whoever reads the report; the look is journalled."""
    report = named(ref)
    found = db.session.scalars(select(SignedPaper).filter_by(ref=paper, report_id=report.id)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这份签字件，或不在您的权限范围内。"))
    with unit_of_work():
        content = open_paper(report, found, actor=current_actor(), settings=settings())
    name = f"{gettext('签字件')}.{SUFFIXES.get(found.file.media_type, 'bin')}"
    return downloaded(content, name=name, media_type=found.file.media_type)


@signed_in
def demonstrate(ref: str) -> Response:
    """Sign the PDF with one's own key of the demonstration."""
    return submitted(
        lambda: demo_sign(named(ref), slot=request.form.get("slot", ""), actor=current_actor(), settings=settings()),
        done=gettext("已用演示证书签署，请核对后确认签字。"),
        to=url_for("web.cosign", ref=ref) + "#sign",
        again=lambda trouble: form(ref, trouble),
    )


def _hand_in(ref: str, actor: Actor) -> object:
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"file": N_("请选择一个文件。")})
    return hand_in_paper(
        named(ref),
        slot=request.form.get("slot", ""),
        name=upload.filename,
        content=upload.read(),
        typed_hash=request.form.get("typed_hash", ""),
        actor=actor,
        settings=settings(),
    )
