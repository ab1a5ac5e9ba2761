"""Settled records on the bench, and draws from them."""

from sqlalchemy import func, select

from casework.cases.models import Case
from casework.cases.samples import Sample, SampleMember
from casework.db import db
from casework.operations.draw_sample import draw_sample
from casework.people.actors import actor_of
from casework.screening.sampling import Design

TEN = Design("size", size=10, minimum=3)


def settled(bench, n, code="11", **values):
    return [bench.record(destination_code=code, degree_level="31", **values) for _ in range(n)]


def drawn(bench, design=TEN, *, person=None, **given):
    return draw_sample(
        organisation=bench.tree.university,
        round_=bench.round_,
        design=design,
        actor=actor_of(person or bench.supervisor),
        **given,
    )


def left_behind():
    """Return what a refused draw must leave as it was."""
    db.session.flush()
    return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in (Sample, SampleMember, Case))
