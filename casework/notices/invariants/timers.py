"""What must hold of the timers, and of what they have said."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from casework.cases.models import Case
from casework.deadlines.models import Timer
from casework.leads.models import Lead
from casework.notices.invariants.fact import Ground, refs
from casework.notices.invariants.sql_time import date_text, day_of
from casework.notices.models import Message
from casework.notices.ways import SMS
from casework.promises import Tick
from casework.reports.models import Report
from workflows.lead import OPEN

STOPPED = ("signed_off", "filed", "merged")


def unspoken(ground: Ground) -> Iterable[str]:
    """I1: what is past its time and still armed."""
    wanted = _named().where(Timer.state == "armed", Timer.fire_at < ground.now - ground.settling)
    return refs(wanted)


def twice(ground: Ground) -> Iterable[str]:
    """I2: two timers under a key, two messages under a dedup key, or one rung said twice to one person by one way."""
    key = (Timer.case_key, Timer.report_key, Timer.lead_key, Timer.clock, Timer.rung, Timer.due_on)
    channel = case((Message.channel.in_(SMS), "sms"), else_=Message.channel)
    rung, due_on, step = (Message.params[name].as_string() for name in ("rung", "due_on", "step"))
    said = (Message.case_id, Message.report_id, Message.lead_id, Message.person_id, channel, rung, due_on, step)
    return refs(
        select(*key).group_by(*key).having(func.count() > 1),
        _lately(select(func.min(Message.ref)), ground).group_by(Message.dedup_key).having(func.count() > 1),
        _lately(select(func.min(Message.ref)), ground)
        .where(rung.is_not(None), Message.resend_of_id.is_(None))
        .group_by(*said)
        .having(func.count() > 1),
    )


def of_another_date(_ground: Ground) -> Iterable[str]:
    """I13: armed for a date that the case or lead no longer has, or for something that is closed."""
    closed = or_(Case.state.in_(STOPPED), Case.accepted_at.is_not(None), Case.due_at.is_(None))
    moved = or_(day_of(Case.due_at) != date_text(Timer.due_on), Case.due_clock != Timer.clock)
    lead_over = or_(Lead.state.not_in(OPEN), Lead.due_at.is_(None))
    lead_moved = or_(day_of(Lead.due_at) != date_text(Timer.due_on), Lead.due_clock != Timer.clock)
    armed = _named().where(Timer.state == "armed")
    return refs(
        armed.where(Timer.case_id.is_not(None), or_(closed, moved)),
        armed.where(Timer.report_id.is_not(None), Report.state == "filed"),
        armed.where(Timer.lead_id.is_not(None), or_(lead_over, lead_moved)),
    )


def repeated_turns(ground: Ground) -> Iterable[str]:
    """I16: a turn that was taken twice, or a person with two digests of one day by one way."""
    day = Message.params["on"].as_string()
    digests = _lately(select(func.min(Message.ref)), ground).where(
        Message.kind == "digest", Message.resend_of_id.is_(None)
    )
    return refs(
        select(Tick.task, Tick.tick_at).group_by(Tick.task, Tick.tick_at).having(func.count() > 1),
        digests.group_by(Message.person_id, Message.channel, day).having(func.count() > 1),
    )


def _lately(statement: Select, ground: Ground) -> Select:
    return statement.where(_since(ground))


def _since(ground: Ground) -> ColumnElement[bool]:
    return Message.created_at >= ground.since if ground.since else Message.id > 0


def _named() -> Select:
    """Return a timer as people can find it: a number, or the report's ref, then the rest of its key."""
    subject = func.coalesce(Case.number, Lead.number, Report.ref)
    return (
        select(subject, Timer.clock, Timer.rung, Timer.due_on)
        .outerjoin(Case, and_(Case.id == Timer.case_id))
        .outerjoin(Report, and_(Report.id == Timer.report_id))
        .outerjoin(Lead, and_(Lead.id == Timer.lead_id))
        .order_by(Timer.id)
    )
