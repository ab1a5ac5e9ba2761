"""How far the self-checks of the bodies directly below have come, and what each of them still lacks (N2.3).

A list of open work, ordered by what is due next; nothing is compared and nobody is
ranked. Every question is asked once for all bodies: a ministry with a hundred
universities costs as many statements as a province with one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, load_only

from casework.cases.models import Case
from casework.cases.oversight import Consequence
from casework.db import db
from casework.filing.models import Filing
from casework.people.models import Organisation
from casework.reports.models import ChecklistAnswer, Plan, Report, Signature
from casework.reports.queries import NEVER_REPORTED, OPEN
from casework.rounds import settings
from casework.rounds.models import Round, StatutoryDate
from workflows.access import Actor, scope_of

BODIES = ("university", "province")
DONE = "filed"


@dataclass(frozen=True)
class Below:
    """One body: its plan, checklist, last report with signatures and receipts, open cases, and when it is due.

    `report` is the last one or None; `received` says that the level above has receipted it. `days` are counted to
    `due_on`, negative once it has passed, None where the round sets no date or everything is filed.
    """

    organisation: Organisation
    plan: int
    answered: int
    items: int
    report: Report | None
    signed: int
    slots: int
    receipts: int
    recipients: int
    open_cases: int
    consequences: int
    due_on: date | None
    days: int | None
    sent: bool = False

    @property
    def lacks(self) -> tuple[str, ...]:
        """The parts that are still missing, in the order in which they come about."""
        state = self.report.state if self.report else ""
        parts = {
            "plan": not self.plan,
            "checklist": self.answered < self.items,
            "report": state in ("", "draft", "stale"),
            "signatures": state == "frozen",
            "delivery": state == "signed" and not self.sent,
            "receipts": state == "signed" and self.sent,
        }
        return tuple(name for name, missing in parts.items() if missing)


def bodies_below(actor: Actor) -> list[Organisation]:
    """Return the bodies whose progress this person follows: those directly under their seats, by official code."""
    seats = [scope.organisation_id for scope in scope_of(actor, "below:read")]
    if not seats:
        return []
    wanted = select(Organisation).where(Organisation.parent_id.in_(seats), Organisation.kind.in_(BODIES))
    return list(db.session.scalars(wanted.order_by(Organisation.official_code, Organisation.code)))


def progress_below(actor: Actor, round_: Round, *, today: date) -> list[Below]:
    """Return every body below with what it lacks: what is due first comes first, what is filed last."""
    bodies = bodies_below(actor)
    ids = [each.id for each in bodies]
    plans = _by_body(func.max(Plan.version), Plan, ids, round_)
    answered = _by_body(func.count(), ChecklistAnswer, ids, round_)
    open_cases = _open_cases(ids, round_)
    reports = _last_reports(ids, round_)
    numbers = [each.id for each in reports.values()]
    signed = _counted(Signature.report_id, numbers, Signature.lapsed_at.is_(None))
    standing = (Filing.voided_at.is_(None), Filing.returned_at.is_(None))
    sent = _counted(Filing.report_id, numbers, *standing)
    receipted = _counted(Filing.report_id, numbers, *standing, Filing.receipted_at.is_not(None))
    consequences = _consequences(ids, round_)
    dates = _dates(bodies, round_)
    found = []
    for body in bodies:
        report = reports.get(body.id)
        of_report = report.id if report else 0
        filed = report is not None and report.state == DONE
        due_on = None if filed else dates.get(body.id)
        found.append(
            Below(
                organisation=body,
                plan=plans.get(body.id, 0),
                answered=answered.get(body.id, 0),
                items=len(settings.checklist(round_)),
                report=report,
                signed=signed.get(of_report, 0),
                slots=len(settings.slots(round_, body.kind)),
                receipts=receipted.get(of_report, 0),
                recipients=len(settings.recipients(round_, body.kind)),
                open_cases=open_cases.get(body.id, 0),
                consequences=consequences.get(body.id, 0),
                due_on=due_on,
                days=(due_on - today).days if due_on else None,
                sent=bool(sent.get(of_report)),
            )
        )
    return sorted(found, key=_by_what_is_due)


def _by_what_is_due(below: Below) -> tuple[date, str, str]:
    """Order by date and then by code, which says nothing about anybody."""
    return below.due_on or date.max, below.organisation.official_code or "", below.organisation.code


def _by_body(
    counted: ColumnElement[int], table: type[Plan] | type[ChecklistAnswer], ids: Sequence[int], round_: Round
) -> dict[int, int]:
    wanted = select(table.organisation_id, counted).where(table.round_id == round_.id, table.organisation_id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(table.organisation_id))}


def _open_cases(ids: Sequence[int], round_: Round) -> dict[int, int]:
    wanted = (
        select(Case.organisation_id, func.count())
        .where(Case.organisation_id.in_(ids), Case.round_id == round_.id, Case.state.in_(OPEN))
        .where(Case.accepted_at.is_(None), Case.origin.not_in(NEVER_REPORTED))
        .group_by(Case.organisation_id)
    )
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def _last_reports(ids: Sequence[int], round_: Round) -> dict[int, Report]:
    """Return the last report of each body; the documents and snapshots stay where they are."""
    last = (
        select(func.max(Report.id))
        .where(Report.organisation_id.in_(ids), Report.round_id == round_.id)
        .group_by(Report.organisation_id)
    )
    shown = load_only(Report.ref, Report.organisation_id, Report.number, Report.state, Report.supplementary)
    found = db.session.scalars(select(Report).where(Report.id.in_(last)).options(shown))
    return {report.organisation_id: report for report in found}


def _counted(key: InstrumentedAttribute[int], ids: Sequence[int], *where: ColumnElement[bool]) -> dict[int, int]:
    wanted = select(key, func.count()).where(key.in_(ids), *where).group_by(key)
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def _consequences(ids: Sequence[int], round_: Round) -> dict[int, int]:
    wanted = (
        select(Case.organisation_id, func.count())
        .join(Consequence, Consequence.case_id == Case.id)
        .where(Case.organisation_id.in_(ids), Case.round_id == round_.id, Consequence.withdrawn_at.is_(None))
        .group_by(Case.organisation_id)
    )
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def _dates(bodies: Sequence[Organisation], round_: Round) -> dict[int, date]:
    """Return the earliest date of the round that holds for each body: the nation's, or one that its own line set."""
    wanted = select(StatutoryDate.level, StatutoryDate.organisation_id, StatutoryDate.on).filter_by(round_id=round_.id)
    rows = db.session.execute(wanted).all()
    found = {}
    for body in bodies:
        line = {None, *(int(part) for part in body.path.strip("/").split("/"))}
        on = [row.on for row in rows if row.level == body.kind and row.organisation_id in line]
        if on:
            found[body.id] = min(on)
    return found
