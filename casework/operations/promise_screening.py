"""Promise a screening as a job, or the back-test of settings; of one place one screening is under way at a time."""

from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.errors import N_, Conflict
from casework.operations.back_test import refuse_unchanged
from casework.operations.permit import permit_named
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.promises import Promise
from casework.rounds.models import Round
from casework.screening.settings import Given, deviations, settings_of
from workflows.access import Actor

_ALREADY = N_("这个单位的筛查正在进行，同一时间只能有一次。请等它完成，或先停止它。")


def promise_screening(*, organisation: Organisation, round_: Round, actor: Actor, then_open: bool = False) -> Promise:
    """Promise a run; raise `Conflict` while another one is promised and not over."""
    permit_named(actor, "screening:run", organisation=organisation)
    lock_organisation(organisation.id)
    if screening_under_way(organisation.id, round_.id) is not None:
        raise Conflict(_ALREADY, code="screening_running")
    return promises.promise(
        "screen", organisation=organisation.id, round=round_.id, actor=actor.id, then_open=then_open
    )


def promise_back_test(*, organisation: Organisation, round_: Round, values: Given, actor: Actor) -> Promise:
    """Promise to try other settings; raise `Invalid` or `Conflict` at once where no trial is needed to know it."""
    permit_named(actor, "round:settings", organisation=organisation)
    fresh = deviations(values)
    refuse_unchanged(deviations(settings_of(round_, clock.today())[0]), fresh)
    return promises.promise("back_test", organisation=organisation.id, round=round_.id, actor=actor.id, values=fresh)


def refuse_second(ref: str, *, organisation: int, round_: int) -> None:
    """Raise `Conflict` for a promise that is not the first one under way: both would store the same findings."""
    first = screening_under_way(organisation, round_)
    if first is not None and first.ref != ref:
        raise Conflict(_ALREADY, code="screening_running")


def screening_under_way(organisation: int, round_: int) -> Promise | None:
    """Return the oldest promised screening of an organisation and round that is not over."""
    wanted = select(Promise).filter_by(name="screen", done_at=None, failed_at=None).order_by(Promise.id)
    same = {"organisation": organisation, "round": round_}
    # A handful of jobs is under way at any time, and the databases look into JSON in different words.
    return next((each for each in db.session.scalars(wanted) if same.items() <= each.arguments.items()), None)
