"""What must hold of messages to graduates: none after the answer, none outside the campaign's hours, once each.

Answers and opt-outs are written under the lock that the gate shares, with the
moment taken behind it; so whatever entered `submitting` later than that moment
had no right to. An answer of an import counts from the moment at which the
import was done, for it says when it was given, not when we knew.
"""

from collections.abc import Iterable

from sqlalchemy import Integer, Select, and_, cast, func, or_, select

from casework.campaigns.models import Campaign, GraduateContact, Wave
from casework.db import db
from casework.intake.answers import NATIONAL, OWN_PAGE, stands
from casework.intake.models import Batch, Confirmation, Record, Revision
from casework.notices.allowances import LEFT
from casework.notices.graduates import BY
from casework.notices.invariants.fact import Ground, refs
from casework.notices.invariants.sql_time import date_text, day_of, hour_of
from casework.notices.models import Message, MessageEvent, SendAttempt
from casework.promises import Promise
from notifications.kinds import CAMPAIGN

WRITTEN = ("sending", "done")
"""States of a wave whose letters are all written."""


def after_the_answer(ground: Ground) -> Iterable[str]:
    """I4: a reminder handed over although the graduate's answer or opt-out had been written down by then."""
    reminders = _left(ground).where(Message.class_ == CAMPAIGN)
    answered = reminders.join(Confirmation, Confirmation.record_id == Message.record_id).where(stands())
    imported = (
        answered.join(Batch, Batch.id == Confirmation.batch_id)
        .join(Promise, Promise.ref == Batch.promise_ref)
        .where(Confirmation.source == NATIONAL, Promise.done_at < MessageEvent.at)
    )
    opted_out = and_(
        GraduateContact.record_id == Message.record_id,
        GraduateContact.state == "opted_out",
        GraduateContact.since < MessageEvent.at,
    )
    return refs(
        answered.where(Confirmation.source == OWN_PAGE, Confirmation.answered_at < MessageEvent.at),
        imported,
        reminders.join(GraduateContact, opted_out),
    )


def outside_hours(ground: Ground) -> Iterable[str]:
    """I6: a reminder handed over outside the hours of its campaign."""
    hour = hour_of(MessageEvent.at)
    now = cast(func.substr(hour, 1, 2), Integer)
    return refs(_of_campaigns(ground).where(or_(now < Campaign.hour_from, now >= Campaign.hour_to)))


def after_the_last_day(ground: Ground) -> Iterable[str]:
    """I7: a reminder handed over after the last day of its campaign."""
    return refs(_of_campaigns(ground).where(day_of(MessageEvent.at) > date_text(Campaign.stop_on)))


def above_the_cap(ground: Ground) -> Iterable[str]:
    """I8: more in a day to one number than its provider's cap, whichever graduates have left it; the ref of one."""
    handed_over = (
        select(func.min(Message.ref))
        .join(SendAttempt, SendAttempt.id == Message.attempt_id)
        .join(Record, Record.id == Message.record_id)
        .join(Revision, Revision.id == Record.revision_id)
        .where(Message.state.in_(LEFT), Revision.phone_index.is_not(None))
        .group_by(Revision.phone_index, Message.channel, day_of(SendAttempt.submitting_at))
    )
    if ground.since:
        handed_over = handed_over.where(SendAttempt.submitting_at >= ground.since)
    caps = ground.manners.caps.items()
    return refs(*(handed_over.where(Message.channel == way).having(func.count() > cap) for way, cap in caps))


def sums(_ground: Ground) -> Iterable[str]:
    """I9: a wave whose letters are not those that it says it has, or with its reasons are not the list.

    A list that was frozen anew after the wave has another number.
    """
    told = (
        select(Message.wave_id, func.count(Message.record_id.distinct()).label("number"))
        .where(Message.wave_id.is_not(None))
        .group_by(Message.wave_id)
        .subquery()
    )
    columns = (Campaign.ref, Wave.number, Wave.expected, Wave.left_out, Campaign.audience_count)
    wanted = (
        select(*columns, func.coalesce(told.c.number, 0).label("told"), Wave.started_at < Campaign.frozen_at)
        .join(Campaign, Campaign.id == Wave.campaign_id)
        .outerjoin(told, told.c.wave_id == Wave.id)
        .where(Wave.state.in_(WRITTEN), Wave.canary == "good")
        .order_by(Wave.id)
    )
    for ref, number, expected, left_out, listed, letters, earlier in db.session.execute(wanted):
        if letters != expected or (not earlier and expected + sum(left_out.values()) != listed):
            yield f"{ref}/{number}"


def letters_twice(ground: Ground) -> Iterable[str]:
    """I16: a graduate with two letters of one wave by one way: fan-out said again said it again."""
    by = Message.params[BY].as_string()
    letters = select(func.min(Message.ref)).where(Message.wave_id.is_not(None), Message.resend_of_id.is_(None))
    if ground.since:
        letters = letters.where(Message.created_at >= ground.since)
    return refs(letters.group_by(Message.wave_id, Message.record_id, by).having(func.count() > 1))


def _of_campaigns(ground: Ground) -> Select:
    return _left(ground).join(Wave, Wave.id == Message.wave_id).join(Campaign, Campaign.id == Wave.campaign_id)


def _left(ground: Ground) -> Select:
    """Return what entered `submitting` to a graduate."""
    wanted = (
        select(Message.ref)
        .join(MessageEvent, MessageEvent.message_id == Message.id)
        .where(MessageEvent.to_state == "submitting", Message.record_id.is_not(None))
    )
    return wanted.where(MessageEvent.at >= ground.since) if ground.since else wanted
