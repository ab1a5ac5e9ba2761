"""Look at what a change of a round would move: at once, or as a job where there is very much to look at.

A change that is to be looked at is a word and what a form or program has given
for it, so that it can lie in a promise; who looks must be allowed to change. The
reason is asked for when it is made, and never lies in a promise.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from casework import promises
from casework.errors import N_, Invalid
from casework.operations.change_dates import Progress, change_dates, change_own_date, quietly
from casework.operations.change_settings import change_settings
from casework.operations.permit import permit_settings
from casework.operations.reproject import LARGE, running
from casework.operations.reprojection import Reprojection
from casework.people.queries import get_organisation
from casework.promises import Promise
from casework.rounds.models import Round
from workflows.access import Actor

LOOK = "look_ahead"
DATES, OWN_DATE, SETTINGS = "dates", "own_date", "settings"


def too_much(round_: Round) -> bool:
    """Say whether a round is looked at, and computed, by a job."""
    return running(round_) > LARGE


def promise_look(round_: Round, *, what: str, given: Mapping[str, Any], actor: Actor) -> Promise:
    """Promise to look at a change; what it is refused for is said by the job."""
    permit_settings(actor)
    return promises.promise(LOOK, round=round_.code, actor=actor.id, what=what, given=dict(given))


def look_at(
    round_: Round, *, what: str, given: Mapping[str, Any], actor: Actor, on_progress: Progress = quietly
) -> Reprojection:
    """Return what a change would move and say; raise what making it would raise. Nothing is written."""
    common: dict[str, Any] = {"reason": "", "actor": actor, "dry_run": True, "on_progress": on_progress}
    if what == DATES:
        dates = {level: date.fromisoformat(on) for level, on in given["dates"].items()}
        plan = change_dates(round_, dates=dates, **common).plan
    elif what == OWN_DATE:
        on = date.fromisoformat(given["on"]) if given["on"] else None
        plan = change_own_date(round_, organisation=get_organisation(given["organisation"]), on=on, **common).plan
    elif what == SETTINGS:
        plan = change_settings(round_, settings=given["settings"], version=given["version"], **common).plan
    else:
        raise Invalid(N_("没有这种改动可以试算。"))
    assert plan is not None  # noqa: S101 - told to the type checker: a dry run always has one
    return plan
