"""A report of the level below was delivered, returned, withdrawn or went stale: what cites it no longer holds.

A report that is filed stays as it is; the level above takes up what came later in
a supplementary one. The step that takes cases back is handed in, as for `go_stale`.
Whoever freezes holds the organisation from before it reads what lies below
(`freeze_report`), and so does whoever changes that: neither misses the other.
"""

from collections.abc import Callable

from sqlalchemy import select

from casework.asking import reaching
from casework.db import db
from casework.filing import queries as filing
from casework.operations.move_report import move_report
from casework.operations.tell_report import say_below_changed
from casework.people.queries import lock_organisation
from casework.reports import queries
from casework.reports.facts import manifests_of
from casework.reports.models import Report
from workflows.access import SYSTEM


@reaching("cases", "reports", why="the report above cites this one, whoever changed it", writes=True)
def stale_above(report: Report, *, step: Callable[..., object]) -> tuple[Report, ...]:
    """Make every frozen or signed report of the level above stale that cites this one otherwise than it stands now.

    The report's number and `cites` are named as what has changed; what cites those reports goes stale in its turn.
    `step` is `advance`. Returns what went stale directly above.
    """
    above = report.organisation.parent_id
    if above is None:
        return ()
    db.session.flush()  # what the operation has changed must be readable
    lock_organisation(above)
    live = select(Report).filter_by(organisation_id=above, round_id=report.round_id)
    found = db.session.scalars(live.where(Report.state.in_(queries.LIVE)).order_by(Report.id)).all()
    return tuple(each for each in found if restate(each, step=step))


@reaching("cases", "reports", why="the report above cites this one, whoever changed it", writes=True)
def restate(report: Report, *, step: Callable[..., object]) -> bool:
    """Make one frozen or signed report stale if what it cites has changed; say whether it did."""
    if not filing.changed_cites(report):
        return False
    cases = queries.lock_cases(queries.case_ids(report))  # cases before the report, as everybody does
    queries.lock_report(report)
    changed = filing.changed_cites(report) if report.state in queries.LIVE else ()
    if not changed:
        return False
    move_report(report, "go_stale", actor=SYSTEM, changed=changed)
    manifests = manifests_of(report, report.cases)
    for case in cases.values():
        if case.state == "signed_off":
            step(case, "lapse", actor=SYSTEM, manifest=manifests[case.id])
    say_below_changed(report)
    stale_above(report, step=step)
    return True
