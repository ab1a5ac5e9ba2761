"""Bring the questions about concluded cases to work: reopen the case, or open one beside it.

A case that is being worked asks it at once. Whatever was not signed is reopened,
and so is a case about one registration, for then there is nothing else in it; a
report that has not been filed goes stale with it. A signed or filed case about many is left as it was signed: a case
beside it asks about the one registration, and goes into a supplementary report.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework import clock
from casework.cases.canonical import canonical_hash
from casework.cases.drifts import Drift
from casework.cases.models import Case
from casework.cases.sealed_fields import LABELS, PROOFS, SEAL
from casework.db import db
from casework.errors import N_
from casework.operations.advance import advance
from casework.operations.announce import announce
from casework.operations.open_case import new_case, next_numbers
from casework.operations.retime import retime_cases
from casework.operations.story import tell
from casework.people import queries as people
from casework.people.models import Person
from casework.reports.models import Report, ReportCase
from casework.reports.queries import LIVE
from workflows.access import SYSTEM
from workflows.case import BEING_WORKED, CONCLUDED

AT_ONCE = 500
KIND, MOVE, ORIGIN = "case_drifted", "drift", "drift"
TITLE = N_("整改后登记有变动，待核实")
REASON = N_("结论之后登记有变动，请核实原因：%(changes)s。")
SHOWN = 3


def follow_drifts(drifts: Sequence[Drift]) -> None:
    """Give each question a case in which it is worked, and say so to the owner, the reviewer and the supervisors."""
    db.session.flush()  # the story names each question by its ref
    by_case: dict[int, list[Drift]] = defaultdict(list)
    for drift in drifts:
        by_case[drift.case.id].append(drift)
    cases = lock_cases(by_case)
    beside: list[Drift] = []
    for case_id in sorted(cases, key=lambda each: (cases[each].kind != "record", each)):
        case, found = cases[case_id], by_case[case_id]
        if case.state in BEING_WORKED:
            _tell(case, found)  # somebody reopened it since the comparison began
        elif case.state in CONCLUDED and (case.kind == "record" or case.state == "corrected"):
            _reopen(case, found)
        else:
            beside += found
    for case, found in _ask_beside(beside):
        _tell(case, found)
    supervisors: dict[int, Sequence[Person]] = {}
    for case_id, found in by_case.items():
        case = cases[case_id]
        if case.organisation_id not in supervisors:
            supervisors[case.organisation_id] = people.holders("supervisor", case.organisation_id)
        announce(
            KIND,
            to=[case.owner, case.accepted_by, *supervisors[case.organisation_id]],
            subject=case,
            params={"case": case.number},
            dedup=f"case:{case.id}:drift:{found[0].ref}",
        )


def told_of(drift: Drift) -> str:
    """Return a question as one line of the story: each field with its old and its new value, by whom and when."""
    line = "；".join(_said(each) for each in drift.changes)
    if drift.changed_at is None:
        return line
    at = drift.changed_at.astimezone(clock.BEIJING)
    return f"{line}（{drift.operator or drift.operator_role} {at:%Y-%m-%d %H:%M}）"


def ask_more(drift: Drift, more: Sequence[dict[str, str]]) -> None:
    """Add differences to a question that is being worked, and say so in the case in which it is."""
    drift.changes = [*drift.changes, *more]
    tell(
        drift.asks,
        MOVE,
        actor=SYSTEM,
        params={"fields": sorted(each["field"] for each in more)},
        words="；".join(_said(each) for each in more),
        facts={"drifts": [drift.ref], "changes": canonical_hash([list(more)])},
    )


def _said(each: dict[str, str]) -> str:
    label = LABELS[each["field"]]
    if each["field"] in {PROOFS, SEAL}:
        return f"{label} {each['old'][:12] or '—'} → {each['new'][:12] or '—'}"
    return f"{label} {each['old'] or '—'} → {each['new'] or '—'}"


def lock_cases(ids: Iterable[int]) -> dict[int, Case]:
    """Hold these cases to the end of the transaction and read them anew; by id, as everybody locks.

    Held with them is whatever stands in one report with them: where one is reopened, the report's others lapse.
    """
    asked, found = sorted(set(ids)), dict[int, Case]()
    for part in _parts(sorted({*asked, *_signed_with(asked)})):
        held = select(Case.id).where(Case.id.in_(part)).order_by(Case.id).with_for_update(of=Case)
        db.session.execute(held).all()
    for part in _parts(asked):
        wanted = (
            select(Case)
            .where(Case.id.in_(part))
            .options(selectinload(Case.moves), selectinload(Case.holds), selectinload(Case.organisation))
            .execution_options(populate_existing=True)
        )
        found |= {case.id: case for case in db.session.scalars(wanted)}
    return found


def _signed_with(case_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for part in _parts(case_ids):
        reports = select(ReportCase.report_id).join(ReportCase.report)
        reports = reports.where(ReportCase.case_id.in_(part), Report.state.in_(LIVE))
        found |= set(db.session.scalars(select(ReportCase.case_id).where(ReportCase.report_id.in_(reports))))
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _reopen(case: Case, found: Sequence[Drift]) -> None:
    """Reopen a case for all that differs in it; its seals are lifted with that."""
    _tell(case, found)
    lines = [told_of(drift) for drift in found[:SHOWN]]
    more = ["……"] if len(found) > SHOWN else []
    advance(case, "reopen", actor=SYSTEM, reason=REASON % {"changes": "；".join([*lines, *more])}, event=MOVE)


def _ask_beside(drifts: Sequence[Drift]) -> list[tuple[Case, list[Drift]]]:
    """Let the open case about each registration ask, or open one; return the cases with what they ask."""
    homes = _homes(drifts)
    asked: dict[int, list[Drift]] = defaultdict(list)
    for drift in drifts:
        asked[drift.record_id].append(drift)
    fresh = [found for record_id, found in asked.items() if record_id not in homes]
    opened = _open(fresh)
    told = []
    for record_id, found in asked.items():
        case = homes.get(record_id) or opened[record_id]
        for drift in found:
            drift.asks = case
            _tell(drift.case, [drift], into=case)
        told.append((case, found))
    retime_cases([case for case, _ in told])
    return told


def _homes(drifts: Sequence[Drift]) -> dict[int, Case]:
    """Return the case about each of these registrations that is being worked, by the registration's id."""
    records = {drift.record.student_no: drift.record for drift in drifts}
    numbers, found = sorted(records), dict[int, Case]()
    for start in range(0, len(numbers), AT_ONCE):
        wanted = (
            select(Case)
            .where(Case.kind == "record", Case.subject_key.in_(numbers[start : start + AT_ONCE]))
            .where(Case.state.in_(BEING_WORKED), Case.origin != "sample")
            .where(Case.round_id.in_({drift.round_id for drift in drifts}))
            .where(Case.organisation_id.in_({drift.organisation_id for drift in drifts}))
            .order_by(Case.id.desc())
            .options(selectinload(Case.moves), selectinload(Case.holds), selectinload(Case.organisation))
        )
        found |= {records[case.subject_key].id: case for case in db.session.scalars(wanted)}
    return found


