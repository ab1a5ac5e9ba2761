"""Who may change what a whole round rests on: an administrator above everybody whom the round concerns.

The dates of the notice and the settings of a round hold for every organisation
in it. A university's own administrator may change them while the installation
is the university's alone, and no longer when another body works in the round.
"""

from sqlalchemy import exists, or_, select

from casework.asking import reaching
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Forbidden
from casework.people.models import Appointment, Organisation, Person
from casework.rounds.models import Round
from workflows.access import SYSTEM, Actor, scope_of


def permit_round(actor: Actor, round_: Round) -> None:
    """Return quietly when the actor administers everybody whom this round concerns; raise `Forbidden` otherwise."""
    if actor is SYSTEM:
        return
    if not governs(actor, round_):
        raise Forbidden(
            N_("轮次 %(round)s 还涉及您管理范围以外的单位，全国期限和设置由上级系统管理员更改。"),
            code="round_of_others",
            params={"round": round_.code},
        )


@reaching("cases", why="whether the round concerns others is asked of everything in it")
def governs(actor: Actor, round_: Round) -> bool:
    """Say whether no case of the round and no other administrator lies outside what the actor administers."""
    seats = [scope.organisation_id for scope in scope_of(actor, "round:settings")]
    if not seats:
        return False
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(seats))).all()
    outside = ~or_(*(Organisation.path.startswith(path, autoescape=True) for path in paths))
    cases = exists().where(Case.organisation_id == Organisation.id, Case.round_id == round_.id)
    administrators = exists().where(
        Appointment.organisation_id == Organisation.id,
        Appointment.role == "administrator",
        Appointment.until.is_(None),
        Person.id == Appointment.person_id,
        Person.active,
    )
    return db.session.scalar(select(Organisation.id).where(outside, or_(cases, administrators)).limit(1)) is None
