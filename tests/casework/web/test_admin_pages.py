"""Administration changes what is the administrator's, shows first what a date moves, and refuses the rest."""

import pytest
from sqlalchemy import select

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.invitation_words import token_of
from casework.operations.invite import open_invitation
from casework.people.models import ApiToken, Person
from casework.people.ways_in import Invitation
from tests.casework.factories import make_case, make_person, make_tree
from tests.casework.web.town import entries

LEFT = {"reason": "调离就业部门"}


def person_at(person, verb=""):
    return f"/admin/people/{person.ref}" + (f"/{verb}" if verb else "")


@pytest.mark.parametrize("address", ["/admin", "/admin/organisations", "/admin/rounds", "/admin/rounds/2024/settings"])
def test_who_administers_nothing_is_refused(town, as_person, address):
    assert as_person(town.investigator).get(address).status_code == 403


def test_the_list_says_how_many_accounts_cannot_sign_in(town, as_person):
    text = as_person(town.administrator).get("/admin").text
    assert "还没有密码，不能登录" in text
    assert "李梦洁" in text


def test_people_of_another_university_do_not_exist(town, as_person):
    with unit_of_work():
        stranger = make_person("investigator", make_tree().university, name="外校人员")
    client = as_person(town.administrator)
    assert "外校人员" not in client.get("/admin").text
    assert client.get(person_at(stranger)).status_code == 404
    assert client.post(person_at(stranger, "deactivate")).status_code == 404


def test_a_new_account_is_made_with_its_office(town, as_person):
    form = {"login": "U900", "name": "新人", "organisation": town.tree.university.code, "role": "investigator"}
    assert as_person(town.administrator).post("/admin/people/new", data=form).status_code == 303
    made = db.session.scalars(select(Person).filter_by(login="U900")).one()
    assert [(held.role, held.organisation_id) for held in made.appointments] == [
        ("investigator", town.tree.university.id)
    ]


def test_a_new_account_with_an_address_is_sent_its_link_at_once(town, as_person):
    form = {"login": "U901", "name": "新人", "organisation": town.tree.university.code, "role": "investigator"}
    client = as_person(town.administrator)
    answer = client.post("/admin/people/new", data=form | {"email": "u901@example.test"})
    made = db.session.scalars(select(Person).filter_by(login="U901")).one()
    assert (answer.status_code, open_invitation(made) is not None) == (303, True)
    assert "链接已发往登记的邮箱" in client.get("/admin").text


@pytest.mark.parametrize(("missing", "status"), [("name", 422), ("organisation", 422), ("role", 422)])
def test_an_unfinished_account_keeps_what_was_typed_and_makes_nothing(town, as_person, missing, status):
    form = {"login": "U900", "name": "新人", "organisation": town.tree.university.code, "role": "investigator"}
    answer = as_person(town.administrator).post("/admin/people/new", data=form | {missing: " "})
    assert answer.status_code == status
    assert 'value="U900"' in answer.text
    assert db.session.scalars(select(Person).filter_by(login="U900")).first() is None


def test_a_university_appoints_nobody_in_the_province(town, as_person):
    form = {"organisation": town.tree.province.code, "role": "supervisor"}
    answer = as_person(town.administrator).post(person_at(town.investigator, "appoint"), data=form)
    assert answer.status_code in {403, 404}
    db.session.rollback()
    assert len(db.session.get_one(Person, town.investigator.id).appointments) == 1


def test_nobody_gives_themselves_an_office(town, as_person):
    form = {"organisation": town.tree.university.code, "role": "supervisor"}
    answer = as_person(town.administrator).post(person_at(town.administrator, "appoint"), data=form)
    assert answer.status_code == 403
    assert entries("people:appoint") == []


def test_who_also_serves_above_is_not_administered_here(town, as_person):
    with unit_of_work():
        both = make_person("investigator", town.tree.university)
        make_case(town.tree.university, town.round_, owner=both)
        from_above = make_person("supervisor", town.tree.province)
        from_above.appointments[0].person = both
    db.session.expire_all()
    assert as_person(town.administrator).post(person_at(both, "invite")).status_code == 403
    assert as_person(town.administrator).post(person_at(both, "deactivate"), data=LEFT).status_code == 403
    assert db.session.scalars(select(Invitation)).all() == []
    assert db.session.get_one(Person, both.id).active


def test_an_office_that_ended_opens_nothing_and_can_begin_again(town, as_person):
    client = as_person(town.administrator)
    office = {"office": f"{town.tree.university.code}/investigator"}
    assert client.post(person_at(town.investigator, "dismiss"), data=office).status_code == 303
    assert as_person(town.investigator).get("/journal").status_code == 403
    form = {"organisation": town.tree.university.code, "role": "investigator"}
    assert client.post(person_at(town.investigator, "appoint"), data=form).status_code == 303
    assert as_person(town.investigator).get("/journal").status_code == 200


def test_a_deactivated_account_is_out_at_once(town, as_person):
    inside = as_person(town.investigator)
    assert inside.get("/queue").status_code == 200
    as_person(town.administrator).post(person_at(town.investigator, "deactivate"), data=LEFT)
    assert inside.get("/queue").status_code == 302
    assert [entry.subject for entry in entries("people:deactivate")] == [town.investigator.login]


@pytest.mark.parametrize(("form", "words"), [({}, "停用的原因"), (LEFT | {"successor": "nobody"}, "没有这个账号")])
def test_an_account_is_not_closed_without_a_reason_or_for_a_successor_who_is_nobody(town, as_person, form, words):
    answer = as_person(town.administrator).post(person_at(town.investigator, "deactivate"), data=form)
    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.get_one(Person, town.investigator.id).active


def test_no_administrator_types_a_password_for_somebody_else(town, as_person):
    client = as_person(town.administrator)
    assert client.post(person_at(town.investigator, "password"), data={"password": "0123456789ab"}).status_code == 404
    assert 'type="password"' not in client.get(person_at(town.investigator)).text


def test_a_link_is_sent_again_and_withdrawn_and_stands_on_no_page(town, as_person):
    client = as_person(town.administrator)
    for verb, open_ones in (("invite", 1), ("invite", 1), ("withdraw", 0)):
        assert client.post(person_at(town.investigator, verb)).status_code == 303
        page = client.get(person_at(town.investigator)).text
        assert ("撤回链接" in page) is bool(open_ones)
        assert all(token_of(ref) not in page for ref in db.session.scalars(select(Invitation.ref)))
    assert client.post(person_at(town.investigator, "withdraw")).status_code == 404


def test_a_token_is_shown_once_and_ends_when_revoked(town, as_person):
    client = as_person(town.investigator)
    shown = client.post("/me/tokens", data={"name": "数据接口"}).text
    assert "cw_" in shown
    assert "cw_" not in client.get("/me/tokens").text
    ref = db.session.scalars(select(ApiToken.hash)).one()[:16]
    assert as_person(town.administrator).post(f"/me/tokens/{ref}/revoke").status_code == 404
    assert client.post(f"/me/tokens/{ref}/revoke").status_code == 303
    assert len(entries("people:revoke")) == 1


def test_a_token_without_a_purpose_is_not_made(town, as_person):
    assert as_person(town.investigator).post("/me/tokens", data={"name": ""}).status_code == 422
    assert db.session.scalars(select(ApiToken)).all() == []
