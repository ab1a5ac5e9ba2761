"""Opt-outs that arrive by the channel itself: the words of a reply, and the click in a mail program.

Carriers know four words: R, T, TD and 退订. Nothing else is taken for one, because
a person who answers a reminder in a sentence that contains them wants to talk.
"""

import unicodedata

from casework.errors import N_, NotFound
from casework.notices.unsubscribe import ref_in
from casework.operations.mute import end_by_channel
from casework.people.models import Person
from casework.people.queries import get_person

MAIL = "smtp"
WORDS = frozenset({"R", "T", "TD", "退订"})
_AROUND = " \t\r\n\u3000\u200b\ufeff.,。，!！;；\"'“”‘’【】[]()（）"


def is_opt_out(reply: str) -> bool:
    """Say whether a reply asks for no more messages: one of the words and nothing beside it but marks and blanks."""
    said = unicodedata.normalize("NFKC", reply).strip(_AROUND).upper()
    return said in WORDS


def opt_out(person: Person, channel: str) -> bool:
    """End reminders and campaigns by this channel, in this transaction; False when they had ended before.

    Escalations go on: an account of the service is an office, and offices are told what is overdue.
    """
    return end_by_channel(person, channel=channel)


def person_of_link(token: str) -> Person:
    """Return whose mails this link ends; raises `NotFound` for one that we have not signed."""
    ref = ref_in(token)
    if ref is None:
        raise NotFound(N_("这个退订链接无效。请从最近一封提醒邮件中重新打开，或登录后在“通知设置”中更改。"))
    return get_person(ref)
