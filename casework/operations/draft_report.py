"""Draft a self-check report: the texts that people write, under the plan in force.

At most one report of an organisation and round is in the making. A stale one is
drafted afresh under its own number; once the last is delivered, the next is a
supplementary report.
"""

from collections.abc import Mapping, Sequence

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.filing import queries as filing
from casework.operations.move_report import move_report
from casework.operations.permit import permit
from casework.operations.retime_report import retime_report
from casework.people.models import Organisation
from casework.reports import queries
from casework.reports.changes import changes_of
from casework.reports.models import Report
from casework.reports.snapshot_of import TEXTS, lines
from casework.rounds.models import Round
from workflows.access import SYSTEM, Actor


def draft_report(
    *, organisation: Organisation, round_: Round, texts: Mapping[str, str | Sequence[str]], actor: Actor
) -> Report:
    """Return the report in the making with these texts (work, problems, causes, measures), begun if there was none.

    Texts that are not given stay as they were. Raises `Conflict` while a report waits for signatures.
    """
    permit(actor, "report:draft", organisation=organisation)
    unknown = {name: N_("报告没有这一部分。") for name in texts if name not in TEXTS}
    if unknown:
        raise Invalid(N_("报告文字有不认识的部分，没有保存。"), fields=unknown)
    report = _in_the_making(organisation, round_) or _begun(organisation, round_, actor=actor)
    if report.state == "stale":
        move_report(report, "redraft", actor=actor)
        report.drafted_by_id, report.drafted_at = actor.id, clock.now()
    plan = queries.current_plan(organisation.id, round_.id)
    report.plan = plan
    report.texts = {**report.texts, **{name: _paragraphs(text) for name, text in texts.items()}}
    report.supplementary = queries.report_before(report) is not None
    journal.record(
        organisation_id=organisation.id,
        action="report:draft",
        actor=str(actor.id),
        subject=queries.number_of(report),
        facts={"texts": sorted(texts), "plan_version": plan.version if plan else None},
    )
    retime_report(report)
    return report


def _in_the_making(organisation: Organisation, round_: Round) -> Report | None:
    found = queries.reports_of(organisation.id, round_.id)
    unfinished = next((report for report in found if report.state in queries.UNFINISHED), None)
    if unfinished is not None:
        queries.lock_report(unfinished)
        return unfinished
    waiting = next((report for report in found if report.state == "frozen"), None)
    if waiting is not None and _gone_stale(waiting):
        return waiting
    if waiting is not None:
        raise Conflict(
            N_("自查报告 %(report)s 正在等待签字，不能另行起草；如需修改，请签字人退回。"),
            code="report_waits_for_signature",
            params={"report": queries.number_of(waiting)},
        )
    return None


def _gone_stale(report: Report) -> bool:
    """Say whether a frozen report no longer says what its cases and those below say; if so it is stale from now on."""
    cases = queries.lock_cases(queries.case_ids(report))
    queries.lock_report(report)
    changed = changes_of(report, cases) or filing.changed_cites(report)
    if not changed:
        return False
    move_report(report, "go_stale", actor=SYSTEM, changed=changed)
    return True


def _begun(organisation: Organisation, round_: Round, *, actor: Actor) -> Report:
    report = Report(
        organisation=organisation,
        round=round_,
        organisation_id=organisation.id,
        round_id=round_.id,
        number=queries.next_number(organisation.id, round_.id),
        state="draft",
        texts={},
        drafted_by_id=actor.id,
        drafted_at=clock.now(),
    )
    db.session.add(report)
    db.session.flush()  # its timers need its id
    return report


def _paragraphs(text: str | Sequence[str]) -> list[str]:
    return list(lines(text if isinstance(text, str) else "\n".join(text)))
