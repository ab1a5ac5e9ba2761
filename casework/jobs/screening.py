"""The jobs that screen: a stored run with, on request, the cases that follow; and a back-test of other settings.

The rules are asked outside of any transaction. After each rule the promise says
how far the job is, which also keeps its lease, and says whether somebody asked
it to stop; both in a transaction of their own.
"""

from sqlalchemy import select

from casework import promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.back_test import back_test as try_settings
from casework.operations.gather import gather
from casework.operations.open_cases import open_cases
from casework.operations.permit import permit
from casework.operations.promise_screening import refuse_second
from casework.operations.screen import ask, store
from casework.operations.stop_promise import STOPPED
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.promises import Promise
from casework.rounds.models import Round
from casework.screening.engine import ScreeningStopped
from casework.screening.models import Run
from workflows.access import Actor


class Progress:
    """Says on a promise how far its job is, and hears there whether it is still wanted."""

    def __init__(self, ref: str) -> None:
        self._ref = ref
        self._stop = False

    def say(self, done: int, total: int, _rule: str = "") -> None:
        """Write the progress down, keep the lease, and look for a request to stop."""
        with unit_of_work():
            promises.extend(self._ref, progress=done, total=total)
            self._stop = self.asked()

    def stopped(self) -> bool:
        """Say whether the last look saw a request to stop."""
        return self._stop

    def asked(self) -> bool:
        """Look now, inside the present unit of work."""
        return db.session.scalar(select(Promise.stop_asked_at).filter_by(ref=self._ref)) is not None


def screen(ref: str, *, organisation: int, round: int, actor: int, then_open: bool = False) -> dict:  # noqa: A002 - the argument's name in stored promises
    """Run the rules; the run and its findings are one transaction, the cases that follow another."""
    run_id = db.session.scalar(select(Run.id).filter_by(promise_ref=ref))
    if run_id is None:
        run_id = _screen(ref, organisation, round, actor)
    opened = {}
    if then_open:
        with unit_of_work():
            done = open_cases(db.session.get_one(Run, run_id), actor=_actor(actor))
            opened = {"opened": len(done.opened), "extended": len(done.extended), "waiting": done.waiting}
    run = db.session.get_one(Run, run_id)
    return {"run": run.ref, "counts": run.counts, **opened}


def back_test(ref: str, *, organisation: int, round: int, actor: int, values: dict) -> dict:  # noqa: A002 - as above
    """Say what other settings would change; nothing of it is stored but the answer."""
    progress = Progress(ref)
    progress.say(0, 0)
    done = try_settings(
        db.session.get_one(Organisation, organisation),
        db.session.get_one(Round, round),
        values=values,
        actor=_actor(actor),
        on_progress=progress.say,
        should_stop=progress.stopped,
    )
    return {"back_test": done.plain()}


def _screen(ref: str, organisation_id: int, round_id: int, actor_id: int) -> int:
    organisation = db.session.get_one(Organisation, organisation_id)
    permit(_actor(actor_id), "screening:run", organisation=organisation)
    refuse_second(ref, organisation=organisation_id, round_=round_id)
    gathered = gather(organisation=organisation, round_=db.session.get_one(Round, round_id))
    progress = Progress(ref)
    progress.say(0, len(gathered.rules))
    screening = ask(gathered, on_progress=progress.say, should_stop=progress.stopped)
    with unit_of_work():
        if progress.asked():
            raise ScreeningStopped(STOPPED)
        return store(screening, gathered, actor=_actor(actor_id), promise_ref=ref).id


def _actor(person_id: int) -> Actor:
    return actor_of(db.session.get_one(Person, person_id))
