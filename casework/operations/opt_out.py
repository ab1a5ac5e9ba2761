"""Opt-outs that arrive by the channel itself: the words of a reply, and the click in a mail program.

Carriers know four words: R, T, TD and 退订. Nothing else is taken for one, because
a person who answers a reminder in a sentence that contains them wants to talk.
"""

import unicodedata

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Record
from casework.notices.graduates import MAIL
from casework.notices.unsubscribe import record_ref_in, ref_in
from casework.operations.mute import end_by_channel
from casework.operations.opt_out_graduates import opt_out_graduates
from casework.people.models import Person
from casework.people.queries import get_person

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


def reader_of_link(token: str) -> Person | Record:
    """Return whose mails this link ends, an account or a graduate; raises `NotFound` for one that is not ours."""
    ref, record_ref = ref_in(token), record_ref_in(token)
    if ref is not None:
        return get_person(ref)
    record = db.session.scalars(select(Record).filter_by(ref=record_ref)).one_or_none() if record_ref else None
    if record is None:
        raise NotFound(N_("这个退订链接无效。请从最近一封提醒邮件中重新打开，或登录后在“通知设置”中更改。"))
    return record


def end_by_link(reader: Person | Record) -> bool:
    """End reminders by the click in a mail; False when they had ended before."""
    if isinstance(reader, Record):
        return bool(opt_out_graduates([reader.id], by=MAIL))
    return opt_out(reader, MAIL)
