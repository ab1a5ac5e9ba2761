"""Questions about cases; every one of them is scoped to what the person may see."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from casework.asking import reaching
from casework.cases.models import Case
from casework.cases.oversight import Consequence, HandOver
from casework.db import db
from casework.errors import N_, NotFound
from casework.people.below import held_below
from casework.people.models import Organisation
from workflows.access import SYSTEM, Actor, Reach, Scope, scope_of
from workflows.case import BEING_WORKED

OPEN_STATES = (*BEING_WORKED, "corrected")
COUNTED_AT_MOST = 1000


def visible(actor: Actor, action: str = "case:read") -> Select[Case]:
    """Return a SELECT of the cases in which this person may do `action`."""
    wanted = select(Case)
    return wanted if actor is SYSTEM else wanted.where(in_scope(actor, action))


def in_scope(actor: Actor, action: str = "case:read") -> ColumnElement[bool]:
    """Return the condition that keeps a query of cases to this person's scope; it can be put into any SELECT."""
    scopes = scope_of(actor, action)
    return or_(*(_condition(scope) for scope in scopes)) if scopes else false()


def get_case(number: str, actor: Actor, *, lock: bool = False) -> Case:
    """Return one case, locked for a change when asked; `NotFound` when it is none of this person's."""
    wanted = visible(actor).where(Case.number == number).options(joinedload(Case.organisation))
    if lock:
        wanted = wanted.with_for_update(of=Case).execution_options(populate_existing=True)
    found = db.session.scalars(wanted).unique().one_or_none()
    gone = handed_over(number, actor) if found is None and actor is not SYSTEM else None
    if gone is not None:
        raise NotFound(
            N_("案件 %(number)s 已由%(body)s提级办理，不再由%(left)s办理；如需了解进展，请与该单位联系。"),
            code="taken_over",
            params={"number": number, "body": gone.went.name, "left": gone.left.name},
        )
    if found is None:
        raise NotFound(N_("没有找到案件 %(number)s，或不在您的权限范围内。"), params={"number": number})
    return found


def get_cases(numbers: Iterable[str], actor: Actor, *, lock: bool = False) -> Sequence[Case]:
    """Return those of these cases that this person may see, by number; locked ones by id, as everybody locks."""
    wanted = visible(actor).where(Case.number.in_(list(numbers))).order_by(Case.id if lock else Case.number)
    if lock:
        wanted = wanted.with_for_update(of=Case).execution_options(populate_existing=True)
    return db.session.scalars(wanted).all()


def consequences_of(case: Case) -> Sequence[Consequence]:
    """Return what was recorded as following from a case, withdrawn entries too, oldest first."""
    wanted = select(Consequence).filter_by(case_id=case.id).options(joinedload(Consequence.recorded_by))
    return db.session.scalars(wanted.order_by(Consequence.id)).all()


def opened_by(organisation_id: int) -> ColumnElement[bool]:
    """Return the condition of the cases of a body and of those that the level above has taken over from it.

    Whoever looks for the case of a matter needs both, or one matter would get two cases.
    """
    gone = select(HandOver.case_id).where(HandOver.left_id == organisation_id)
    return or_(Case.organisation_id == organisation_id, Case.id.in_(gone))


@reaching("cases", why="a case that was taken over lies out of reach of whom it is explained to")
def handed_over(number: str, actor: Actor) -> HandOver | None:
    """Return where a case went that this person could read before the level above took it over, or None."""
    wanted = (
        select(HandOver)
        .join(Case, Case.id == HandOver.case_id)
        .join(Organisation, Organisation.id == HandOver.left_id)
        .where(Case.number == number, not_about(actor.bodies))
        .options(joinedload(HandOver.left), joinedload(HandOver.went))
        .order_by(HandOver.id.desc())
    )
    return next((each for each in db.session.scalars(wanted) if _reads(actor, each)), None)


def _reads(actor: Actor, hand_over: HandOver) -> bool:
    """Say whether a scope over the whole body reaches it: what a college or a kind of case shows is not enough."""
    path = [int(part) for part in hand_over.left.path.strip("/").split("/")]
    return any(scope.covers(organisation_path=path) for scope in scope_of(actor, "case:read"))


def counted(*conditions: ColumnElement[bool]) -> int:
    """Count the cases of a condition, up to `COUNTED_AT_MOST`: beyond it a number tells nobody more, and costs."""
    return db.session.scalar(select(limited_count(*conditions))) or 0


def limited_count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """Return the same count as a part of a SELECT; it reads in the order of deadlines, so an index can stop it."""
    found = select(Case.id).where(*conditions).order_by(Case.due_at, Case.id).limit(COUNTED_AT_MOST)
    return select(func.count()).select_from(found.subquery()).scalar_subquery()


def is_sealed(case: Case) -> bool:
    """Say whether a case is kept from the college: a graduate denies, and nobody without conflict owns it yet."""
    return case.sealed and case.owner_id is None


def not_about(bodies: Collection[int]) -> ColumnElement[bool]:
    """Return the condition of a case that is about none of these bodies: whoever belongs to one sees none of theirs.

    Lists that go by the owner need it too, because a case may turn out to be about its owner's own body.
    """
    if not bodies:
        return true()
    return or_(Case.concerns_id.is_(None), Case.concerns_id.not_in(sorted(bodies)))


def open_load(person_ids: Sequence[int], *, without: Collection[int] = ()) -> dict[int, int]:
    """Return how many cases each person is working on now, `without` those about some bodies."""
    rows = db.session.execute(
        select(Case.owner_id, func.count())
        .where(Case.owner_id.in_(list(person_ids)), Case.state.in_(BEING_WORKED), not_about(without))
        .group_by(Case.owner_id)
    )
    return dict.fromkeys(person_ids, 0) | {row[0]: row[1] for row in rows if row[0] is not None}


def _condition(scope: Scope) -> ColumnElement[bool]:
    parts = [_organisations(scope)]
    if scope.college_id is not None:
        parts.append(Case.college_id == scope.college_id)
    if not scope.sealed:
        parts.append(or_(Case.sealed.is_(False), Case.owner_id.is_not(None)))
    if scope.kinds is not None:
        parts.append(Case.kind.in_(sorted(scope.kinds)))
    if scope.states is not None:
        parts.append(Case.state.in_(sorted(scope.states)))
    if scope.delivered:
        parts.append(Case.delivered_at.is_not(None))
    if scope.blind_to:
        parts.append(not_about(scope.blind_to))
    return and_(*parts)


def _organisations(scope: Scope) -> ColumnElement[bool]:
    if scope.reach is Reach.OWN:
        return Case.organisation_id == scope.organisation_id
    if scope.reach is Reach.CHILDREN:
        children = select(Organisation.id).where(Organisation.parent_id == scope.organisation_id)
        return Case.organisation_id.in_(children)
    return held_below(Case.organisation_id, scope.organisation_id)
