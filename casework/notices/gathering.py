"""Which messages gather into one letter, and what such a letter counts.

A reminder is about one matter; who has a hundred matters needs one letter that
says how many of which sort, and the list behind its link. What stands for many
already, and what a person has asked for at this moment, stays alone. A program
behind a webhook wants each message with its number, so there nothing gathers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from casework.notices.models import Message
from casework.notices.ways import INBOX, SMS, WEBHOOK
from notifications.kinds import REMINDER

GATHERED = "gathered"
ALONE = frozenset(
    {
        "digest",
        "press",
        "stand_in_named",
        "tie_recorded",
        "alarm_ended",
        "canary",
        "test_message",
        "identity_code",
        "token_ending",
    }
)
"""Kinds that never gather, and that no budget holds back: what a person said, asked for, or gets once a day."""
_ASSIGNED = frozenset({"case_assigned", "lead_assigned"})
_DUE = frozenset({"case_due", "lead_due", "report_due", "report_to_sign", "report_signed", "campaign_to_approve"})
_OVERDUE = frozenset({"case_overdue"})


def gathers(kind: str, *, message_class: int, channel: str) -> bool:
    """Say whether a message waits a moment for others to the same person, and counts against their day."""
    return message_class == REMINDER and kind not in ALONE and channel not in {INBOX, WEBHOOK, *SMS}


def counted(members: Iterable[Message], now: datetime) -> Mapping[str, int]:
    """Return what a gathered letter says: each matter once under each thing that is new about it."""
    found: dict[str, set[object]] = {"overdue": set(), "due_soon": set(), "assigned": set(), "others": set()}
    for member in members:
        found[_sort(member, now)].add(
            (member.case_id, member.report_id, member.lead_id) if _has_matter(member) else member.id
        )
    found["due_soon"] -= found["overdue"]
    return {name: len(matters) for name, matters in found.items()}


def _sort(member: Message, now: datetime) -> str:
    if member.kind in _ASSIGNED:
        return "assigned"
    if member.kind in _OVERDUE:
        return "overdue"
    if member.kind not in _DUE:
        return "others"
    due = member.params.get("due")
    return "overdue" if isinstance(due, str) and datetime.fromisoformat(due) < now else "due_soon"


def _has_matter(member: Message) -> bool:
    return any(about is not None for about in (member.case_id, member.report_id, member.lead_id))
