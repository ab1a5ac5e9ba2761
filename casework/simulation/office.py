"""The university of a rehearsal: a province above it, everybody in place, and cases that come in waves.

What graduates have answered lies there each morning as cases that nobody has, and is shared out alike.
"""

import random
from collections.abc import Iterator

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.channels import TABLE
from casework.operations.assign import share_out
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.operations.open_case import new_case, next_numbers
from casework.operations.retime import retime_cases
from casework.people.actors import actor_of
from casework.people.models import Person
from casework.people.queries import find_person, get_organisation
from casework.rounds.models import CodeEntry, Round, StatutoryDate
from casework.rounds.queries import get_round
from casework.simulation.plan import WAVES, Plan
from workflows.access import SYSTEM, Actor
from workflows.severity import Severity

UNIVERSITY, HEAD, REVIEWER = "REHEARSAL", "supervisor-1", "supervisor-2"
APPROVER, LEAD_OFFICER = "party-1", "leads-1"
ORGANISATIONS = (
    {"org_id": "PROVINCE", "type": "province", "name": "演练省教育厅", "parent_id": "", "code": ""},
    {"org_id": UNIVERSITY, "type": "university", "name": "演练大学", "parent_id": "PROVINCE", "code": ""},
)
ABOVE = (
    (HEAD, "supervisor", UNIVERSITY),
    (REVIEWER, "supervisor", UNIVERSITY),
    ("vice-1", "vice_leader", UNIVERSITY),
    (APPROVER, "party_leader", UNIVERSITY),
    ("admin-1", "admin_leader", UNIVERSITY),
    (LEAD_OFFICER, "lead_officer", UNIVERSITY),
    ("superior-1", "supervisor", "PROVINCE"),
)
SEVERITIES = {Severity.CRITICAL: 5, Severity.HIGH: 20, Severity.MEDIUM: 55, Severity.LOW: 20}


def found_university(plan: Plan) -> None:
    """Bring in organisations, people and the round, before the first day."""
    with unit_of_work() as session:
        import_organisations(ORGANISATIONS, actor=SYSTEM)
        import_people(_people(plan.owners), actor=SYSTEM)
        round_ = Round(
            code=plan.round.code, name=plan.round.name, cohort=plan.round.cohort, settings=dict(plan.round.settings)
        )
        round_.dates = [
            StatutoryDate(level=level, on=on, clause=clause, label=label)
            for level, (on, clause, label) in plan.round.dates.items()
        ]
        session.add(round_)
        session.flush()  # the channels need its id
        session.add_all(
            CodeEntry(round_id=round_.id, table=TABLE, code=code, **values)
            for code, values in plan.round.channels.items()
        )


def _people(owners: int) -> Iterator[dict[str, str]]:
    desk = [(f"owner-{number}", "investigator", UNIVERSITY) for number in range(1, owners + 1)]
    for login, role, organisation in (*desk, *ABOVE):
        yield {
            "user_id": login,
            "role": role,
            "org_id": organisation,
            "name": login,
            "email": f"{login}@rehearsal.example",
            "office": "",
        }


def _due_today(plan: Plan) -> int:
    """Return how many cases are opened today; the last wave brings what rounding left over."""
    today, before = clock.today(), 0.0
    for (month, day), part in WAVES.items():
        if (today.month, today.day) == (month, day):
            return round(plan.cases * (before + part)) - round(plan.cases * before)
        before += part
    return 0


def open_wave(plan: Plan, *, dice: random.Random) -> list[int]:
    """Open today's cases, if any, and share them out among the owners; return their ids."""
    count = _due_today(plan)
    if not count:
        return []
    with unit_of_work():
        university, round_ = get_organisation(UNIVERSITY), get_round(plan.round.code)
        cases = [
            new_case(
                number=number,
                organisation=university,
                round_=round_,
                kind="record",
                subject_key=number,
                title="演练案件",
                title_params={},
                findings=(),
                records=(),
                origin="screening",
                actor=SYSTEM,
            )
            for number in next_numbers(university, round_, count)
        ]
        for case in cases:
            _grade(case, dice)
        retime_cases(cases)
        share_out(cases, among=_owners(), actor=actor_in(HEAD))
        return [case.id for case in cases]


def share_out_answers() -> list[int]:
    """Give the cases that came of graduates' answers to the owners; return their ids."""
    with unit_of_work():
        wanted = select(Case).filter_by(origin="confirmation", owner_id=None, state="flagged").order_by(Case.id)
        cases = db.session.scalars(wanted).all()
        if cases:
            share_out(cases, among=_owners(), actor=actor_in(HEAD))
        return [case.id for case in cases]


def actor_in(login: str) -> Actor:
    """Return somebody of this university as who they are in it."""
    found = find_person(login)
    assert found is not None  # noqa: S101 - told to the type checker: everybody was brought in on the first day
    return actor_of(found)


def _grade(case: Case, dice: random.Random) -> None:
    """Give a case the severity that findings would have given it."""
    severity = dice.choices(list(SEVERITIES), weights=list(SEVERITIES.values()))[0]
    case.severity, case.severity_rank = severity, severity.rank


def _owners() -> list[Person]:
    wanted = db.session.query(Person).filter(Person.login.like("owner-%")).order_by(Person.id)
    return wanted.all()
