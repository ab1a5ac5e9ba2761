"""Who somebody is here of whom another house has vouched: linked by an identity, or once by the login.

No account is made by itself. The first sign-in binds the subject to the account
whose login it names, if the installation allows that; from then on the subject
alone opens it. A login that another house has given to somebody new is refused.
"""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select

from casework import clock
from casework.db import db, insert_new
from casework.errors import N_, Conflict, Forbidden, NotFound
from casework.operations.note_account import note_account
from casework.operations.permit_account import permit_account
from casework.people import queries
from casework.people.models import Person
from casework.people.ways_in import Identity, SpentProof
from workflows.access import Actor

UNKNOWN = N_(
    "统一身份认证已经通过，但本系统没有与它对应的可用账号，没有登录。"
    "请与本单位系统管理员联系，由其建立账号或核对账号名。"
)


class SpentAlready(Conflict):
    """What another house gave was taken before."""


def recognise(*, provider: str, subject: str, login: str, proof: str, may_link: bool) -> Person:
    """Return the active person of whom a house vouches; takes the proof, once.

    Raises `SpentAlready`, and `Forbidden` with the sentence of whom to ask where nobody fits.
    """
    if not insert_new(SpentProof, keys=["hash"], hash=_hash(provider, proof), spent_at=clock.now()):
        raise SpentAlready(N_("这份登录凭证已经用过，没有登录。请重新点击登录。"), code="elsewhere_replay")
    wanted = select(Identity).filter_by(provider=provider, subject=subject).with_for_update(of=Identity)
    identity = db.session.scalars(wanted).one_or_none()
    if identity is None:
        identity = _link_by_login(provider, subject, login) if may_link else None
    if identity is None or not identity.person.active:
        raise Forbidden(UNKNOWN, code="elsewhere_unknown")
    identity.used_at = clock.now()
    return identity.person


def link(person: Person, *, provider: str, subject: str, actor: Actor) -> Identity:
    """Bind a subject of another house to a person; one subject opens one account, one account has one subject."""
    permit_account(person, actor)
    if actor.id == person.id:
        raise Forbidden(N_("不能自行关联统一身份，请由系统管理员办理。"), code="oneself")
    known = select(Identity).where(
        Identity.provider == provider, (Identity.subject == subject) | (Identity.person_id == person.id)
    )
    if db.session.scalars(known).first() is not None:
        raise Conflict(N_("账号或该统一身份已有关联，没有保存。请先解除原有关联。"), code="linked_already")
    return _bind(person, provider, subject, actor=actor)


def unlink(identity: Identity, *, actor: Actor) -> None:
    """Release a person from a subject: the next sign-in from there binds anew, or finds nobody."""
    permit_account(identity.person, actor)
    note_account(identity.person, "people:unlink", actor=actor, facts={"provider": identity.provider})
    db.session.delete(identity)


def identities_of(person: Person) -> Sequence[Identity]:
    """Return who a person is at other houses."""
    return db.session.scalars(select(Identity).filter_by(person_id=person.id).order_by(Identity.id)).all()


def get_identity(ref: str, *, person: Person) -> Identity:
    """Return one link of a person; raises `NotFound`."""
    found = db.session.scalars(select(Identity).filter_by(ref=ref, person_id=person.id)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到这项统一身份关联，可能已经解除。"))
    return found


def _link_by_login(provider: str, subject: str, login: str) -> Identity | None:
    person = queries.find_person(login)
    if person is None or not person.active:
        return None
    held = select(Identity).filter_by(provider=provider, person_id=person.id)
    if db.session.scalars(held).first() is not None:
        raise Forbidden(
            N_("这个账号已与另一个统一身份关联，没有登录。请与本单位系统管理员联系，核实后解除原有关联。"),
            code="elsewhere_other_subject",
        )
    return _bind(person, provider, subject, actor=None)


def _bind(person: Person, provider: str, subject: str, *, actor: Actor | None) -> Identity:
    made = Identity(provider=provider, subject=subject, person_id=person.id, person=person)
    db.session.add(made)
    note_account(person, "people:link", actor=actor, facts={"provider": provider})
    return made


def _hash(provider: str, proof: str) -> str:
    return hashlib.sha256(f"{provider}:{proof}".encode()).hexdigest()
