"""Questions about deadlines and the timers that speak for them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Case, Hold, Move
from casework.db import db
from casework.deadlines.models import Timer
from casework.deadlines.reasons import recalled
from casework.reports.models import Report
from workflows.clocks import stage_of
from workflows.reasons import Reason

HISTORY = "history"
"""Origin of cases that were brought in as history: they have no clocks that could speak."""


def why_due(case: Case) -> tuple[Reason, ...]:
    """Return the sentences that answer “why this date”; empty when no clock runs."""
    return recalled(case.due_why)


def running_stage(case: Case) -> str | None:
    """Return the stage whose clock runs (begin, conclude, accept), or None when the case's clocks have stopped."""
    return stage_of(case.state, accepted=case.accepted_at is not None)


def running_hold(case: Case, now: datetime) -> Hold | None:
    """Return the approved hold under which the case stands at this moment, or None."""
    return next((hold for hold in case.holds if _runs(hold, now)), None)


def reminds(case: Case, now: datetime) -> bool:
    """Say whether anybody may still be told about this case's deadline.

    Of what is closed, merged, held or history nobody is, and of nothing in a round that is closed.
    """
    if running_stage(case) is None or case.origin == HISTORY or case.round.closed_at is not None:
        return False
    return running_hold(case, now) is None


def report_clock(report: Report) -> str | None:
    """Return what the report waits for next: `sign`, `file`, or None when it has been filed."""
    return {"draft": "sign", "stale": "sign", "frozen": "sign", "signed": "file"}.get(report.state)


def timers_of(*, case: Case | None = None, report: Report | None = None) -> Sequence[Timer]:
    """Return every timer of one case or report, earliest first."""
    wanted = select(Timer).where(Timer.case_id == case.id if case is not None else Timer.report_id == report.id)  # type: ignore[union-attr]
    return db.session.scalars(wanted.order_by(Timer.fire_at, Timer.id)).all()


def reopened_at(case_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when each of these cases was last reopened; cases never reopened are left out."""
    rows = db.session.execute(
        select(Move.case_id, func.max(Move.at).label("at"))
        .where(Move.case_id.in_(list(case_ids)), Move.action == "reopen")
        .group_by(Move.case_id)
    )
    return {row.case_id: row.at for row in rows}


def overdue_timers() -> int:
    """Count timers that are past their time and have not spoken: above zero for minutes, something stands still."""
    past = select(func.count()).select_from(Timer).where(Timer.state == "armed", Timer.fire_at <= clock.now())
    return db.session.scalar(past) or 0


def _runs(hold: Hold, now: datetime) -> bool:
    if hold.approved_at is None or hold.refused_at is not None or hold.ended_at is not None:
        return False
    return now.astimezone(clock.BEIJING).date() <= hold.until_on
