"""Who holds what below a seat is asked once a transaction, and never remembered longer than it is true."""

from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.people.below import bodies_below, held_below
from casework.people.models import Organisation
from tests.casework.factories import make_case, make_organisation, make_round, make_tree
from tests.support.statements import statements_of


def test_the_bodies_below_are_the_seat_and_what_holds_cases_under_it(app):
    with unit_of_work():
        tree = make_tree()
        other = make_organisation("江汉样本学院", "university", tree.province)
        make_organisation("湘江样本大学", "university", tree.ministry)
    assert set(bodies_below(tree.province.path)) == {tree.province.id, tree.university.id, other.id}
    assert bodies_below(tree.university.path) == {
        tree.university.id: (tree.ministry.id, tree.province.id, tree.university.id)
    }


def test_they_are_asked_for_once_until_an_organisation_changes_or_the_transaction_ends(app):
    with unit_of_work():
        tree = make_tree()
    assert len(bodies_below(tree.province.path)) == 2
    with statements_of() as again:
        bodies_below(tree.province.path)
    assert not again
    with unit_of_work():
        path = tree.province.path
        before = set(bodies_below(path))
        added = make_organisation("江汉样本学院", "university", tree.province)
        db.session.flush()
        assert set(bodies_below(path)) - before == {added.id}
    path = tree.province.path
    db.session.rollback()
    with statements_of() as later:
        bodies_below(path)
    assert later


def test_the_condition_finds_what_is_held_at_a_seat_and_below_and_nothing_beside(app):
    with unit_of_work():
        tree, elsewhere = make_tree(), make_round()
        beside = make_organisation("湘江样本大学", "university", tree.ministry)
        below = make_organisation("江汉样本学院", "university", tree.province)
        numbers = {
            place: make_case(place, elsewhere).number for place in (tree.province, tree.university, below, beside)
        }

    def found(seat: Organisation) -> set[str]:
        return set(db.session.scalars(select(Case.number).where(held_below(Case.organisation_id, seat.id))))

    assert found(tree.ministry) == set(numbers.values())
    assert found(tree.province) == {numbers[tree.province], numbers[tree.university], numbers[below]}
    assert found(beside) == {numbers[beside]}
    assert found(tree.discipline) == set()
