"""The second path: somebody who is neither worker, queue nor scheduler says that the sweep has gone silent.

Everything else that reports a fault goes through what may be at fault. So this
runs in the web process, in the supervisor and (`casework watch`) wherever cron
runs; it asks the database one question over a connection of its own, with a
short limit, and mails the administrators directly. Whoever is first in an hour
says it, by a file in the data folder; what cannot be mailed stands in that file
and in the log. A database that does not answer is the same silence: nothing can
be sent without it.

Only on working days between 8 and 20 o'clock in Beijing: what stands still at
night harms nobody before the morning, and then it is said.
"""

import fcntl
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import NullPool, create_engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from casework import clock
from casework.config import Settings
from casework.doors.unit import unit_of_work
from casework.operations.alarms import raise_alarm
from casework.operations.permit_service import administrators
from casework.promises import Heartbeat
from notifications.channels.channel import Channel, Status
from notifications.channels.console import Console
from notifications.channels.smtp import Settings as SmtpSettings
from notifications.channels.smtp import Smtp
from notifications.compose import LANGUAGES, compose
from notifications.errors import ChannelMisconfigured
from workflows import calendars
from workflows.calendars import CalendarUnknown

log = logging.getLogger("casework.watchman")
SWEEP_SILENT = "sweep_silent"
SWEEP = "sweep"
SILENT_AFTER = timedelta(minutes=15)
AGAIN_AFTER = timedelta(hours=1)
LOOKS_EVERY = 60.0
DATABASE_SECONDS = 5
BEGINS, ENDS, WORKDAYS = 8, 20, 5
NOTE = "silence.json"


@dataclass(frozen=True)
class Look:
    """What one look found: when the sweep was last heard (None: unknown), whether it is silent, whether we said so."""

    heard_at: datetime | None
    silent: bool
    told: bool = False