def _open(fresh: Sequence[list[Drift]]) -> dict[int, Case]:
    """Open a case for each registration that has none, numbers taken at once in each organisation."""
    opened: dict[int, Case] = {}
    places: dict[int, list[list[Drift]]] = defaultdict(list)
    for found in fresh:
        places[found[0].case.organisation_id].append(found)
    for each in places.values():
        of = each[0][0].case
        numbers = next_numbers(of.organisation, of.round, len(each))
        for number, found in zip(numbers, each, strict=True):
            record = found[0].record
            opened[record.id] = new_case(
                number=number,
                organisation=of.organisation,
                round_=of.round,
                kind="record",
                subject_key=record.student_no,
                title=TITLE,
                title_params={},
                findings=(),
                records=(record,),
                origin=ORIGIN,
                actor=SYSTEM,
            )
    return opened


def _tell(case: Case, found: Sequence[Drift], *, into: Case | None = None) -> None:
    """Say in a case's story what differs, by fields; the values stand in the words, which are sealed."""
    shown: dict[str, object] = {"fields": sorted({each["field"] for drift in found for each in drift.changes})}
    if into is not None:
        shown |= {"into": into.number}
    tell(
        case,
        MOVE,
        actor=SYSTEM,
        params=shown,
        words="；".join(told_of(drift) for drift in found[:SHOWN]),
        facts={
            "drifts": [drift.ref for drift in found],
            "changes": canonical_hash([list(drift.changes) for drift in found]),
        },
    )
