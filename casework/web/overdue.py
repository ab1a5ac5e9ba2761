"""The overdue board: the sentence that says where to begin, whether it will be done in time, and where it is late."""

from datetime import datetime

from flask import Response, request
from sqlalchemy import func, select

from casework import clock, working_days
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.leads.queries import late_by_organisation
from casework.overview import board, board_counts
from casework.overview.board import Heat
from casework.overview.board_names import Names, label_of, names_of
from casework.overview.outlook import outlook_of
from casework.promises import last_beat
from casework.reports.models import Report
from casework.reports.queries import visible_reports
from casework.web import charts, shell
from casework.web.pages import page
from casework.web.wording import said
from workflows.access import Actor, scope_of

VIEWS = {"unit": N_("单位"), "college": N_("学院"), "owner": N_("经办人"), "stage": N_("阶段")}
NEAREST = 3
LONG_LATE = "o3"


@signed_in
def overdue() -> Response:
    """Show what is late in this person's scope."""
    actor, now, today = current_actor(), clock.now(), clock.today()
    scopes = scope_of(actor, board.READ)
    if not scopes:
        raise Forbidden(N_("您的角色不能查看逾期督办。"))
    round_ = shell.current_round()
    round_id = round_.id if round_ else 0
    condition = board.watched(actor, round_id)
    found, kept = board_counts.figures(condition, scopes=scopes, round_id=round_id, now=now)
    above = any(held.organisation_kind in {"province", "ministry"} for held in actor.appointments)
    by = request.args.get("by", "")
    if by not in VIEWS:
        by = "unit" if above else "college"
    names, days, marks = names_of(found), found.days(today), shell.marks(actor)
    ahead = next((mark for mark in marks if mark.kind != "od"), None)
    seen = outlook_of(found, today=today, on=ahead.on if ahead else None, calendar=working_days.calendar())
    dates = [(mark.on, said(mark.label)) for mark in marks]
    end = max([mark.on for mark in marks] + [today])
    places = found.heat["unit" if above else "college"].rows
    return page(
        "overdue/page.html",
        found=found,
        kept=kept,
        numbers=found.numbers,
        long_late=found.heat["stage"].sums.get(LONG_LATE, 0),
        where=[
            (said(label_of("unit" if above else "college", row, names)), row.overdue) for row in places if row.overdue
        ][:NEAREST],
        heat=found.heat[by],
        rows=[(said(label_of(by, row, names)), link_of(by, row, names), row) for row in found.heat[by].rows],
        buckets=board.BUCKETS,
        by=by,
        views={name: label for name, label in VIEWS.items() if above or name != "unit"},
        names=names,
        days=days,
        outlook=seen,
        ahead=ahead,
        chart=charts.burndown(days, seen, deadlines=dates, today=today, end=end) if days else "",
        latest=board.latest(condition, now=now),
        above=above,
        reports=_reports(actor, round_id),
        late_leads=sum(late_by_organisation(actor, round_id=round_id).values()),
        heart=last_beat("sweep") or last_beat("scheduler"),
        pressed_today=_today(names, now),
    )


def link_of(axis: str, row: Heat, names: Names) -> dict[str, str]:
    """Return the filters of the list that holds a row's cases."""
    if axis == "stage":
        return {"state": str(row.key)}
    rows = names.people if axis == "owner" else names.organisations
    known = rows.get(row.key) if isinstance(row.key, int) else None
    if known is None:
        return {}
    if axis == "owner":
        return {"owner": known.ref}
    return {"organisation": known.code} if axis == "unit" else {"college": known.name}


def _today(names: Names, now: datetime) -> frozenset[int]:
    """Return who was pressed today already."""
    day = now.astimezone(clock.BEIJING).date()
    return frozenset(
        person for person, last in names.pressed.items() if last.at.astimezone(clock.BEIJING).date() == day
    )


def _reports(actor: Actor, round_id: int) -> dict[str, int]:
    visible = visible_reports(actor).with_only_columns(Report.id).order_by(None)
    rows = select(Report.state, func.count()).where(Report.id.in_(visible), Report.round_id == round_id)
    return {row[0]: row[1] for row in db.session.execute(rows.group_by(Report.state))}
