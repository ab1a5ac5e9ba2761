"""Accounts from the terminal: brought in from two files, let in by password, link or token, closed; by login."""

from datetime import date

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations.invite import find_invitation, take_invitation
from casework.operations.passwords import check_password
from casework.operations.recognise import identities_of
from casework.people import queries
from casework.people.api_tokens import find_token
from casework.people.models import Organisation, Person
from tests.casework.factories import PASSWORD, make_case, make_person, make_round, make_tree

pytestmark = pytest.mark.usefixtures("app")
ORGANISATIONS = "org_id,type,name,parent_id,code\nORG0001,ministry,教育部门,,\nORG0102,province,湖北省,ORG0001,42\n"
PEOPLE = "user_id,role,org_id,name,email,office\nU021,supervisor,ORG0102,于红秀,yu@edu.example.com,就业处\n"


@pytest.fixture
def files(tmp_path):
    def write(organisations=ORGANISATIONS, people=PEOPLE):
        for name, content in (("organisations.csv", organisations), ("people.csv", people)):
            (tmp_path / name).write_text(content, encoding="utf-8-sig")
        return tmp_path / "organisations.csv", tmp_path / "people.csv"

    return write


@pytest.fixture
def person():
    with unit_of_work():
        return make_person("supervisor", make_tree().university, name="肖国舒")


def test_people_come_in_with_their_organisations(command_line, files):
    assert "机构 2 个、人员 1 名" in command_line.done("people", *files())
    assert queries.find_person("U021").appointments[0].organisation.name == "湖北省"


REFUSED = (
    ({"organisations": ORGANISATIONS.replace("ORG0001,42", "ORG0999,42")}, "ORG0999"),
    ({"organisations": ORGANISATIONS.replace("province", "kingdom")}, "kingdom"),
    ({"people": PEOPLE.replace("supervisor", "king")}, "king"),
    ({"people": PEOPLE.replace("ORG0102", "ORG0777")}, "ORG0777"),
)


@pytest.mark.parametrize(("changes", "named"), REFUSED, ids=[named for _, named in REFUSED])
def test_a_row_that_cannot_be_taken_is_named_and_nothing_is_written(command_line, files, changes, named):
    assert named in command_line.refused("people", *files(**changes))
    assert (db.session.query(Organisation).count(), db.session.query(Person).count()) == (0, 0)


def test_a_password_is_set_without_being_shown(command_line, person):
    said = command_line.done("password", person.login, given=f"{PASSWORD}\n{PASSWORD}\n")
    assert PASSWORD not in said
    assert check_password(login=person.login, password=PASSWORD).id == person.id


def test_a_short_password_is_refused_and_the_old_one_stays(command_line, person):
    command_line.done("password", person.login, "--password", PASSWORD)
    assert "至少" in command_line.refused("password", person.login, "--password", "short")
    assert check_password(login=person.login, password=PASSWORD) is not None


def test_a_token_opens_the_account_and_is_not_stored(command_line, person):
    token = command_line.done("token", person.login, "--name", "报表程序").strip()
    assert find_token(token).person_id == person.id
    assert token not in str(list(db.session.execute(select(JournalEntry.facts))))


@pytest.mark.parametrize("words", [("password", "U999", "--password", PASSWORD), ("token", "U999", "--name", "x")])
def test_an_unknown_account_is_named(command_line, words):
    assert "没有账号 U999" in command_line.refused(*words)


def test_where_somebody_is_reached_is_set_and_removed(command_line, person):
    command_line.done("reach", person.login, "--mobile", "13900001111", "--wecom", "xiao")
    db.session.rollback()
    assert (person.mobile, person.wecom) == ("13900001111", "xiao")
    assert "更改了 1 项" in command_line.done("reach", person.login, "--mobile", "")
    assert "写法不对" in command_line.refused("reach", person.login, "--mobile", "12345")
    db.session.rollback()
    assert (person.mobile, person.wecom) == (None, "xiao")


def test_leave_and_return_are_registered(command_line, person):
    with unit_of_work():
        other = make_person("investigator", person.appointments[0].organisation)
    command_line.done("absence", person.login, "--until", "2099-08-02", "--stand-in", other.login)
    db.session.rollback()
    assert (person.absent_until, person.stand_in_id) == (date(2099, 8, 2), other.id)
    command_line.refused("absence", person.login, "--until", "2000-01-01")
    command_line.done("absence", person.login)
    db.session.rollback()
    assert (person.absent_until, person.stand_in_id) == (None, None)


def test_a_link_is_shown_once_and_the_one_before_it_ends(command_line, person):
    first, second = (command_line.done("invite", person.login).strip().rpartition("/")[2] for _ in range(2))
    assert find_invitation(first) is None
    with unit_of_work():
        take_invitation(second, password=PASSWORD)
    assert find_invitation(second) is None
    assert second not in str(list(db.session.execute(select(JournalEntry.facts))))


def test_an_account_elsewhere_is_linked_and_released(command_line, person):
    command_line.done("identity", person.login, "oidc", "sub-1")
    assert [each.subject for each in identities_of(person)] == ["sub-1"]
    assert "已有关联" in command_line.refused("identity", person.login, "oidc", "sub-2")
    command_line.done("identity", person.login, "oidc", "--remove")
    db.session.rollback()
    assert list(identities_of(person)) == []


def test_an_account_is_closed_with_its_reason_and_its_work_goes_on(command_line, person):
    with unit_of_work():
        place = person.appointments[0].organisation
        heir, owner = (make_person("investigator", place) for _ in range(2))
        case = make_case(place, make_round(), state="investigating", owner=owner)
    assert "停用的原因" in command_line.refused("close", owner.login, "--reason", " ")
    assert "没有账号 U999" in command_line.refused("close", owner.login, "--reason", "离职", "--successor", "U999")
    said = command_line.done("close", owner.login, "--reason", "离职", "--successor", heir.login)
    assert "案件移交 1 件" in said
    db.session.rollback()
    assert (owner.active, case.owner_id) == (False, heir.id)
