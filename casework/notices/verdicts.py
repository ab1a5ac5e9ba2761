"""The gate's questions about one message: whether it may still leave, must wait, or is over.

They are asked with the facts locked, immediately before the call. What has
become pointless never leaves; what may only wait is put back, never dropped.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.deadlines.queries import reminds, running_stage
from casework.notices.models import ContactPoint, Message, Suppression
from casework.reports.models import Report
from casework.rounds import settings

DEFAULT_QUIET = (time(22, 0), time(8, 0))
REMIND = frozenset({"case_due", "case_overdue", "case_escalated"})
REPORT_MUST_BE = {
    "report_due": frozenset({"draft", "stale"}),
    "report_to_sign": frozenset({"frozen"}),
    "report_signed": frozenset({"signed"}),
    "report_stale": frozenset({"stale"}),
    "report_refused": frozenset({"stale"}),
    "report_escalated": frozenset({"draft", "stale", "frozen", "signed"}),
}


@dataclass(frozen=True)
class Verdict:
    """Where a message goes instead of out, and why; `wait_until` is set when it goes back to ready."""

    state: str
    note: str
    wait_until: datetime | None = None


def verdict(message: Message, *, now: datetime) -> Verdict | None:
    """Return nothing if the message may leave now."""
    if message.not_after is not None and message.not_after < now:
        return Verdict("expired", "its time has passed")
    return _person(message) or _case(message, now) or _report(message) or _quiet(message, now)


def quiet_until(now: datetime, begin: time, end: time) -> datetime | None:
    """Return when the present quiet hours end (UTC), or None outside them; they may span midnight."""
    local = now.astimezone(clock.BEIJING)
    hour = local.time()
    within = begin <= hour < end if begin < end else hour >= begin or hour < end
    if not within:
        return None
    day = local.date() if hour < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, clock.BEIJING).astimezone(UTC)


def _person(message: Message) -> Verdict | None:
    if not message.person.active:
        return Verdict("suppressed", "the account is closed")
    of_person = {"person_id": message.person_id, "channel": message.channel}
    if db.session.scalar(select(Suppression.id).filter_by(**of_person, class_=message.class_)):
        return Verdict("suppressed", "the person has opted out")
    if db.session.scalar(select(ContactPoint.id).filter_by(**of_person, state="invalid")):
        return Verdict("suppressed", "the address is known to be invalid")
    return None


def _case(message: Message, now: datetime) -> Verdict | None:
    if message.case_id is None:
        return None
    case = db.session.get_one(Case, message.case_id)
    if running_stage(case) is None:
        return Verdict("suppressed", "the case is closed")
    if message.kind in REMIND and not reminds(case, now):
        return Verdict("suppressed", "the case is on hold")
    said_of = message.params.get("due_on")
    if said_of and (case.due_at is None or case.due_at.astimezone(clock.BEIJING).date().isoformat() != said_of):
        return Verdict("cancelled", "the deadline was moved")
    return None


def _report(message: Message) -> Verdict | None:
    if message.report_id is None or message.kind not in REPORT_MUST_BE:
        return None
    report = db.session.get_one(Report, message.report_id)
    if report.state in REPORT_MUST_BE[message.kind]:
        return None
    return Verdict("suppressed", f"the report is {report.state}")


def _quiet(message: Message, now: datetime) -> Verdict | None:
    begin, end = _quiet_hours(message)
    until = quiet_until(now, begin, end)
    return Verdict("ready", "quiet hours", until) if until else None


def _quiet_hours(message: Message) -> tuple[time, time]:
    if message.case_id is not None:
        return settings.quiet_hours(db.session.get_one(Case, message.case_id).round)
    if message.report_id is not None:
        return settings.quiet_hours(db.session.get_one(Report, message.report_id).round)
    return DEFAULT_QUIET
