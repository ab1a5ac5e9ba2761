"""Every figure of a report with its definition and denominator, and behind each the rows that it counts.

The rows are found by what counted the figure. Where a list no longer has as many
rows as a frozen report says, the page says so itself.
"""

from flask import Response, current_app, request
from sqlalchemy import Select

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, NotFound
from casework.operations.preview_report import Drafts
from casework.reports import counted, queries
from casework.reports.figures import Figure, figures, find_figure, open_behind, rows_behind
from casework.reports.models import Report
from casework.reports.render.masking import mask_name, masked
from casework.reports.snapshot import Snapshot
from casework.web import shell
from casework.web.pages import PAGE_SIZE, page
from casework.web.reports import named

SHOWN = 500
DRAFTS = "casework.drafts"


@signed_in
def shown(ref: str) -> Response:
    """Show where each figure comes from."""
    report = named(ref)
    groups: dict[str, list[Figure]] = {}
    for each in figures(snapshot_now(report)):
        groups.setdefault(each.group, []).append(each)
    return page("reports/figures.html", report=report, number=queries.number_of(report), groups=groups)


@signed_in
def behind(ref: str) -> Response:
    """Show a page of the rows behind one figure, masked."""
    report = named(ref)
    snapshot, after = snapshot_now(report), request.args.get("after", "")
    figure = find_figure(snapshot, request.args.get("key", ""))
    if figure is None:
        raise NotFound(N_("报告里没有这个数字。"))
    graduates = () if figure.about_cases else graduates_behind(report, figure, after=after, limit=PAGE_SIZE + 1)
    rows = rows_behind(snapshot, figure)
    return page(
        "reports/figure.html",
        report=report,
        number=queries.number_of(report),
        figure=figure,
        cases=[masked(row) for row in rows[:SHOWN]],
        more=max(len(rows) - SHOWN, 0),
        open_cases=open_behind(snapshot, figure),
        graduates=[(mask_name(row.name), f"{row.student_no[:4]}****", row) for row in graduates[:PAGE_SIZE]],
        counted_now=None if figure.about_cases or after else number_now(report, figure),
        names=snapshot.code_names,
        after=after,
        next=graduates[PAGE_SIZE - 1].ref if len(graduates) > PAGE_SIZE else "",
        may_open=shell.may(current_actor(), "case:read"),
    )


def snapshot_now(report: Report) -> Snapshot:
    """Return what the report was frozen with; of a draft, what it would be frozen with."""
    if report.snapshot is not None and report.state not in queries.UNFINISHED:
        return Snapshot.from_dict(report.snapshot)
    kept: Drafts = current_app.extensions.setdefault(DRAFTS, Drafts())
    return kept.snapshot(report, actor=current_actor())


def graduates_behind(report: Report, figure: Figure, *, after: str = "", limit: int) -> list:
    """Return the registrations that a figure counts; of a frozen report, as they stood when it was frozen."""
    return [*counted.listed(_behind(report, figure), limit=limit, after=after)]


def number_now(report: Report, figure: Figure) -> int:
    """Return how many rows the list has."""
    return counted.number_of_rows(_behind(report, figure))


def _behind(report: Report, figure: Figure) -> Select:
    if figure.answer:
        return counted.answering(report, status=figure.answer)
    at = report.frozen_at if report.state not in queries.UNFINISHED else None
    return counted.registered_under(report, families=figure.families, without=figure.without, at=at)
