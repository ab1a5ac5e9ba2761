"""The package for the national system: made from a filed report, and the number under which it was taken."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.doors.sessions import current_actor, signed_in
from casework.filing.queries import get_upload
from casework.operations.make_upload import make_upload, record_upload
from casework.reports.queries import get_report
from casework.web import filing_pages
from casework.web.case_deeds import day_of
from casework.web.case_page import downloaded
from casework.web.pages import Trouble, attempt, settings, submitted


@signed_in
def make(ref: str) -> Answer:
    """Make a package and hand it out; what is kept of it is its hash and who made it when."""
    actor = current_actor()

    def build() -> tuple[bytes, str]:
        made = make_upload(get_report(ref, actor), actor=actor, settings=settings())
        return made.content, made.file_name

    outcome = attempt(build)
    if isinstance(outcome, Trouble):
        flash(outcome.sentence)
        return redirect(url_for("web.filing", ref=ref), 303)
    content, name = outcome
    return downloaded(content, name=name, media_type="application/zip")


@signed_in
def record(ref: str, upload: str) -> Answer:
    """Write down the number and the day under which the national system took a package."""
    actor = current_actor()
    return submitted(
        lambda: record_upload(
            get_upload(upload, actor),
            number=request.form.get("number", ""),
            delivered_on=day_of("delivered_on"),
            actor=actor,
        ),
        done=gettext("上传编号已登记。"),
        to=url_for("web.filing", ref=ref),
        again=lambda trouble: filing_pages.shown(ref, actor, trouble, f"upload-{upload}"),
    )