class Watchman:
    """Looks again and again; `who` names the process in what is said. `started_at` None: no grace for a fresh start."""

    def __init__(
        self, app: Flask, *, who: str, silent_after: timedelta = SILENT_AFTER, started_at: datetime | None = None
    ) -> None:
        self._app, self._who, self._silent_after, self._started_at = app, who, silent_after, started_at
        self._settings: Settings = app.extensions["casework"]
        self._heard_at: datetime | None = None
        self._note: Mapping[str, str] = {}  # what the file should say, where it cannot be kept
        self._to: tuple[tuple[str, str], ...] = tuple((address, LANGUAGES[0]) for address in self._settings.watch_to)

    def look(self) -> Look:
        """Look once; say that the sweep is silent, or that it is heard again, if nobody else has."""
        now = clock.now()
        answered = self._ask()
        fresh = self._heard_at is not None and now - self._heard_at < self._silent_after
        if fresh:
            return Look(self._heard_at, silent=False, told=self._claim(self._over, now) and self._tell(now, over=True))
        patience = max((each for each in (self._heard_at, self._started_at) if each), default=None)
        if patience is not None and now - patience < self._silent_after:
            return Look(self._heard_at, silent=False)
        told = at_work(now) and self._claim(self._anew, now) and self._tell(now, over=False)
        if told and answered:
            self._note_inside()
        return Look(self._heard_at, silent=True, told=told)

    def keep_looking(self, *, every: float = LOOKS_EVERY) -> threading.Event:
        """Look in a thread of its own, which ends with the process or when the event that is returned is set."""
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(every):
                try:
                    self.look()
                except Exception:  # whatever happens to one look, the next must take place
                    log.exception("a look at the sweep failed")

        threading.Thread(target=watch, name="watchman", daemon=True).start()
        return stop

    def _ask(self) -> bool:
        """Ask the database when the sweep last ended and who is to be told; False when it does not answer."""
        try:
            with _connected(self._settings.database_url) as session:
                self._heard_at = session.scalar(select(Heartbeat.beat_at).filter_by(name=SWEEP)) or self._heard_at
                if not self._settings.watch_to:
                    self._to = tuple(
                        (each.email, each.language if each.language in LANGUAGES else LANGUAGES[0])
                        for each in administrators(session)
                        if each.email
                    )
        except SQLAlchemyError as fault:
            log.warning("the watchman cannot ask the database (%s)", type(fault).__name__)
            return False
        return True

    def _tell(self, now: datetime, *, over: bool) -> bool:
        heard = self._heard_at.isoformat() if self._heard_at else "never"
        if over:
            log.warning("the sweep is heard again (%s)", self._who)
        else:
            log.error("the sweep has been silent since %s: reminders are not sent (%s)", heard, self._who)
        params: dict[str, object] = {"alarm": SWEEP_SILENT, "about": "", "at": now.isoformat()}
        params |= {"link": f"{self._settings.base_url}/admin/jobs"}
        kind = "alarm_ended" if over else "alarm"
        params |= {} if over else {"advice": SWEEP_SILENT}
        reference = f"silence-{int(now.timestamp())}"
        letters = [
            compose(kind, language=language, params=params, ref=f"{reference}-{number}", recipient=address)
            for number, (address, language) in enumerate(self._to)
        ]
        try:
            way = _way_out(self._settings)
            outcomes = [
                outcome
                for at in range(0, len(letters), way.batch_size)
                for outcome in way.send(letters[at : at + way.batch_size], reference=reference).outcomes
            ]
        except (OSError, ChannelMisconfigured):
            log.exception("the administrators could not be told")
            return True
        log.info("told %d of %d", sum(each.status is Status.ACCEPTED for each in outcomes), len(letters))
        return True

    def _note_inside(self) -> None:
        """Leave an alarm for the pages and the inbox; everything outside was said."""
        heard = self._heard_at.isoformat() if self._heard_at else ""
        try:
            with self._app.app_context(), unit_of_work():
                raise_alarm(SWEEP_SILENT, facts={"heard_at": heard, "by": self._who}, inbox_only=True)
        except SQLAlchemyError as fault:
            log.warning("the alarm was not written down (%s)", type(fault).__name__)

    def _claim(self, change: Callable[[Mapping[str, str], datetime], Mapping[str, str] | None], now: datetime) -> bool:
        """Change the note in the data folder; False when it needs no change, which is when somebody else has spoken."""
        path = self._settings.data_dir / NOTE
        try:
            with _locked(path.with_suffix(".lock")):
                before = json.loads(path.read_text()) if path.exists() else {}
                after = change(before, now)
                if after is None:
                    return False  # somebody else has spoken, or there is nothing to say
                path.write_text(json.dumps(after))
        except (OSError, ValueError) as fault:
            log.warning("the note %s cannot be kept (%s)", path.name, type(fault).__name__)
            after = change(self._note, now)
        self._note = after or self._note
        return after is not None

    def _anew(self, before: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        told_at = datetime.fromisoformat(before["told_at"]) if "told_at" in before else None
        if told_at is not None and timedelta() <= now - told_at < AGAIN_AFTER:
            return None
        heard = self._heard_at.isoformat() if self._heard_at else ""
        return {"told_at": now.isoformat(), "silent_since": heard, "by": self._who}

    def _over(self, before: Mapping[str, str], now: datetime) -> Mapping[str, str] | None:
        return None if "told_at" not in before or "ended_at" in before else {**before, "ended_at": now.isoformat()}


def _way_out(settings: Settings) -> Channel:
    """Return the first way out that needs nothing but itself; built here, for those of the service ask the database."""
    if Smtp.code in settings.channels:
        return Smtp(SmtpSettings.read(dict(settings.smtp)))
    return Console(sys.stdout)


@contextmanager
def _connected(url: str) -> Iterator[Session]:
    limits: dict[str, object] = {"timeout": DATABASE_SECONDS}
    if not url.startswith("sqlite"):
        limits = {"connect_timeout": DATABASE_SECONDS, "options": f"-c statement_timeout={DATABASE_SECONDS * 1000}"}
    engine = create_engine(url, poolclass=NullPool, connect_args=limits)
    with Session(engine) as session:
        yield session


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def at_work(now: datetime) -> bool:
    """Say whether this moment lies in the hours in which somebody is there to hear."""
    local = now.astimezone(clock.BEIJING)
    return BEGINS <= local.hour < ENDS and _worked(local.date())


def _worked(day: date) -> bool:
    try:
        return calendars.shipped().working_day(day)
    except CalendarUnknown:  # without a calendar a week is all that is known
        return day.isoweekday() <= WORKDAYS
