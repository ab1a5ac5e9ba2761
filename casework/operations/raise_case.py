"""Raise a late case now to the next level of its ladder, without waiting for the day on which the ladder climbs.

It is heard as an escalation is: a row in the inbox of everybody on that level
and a line of their next digest, which alone leaves the house. The ladder still
speaks on its own days; who was told early may hear of the case again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework import clock
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.db import db
from casework.deadlines import queries
from casework.deadlines.hearers import Hearer, Hearers
from casework.deadlines.ladder import SUPERIOR, ladder_of
from casework.errors import N_, Conflict
from casework.notices.models import Message
from casework.notices.ways import INBOX
from casework.notices.words import STANDING_IN
from casework.operations.announce import announce
from casework.operations.permit import permit_case
from casework.operations.press import claim, refuse_rest, refuse_taken
from casework.operations.story import tell
from casework.people.models import Person
from workflows.access import Actor
from workflows.access_actors import ROLE_LABELS
from workflows.engine import Words
from workflows.escalation import DUE, Ladder, LadderRung

KIND, RAISE = "case_escalated", "raise"
LEVEL_ABOVE = N_("上级就业工作部门")


@dataclass(frozen=True)
class Raised:
    """Which level hears of the case, and who."""

    roles: tuple[str, ...]
    people: tuple[Person, ...]

    @property
    def labels(self) -> Words:
        """Return the level in words."""
        return labels_of(self.roles)


def raise_case(case: Case, *, actor: Actor, note: str = "") -> Raised:
    """Tell the next level that has not heard of this late case; once a day and case.

    `note` stands in the story of the case and is not sent. Raises `Conflict` with
    the reason for a case that may not remind, is not late, has been raised today,
    or has been heard of at the top of its ladder.
    """
    permit_case(actor, "overdue:raise", case)
    refuse_rest(clock.today())
    _refuse_silent(case)
    refuse_taken(RAISE, case_key=case.id)
    next_level = _next_level(case, actor)
    if next_level is None:
        raise Conflict(
            N_("案件 %(number)s 各级负责同志都已知晓，或者上面没有在岗的人员，没有上报。"),
            code="nobody_above",
            params={"number": case.number},
        )
    step, readers = next_level
    roles = tuple(dict.fromkeys(each.role for each in readers))
    people = tuple(each.person for each in readers if not each.away)
    claim(
        RAISE,
        person_id=people[0].id,
        organisation_id=case.organisation_id,
        case_key=case.id,
        cases=[case.number],
        actor=actor,
    )
    tell(case, RAISE, actor=actor, params={"roles": list(roles)}, words=note.strip() or None)
    due_on = case.due_at.astimezone(clock.BEIJING).date() if case.due_at else clock.today()
    for each in readers:
        announce(
            KIND,
            to=[each.person],
            subject=case,
            params={
                "case": case.number,
                "step": case.due_clock,
                "role": [each.role],
                "missed": 0,
                "next": None,
                "due_on": due_on.isoformat(),
                "rung": step.code,
                "digest": True,
            }
            | ({STANDING_IN: True} if each.stands_in else {}),
            dedup=f"case:{case.id}:{RAISE}:{clock.today().isoformat()}",
            inbox_only=True,
        )
    return Raised(roles, people)


def labels_of(roles: Sequence[str]) -> Words:
    """Return roles of a ladder in words."""
    known = {str(code): label for code, label in ROLE_LABELS.items()} | {SUPERIOR: LEVEL_ABOVE}
    return Words(known.get(role, role) for role in roles)


def _refuse_silent(case: Case) -> None:
    now, shown = clock.now(), {"number": case.number}
    if queries.running_stage(case) is None:
        raise Conflict(
            N_("案件 %(number)s 已经复核通过、签字、备案或合并，没有在计的期限，没有上报。"),
            code="not_running",
            params=shown,
        )
    if case.origin == queries.HISTORY:
        raise Conflict(N_("案件 %(number)s 是导入的历史案件，不督办，没有上报。"), code="history", params=shown)
    hold = queries.running_hold(case, now)
    if hold is not None:
        raise Conflict(
            N_("案件 %(number)s 经批准暂停至%(until)s，没有上报。"),
            code="on_hold",
            params=shown | {"until": hold.until_on},
        )
    if case.due_at is None or case.due_at >= now:
        raise Conflict(N_("案件 %(number)s 没有逾期，没有上报。"), code="not_late", params=shown)


def _next_level(case: Case, actor: Actor) -> tuple[LadderRung, tuple[Hearer, ...]] | None:
    """Return the lowest level above the owner that has not heard of this deadline, with who is there today."""
    ladder, hearers, conflicted = ladder_of(case.round), Hearers(), conflicted_ids(case)
    heard = _heard(case) | _own_roles(actor, case)
    for step in ladder.rungs:
        if step.anchor != DUE or set(step.audience) <= heard:
            continue
        alone = Ladder((step,))  # only this level: an unfilled one is left to the next turn
        readers = hearers.of(
            step.code,
            ladder=alone,
            owner=case.owner,
            organisation=case.organisation,
            conflicted=conflicted,
            subject=case,
        )
        left = tuple(each for each in readers if each.role not in heard and each.person.id != actor.id)
        if any(not each.away for each in left):
            return step, left
    return None


def _heard(case: Case) -> set[str]:
    """Return the roles that were told about the present deadline, by the ladder or by somebody."""
    rows = select(Message.params).where(Message.case_id == case.id, Message.kind == KIND, Message.channel == INBOX)
    due_on = case.due_at.astimezone(clock.BEIJING).date().isoformat() if case.due_at else ""
    told = (params for params in db.session.scalars(rows) if params.get("due_on") == due_on)
    return {role for params in told for role in params.get("role", ())}


def _own_roles(actor: Actor, case: Case) -> set[str]:
    """Return the levels that the actor stands on: nobody raises a case to themselves or to their peers."""
    own = {str(held.role) for held in actor.appointments if held.organisation_id == case.organisation_id}
    above = case.organisation.parent_id
    at_top = any(held.organisation_id == above and str(held.role) == "supervisor" for held in actor.appointments)
    return own | ({SUPERIOR} if at_top else set())
