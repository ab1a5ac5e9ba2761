"""A case in a frozen or signed report has changed: the report is stale at once, and only that case goes back.

The step that takes cases back is handed in, because the one operation that
moves cases asks here in its turn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from casework.asking import reaching
from casework.cases.dossier_of import PARTS
from casework.cases.models import Case
from casework.db import db
from casework.operations.move_report import move_report
from casework.operations.retime import retime
from casework.operations.stale_above import stale_above
from casework.operations.story import tell
from casework.operations.tell_report import say_stale
from casework.reports import queries
from casework.reports.changes import difference
from casework.reports.facts import manifests_of
from casework.reports.models import Report
from workflows.access import SYSTEM
from workflows.case_facts import ManifestFacts
from workflows.report import ChangedField


@dataclass(frozen=True)
class Staled:
    """What happened: the report, the field that differs, and the other cases that lapsed to accepted."""

    report: Report
    field: str
    lapsed: tuple[Case, ...]


@reaching("cases", "reports", why="whoever changes a case makes its report stale, with all that lapses", writes=True)
def go_stale(case: Case, *, step: Callable[..., object]) -> Staled | None:
    """Make the standing report of this case stale if it no longer says what the case says; `step` is `advance`.

    A filed report never changes: a case that is reopened after filing goes into a supplementary one. Raises
    `StaleDataError` when somebody else holds a case of the report at this moment: whoever asked asks again.
    """
    db.session.flush()  # what the operation has added must be readable
    entry = queries.standing_entry(case)
    if entry is None:
        return None
    report = entry.report
    db.session.expire(case, PARTS)
    field = difference(entry, case)
    if field is None:
        return None
    # Cases before the report, as everybody does; this case is held already, out of turn: nobody is waited for.
    others = queries.lock_free_cases(each for each in queries.case_ids(report) if each != case.id)
    queries.lock_report(report)
    if report.state not in queries.LIVE:
        return None
    move_report(report, "go_stale", actor=SYSTEM, changed=(ChangedField(case.number, field),))
    manifests = manifests_of(report, report.cases)
    lapsed = tuple(other for other in others.values() if other.state == "signed_off")
    for other in lapsed:
        step(other, "lapse", actor=SYSTEM, manifest=manifests[other.id])
    _take_back(case, manifests[case.id], partial(step, actor=SYSTEM))
    say_stale(report)
    stale_above(report, step=step)
    return Staled(report, field, lapsed)


def _take_back(case: Case, manifest: ManifestFacts, step: Callable[..., object]) -> None:
    """Let the changed case wait for its second review again; one that is being worked on stays as it is."""
    if case.state == "signed_off":
        step(case, "lapse", manifest=manifest)
    if case.state != "corrected" or case.accepted_at is None:
        return
    case.accepted_at = case.accepted_by_id = None
    tell(case, "acceptance_lapsed", actor=SYSTEM)
    retime(case)
