"""Who may change what the whole installation shares, such as a way out: an administrator whom no other is above.

A provider that one university holds is held for every other one too. So a
university's own administrator may do it while the installation is the
university's alone, and no longer when somebody administers another body here.
"""

from sqlalchemy import or_, select

from casework.db import db
from casework.errors import N_, Forbidden
from casework.people.models import Appointment, Organisation, Person
from workflows.access import SYSTEM, Actor, scope_of


def permit_installation(actor: Actor, action: str) -> None:
    """Return quietly when the actor may do this and no administrator works outside their reach, else `Forbidden`."""
    if actor is SYSTEM:
        return
    if not scope_of(actor, action):
        raise Forbidden(N_("只有系统管理员可以更改设置。"))
    if not governs_installation(actor, action):
        raise Forbidden(
            N_("发送通道由全部单位共用，您管理范围以外还有别的系统管理员，请由上级系统管理员办理。"),
            code="shared_with_others",
        )


def governs_installation(actor: Actor, action: str) -> bool:
    """Say whether the actor may do this somewhere and no other administrator lies outside of that."""
    seats = [scope.organisation_id for scope in scope_of(actor, action)]
    if not seats:
        return False
    paths = db.session.scalars(select(Organisation.path).where(Organisation.id.in_(seats))).all()
    outside = ~or_(*(Organisation.path.startswith(path, autoescape=True) for path in paths))
    others = (
        select(Appointment.id)
        .join(Organisation, Organisation.id == Appointment.organisation_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(outside, Appointment.role == "administrator", Appointment.until.is_(None), Person.active)
    )
    return db.session.scalar(others.limit(1)) is None
