"""Units are counted by one statement over the newest revisions, for those who may see them."""

import pytest
from sqlalchemy import event

from casework.db import db
from casework.intake.models import Record, Revision
from casework.overview.unit_counts import count_units, imported, universities
from casework.people.actors import actor_of
from casework.screening.roster import roster
from tests.casework.factories import make_organisation, make_person, make_round, make_tree
from tests.casework.overview.graduating import graduate

FLEXIBLE = ("12", "76")


@pytest.fixture
def tree(app):
    return make_tree()


def units(counts, *levels):
    return {each.subject: (each.n, each.k) for each in roster(counts.rows, levels=levels).units}


def test_every_level_is_counted_by_one_statement(tree):
    round_ = make_round()
    graduate(tree.university, round_, ["11", "12", "76", "70"])
    graduate(tree.university, round_, ["11", "801"], class_name="机械2002班")
    statements = []

    def listen(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    found = count_units("class", round_id=round_.id, organisations=[tree.university], families=FLEXIBLE)
    event.remove(db.engine, "before_cursor_execute", listen)
    assert len([each for each in statements if "FROM records" in each]) == 1
    assert units(found, "college", "major", "class") == {
        "college:机械学院": (6, 2),
        "major:机械学院/机械工程/31": (6, 2),
        "class:机械学院/机械2001班": (4, 2),
        "class:机械学院/机械2002班": (2, 0),
    }


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({}, (5, 2)),
        ({"among": ("11", "12", "76")}, (4, 2)),
        ({"degrees": ("31",)}, (4, 2)),
        ({"degrees": ("11",)}, (1, 0)),
    ],
    ids=["all graduates but those held back", "settled", "one degree", "another degree"],
)
def test_who_is_counted(tree, narrowed, expected):
    round_ = make_round()
    graduate(tree.university, round_, ["11", "12", "76", "70", "65"])
    graduate(tree.university, round_, ["11"], degree_level="11")
    found = count_units("college", round_id=round_.id, organisations=[tree.university], families=FLEXIBLE, **narrowed)
    assert units(found, "college")["college:机械学院"] == expected


def test_only_the_newest_revision_counts(tree):
    round_ = make_round()
    graduate(tree.university, round_, ["12"])
    record = db.session.query(Record).one()
    old = db.session.get(Revision, record.revision_id)
    newer = Revision(record_id=record.id, number=2, batch_id=old.batch_id, content_hash="1", destination_code="70")
    newer.college, newer.major_name, newer.major_code = old.college, old.major_name, old.major_code
    db.session.add(newer)
    db.session.flush()
    record.revision = newer
    db.session.flush()
    found = count_units("college", round_id=round_.id, organisations=[tree.university], families=FLEXIBLE)
    assert units(found, "college") == {"college:机械学院": (1, 0)}


def test_who_names_no_unit_is_in_none_and_is_said(tree):
    round_ = make_round()
    graduate(tree.university, round_, ["11", "12"], class_name="")
    graduate(tree.university, round_, ["12"], college="")
    found = count_units("class", round_id=round_.id, organisations=[tree.university], families=FLEXIBLE)
    assert found.nowhere == 3
    assert units(found, "college", "class") == {"college:机械学院": (2, 1)}


def test_another_university_is_not_counted_and_not_reached(tree):
    round_ = make_round()
    other = make_organisation("江城大学", "university", tree.province)
    graduate(other, round_, ["12"] * 3)
    investigator = actor_of(make_person("investigator", tree.university))
    officer = actor_of(make_person("supervisor", tree.province))
    assert [each.id for each in universities(investigator, "funnel:read")] == [tree.university.id]
    assert {each.id for each in universities(officer, "funnel:read")} == {tree.university.id, other.id}
    assert universities(actor_of(make_person("investigator", tree.college)), "funnel:read") == ()
    found = count_units("college", round_id=round_.id, organisations=[tree.university], families=FLEXIBLE)
    assert found.rows == ()
    both = count_units("university", round_id=round_.id, organisations=[tree.university, other], families=FLEXIBLE)
    assert [(row["university"], row["n"], len(row["people"])) for row in both.rows] == [("江城大学", 3, 3)]


def test_the_newest_written_import_is_named(tree):
    round_ = make_round()
    assert imported(round_.id, [tree.university]).newest is None
    graduate(tree.university, round_, ["11"])
    found = imported(round_.id, [tree.university])
    assert (found.newest.kind, found.universities) == ("graduates", 1)
