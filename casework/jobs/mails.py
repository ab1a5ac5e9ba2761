"""Fetch the report mailbox: every new mail by itself, so that one that cannot be taken stops no other."""

import logging
import traceback
from pathlib import Path

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from casework import promises
from casework.config import Settings
from casework.db import db
from casework.doors.problems import OVERTAKEN
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Unavailable
from casework.leads.mailbox import Arrived, Folder, Mailbox, mailbox_of, opened
from casework.leads.models import MailSeen
from casework.operations.alarms import end_alarm, raise_alarm
from casework.operations.take_mail import CHANNELS, Taken, note_too_large, note_unexpected, open_mail, take_mail
from casework.people.queries import get_organisation
from casework.rounds import queries as rounds

log = logging.getLogger("casework.mailbox")
ALARM = "mailbox_refused"
TO_MEND = ("mailbox_setting", "mailbox_untrusted")
"""What no further attempt mends: a person has to. A server that is away comes back by itself."""
AT_ONCE = 100
"""Mails of one turn; the next one takes the rest."""


def take_mails(ref: str = "") -> dict:
    """Take in what is new since the newest open round began; say how much became what."""
    try:
        told = _turn(ref)
    except Unavailable as away:
        if away.code in TO_MEND:
            with unit_of_work():
                raise_alarm(ALARM, facts={"code": away.code})
        raise
    if told.get("mailbox") != "":
        with unit_of_work():
            end_alarm(ALARM)
    return told


def _turn(ref: str) -> dict:
    mailbox = mailbox_of(_settings().lead_mailbox)
    open_rounds = rounds.open_rounds()
    if mailbox is None or not open_rounds:
        return {"mailbox": "", "rounds": len(open_rounds)}
    code, since = open_rounds[0].code, open_rounds[0].opened_at.date()
    db.session.rollback()  # the server may take its time: no transaction waits for it
    counts = dict.fromkeys(("taken", "added", "unreadable", "known", "waiting", "left"), 0)
    with opened(mailbox) as folder:
        new = _new(folder.numbers(since=since), mailbox)
        counts["left"] = max(len(new) - AT_ONCE, 0)
        for done, uid in enumerate(new[:AT_ONCE], 1):
            counts[_take(folder, uid, mailbox, code)] += 1
            if ref:
                with unit_of_work():
                    promises.extend(ref, progress=done, total=len(new))
    return counts


def _new(numbers: dict[int, str], mailbox: Mailbox) -> list[int]:
    known = set(db.session.scalars(select(MailSeen.place).filter_by(mailbox=mailbox.name)))
    db.session.rollback()
    return [uid for uid, place in numbers.items() if place not in known]


def _take(folder: Folder, uid: int, mailbox: Mailbox, code: str) -> str:
    """Take one mail; what is refused for now is tried again in the next turn."""
    mail = folder.look(uid)
    if mail is None:
        return "known"
    too_large = mail.size > _settings().max_upload_bytes
    raw = folder.fetch(uid, head_only=too_large)
    if not raw:
        return "known"
    try:
        became = _became(_noted_too_large(raw, mail, mailbox) if too_large else _taken(raw, mail, mailbox, code))
    except (OperationalError, InterfaceError):
        raise  # the database is away: no mail's fault, and no other could be taken either
    except (CaseworkError, OSError, *OVERTAKEN) as refusal:
        log.warning("mail %s stays in the mailbox: %s", mail.place, getattr(refusal, "code", type(refusal).__name__))
        return "waiting"
    except Exception as fault:  # noqa: BLE001 - anybody may send anything: what nobody thought of must not stop the others
        became = _became(_noted_unexpected(raw, mail, mailbox, fault))
    if became in {"taken", "added"}:
        folder.mark_read(uid)
    return became


def _taken(raw: bytes, mail: Arrived, mailbox: Mailbox, code: str) -> Taken:
    settings = _settings()
    opened_mail = open_mail(raw, mailbox=mailbox.name, settings=settings)
    with unit_of_work():
        organisation = get_organisation(mailbox.organisation)
        return take_mail(
            opened_mail,
            mailbox=mailbox.name,
            place=mail.place,
            arrived_at=mail.arrived_at,
            organisation=organisation,
            round_=rounds.get_round(code),
            channel=mailbox.channel or CHANNELS.get(organisation.kind, ""),
            settings=settings,
        )


def _noted_too_large(head: bytes, mail: Arrived, mailbox: Mailbox) -> Taken:
    with unit_of_work():
        return note_too_large(head, mailbox=mailbox.name, place=mail.place)


def _noted_unexpected(raw: bytes, mail: Arrived, mailbox: Mailbox, fault: Exception) -> Taken:
    """Write down that a mail could not be taken; where it broke is logged, and never the words: they may be its own."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    log.error(
        "mail %s was not taken: %s at %s:%s", mail.place, type(fault).__name__, Path(last.filename).name, last.lineno
    )
    with unit_of_work():
        return note_unexpected(raw, mailbox=mailbox.name, place=mail.place)


def _became(taken: Taken) -> str:
    if taken.known:
        return "known"
    if taken.fault:
        return "unreadable"
    return "added" if taken.added else "taken"


def _settings() -> Settings:
    found: Settings = current_app.extensions["casework"]
    return found
