"""Which bodies somebody outside may bring a report to, found by name."""

from collections.abc import Sequence

from sqlalchemy import func, select

from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.normal import nfkc
from casework.people.models import Organisation
from workflows.lead_guards import HANDLING

MOST_SHOWN = 12


def bodies_named(words: str) -> Sequence[Organisation]:
    """Return the first bodies whose name holds these words; of a small installation all, without any words."""
    wanted = select(Organisation).where(Organisation.kind.in_(sorted(HANDLING))).order_by(Organisation.path)
    words = nfkc(words)
    if words:
        # The shortest name first: of 东江大学 and 东江大学附属学院 the former was meant more often.
        wanted = wanted.where(Organisation.name.contains(words, autoescape=True)).order_by(None)
        ordered = wanted.order_by(func.length(Organisation.name), Organisation.name)
        return db.session.scalars(ordered.limit(MOST_SHOWN)).all()
    found = db.session.scalars(wanted.limit(MOST_SHOWN + 1)).all()
    return found if len(found) <= MOST_SHOWN else []


def find_body(code: str) -> Organisation | None:
    """Return the body of this code that takes reports, or None."""
    wanted = select(Organisation).filter_by(code=code).where(Organisation.kind.in_(sorted(HANDLING)))
    return db.session.scalars(wanted).one_or_none()


def top_body() -> Organisation:
    """Return the body that takes what names no school that we know."""
    wanted = select(Organisation).where(Organisation.kind.in_(sorted(HANDLING))).order_by(Organisation.path)
    found = db.session.scalars(wanted.limit(1)).one_or_none()
    if found is None:
        raise NotFound(N_("这里还没有可以受理反映的单位。请拨打公布的举报电话。"))
    return found
