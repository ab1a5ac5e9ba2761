"""Ask the policy table once, in every operation, and turn its two ways to say no into the service's errors.

What lies outside a person's scope does not exist for them (`NotFound`); what
they see but may not do is `Forbidden`, with the sentence of the rule.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from casework.cases.models import Case
from casework.cases.queries import is_sealed
from casework.errors import Forbidden, NotFound
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.people.queries import no_organisation
from workflows.access import SYSTEM, Actor, permitted, scope_of
from workflows.errors import N_, Refusal


def permit(actor: Actor, action: str, *, organisation: Organisation, college_id: int | None = None) -> None:
    """Return quietly when the actor may do this in this organisation; raise `NotFound` or `Forbidden` otherwise."""
    if actor is SYSTEM:
        return
    answer(permitted(actor, action, organisation_path=path_of(organisation), college_id=college_id))


def permit_named(actor: Actor, action: str, *, organisation: Organisation) -> None:
    """Ask as `permit` does, for an organisation named by its code: out of scope it is as a code that nobody has."""
    with answered_as(no_organisation(organisation.code)):
        permit(actor, action, organisation=organisation)


def permit_case(actor: Actor, action: str, case: Case) -> None:
    """Return quietly when the actor may do this with this case; raise `NotFound` or `Forbidden` otherwise."""
    if actor is SYSTEM:
        return
    answer(refusal_for_case(actor, action, case))


def refusal_for_case(actor: Actor, action: str, case: Case) -> Refusal | None:
    """Return why the actor may not do this with this case, or None."""
    return permitted(
        actor,
        action,
        organisation_path=path_of(case.organisation),
        college_id=case.college_id,
        kind=case.kind,
        state=case.state,
        sealed=is_sealed(case),
        delivered=case.delivered_at is not None,
        concerns_id=case.concerns_id,
    )


def reads_sealed(actor: Actor, action: str, case: Case) -> bool:
    """Say whether the actor may do this even with what is sealed: the college of a case may not."""
    if actor is SYSTEM:
        return True
    where = path_of(case.organisation)
    place = {"college_id": case.college_id, "kind": case.kind, "state": case.state, "concerns_id": case.concerns_id}
    place |= {"delivered": case.delivered_at is not None}
    return permitted(actor, action, organisation_path=where, sealed=True, **place) is None  # type: ignore[arg-type] # of several types


def permit_settings(actor: Actor, action: str = "round:settings") -> None:
    """Return quietly when the actor administers anything at all."""
    if actor is SYSTEM or scope_of(actor, action):
        return
    raise Forbidden(N_("只有系统管理员可以更改设置。"))


@contextmanager
def answered_as(absent: NotFound) -> Iterator[None]:
    """Answer what is out of scope as what does not exist, so that nobody finds out by trying which of the two it is."""
    try:
        yield
    except NotFound:
        raise absent from None


def answer(refusal: Refusal | None) -> None:
    """Raise what a refusal of the policy means."""
    if refusal is None:
        return
    kind = NotFound if refusal.code == "out_of_scope" else Forbidden
    raise kind(refusal.message, code=refusal.code, params=refusal.params)
