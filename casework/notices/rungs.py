"""What a rung of the ladder says to one reader: which kind of message, with which parameters, by which channels.

An owner gets a message. Anybody above gets one row in the inbox for each matter
and, out of the house, only the day's digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from casework import clock
from casework.cases.models import Case
from casework.deadlines.hearers import Hearer
from casework.deadlines.ladder import OWNER
from casework.deadlines.models import Timer
from casework.leads.models import Lead
from casework.notices.post import Notice
from casework.notices.ways import INBOX, out_to
from casework.notices.words import STANDING_IN
from casework.reports.models import Report
from casework.reports.queries import number_of
from notifications.kinds import ESCALATION, KINDS
from workflows.clocks import ACCEPT
from workflows.escalation import DUE, LadderRung

STILL_WORTH_SAYING = timedelta(hours=12)
BEFORE_THE_DATE: Mapping[str, str] = MappingProxyType(
    {"draft": "report_due", "stale": "report_due", "frozen": "report_to_sign", "signed": "report_signed"}
)
"""What a rung before the date says about a report, by the state that it stands in; a filed one has no clock."""


@dataclass(frozen=True)
class Spoken:
    """One rung as one reader hears it: how they come to, for how many missed ones besides, and what would come next."""

    timer: Timer
    step: LadderRung
    hearer: Hearer
    missed: int
    upcoming: tuple[Sequence[str], str] | None


def of_case(case: Case, spoken: Spoken) -> list[Notice]:
    """Return the rows for one reader about a case; none for an owner whose part is done and waits for review."""
    kind = _case_kind(spoken)
    if kind is None:
        return []
    return _rows(
        spoken,
        kind=kind,
        subject=f"case:{case.id}",
        about={"case_id": case.id, "organisation_id": case.organisation_id},
        params={"case": case.number},
    )


def of_report(report: Report, spoken: Spoken) -> list[Notice]:
    """Return the rows for one reader about a report: before the date to whoever must act, after it upward."""
    escalates = spoken.step.anchor == DUE
    kind = "report_escalated" if escalates else BEFORE_THE_DATE[report.state]
    return _rows(
        spoken,
        kind=kind,
        subject=f"report:{report.id}",
        about={"report_id": report.id, "organisation_id": report.organisation_id},
        params={"report": number_of(report), "cases": len(report.cases)},
    )


def of_lead(lead: Lead, spoken: Spoken) -> list[Notice]:
    """Return the rows for one reader about a lead: to its officer, or upward when it is late or nobody has it."""
    if spoken.step.anchor == DUE:
        kind = "lead_escalated"
    else:
        kind = "lead_due" if spoken.hearer.role == OWNER else "lead_orphaned"
    return _rows(
        spoken,
        kind=kind,
        subject=f"lead:{lead.id}",
        about={"lead_id": lead.id, "organisation_id": lead.organisation_id},
        params={"lead": lead.number},
    )


def _case_kind(spoken: Spoken) -> str | None:
    if spoken.step.anchor == DUE:
        return "case_escalated"
    if spoken.timer.clock == ACCEPT:
        return None
    if spoken.hearer.role != OWNER:
        return "case_orphaned"
    return "case_due" if spoken.timer.due_at > clock.now() else "case_overdue"


def _rows(spoken: Spoken, *, kind: str, subject: str, about: dict[str, int], params: dict[str, object]) -> list[Notice]:
    timer = spoken.timer
    upward = KINDS[kind].message_class == ESCALATION
    said = (
        params
        | {
            "step": timer.clock,
            "due": timer.due_at.isoformat(),
            "role": [spoken.hearer.role],
            "missed": spoken.missed,
            "next": [list(spoken.upcoming[0]), spoken.upcoming[1]] if spoken.upcoming else None,
            "due_on": timer.due_on.isoformat(),
            "rung": timer.rung,
            "digest": upward,
        }
        | ({STANDING_IN: True} if spoken.hearer.stands_in else {})
    )
    inside = upward or spoken.hearer.away  # nothing is sent after somebody on leave
    return [
        Notice(
            kind=kind,
            person_id=spoken.hearer.person.id,
            channel=channel,
            dedup=f"{subject}:{timer.clock}:{timer.rung}:{timer.due_on.isoformat()}",
            message_class=KINDS[kind].message_class,
            params=said,
            not_after=None if upward else max(timer.due_at, clock.now() + STILL_WORTH_SAYING),
            **about,
        )
        for channel in ((INBOX,) if inside else (INBOX, *out_to(spoken.hearer.person)))
    ]
