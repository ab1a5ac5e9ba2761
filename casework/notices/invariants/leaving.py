"""What must hold of everything that left the house: not after its time, not at night, not to whom it should not."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import aliased

from casework.cases.models import Case, Move
from casework.errors import N_
from casework.leads.models import Lead
from casework.notices.allowances import LEFT
from casework.notices.gathering import ALONE
from casework.notices.invariants.fact import Ground, refs
from casework.notices.invariants.sql_time import day_of, hour_of, seconds_between
from casework.notices.models import Message, MessageEvent, SendAttempt, Suppression
from casework.notices.verdicts import DEFAULT_QUIET
from casework.notices.ways import SMS, WEBHOOK
from casework.reports.models import Report
from casework.rounds.models import Round
from notifications.kinds import CAMPAIGN, REMINDER

CLOSING = ("accept", "merge", "sign_off", "file", "lapse")
OPENING = ("open", "begin", "conclude", "send_back", "reopen", "unmerge", "acceptance_lapsed")


def after_the_end(ground: Ground) -> Iterable[str]:
    """I4: handed over although the person had opted out or the case was closed by then."""
    last = (
        select(Move.action)
        .where(Move.case_id == Message.case_id, Move.at < MessageEvent.at, Move.action.in_(CLOSING + OPENING))
        .order_by(Move.at.desc(), Move.id.desc())
        .limit(1)
        .correlate(Message, MessageEvent)
        .scalar_subquery()
    )
    opted_out = and_(
        Suppression.person_id == Message.person_id,
        Suppression.channel == Message.channel,
        Suppression.class_ == Message.class_,
        Suppression.since < MessageEvent.at,
    )
    return refs(
        _left(ground).where(Message.case_id.is_not(None), last.in_(CLOSING)),
        _left(ground).join(Suppression, opted_out),
    )


def at_night(ground: Ground) -> Iterable[str]:
    """I6: handed over in the quiet hours of its round."""
    hour = hour_of(MessageEvent.at)
    begin, end = (f"{each:%H:%M}" for each in DEFAULT_QUIET)
    quiet = Round.settings["quiet_hours"]
    own_begin = func.coalesce(quiet["from"].as_string(), begin)
    own_end = func.coalesce(quiet["to"].as_string(), end)
    within = or_(
        and_(own_begin < own_end, hour >= own_begin, hour < own_end),
        and_(own_begin >= own_end, or_(hour >= own_begin, hour < own_end)),
    )
    placed = (
        _left(ground)
        .outerjoin(Case, Case.id == Message.case_id)
        .outerjoin(Report, Report.id == Message.report_id)
        .outerjoin(Lead, Lead.id == Message.lead_id)
        .outerjoin(Round, Round.id == func.coalesce(Case.round_id, Report.round_id, Lead.round_id))
    )
    asked_for = and_(Message.record_id.is_not(None), Message.class_ != CAMPAIGN)  # a code, at whatever hour
    return refs(placed.where(within, ~asked_for))


def after_its_time(ground: Ground) -> Iterable[str]:
    """I7: handed over after the moment from which it is worth nothing."""
    return refs(_left(ground).where(Message.not_after.is_not(None), MessageEvent.at > Message.not_after))


def no_caps(ground: Ground) -> str:
    """Say why caps cannot be asked about."""
    limited = ground.manners.caps or ground.manners.letters_a_day is not None
    return "" if limited else N_("没有设置每人每日的上限。")


def above_the_cap(ground: Ground) -> Iterable[str]:
    """I8: more in a day to one person by one way than its cap, or more letters than the budget; the ref of one."""
    handed_over = (
        select(func.min(Message.ref))
        .join(SendAttempt, SendAttempt.id == Message.attempt_id)
        .where(Message.state.in_(LEFT), SendAttempt.submitting_at >= (ground.since or datetime.min.replace(tzinfo=UTC)))
        .where(Message.person_id.is_not(None))
        .group_by(Message.person_id, Message.channel, day_of(SendAttempt.submitting_at))
    )
    found = [
        handed_over.where(Message.channel == channel).having(func.count() > cap)
        for channel, cap in ground.manners.caps.items()
    ]
    budget = ground.manners.letters_a_day
    if budget is not None:
        counted = handed_over.where(
            Message.class_ == REMINDER, Message.kind.not_in(ALONE), Message.channel.not_in((*SMS, WEBHOOK))
        )
        found.append(counted.having(func.count() > budget))
    return refs(*found)


def overtaken(ground: Ground) -> Iterable[str]:
    """I14: waited for long while messages of others, less urgent or ready later, were taken on the same way out.

    Whoever asks with what is ready first is served first, and escalations before
    all else: then no organisation's storm stands before another's escalation.
    """
    taken = _taken(ground).subquery()
    theirs, other = aliased(taken), aliased(Message)
    later = or_(other.class_ > Message.class_, and_(other.class_ == Message.class_, other.next_at > Message.next_at))
    overtook = (
        select(theirs.c.message_id)
        .join(other, other.id == theirs.c.message_id)
        .where(
            other.channel == Message.channel,
            other.organisation_id.is_distinct_from(Message.organisation_id),
            later,
            theirs.c.at < taken.c.at,
            theirs.c.at > Message.next_at,
        )
        .correlate(Message, taken)
    )
    return refs(
        select(Message.ref)
        .join(taken, taken.c.message_id == Message.id)
        .where(seconds_between(Message.next_at, taken.c.at) > ground.settling.total_seconds(), overtook.exists())
        .where(Message.wave_id.is_(None))  # a campaign waits by its own pace, and while it is paused
    )


def _taken(ground: Ground) -> Select:
    """Return when each message was last taken from those that are ready."""
    leases = select(MessageEvent.message_id, func.max(MessageEvent.at).label("at"))
    leases = leases.where(MessageEvent.to_state == "leased")
    if ground.since:
        leases = leases.where(MessageEvent.at >= ground.since)
    return leases.group_by(MessageEvent.message_id)


def _left(ground: Ground, named: SQLColumnExpression[str] = Message.ref) -> Select:
    """Return what entered `submitting`, the last commit before a provider is called."""
    wanted = (
        select(named)
        .join(MessageEvent, MessageEvent.message_id == Message.id)
        .where(MessageEvent.to_state == "submitting")
    )
    return wanted.where(MessageEvent.at >= ground.since) if ground.since else wanted
