"""What the service finds wrong with itself: said once when it is found, once more when it is right again.

Whoever looks (the sweep, the nightly comparison, the watcher of silence) calls
`raise_alarm` each time it finds the fault and `end_alarm` each time it does
not; both are cheap and may be called by any number of processes. One row is
open for a code and subject, and inserting it is the claim to tell about it.

What comes and goes every minute would be a message every minute: whoever was
told of a code and subject within the hour is not told again.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from casework import clock
from casework.db import db
from casework.notices.models import Alarm
from casework.operations.announce import announce
from casework.operations.permit_service import administrators
from notifications.wording import WORDINGS

log = logging.getLogger("casework.alarms")
TOLD_AGAIN_AFTER = timedelta(hours=1)
KNOWN = frozenset(WORDINGS["zh"].alarms)
"""Every alarm; its name and what to do stand in `notifications/alarm_words.py`, in each language."""


def raise_alarm(
    code: str, subject: str = "", facts: Mapping[str, object] = MappingProxyType({}), *, inbox_only: bool = False
) -> bool:
    """Say that something is wrong, in the present unit of work; True when it was not known yet.

    `subject` names the channel, task or rule that is meant, never a person or case.
    `facts` are what a reader of the row needs to look further: counts, codes, moments
    as text. The administrators of the installation are told once; `inbox_only` when
    somebody has told them outside already.
    """
    if code not in KNOWN:
        raise ValueError(f"there is no alarm named {code!r}: give it its words in notifications/alarm_words.py")
    now = clock.now()
    insert = insert_postgresql if db.engine.dialect.name == "postgresql" else insert_sqlite
    row = {"code": code, "subject": subject, "open_key": 0, "facts": dict(facts)}
    found = insert(Alarm).values(**row, found_at=now, seen_at=now, times=1)
    again = {"seen_at": now, "facts": dict(facts), "times": Alarm.times + 1}
    seen = found.on_conflict_do_update(index_elements=["code", "subject", "open_key"], set_=again)
    alarm = db.session.execute(seen.returning(Alarm.id, Alarm.times, Alarm.found_at, Alarm.told_at)).one()
    if alarm.times == 1:
        log.warning("alarm %s %s %s", code, subject, dict(facts))
    if alarm.told_at is None and not _told_lately(code, subject):
        params = {"alarm": code, "advice": code, "about": subject, "at": alarm.found_at.isoformat()}
        readers = administrators()
        announce("alarm", to=readers, params=params, dedup=f"alarm:{alarm.id}", inbox_only=inbox_only)
        if readers:
            db.session.execute(update(Alarm).filter_by(id=alarm.id).values(told_at=now))
    return bool(alarm.times == 1)


def end_alarm(code: str, subject: str = "", *, inbox_only: bool = False) -> bool:
    """Say that it is right again; True when an alarm was open. Whoever was told of it hears of its end."""
    now = clock.now()
    ended = db.session.execute(
        update(Alarm)
        .where(Alarm.code == code, Alarm.subject == subject, Alarm.open_key == 0)
        .values(open_key=Alarm.id, ended_at=now)
        .returning(Alarm.id, Alarm.told_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None:
        return False
    log.info("alarm %s %s is over", code, subject)
    if ended.told_at is not None:
        params = {"alarm": code, "about": subject, "at": now.isoformat()}
        over = f"alarm:{ended.id}:ended"
        announce("alarm_ended", to=administrators(), params=params, dedup=over, inbox_only=inbox_only)
    return True


def _told_lately(code: str, subject: str) -> bool:
    since = clock.now() - TOLD_AGAIN_AFTER
    return bool(
        db.session.scalar(
            select(Alarm.id).where(Alarm.code == code, Alarm.subject == subject, Alarm.told_at > since).limit(1)
        )
    )
