"""A case on the bench of a university: its people, and the steps that a test takes with it."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import func, select

from casework import journal
from casework.cases.models import Case, Move
from casework.db import db
from casework.intake.models import Change
from casework.operations.advance import advance
from casework.operations.log_verification import log_verification
from casework.people.actors import actor_of
from casework.people.models import Person, Relation
from casework.rounds.models import Round
from tests.casework.factories import NOON, Tree, make_batch, make_case, make_person, make_record, make_round, make_tree


@dataclass
class Bench:
    """The people around a case, by what they do."""

    tree: Tree
    round_: Round
    owner: Person
    colleague: Person
    supervisor: Person
    other_supervisor: Person

    def case(self, **values):
        return make_case(self.tree.university, self.round_, **{"owner": self.owner} | values)

    def record(self, **values):
        return make_record(self.tree.university, self.round_, **values)


def make_bench():
    tree = make_tree()
    made = {
        name: make_person(role, tree.university, name=f"{name}某")
        for name, role in (
            ("owner", "investigator"),
            ("colleague", "investigator"),
            ("supervisor", "supervisor"),
            ("other_supervisor", "supervisor"),
        )
    }
    bench = Bench(tree=tree, round_=make_round(), **made)
    db.session.commit()
    return bench


def step(case, action, person, **given):
    moved = advance(case, action, actor=actor_of(person), **given)
    db.session.flush()
    return moved


def verify(case, person, *, method="phone", evidence_class="graduate", result="supports", **more):
    return log_verification(
        case, method=method, evidence_class=evidence_class, result=result, actor=actor_of(person), **more
    )


def entered_by(record, person, bench):
    """Let a person be the operator who entered a record."""
    code = f"OP{person.id}"
    person.relations.append(Relation(kind="operator", value=code))
    db.session.add(
        Change(
            round_id=bench.round_.id,
            organisation_id=record.organisation_id,
            log_id=f"L{person.id}-{record.id}",
            student_no=record.student_no,
            changed_at=NOON,
            operator=code,
            operator_role="college",
            batch_id=make_batch(bench.tree.university, bench.round_).id,
        )
    )
    db.session.flush()


def trace(case):
    """Return everything that a refusal must leave as it was."""
    db.session.flush()
    db.session.refresh(case)
    return {
        "state": case.state,
        "version": case.version,
        "accepted": case.accepted_at,
        "conclusion": case.conclusion,
        "moves": db.session.scalar(select(func.count()).select_from(Move).filter_by(case_id=case.id)),
        "journal": len(db.session.info.get(journal.writing._PENDING, [])),
        "others": db.session.scalar(select(func.sum(Case.version)).where(Case.id != case.id)),
    }


def refused(error, case, action):
    """Do something that must be refused; return the codes of the refusal after looking that nothing was left."""
    before = trace(case)
    with pytest.raises(error) as said:
        action()
    assert trace(case) == before
    return {each.code for each in getattr(said.value, "refusals", [])} or {said.value.code}


TOMORROW = date(2024, 7, 30)
