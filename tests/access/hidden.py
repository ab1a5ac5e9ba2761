"""Things that come into being behind somebody's back, and who may not notice it by any number.

Who that is follows from the policy: nobody of whom any row about matters, records,
reports or figures covers the thing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from casework import clock
from casework.db import db
from casework.operations.promise_screening import promise_screening
from casework.operations.take_lead import take_lead
from casework.people.actors import actor_of, path_of
from casework.reports.models import Report, ReportCase
from tests.access.office import Tried
from tests.casework.factories import make_case, make_finding, make_record
from workflows.access import ACTIONS, Actor, Role, scope_of

ABOUT_PEOPLE = frozenset({"people", "journal", "deliveries", "service", "round"})
"""Groups of actions that are about the people and machinery of a body, and show nothing of its matters."""


@dataclass(frozen=True)
class Hidden:
    """What is made, and for each thing of it the facts by which the policy says who may see it."""

    what: str
    facts: tuple[dict[str, Any], ...]
    make: Callable[[], object]


def hidden(tried: Tried) -> Iterator[Hidden]:
    """Yield what is made in turn: in another university, sealed in a college, about the own body."""
    bodies, staff, round_ = tried.staff.bodies, tried.staff, tried.round_
    late = {"due_at": clock.now() - timedelta(days=9), "severity": "high"}

    def case_beside() -> None:
        owner = staff.person(Role.INVESTIGATOR, "beside")
        record = make_record(bodies["beside"], round_, name="司空见惯", destination_code="70")
        finding = make_finding(bodies["beside"], round_)
        values = {"college_id": bodies["college_beside"].id, "state": "investigating", **late}
        make_case(bodies["beside"], round_, owner=owner, records=[record], findings=[finding], **values)
        make_case(bodies["beside"], round_, owner=owner, state="accepted", kind="conduct")
        make_case(bodies["beside"], round_, **late)
        promise_screening(
            organisation=bodies["beside"], round_=round_, actor=actor_of(staff.person(Role.SUPERVISOR, "beside"))
        )
        taken("beside")

    def taken(body: str, **values: object) -> None:
        lead = take_lead(
            organisation=bodies[body], round=round_, channel="UNIV_PHONE", received_at=clock.now() - timedelta(days=20),
            title="反映登记不实", content="班里有人没有签约而被登记为已就业，本人知情。", named=False, reporter=None,
            receipt_hash=f"hidden {body} {values}", actor=actor_of(staff.person(Role.LEAD_OFFICER, body)),
        )  # fmt: skip
        for name, value in values.items():
            setattr(lead, name, value)

    def sealed_case() -> None:
        values = {"college_id": bodies["college"].id, "sealed": True, **late}
        make_case(bodies["own"], round_, records=[make_record(bodies["own"], round_)], **values)

    def about_own() -> None:
        owner = staff.person(Role.INVESTIGATOR, "province")
        concerns = {"concerns_id": bodies["own"].id}
        for state in ("flagged", "investigating", "accepted"):
            make_case(bodies["province"], round_, owner=owner, state=state, kind="conduct", **concerns, **late)
        taken("province", scope="conduct", **concerns)

    beside = {"organisation_path": path_of(bodies["beside"])}
    of_college = beside | {"kind": "record", "state": "investigating", "college_id": bodies["college_beside"].id}
    conduct = beside | {"kind": "conduct", "state": "accepted"}
    yield Hidden("cases, a lead and a screening of another university", (of_college, conduct), case_beside)
    sealed = {"organisation_path": path_of(bodies["own"]), "college_id": bodies["college"].id, "sealed": True}
    yield Hidden("a sealed case in the own college", (sealed | {"kind": "record", "state": "flagged"},), sealed_case)
    above = {"organisation_path": path_of(bodies["province"]), "concerns_id": bodies["own"].id, "kind": "conduct"}
    states = tuple(above | {"state": state} for state in ("flagged", "accepted"))
    yield Hidden("cases and a lead about the own body", states, about_own)


def signed_only(tried: Tried) -> Hidden:
    """Return a report that is signed and lies with nobody, and its case: the discipline body waits for its delivery."""
    own, round_, staff = tried.staff.bodies["own"], tried.round_, tried.staff

    def make() -> None:
        case = make_case(own, round_, state="signed_off", owner=staff.person(Role.INVESTIGATOR, "own"))
        report = Report(
            organisation=own, organisation_id=own.id, round_id=round_.id, number=2, supplementary=True, state="signed",
            drafted_by_id=staff.person(Role.SUPERVISOR, "own").id, manifest_hash="0" * 64, signed_at=clock.now(),
        )  # fmt: skip
        report.cases = [ReportCase(case=case, position=1, dossier_hash="0" * 64, dossier={})]
        db.session.add(report)

    return Hidden("a signed report that nobody has delivered", ({"organisation_path": path_of(own)},), make)


def may_not_notice(actor: Actor, *things: dict[str, Any]) -> bool:
    """Say whether no right about matters, records, reports or figures covers any of these for this person."""
    rights = [action for action in ACTIONS if action.partition(":")[0] not in ABOUT_PEOPLE]
    scopes = [scope for action in rights for scope in scope_of(actor, action)]
    return not any(scope.covers(**facts) for facts in things for scope in scopes)
