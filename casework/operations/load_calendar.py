"""Load a year's calendar, or a corrected one, and say every open deadline anew; or only look at what it would move.

Nothing that was counted with the earlier version is changed where it is closed:
closed cases and filed reports keep their dates, open ones get new ones, and
every explanation names the version that it rests on.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from casework import journal, working_days
from casework.deadlines.terms import terms_of
from casework.errors import N_, Conflict, Invalid
from casework.operations.change_dates import reproject_or_promise
from casework.operations.permit import permit_settings
from casework.operations.permit_round import permit_round
from casework.operations.reproject import look
from casework.operations.reprojection import Reprojection
from casework.rounds.models import Round
from casework.rounds.queries import open_rounds
from workflows.access import Actor
from workflows.calendar_check import checked_year
from workflows.calendars import Year


@dataclass(frozen=True)
class Replanned:
    """What a calendar comes to for one open round; `job` computes it where there is too much."""

    round_: Round
    plan: Reprojection | None
    job: str = ""


@dataclass(frozen=True)
class CalendarLoaded:
    """The year that was loaded or looked at, the version that it goes beyond (none: the year is new), the rounds."""

    year: Year
    replaces: str
    rounds: tuple[Replanned, ...]


def load_calendar(
    text: str,
    *,
    reason: str,
    actor: Actor,
    dry_run: bool = False,
    on_progress: Callable[[int], object] = lambda _done: None,
) -> CalendarLoaded:
    """Let a yearly file count from now on.

    Raises `Refused` with every fault of the file, `Conflict` unless its version goes beyond the known one.
    """
    permit_settings(actor)
    rounds = open_rounds()
    for round_ in rounds:
        permit_round(actor, round_)
    year = checked_year(text)
    known = working_days.calendar().years.get(year.year)
    if not working_days.newer(year, known):
        raise Conflict(
            N_("%(year)s年已有日历版本%(known)s，文件的版本%(version)s不比它新，没有载入。"),
            code="calendar_not_newer",
            params={"year": str(year.year), "known": known.version if known else "", "version": year.version},
        )
    replaces = known.version if known else ""
    if dry_run:
        calendar = working_days.calendar().with_year(year)
        looks = (look(each, terms=terms_of(each).but(calendar=calendar), on_progress=on_progress) for each in rounds)
        return CalendarLoaded(year, replaces, tuple(map(Replanned, rounds, looks)))
    if not reason.strip():
        raise Invalid(N_("载入日历须写明理由，没有载入。"), fields={"reason": N_("请写明原因。")})
    with ExitStack() as undo:
        # As with every file, there before its row; one that is refused after all must not count.
        undo.callback(working_days.put(year, text).unlink, missing_ok=True)
        done = tuple(Replanned(each, *reproject_or_promise(each, actor=actor)) for each in rounds)
        _note(year, text, replaces, done, reason=reason.strip(), actor=actor)
        undo.pop_all()
    return CalendarLoaded(year, replaces, done)


def _note(year: Year, text: str, replaces: str, done: Sequence[Replanned], *, reason: str, actor: Actor) -> None:
    journal.record(
        organisation_id=actor.appointments[0].organisation_id if actor.appointments else 0,
        action="calendar:load",
        actor=str(actor.id),
        subject=year.version,
        facts={
            "replaces": replaces,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "moved": {each.round_.code: len(each.plan.moved) if each.plan else None for each in done},
        },
        personal={"reason": reason},
    )
