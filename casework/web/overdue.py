"""The overdue board: the sentence that says where to begin, the numbers, the heat-map, and the longest late."""

from flask import Response, request
from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Case
from casework.cases.queries import in_scope
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.overview import board, desk
from casework.promises import last_beat
from casework.reports.models import Report
from casework.reports.queries import visible_reports
from casework.web import charts, shell
from casework.web.pages import page
from casework.web.wording import said
from workflows.access import scope_of

VIEWS = {"unit": N_("单位"), "college": N_("学院"), "owner": N_("经办人"), "stage": N_("阶段")}
NEAREST = 3


@signed_in
def overdue() -> Response:
    """Show what is late in this person's scope."""
    actor, now, today = current_actor(), clock.now(), clock.today()
    if not scope_of(actor, "overdue:read"):
        raise Forbidden(N_("您的角色不能查看逾期督办。"))
    round_ = shell.current_round()
    condition = in_scope(actor, "overdue:read") & (Case.round_id == (round_.id if round_ else 0))
    above = any(held.organisation_kind in {"province", "ministry"} for held in actor.appointments)
    by = request.args.get("by", "")
    if by not in VIEWS:
        by = "unit" if above else "college"
    numbers = desk.numbers(condition & desk.running(), now=now)
    marks = shell.marks(actor)
    ahead = next((mark for mark in marks if mark.kind != "od"), None)
    burn = board.burndown(condition, today=today, deadline=ahead.on if ahead else None)
    chart = ""
    if burn.days:
        end = max([mark.on for mark in marks] + [today])
        chart = charts.burndown(burn, deadlines=[(mark.on, said(mark.label)) for mark in marks], today=today, end=end)
    heat = board.heat(condition, by, now=now)
    places = "unit" if above else "college"
    where = heat if by == places else board.heat(condition, places, now=now)
    return page(
        "overdue/page.html",
        numbers=numbers,
        heat=heat[: board.MOST_ROWS],
        where=[row for row in where if row.overdue][:NEAREST],
        buckets=board.BUCKETS,
        by=by,
        views={name: label for name, label in VIEWS.items() if above or name != "unit"},
        burn=burn,
        ahead=ahead,
        chart=chart,
        latest=board.latest(condition, now=now),
        people=board.people(condition, now=now),
        unassigned=board.unassigned(condition),
        drawn=board.drawn(condition),
        reports=_reports(actor, round_.id if round_ else 0),
        heart=last_beat("sweep") or last_beat("scheduler"),
    )


def _reports(actor: object, round_id: int) -> dict[str, int]:
    visible = visible_reports(actor).with_only_columns(Report.id).order_by(None)  # type: ignore[arg-type]
    rows = select(Report.state, func.count()).where(Report.id.in_(visible), Report.round_id == round_id)
    return {row[0]: row[1] for row in db.session.execute(rows.group_by(Report.state))}
