"""Take one step of a report's life: the only function in the service that writes `Report.state`."""

from collections.abc import Iterable

from casework import clock, journal
from casework.cases.models import Case
from casework.filing import queries as filing
from casework.operations.refusals import noted
from casework.operations.retime_report import retime_report
from casework.reports.facts import facts_of
from casework.reports.models import Report
from casework.reports.queries import DELIVERED, number_of
from workflows.access import Actor
from workflows.engine import Moved
from workflows.report import REPORT, ChangedField, fire

MOMENTS = {"freeze": "frozen_at", "sign": "signed_at", "file": "filed_at", "go_stale": "stale_at"}
MOMENTS |= {"refuse": "stale_at", "return": "stale_at", "withdraw": "stale_at"}
RESTS_ON_BELOW = ("sign", "file")
"""Steps that are refused where a report of the level below is no longer the one that was cited."""


def move_report(
    report: Report,
    action: str,
    *,
    actor: Actor,
    reason: str = "",
    included: Iterable[Case] = (),
    left_out: Iterable[tuple[Case, str]] = (),
    changed: tuple[ChangedField, ...] = (),
) -> Moved:
    """Take `action`, or raise `Refused` with every reason and leave the report as it was.

    Where the step says so, signatures lapse and deliveries with their receipts are void; both stay as history.
    """
    if action in RESTS_ON_BELOW and not changed:
        changed = filing.changed_cites(report)
    facts = facts_of(report, included=included, left_out=left_out, changed=changed, receipts=filing.receipts_of(report))
    asked = {name for step in REPORT.steps if step.action == action for name in step.given}
    with noted(f"report:{action}", organisation_id=report.organisation_id, subject=number_of(report), actor=actor):
        moved = fire(facts, action, actor=actor, **({"reason": reason} if "reason" in asked else {}))
    report.state = facts.state
    if report.state not in DELIVERED:
        report.delivered_at = None
    if action in MOMENTS:
        setattr(report, MOMENTS[action], clock.now())
    if moved.says.get("signatures_lapse"):
        _lapse_signatures(report, reason=reason)
    if moved.says.get("receipts_void"):
        _void_deliveries(report)
    if moved.to_state == "stale":
        report.stale_reason = reason.strip()
        report.stale_case, report.stale_field = (changed[0].case_number, changed[0].field) if changed else ("", "")
    journal.record(
        organisation_id=report.organisation_id,
        action=f"report:{action}",
        actor=str(actor.id),
        subject=number_of(report),
        facts={
            "from": moved.from_state,
            "to": moved.to_state,
            "manifest_hash": report.manifest_hash,
            "changed": [[each.case_number, each.field] for each in changed],
        },
        personal={"reason": reason.strip()} if reason.strip() else {},
    )
    retime_report(report)
    return moved


def _lapse_signatures(report: Report, *, reason: str) -> None:
    for signature in report.signatures:
        if signature.lapsed_at is None:
            signature.lapsed_at, signature.lapse_reason = clock.now(), reason.strip()


def _void_deliveries(report: Report) -> None:
    for delivery in filing.standing(report):
        delivery.voided_at = clock.now()
