"""Where people are reached: of the right shape, never in the journal, and a new address is innocent."""

import pytest
from sqlalchemy import select, text

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.journal import JournalEntry
from casework.notices.models import ContactPoint
from casework.operations.change_addresses import change_addresses
from casework.operations.import_people import import_people
from casework.people import queries
from casework.people.actors import actor_of
from tests.casework.factories import make_person, make_tree
from workflows.access import SYSTEM

NUMBER = "13900001111"


@pytest.fixture
def tree(app):
    with unit_of_work():
        return make_tree()


@pytest.fixture
def person(tree):
    with unit_of_work():
        return make_person("investigator", tree.university)


def change(person, by=None, **changes):
    with unit_of_work():
        return change_addresses(person, changes=changes, actor=actor_of(by or person))


def entries():
    db.session.rollback()
    return db.session.scalars(select(JournalEntry).filter_by(action="people:address")).all()


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("mobile", NUMBER, NUMBER),
        ("mobile", " +86 139 0000 1111 ", NUMBER),
        ("mobile", "139-0000-1111", NUMBER),
        ("wecom", "LiMengjie.01", "LiMengjie.01"),
    ],
)
def test_an_address_is_kept_as_it_is_dialled(person, name, given, kept):
    assert change(person, **{name: given}) == (name,)
    assert getattr(person, name) == kept


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("mobile", "12345"),
        ("mobile", "0717-9000944"),
        ("mobile", "23900001111"),
        ("mobile", "1.39E+10"),
        ("wecom", "李梦洁"),
        ("wecom", "-li"),
        ("wecom", "a" * 65),
    ],
)
def test_what_is_no_address_is_refused_and_the_old_one_stays(person, name, given):
    change(person, mobile=NUMBER, wecom="li")
    with pytest.raises(Invalid) as refused:
        change(person, **{name: given})
    assert set(refused.value.fields) == {name}
    assert (person.mobile, person.wecom) == (NUMBER, "li")


def test_given_empty_an_address_is_removed(person):
    change(person, mobile=NUMBER, wecom="li")
    assert change(person, mobile="", wecom=" ") == ("mobile", "wecom")
    assert (person.mobile, person.wecom) == (None, "")
    assert change(person, mobile="") == ()


def test_what_an_import_has_kept_though_it_is_no_address_hinders_no_other_change(tree, person):
    with unit_of_work():
        administrator = make_person("administrator", tree.university)
        person.email = "li at example"
    assert change(person, by=administrator, email="li at example", mobile=NUMBER) == ("mobile",)
    assert person.email == "li at example"


def test_the_journal_says_that_and_not_what(person):
    change(person, mobile=NUMBER)
    change(person, mobile="")
    assert [entry.facts for entry in entries()] == [
        {"address": "mobile", "how": "set"},
        {"address": "mobile", "how": "removed"},
    ]
    assert NUMBER not in str([(entry.facts, entry.commitments, entry.subject) for entry in entries()])


def test_a_mobile_number_is_sealed_where_it_lies(person):
    change(person, mobile=NUMBER)
    stored = db.session.execute(
        text("SELECT mobile FROM persons WHERE login = :login"), {"login": person.login}
    ).scalar()
    assert NUMBER.encode() not in bytes(stored)


def test_a_new_address_is_innocent_and_another_channel_stays_as_it_was(person):
    with unit_of_work():
        for channel in ("aliyun", "tencent", "smtp"):
            db.session.add(ContactPoint(person_id=person.id, channel=channel, state="invalid"))
    change(person, mobile=NUMBER)
    assert db.session.scalars(select(ContactPoint.channel)).all() == ["smtp"]
    change(person, mobile=NUMBER)
    with unit_of_work():
        db.session.add(ContactPoint(person_id=person.id, channel="aliyun", state="invalid"))
    assert change(person, mobile=NUMBER) == ()
    assert set(db.session.scalars(select(ContactPoint.channel))) == {"smtp", "aliyun"}


def test_who_may_change_whose(tree, person):
    with unit_of_work():
        administrator = make_person("administrator", tree.university)
        elsewhere = make_person("administrator", make_tree().university)
        supervisor = make_person("supervisor", tree.university)
    assert change(person, by=administrator, mobile=NUMBER, email="li@example.edu.cn") == ("mobile", "email")
    for stranger in (elsewhere, supervisor):
        with pytest.raises(Forbidden):
            change(person, by=stranger, mobile="13900002222")
    with pytest.raises(Forbidden):
        change(person, email="elsewhere@example.com")
    assert (person.mobile, person.email) == (NUMBER, "li@example.edu.cn")


def row(tree, login="U1", **addresses):
    own = {"user_id": login, "role": "investigator", "org_id": tree.university.code, "name": "赵一", "email": ""}
    return own | addresses


def test_people_come_in_with_their_addresses_and_without(tree):
    rows = [row(tree, mobile=NUMBER, wecom="zhao"), row(tree, "U2")]
    with unit_of_work():
        import_people(rows, actor=SYSTEM)
        import_people([row(tree, mobile="", wecom="")], actor=SYSTEM)
    found = {login: queries.find_person(login) for login in ("U1", "U2")}
    assert {login: (each.mobile, each.wecom) for login, each in found.items()} == {
        "U1": (NUMBER, "zhao"),
        "U2": (None, ""),
    }


def test_a_row_with_a_wrong_number_is_named_and_nobody_comes_in(tree):
    with pytest.raises(Conflict, match="人员") as refused, unit_of_work():
        import_people([row(tree), row(tree, "U2", mobile="12345")], actor=SYSTEM)
    assert refused.value.params == {"login": "U2"}
    assert queries.find_person("U1") is None
