"""Administration changes what is the administrator's, shows first what a date moves, and refuses the rest."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import run
from casework.journal import JournalEntry
from casework.operations import change_dates, promise_look
from casework.operations.reproject import reproject
from casework.people.models import ApiToken, Person
from casework.promises import Promise
from casework.rounds.models import Round
from tests.casework.factories import make_case, make_person, make_round, make_tree
from tests.casework.web.visitor import browser_of
from workflows.access import SYSTEM

DATES = {"on_university": "2024-08-02", "on_province": "2024-08-15", "on_ministry": "2024-08-31"}


class Town:
    """A university with an administrator, an investigator and three open cases."""

    def __init__(self):
        self.tree = make_tree()
        self.round_ = make_round()
        self.administrator = make_person("administrator", self.tree.university, name="覃丰")
        self.investigator = make_person("investigator", self.tree.university, name="李梦洁")
        for _ in range(3):
            make_case(self.tree.university, self.round_, owner=self.investigator, severity="low", state="investigating")


@pytest.fixture
def town(app):
    with unit_of_work():
        town = Town()
        reproject(town.round_, actor=SYSTEM)
    return town


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def entries(action):
    db.session.rollback()
    return db.session.scalars(select(JournalEntry).filter_by(action=action)).all()


def person_at(person, verb=""):
    return f"/admin/people/{person.ref}" + (f"/{verb}" if verb else "")


def national(level):
    db.session.rollback()
    found = db.session.scalars(select(Round)).one()
    return next(row.on for row in found.dates if row.level == level and row.organisation_id is None)


def deadlines():
    return {row.number: row.due_at for row in db.session.execute(select(Case.number, Case.due_at))}


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
    answer = as_person(town.administrator).post(
        person_at(both, "password"), data={"password": "0123456789ab", "again": "0123456789ab"}
    )
    assert answer.status_code == 403
    assert db.session.get_one(Person, both.id).password_hash == ""


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
    as_person(town.administrator).post(person_at(town.investigator, "deactivate"))
    assert inside.get("/queue").status_code == 302
    assert [entry.subject for entry in entries("people:deactivate")] == [town.investigator.login]


def test_passwords_that_differ_are_not_set(town, as_person):
    answer = as_person(town.administrator).post(
        person_at(town.investigator, "password"), data={"password": "0123456789ab", "again": "0123456789xx"}
    )
    assert answer.status_code == 422
    assert "0123456789ab" not in answer.text


def test_the_preview_of_dates_counts_what_moves_and_changes_nothing(town, as_person):
    before = deadlines()
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知"})
    assert answer.status_code == 200
    assert "将影响3件未办结案件" in answer.text
    assert "确认更改期限" in answer.text
    assert national("university") == date(2024, 8, 5)
    assert deadlines() == before
    assert entries("round:dates") == []


def test_saving_moves_exactly_what_the_preview_said(town, as_person):
    answer = as_person(town.administrator).post(
        "/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知", "step": "save"}
    )
    assert answer.status_code == 303
    assert national("university") == date(2024, 8, 2)
    [entry] = entries("round:dates")
    assert entry.facts["before"] == {"university": "2024-08-05"}
    assert entry.facts["after"] == {"university": "2024-08-02"}
    assert entry.facts["moved"] == 3
    assert len(entries("deadline:move")[-1].facts["moved"]) == 3


@pytest.mark.parametrize(
    ("change", "status"),
    [({"reason": " "}, 422), ({"on_university": "soon"}, 422), ({"on_university": "2024-08-05"}, 409)],
    ids=["no reason", "no date", "nothing new"],
)
def test_dates_are_refused_with_what_was_typed(town, as_person, change, status):
    form = DATES | {"reason": "省厅通知", "step": "save"} | change
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=form)
    assert answer.status_code == status
    assert 'value="2024-08-15"' in answer.text
    assert national("university") == date(2024, 8, 5)


def test_a_university_does_not_move_the_notices_dates_for_others(town, as_person):
    with unit_of_work():
        make_case(make_tree().university, town.round_)
    client = as_person(town.administrator)
    assert "只读" in client.get("/admin/rounds/2024").text
    answer = client.post("/admin/rounds/2024/dates", data=DATES | {"reason": "x", "step": "save"})
    assert answer.status_code == 403
    assert national("university") == date(2024, 8, 5)


@pytest.mark.parametrize(("on", "status"), [("2024-08-01", 303), ("2024-08-06", 422)], ids=["earlier", "later"])
def test_an_own_date_may_only_be_earlier(town, as_person, on, status):
    form = {"own": town.tree.university.code, "on": on, "reason": "学校要求", "step": "save"}
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=form)
    assert answer.status_code == status
    assert national("university") == date(2024, 8, 5)


def settings_form(round_, **changes):
    """Return the form of the settings as the page shows them."""
    given = round_.settings
    form = {
        f"limits.{severity}.{stage}": str(days)
        for severity, row in given["limits"].items()
        for stage, days in row.items()
    }
    form |= {f"internal_targets.{name}": str(days) for name, days in given["internal_targets"].items()}
    form |= {f"quiet_hours.{name}": at for name, at in given["quiet_hours"].items()}
    form |= {f"signatories.{level}": slots for level, slots in given["signatories"].items()}
    form |= {f"recipients.{level}": found for level, found in given["recipients"].items()}
    for part in ("code", "basis", "offset", "audience"):
        form[f"ladder.{part}"] = [str(rung[part]) for rung in given["ladder"]]
    form |= {"signature_grade": "1", "rate_version": "2024", "checklist": "N1.1 N1.2 N1.3 N1.4 N1.5"}
    settled = {"screening": "{}", "version": str(round_.settings_version), "reason": "试行", "step": "save"}
    return form | settled | changes


def test_settings_come_back_from_the_form_as_they_were(town, as_person):
    answer = as_person(town.administrator).post("/admin/rounds/2024/settings", data=settings_form(town.round_))
    assert answer.status_code == 409
    assert "没有改动" in answer.text


def test_a_limit_is_changed_and_journalled(town, as_person):
    form = settings_form(town.round_, **{"limits.low.conclude": "4"})
    assert as_person(town.administrator).post("/admin/rounds/2024/settings", data=form).status_code == 303
    [entry] = entries("round:settings")
    assert entry.facts["after"]["limits"]["low"]["conclude"] == 4
    assert db.session.scalars(select(Round)).one().settings_version == 2


@pytest.mark.parametrize(
    "change",
    [{"limits.low.conclude": "soon"}, {"screening": "{"}, {"quiet_hours.from": "25:00"}, {"reason": ""}],
    ids=lambda change: next(iter(change)),
)
def test_wrong_settings_are_refused_as_a_whole(town, as_person, change):
    form = settings_form(town.round_, **{"limits.high.conclude": "4"} | change)
    answer = as_person(town.administrator).post("/admin/rounds/2024/settings", data=form)
    assert answer.status_code == 422
    assert "没有保存" in answer.text
    assert entries("round:settings") == []


def test_whoever_was_slower_sees_both_settings(town, as_person):
    form = settings_form(town.round_, **{"limits.low.conclude": "4"})
    client = as_person(town.administrator)
    client.post("/admin/rounds/2024/settings", data=form)
    answer = client.post("/admin/rounds/2024/settings", data=form | {"limits.low.conclude": "3"})
    assert answer.status_code == 409
    assert "内容已被他人改动" in answer.text
    assert len(entries("round:settings")) == 1


def test_a_round_is_copied_with_other_dates(town, as_person):
    form = {"code": "2025", "cohort": "2025", "name": "2025届自查"}
    form |= {"on_university": "2025-08-05", "on_province": "2025-08-15", "on_ministry": "2025-08-31"}
    client = as_person(town.administrator)
    assert client.post("/admin/rounds/2024/copy", data=form).status_code == 303
    assert "2025届自查" in client.get("/admin/rounds").text
    again = client.post("/admin/rounds/2024/copy", data=form)
    assert again.status_code == 409
    assert 'value="2025届自查"' in again.text


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


def test_the_look_at_settings_lists_what_moves_and_changes_nothing(town, as_person):
    before = deadlines()
    form = settings_form(town.round_, **{"limits.low.conclude": "1", "step": ""})
    answer = as_person(town.administrator).post("/admin/rounds/2024/settings", data=form)
    assert answer.status_code == 200
    assert "保存设置" in answer.text
    assert "会移动什么" in answer.text
    assert 'name="limits.low.conclude" value="1"' in answer.text
    assert deadlines() == before
    assert entries("round:settings") == []


def test_everything_that_would_move_is_handed_out_as_a_file(town, as_person):
    form = DATES | {"reason": "省厅通知", "step": "csv"}
    answer = as_person(town.administrator).post("/admin/rounds/2024/dates", data=form)
    assert answer.mimetype == "text/csv"
    assert len(answer.text.splitlines()) == 1 + 3
    assert national("university") == date(2024, 8, 5)


def test_a_large_round_is_looked_at_by_a_job_and_then_confirmed(town, as_person, monkeypatch):
    monkeypatch.setattr(promise_look, "LARGE", 2)
    client, stranger = as_person(town.administrator), as_person(town.investigator)
    answer = client.post("/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知"})
    assert answer.status_code == 303
    where = answer.headers["Location"]
    assert "正在后台逐件计算" in client.get(where).text
    promised = db.session.scalars(select(Promise).filter_by(name="look_ahead")).one()
    run(promised.ref)
    text = client.get(where).text
    assert "将影响3件未办结案件" in text
    assert 'name="on_university" value="2024-08-02"' in text
    assert len(client.get(f"{where}/all.csv").text.splitlines()) == 1 + 3
    assert stranger.get(where).status_code == 403
    assert national("university") == date(2024, 8, 5)


def test_what_a_job_is_computing_shows_how_far_it_is_and_what_moved(town, as_person, monkeypatch):
    monkeypatch.setattr(change_dates, "LARGE", 2)
    client = as_person(town.administrator)
    answer = client.post("/admin/rounds/2024/dates", data=DATES | {"reason": "省厅通知", "step": "save"})
    where = answer.headers["Location"]
    assert "/moves/" in where
    assert "正在后台分批重新计算" in client.get(where).text
    run(db.session.scalars(select(Promise.ref).filter_by(name="retime_all")).one())
    assert "移动3件" in client.get(where).text
    assert len(entries("deadline:move")[-1].facts["moved"]) == 3
