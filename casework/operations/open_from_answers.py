"""What a graduate's own answer does to cases: a denial opens one at once, everything else joins what is there.

One matter is one case. A registration that is being worked already gets the
answer as a line of its story; one that is concluded keeps its dossier, and its
owner and reviewer are told, as with anything else that is found late. What a
screening finds about the same answer afterwards joins the case that it opened.

The words of the graduate stay in the answer, sealed; the story names only which
of the three answers it was, and whether it is certain that they gave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework.cases.models import Case
from casework.cases.queries import opened_by
from casework.db import db
from casework.errors import N_
from casework.intake.answers import NEVER, WRONG
from casework.intake.models import Record
from casework.operations.announce import announce
from casework.operations.open_case import new_case, next_numbers
from casework.operations.retime import retime_cases
from casework.operations.story import tell
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor
from workflows.case import BEING_WORKED
from workflows.severity import SEVERITY_OF_ANSWER, Nature, Severity

AT_ONCE = 500
ANSWER = "answer"
TITLE = N_("登记待核：%(rule)s")
RULES = {NEVER: N_("学生反馈从未签订"), WRONG: N_("信息有误未更新")}
"""The names of the rules that find the same in an export: a case is called alike, whichever was first."""


@dataclass(frozen=True)
class Given:
    """An answer that contradicts a registration: whose, which, and whether it is certain that they gave it."""

    record: Record
    answer: str
    verified: bool = True


@dataclass(frozen=True)
class Followed:
    """What became of answers: cases that they opened, joined, or came too late for."""

    opened: tuple[Case, ...] = ()
    joined: tuple[Case, ...] = ()
    late: tuple[Case, ...] = ()


def open_from_answers(
    answers: Sequence[Given],
    *,
    organisation: Organisation,
    round_: Round,
    actor: Actor,
    opening: frozenset[str] = frozenset({NEVER}),
) -> Followed:
    """Bring answers about this organisation's records to their cases; those of `opening` open one where none is.

    Whoever calls this has locked the organisation, and before the records: two at once would open two cases about
    one matter. Answers that deny nothing are left out.
    """
    told = {given.record.student_no: given for given in answers if given.answer in RULES}
    if not told:
        return Followed()
    homes = _homes(tuple(told), organisation=organisation, round_=round_)
    joined, late, fresh = [], [], []
    for number, given in told.items():
        case = homes.get(number)
        if case is None:
            fresh += [given] if given.answer in opening else []
        elif case.state in BEING_WORKED:
            _join(case, given, actor=actor)
            joined.append(case)
        else:
            _tell_late(case, given, actor=actor)
            late.append(case)
    numbers = next_numbers(organisation, round_, len(fresh)) if fresh else []
    opened = [
        _open(number, given, organisation=organisation, round_=round_, actor=actor)
        for number, given in zip(numbers, fresh, strict=True)
    ]
    if opened or joined:
        retime_cases([*opened, *joined])
    return Followed(tuple(opened), tuple(joined), tuple(late))


def _homes(numbers: Sequence[str], *, organisation: Organisation, round_: Round) -> dict[str, Case]:
    """Return the case of each registration: one that is being worked before a concluded one, the elder of two."""
    parts = (selectinload(Case.moves), selectinload(Case.holds), selectinload(Case.organisation))
    found: dict[str, Case] = {}
    for start in range(0, len(numbers), AT_ONCE):
        wanted = (
            select(Case)
            .where(opened_by(organisation.id), Case.round_id == round_.id, Case.kind == "record")
            .where(Case.subject_key.in_(numbers[start : start + AT_ONCE]))
            .where(Case.state != "merged", Case.origin != "sample")
            .order_by(Case.id)
            .options(*parts)
        )
        for case in db.session.scalars(wanted):
            known = found.setdefault(case.subject_key, case)
            if known.state not in BEING_WORKED and case.state in BEING_WORKED:
                found[case.subject_key] = case
    return found


def _open(number: str, given: Given, *, organisation: Organisation, round_: Round, actor: Actor) -> Case:
    case = new_case(
        number=number,
        organisation=organisation,
        round_=round_,
        kind="record",
        subject_key=given.record.student_no,
        title=TITLE,
        title_params={"rule": RULES[given.answer], "people": 1},
        findings=(),
        records=(given.record,),
        origin="confirmation",
        answer=given.answer,
        actor=actor,
    )
    _tell(case, given, actor=actor)
    return case


def _join(case: Case, given: Given, *, actor: Actor) -> None:
    """Add the answer to a case that is being worked; its severity may rise and never falls."""
    raised = max(SEVERITY_OF_ANSWER[given.answer], Severity(case.severity), key=lambda grade: grade.rank)
    case.severity, case.severity_rank, case.nature = raised, raised.rank, Nature.CONTRADICTION
    case.sealed = case.sealed or given.answer == NEVER
    _tell(case, given, actor=actor)


def _tell_late(case: Case, given: Given, *, actor: Actor) -> None:
    _tell(case, given, actor=actor)
    db.session.flush()  # the line of the story that was just told names the occasion
    announce(
        "case_found_late",
        to=[case.owner, case.accepted_by],
        subject=case,
        params={"case": case.number},
        dedup=f"case:{case.id}:answer:{case.moves[-1].id}",
    )


def _tell(case: Case, given: Given, *, actor: Actor) -> None:
    tell(case, ANSWER, actor=actor, params={"answer": given.answer, "verified": given.verified})
