"""The preview of a draft report: what it would say, what is still missing, and where that is mended."""

from flask import Response, url_for

from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, NotFound
from casework.operations.preview_report import preview_document, preview_report
from casework.reports import queries
from casework.reports.documents import PREVIEW, plan_document
from casework.reports.missing import CASE, CHECKLIST, FREEZE, MEASURES, PLAN, SIGNERS, TEXTS_AT, Missing
from casework.reports.render.report import report_page
from casework.web import shell
from casework.web.case_page import downloaded
from casework.web.pages import page
from casework.web.reports import named, own_seat, round_now
from workflows.access import Actor

ON_THE_WORKSPACE = (PLAN, CHECKLIST, MEASURES, TEXTS_AT, FREEZE)


@signed_in
def preview(ref: str) -> Response:
    """Show the draft as it would be printed, under the list of what is missing."""
    actor, report = current_actor(), named(ref)
    found = preview_report(report, actor=actor)
    return page(
        "reports/preview.html",
        report=report,
        number=queries.number_of(report),
        missing=[(each, mended_at(each, actor)) for each in found.missing],
        blocks=report_page(found.snapshot),
    )


@signed_in
def preview_file(ref: str, form: str) -> Response:
    """Hand out the preview as a document; it says on every page that it is none to sign."""
    made = preview_document(named(ref), form=form, actor=current_actor())
    return downloaded(made.content, name=made.file_name, media_type=made.media_type)


@signed_in
def plan_file(version: str, form: str) -> Response:
    """Hand out a version of the plan of one's own organisation, also one that is no longer in force."""
    seat, round_ = own_seat(current_actor()), round_now()
    wanted = whole_number(version)
    plan = next((each for each in queries.plans(seat.id, round_.id) if each.version == wanted), None)
    if plan is None or form not in PREVIEW:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    made = plan_document(seat, round_, plan, form)
    return downloaded(made.content, name=made.file_name, media_type=made.media_type)


def mended_at(missing: Missing, actor: Actor) -> str:
    """Return the address at which something missing is mended, or nothing where this person cannot mend it."""
    if missing.place in ON_THE_WORKSPACE:
        return f"{url_for('web.reports')}#{missing.place}"
    if missing.place == CASE:
        return url_for("web.case", number=missing.case)
    return url_for("web.admin") if missing.place == SIGNERS and shell.may(actor, "people:manage") else ""
