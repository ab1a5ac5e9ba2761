"""By when a lead's reporter and its sender are to hear something, and why then.

Two clocks run: the first reply to the reporter, by the channel's working-day limit,
and the reply upward, by the day that the letter names, else by the same limit. A
clock stops when its reply has been given; both stop when the lead is closed.
"""

from dataclasses import dataclass
from datetime import datetime

from casework.leads.channels import Channel
from casework.leads.models import Lead
from workflows import clock_reasons as say
from workflows.beijing import end_of
from workflows.calendars import Calendar, CalendarUnknown
from workflows.clocks import Due, limit_due, target_on
from workflows.lead import OPEN
from workflows.reasons import Reason

RESPOND, UPWARD = "respond", "upward"


@dataclass(frozen=True)
class LeadDues:
    """Both clocks, whether or not they still run; `unknown` says why one cannot be dated."""

    respond: Due | None
    upward: Due | None
    unknown: tuple[Reason, ...] = ()


def dues_of(lead: Lead, channel: Channel | None, calendar: Calendar, *, since: datetime | None = None) -> LeadDues:
    """Return by when each reply is due; None where the channel asks for none, or where no calendar says.

    `since` is when the lead was last reopened: its reporter then waits from that day on.
    """
    try:
        limit = _limit(channel, RESPOND, since or lead.received_at, calendar)
        upward = channel is not None and channel.replies_upward
        proposed = _limit(channel, UPWARD, lead.received_at, calendar) if upward else None
    except CalendarUnknown as missing:
        unknown = tuple(say.refused(refusal) for refusal in missing.refusals)
        return LeadDues(None, _by_letter(lead, calendar), unknown)
    return LeadDues(limit, _by_letter(lead, calendar) or proposed)


def running(lead: Lead, dues: LeadDues) -> tuple[Due, ...]:
    """Return the clocks that still run, the earliest first; of two that end together, the one upward."""
    if lead.state not in OPEN:
        return ()
    waiting = (
        dues.upward if lead.replied_upward_at is None else None,
        dues.respond if lead.first_reply_at is None else None,
    )
    return tuple(sorted((due for due in waiting if due is not None), key=lambda due: due.at))


def _limit(channel: Channel | None, clock: str, start: datetime, calendar: Calendar) -> Due | None:
    if channel is None or channel.response_days is None:
        return None
    return limit_due(clock, start=start, limit=channel.response_days, calendar=calendar)


def _by_letter(lead: Lead, calendar: Calendar) -> Due | None:
    if lead.reply_by is None:
        return None
    why = (say.set_by_letter(lead.reply_by),)
    return Due(UPWARD, end_of(lead.reply_by), lead.reply_by, target_on(lead.reply_by, calendar), "own", why)
