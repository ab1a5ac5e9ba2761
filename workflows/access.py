"""Who may do what, where: the one policy table, role × action × reach.

A list and a single page must never disagree about what somebody sees. So there
is one answer, the `Scope`: `scope_of` hands it to the database layer, which turns
it into a WHERE clause, and `permitted` asks the same scopes about one thing.

Two ways to say no are told apart, because the doors answer them differently:
`out_of_scope` (the thing does not exist for this person, 404) and
`not_permitted` (it is seen, but this may not be done with it, 403).
The rows follow "Who sees what" of the workflow; the table grants, and what it
does not grant is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflows.access_actors import SYSTEM, Actor, Appointment, Level, Role
from workflows.access_policy import ACTIONS, POLICY, Grant, Reach
from workflows.engine import UnknownAction, Words
from workflows.errors import N_, Refusal

__all__ = ["ACTIONS", "POLICY", "SYSTEM", "Actor", "Appointment", "Level", "Reach", "Role", "Scope"]
__all__ += ["permitted", "scope_of"]

MATTERS = frozenset({"lead", "case", "consequence", "person", "overdue", "export"})
"""Of which groups of actions the objects are leads, cases or the people in them."""


@dataclass(frozen=True)
class Scope:
    """A part of the world in which an action is granted; every field that is not None narrows it.

    `reach` says how `organisation_id` is meant: `own` that organisation alone,
    `below` its whole subtree, `children` those directly under it and not itself.
    `sealed` False leaves sealed things out, `delivered` True what has not reached
    the discipline body. `blind_to` leaves out leads and cases that concern these
    organisations themselves (`concerns_id`): those of the person who asks,
    whichever of their offices reaches the thing.
    """

    organisation_id: int
    reach: Reach
    college_id: int | None = None
    kinds: frozenset[str] | None = None
    states: frozenset[str] | None = None
    sealed: bool = True
    delivered: bool = False
    blind_to: frozenset[int] = frozenset()

    def reaches(self, organisation_path: Sequence[int]) -> bool:
        """Say whether an organisation, given as its ids from the root down to itself, lies inside."""
        if self.reach is Reach.BELOW:
            return self.organisation_id in organisation_path
        place = -2 if self.reach is Reach.CHILDREN else -1
        return len(organisation_path) >= -place and organisation_path[place] == self.organisation_id

    def covers(
        self,
        *,
        organisation_path: Sequence[int],
        college_id: int | None = None,
        kind: str | None = None,
        state: str | None = None,
        sealed: bool = False,
        delivered: bool = False,
        concerns_id: int | None = None,
    ) -> bool:
        """Say whether one thing lies inside; a fact that is not given cannot satisfy a scope that asks for it."""
        return (
            self.reaches(organisation_path)
            and (self.college_id is None or college_id == self.college_id)
            and (self.kinds is None or kind in self.kinds)
            and (self.states is None or state in self.states)
            and (self.sealed or not sealed)
            and (not self.delivered or delivered)
            and (concerns_id is None or concerns_id not in self.blind_to)
        )


def scope_of(actor: Actor, action: str) -> tuple[Scope, ...]:
    """Return where the actor may do this: the union of the scopes; empty means nowhere."""
    if action not in ACTIONS:
        raise UnknownAction(f"The policy has no action {action!r}.")
    found = (
        _scope(grant, appointment, blind_to=actor.bodies if _about_matters(action) else frozenset())
        for appointment in actor.appointments
        for grant in POLICY
        if action in grant.actions and appointment.role in grant.roles and appointment.level in grant.levels
    )
    return tuple(dict.fromkeys(found))


def permitted(
    actor: Actor,
    action: str,
    *,
    organisation_path: Sequence[int],
    college_id: int | None = None,
    kind: str | None = None,
    state: str | None = None,
    sealed: bool = False,
    delivered: bool = False,
    concerns_id: int | None = None,
) -> Refusal | None:
    """Return nothing if the actor may do this here, otherwise `out_of_scope` or `not_permitted` with its sentence."""
    thing: dict[str, Any] = {
        "organisation_path": tuple(organisation_path),
        "college_id": college_id,
        "kind": kind,
        "state": state,
        "sealed": sealed,
        "delivered": delivered,
        "concerns_id": concerns_id,
    }
    if any(scope.covers(**thing) for scope in scope_of(actor, action)):
        return None
    in_sight = _shown_to(actor, action) or _places_of(actor)
    if not any(scope.covers(**thing) for scope in in_sight):
        return Refusal("out_of_scope", N_("没有找到，或者不在您的职责范围内。如确需办理，请联系本单位就业部门负责人。"))
    return Refusal(
        "not_permitted",
        N_("您的角色在这里不能“%(action)s”。有此权限的是：%(roles)s，请与其联系。"),
        {"action": Words((ACTIONS[action].label,)), "roles": _roles_granted(action)},
    )


def _scope(grant: Grant, appointment: Appointment, *, blind_to: frozenset[int]) -> Scope:
    return Scope(
        organisation_id=appointment.seat_id,
        reach=grant.reach,
        college_id=appointment.college_id if appointment.level is Level.COLLEGE else None,
        kinds=grant.kinds,
        states=grant.states,
        sealed=grant.sealed,
        delivered=grant.delivered,
        blind_to=blind_to,
    )


def _about_matters(action: str) -> bool:
    """Say whether an action is about leads or cases, which may be about somebody's own body."""
    return action.partition(":")[0] in MATTERS


def _shown_to(actor: Actor, action: str) -> tuple[Scope, ...]:
    """Return where the actor sees the kind of thing that the action is about."""
    seen_by = ACTIONS[action].seen_by
    return () if seen_by is None else scope_of(actor, seen_by)


def _places_of(actor: Actor) -> tuple[Scope, ...]:
    """Return where the actor serves: whoever sees no such thing anywhere is told so at home, and nothing elsewhere."""
    return tuple(Scope(each.seat_id, Reach.BELOW, blind_to=actor.bodies) for each in actor.appointments)


def _roles_granted(action: str) -> Words:
    return Words(dict.fromkeys(role.label for grant in POLICY if action in grant.actions for role in grant.roles))
