"""Messages for a provider, and the questions that every provider's tests ask."""

from dataclasses import replace
from datetime import UTC, datetime

from notifications.channels.sms import Addressed
from tests.notifications.makers import make_message

NUMBER = "13900001111"
OTHER = "13900002222"


def number(at):
    return f"139{at:08}"


def to(ref, recipient=NUMBER, kind="case_escalated", **changed):
    return make_message(ref, recipient=recipient, kind=kind, **changed)


def longer(message, size):
    return replace(message, body="字" * size)


def addressed(*messages, at=None):
    """Return the question back: who was in a call of ours, whichever its reference."""
    moment = at or datetime.now(UTC)
    return lambda _reference: tuple(Addressed(message.ref, message.recipient, moment) for message in messages)


def said(submission):
    """Return status and class of each outcome by the message's ref."""
    return {each.ref: (each.status.value, each.error_class and each.error_class.value) for each in submission.outcomes}


def says_nothing_personal(records, submissions, *secrets):
    """Say whether neither the log nor what is written down about a message holds a number, name or secret."""
    written = " ".join(record.getMessage() for record in records)
    written += " ".join(each.detail + each.sentence + each.provider_id for one in submissions for each in one.outcomes)
    return not any(secret in written for secret in secrets)
