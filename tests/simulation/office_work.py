"""What people do meanwhile, each through the real operation and in a unit of work of their own."""

from datetime import timedelta

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case, Move
from casework.db import db
from casework.errors import CaseworkError
from casework.notices.models import Suppression
from casework.operations.advance import advance
from casework.operations.announce import announce
from casework.operations.assign import assign
from casework.operations.change_dates import change_dates
from casework.operations.holds import ask_hold, decide_hold, end_hold
from casework.operations.retime import retime
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.people.queries import find_person, get_organisation
from casework.rounds.queries import get_round
from tests.casework.factories import add_verification
from workflows.access import SYSTEM
from workflows.errors import Refused


def open_case(world, *, owner, severity):
    """Open a case that is verified already, so that one step concludes it; return its number."""
    with world.quietly(), world.unit():
        made = world.number = world.number + 1
        case = Case(
            number=f"LC24-{made:04}",
            organisation=get_organisation("LC"),
            round=get_round("2024"),
            kind="record",
            subject_key=f"S{made}",
            title="疑似",
            origin="screening",
            nature="verification",
            severity=severity,
            state="investigating",
            owner=find_person(owner),
        )
        case.moves = [Move(action="open", to_state="flagged"), Move(action="begin", to_state="investigating")]
        db.session.add(case)
        for method, source in (("phone", "graduate"), ("letter", "employer")):
            given = {"method": method, "evidence_class": source, "supplied_by": source}
            add_verification(case, by=case.owner, **given).at = clock.now()
        db.session.flush()
        retime(case)
        announce(
            "case_assigned",
            to=[case.owner],
            subject=case,
            params={"case": case.number, "step": case.due_clock},
            dedup=f"case:{case.id}:assign",
        )
    return f"LC24-{made:04}"


def allowed(step):
    """Say what came of a step that the rules may refuse: True when they did not."""

    def tried(world, *arguments, **values):
        try:
            with world.quietly(), world.unit():
                step(*arguments, **values)
        except (CaseworkError, Refused):
            return False
        finally:
            db.session.remove()
        return True

    return tried


def _case(number):
    wanted = select(Case).filter_by(number=number).with_for_update()
    return db.session.scalars(wanted.execution_options(populate_existing=True)).one()


def _as(login):
    return actor_of(find_person(login))


@allowed
def close(number):
    case = _case(number)
    if case.state == "investigating":
        owner = actor_of(case.owner)
        advance(case, "conclude", actor=owner, conclusion="unfounded", note="两方说法一致，疑点已排除。")
    advance(case, "accept", actor=_as("supervisor"))


@allowed
def reopen(number):
    advance(_case(number), "reopen", actor=_as("supervisor"), reason="另有新情况")


@allowed
def send_back(number):
    advance(_case(number), "send_back", actor=_as("supervisor"), reason="材料不全")


@allowed
def hand_over(number, *, to):
    assign(_case(number), to=find_person(to), actor=_as("supervisor"), reason="人手调整")


@allowed
def hold(number, *, days):
    case = _case(number)
    asked = ask_hold(
        case, reason="等待单位复函", until_on=clock.today() + timedelta(days=days), actor=actor_of(case.owner)
    )
    db.session.flush()
    decide_hold(case, asked, approve=True, actor=_as("supervisor"))


@allowed
def let_go(number):
    case = _case(number)
    for row in case.holds:
        if row.approved_at and not row.ended_at:
            end_hold(case, row, actor=actor_of(case.owner))


@allowed
def move_dates(*, to):
    change_dates(get_round("2024"), dates={"university": to}, reason="上级通知", actor=SYSTEM)


@allowed
def opt_out(login, *, message_class):
    person = db.session.scalars(select(Person).filter_by(login=login).with_for_update()).one()
    row = {"person_id": person.id, "channel": "simulator", "class_": message_class}
    if db.session.scalar(select(Suppression.id).filter_by(**row)) is None:
        db.session.add(Suppression(**row))


@allowed
def opt_in(login):
    person = db.session.scalars(select(Person).filter_by(login=login).with_for_update()).one()
    for row in db.session.scalars(select(Suppression).filter_by(person_id=person.id)):
        db.session.delete(row)


@allowed
def go_on_leave(login, *, days):
    person = db.session.scalars(select(Person).filter_by(login=login).with_for_update()).one()
    person.absent_until = clock.today() + timedelta(days=days) if days else None


@allowed
def urgent_word(login, *, occasion):
    params = {"report": "LC24-R1", "case": f"LC24-{9000 + occasion}", "due": None}
    announce("report_stale", to=[find_person(login)], params=params, dedup=f"stale:{occasion}")


def university():
    return db.session.scalars(select(Organisation).filter_by(code="LC")).one()
