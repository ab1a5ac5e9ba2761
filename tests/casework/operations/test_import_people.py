"""Organisations and people come in by file, parents first, and only where one administers."""

import pytest
from sqlalchemy import func, select

from casework.db import db
from casework.errors import Conflict, Forbidden, NotFound
from casework.operations.import_organisations import import_organisations
from casework.operations.import_people import import_people
from casework.people import queries
from casework.people.actors import actor_of, path_of
from casework.people.models import Appointment, Organisation, Person
from tests.casework.factories import make_person, make_tree
from tests.casework.sample_university import rows_of
from workflows.access import SYSTEM

pytestmark = pytest.mark.usefixtures("app")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def organisation(code, parent, *, kind="college", name="新学院"):
    return {"org_id": code, "type": kind, "name": name, "parent_id": parent, "code": ""}


def person(login, code, *, role="investigator"):
    return {"user_id": login, "role": role, "org_id": code, "name": "赵一", "email": "a@b.example", "office": ""}


def test_the_sample_tree_comes_in_whole_whatever_the_order_of_its_rows():
    rows = list(reversed(rows_of("organisations.csv")))
    assert import_organisations(rows, actor=SYSTEM) == len(rows) == count(Organisation)
    university = queries.get_organisation("ORG0201")
    college = queries.get_organisation("ORG0301")
    assert path_of(college)[:-1] == path_of(university)
    assert university.short_code == "LC"
    assert college.name in queries.colleges_of(university.id)
    assert len(set(db.session.scalars(select(Organisation.short_code)))) == count(Organisation)
    assert {each.id for each in queries.subtree(university.path)} >= {university.id, college.id}


def test_coming_in_twice_makes_nothing_twice_and_renames():
    for _ in range(2):
        import_organisations(rows_of("organisations.csv"), actor=SYSTEM)
        import_people(rows_of("users.csv"), actor=SYSTEM)
    assert count(Organisation) == 97
    assert count(Person) == count(Appointment) == 31
    import_organisations([organisation("ORG0301", "ORG0201", name="机械学院")], actor=SYSTEM)
    assert queries.get_organisation("ORG0301").name == "机械学院"


@pytest.mark.parametrize(
    "row", [organisation("N1", "nobody"), organisation("N1", "ORG", kind="club")], ids=["no parent", "no such kind"]
)
def test_an_organisation_that_hangs_on_nothing_is_named(row):
    tree = make_tree()
    tree.university.code = "ORG"
    before = count(Organisation)
    with pytest.raises(Conflict, match="N1"):
        import_organisations([row], actor=SYSTEM)
    assert count(Organisation) == before


@pytest.mark.parametrize(
    "row", [person("U1", "nowhere"), person("U1", "ORG", role="king")], ids=["no organisation", "no such role"]
)
def test_a_person_whose_place_or_role_is_unknown_is_named(row):
    make_tree().university.code = "ORG"
    before = count(Person)
    with pytest.raises(Conflict, match="U1"):
        import_people([row], actor=SYSTEM)
    assert count(Person) == before


def test_an_administrator_reaches_their_own_tree_and_no_other():
    mine, theirs = make_tree(), make_tree()
    administrator = actor_of(make_person("administrator", mine.university))
    import_people([person("U1", mine.college.code)], actor=administrator)
    import_organisations([organisation("N1", mine.university.code)], actor=administrator)
    for code in (theirs.college.code, theirs.university.code, mine.province.code):
        with pytest.raises(NotFound):
            import_people([person("U2", code, role="supervisor")], actor=administrator)
    with pytest.raises(NotFound):
        import_organisations([organisation(theirs.college.code, "")], actor=administrator)
    with pytest.raises(Forbidden):
        import_organisations([organisation("N2", "", kind="ministry")], actor=administrator)
    with pytest.raises(Forbidden):
        import_people([person("U3", mine.college.code)], actor=actor_of(make_person("supervisor", mine.university)))
    assert queries.find_person("U2") is queries.find_person("U3") is None


def test_people_come_in_without_a_password():
    tree = make_tree()
    import_people([person("U1", tree.college.code)], actor=SYSTEM)
    assert queries.find_person("U1").password_hash == ""
