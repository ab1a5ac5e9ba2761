"""Show what a report would say if it were frozen now, and what it still lacks; nothing is written.

The preview is made by the code that freezes: the same snapshot, the same
renderers. It bears no hash and no code to sign on, and says so on every page.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

from casework import clock, journal
from casework.errors import N_, Conflict, NotFound
from casework.filing import queries as filing
from casework.operations.permit_report import permit_report
from casework.people.actors import path_of
from casework.reports import queries
from casework.reports.documents import PREVIEW, Rendered, preview
from casework.reports.missing import SIGNERS, Missing, missing_of
from casework.reports.models import Report
from casework.reports.snapshot import Cited, Snapshot
from casework.reports.snapshot_of import snapshot_of
from workflows.access import Actor

KEPT = 4
UNEXPLAINED = N_("（固定时填写原因）")


@dataclass(frozen=True)
class Previewed:
    """A draft as it would be frozen, and what is missing."""

    snapshot: Snapshot
    missing: tuple[Missing, ...]


class Drafts:
    """The snapshots of the drafts that were looked at last, each for as long as nothing has happened since.

    Whatever changes what a draft says writes an entry into the journal of its body or of one above; so the heads
    of those chains, with what says of itself that it changed, are all that a snapshot depends on. Kept in memory,
    a few of them: they hold names.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: OrderedDict[str, tuple[object, Snapshot]] = OrderedDict()
        self._lock = Lock()

    def snapshot(self, report: Report, *, actor: Actor) -> Snapshot:
        """Return what the draft would be frozen with now; refuses as `preview_report` does."""
        _permit(report, actor)
        stands = _stands(report)  # first: what happens while it is being read makes it old at once
        with self._lock:
            known = self._kept.get(report.ref)
        if known is not None and known[0] == stands:
            return known[1]
        made = preview_report(report, actor=actor).snapshot
        with self._lock:
            self._kept[report.ref] = (stands, made)
            self._kept.move_to_end(report.ref)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


def _stands(report: Report) -> object:
    """Return what differs as soon as a draft might say something else."""
    heads = tuple(journal.head(body) for body in path_of(report.organisation))
    cites = tuple(tuple(line.values()) for line in filing.cites_of(report.organisation, report.round_id))
    return (report.version, report.round.settings_version, clock.today(), heads, cites)


def preview_report(report: Report, *, actor: Actor) -> Previewed:
    """Return a draft as it stands; raises `Conflict` for a report that is frozen: that one has documents."""
    _permit(report, actor)
    ready = queries.ready_for(report)
    cases, waiting = queries.cases_to_show(ready), queries.still_open(report, without=ready)
    recipients, unknown = _recipients(report)
    left_out = [(case, UNEXPLAINED) for case in waiting]
    snapshot = snapshot_of(report, cases=cases, left_out=left_out, recipients=recipients)
    cites = tuple(Cited(**line) for line in filing.cites_of(report.organisation, report.round_id))
    snapshot = replace(snapshot, cites=cites)
    return Previewed(snapshot, (*missing_of(report, cases=cases, waiting=waiting), *unknown))


def _permit(report: Report, actor: Actor) -> None:
    permit_report(actor, "report:draft", report)
    if report.state not in queries.UNFINISHED:
        raise Conflict(
            N_("自查报告 %(report)s 已经固定，请直接看它的文书。"),
            code="already_frozen",
            params={"report": queries.number_of(report)},
        )


def _recipients(report: Report) -> tuple[list[str], tuple[Missing, ...]]:
    """Return who would receive the report, or that one of them is not registered."""
    try:
        found = filing.recipients_of(report.organisation, report.round)
    except Conflict as fault:
        return [], (Missing(fault.code, fault.message, SIGNERS, fault.params),)
    return [each.organisation.name for each in found], ()


def preview_document(report: Report, *, form: str, actor: Actor) -> Rendered:
    """Return the preview as a document; `form` is docx or pdf."""
    if form not in PREVIEW:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return preview(preview_report(report, actor=actor).snapshot, form)
