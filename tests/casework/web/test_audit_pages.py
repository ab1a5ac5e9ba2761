"""Who reads what of the audit; a refusal leaves one row and no other; questions are answered on their page."""

from datetime import datetime
from functools import partial

import pytest

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry, JournalSecret, verify
from casework.operations.ask_reading import ask_reading
from casework.overview import audit
from casework.overview.audit import entries
from casework.overview.audit_page import Wanted, asked_of
from casework.overview.reading_models import RefusedTries
from casework.people.actors import actor_of
from tests.casework.factories import make_case, make_person, make_record, make_round, make_tree
from tests.casework.web.visitor import browser_of

ROLES = (
    ("investigator", "university"), ("supervisor", "university"), ("lead_officer", "university"),
    ("party_leader", "university"), ("auditor", "university"), ("administrator", "university"),
    ("discipline_officer", "discipline"), ("investigator", "college"),
    ("auditor", "province"), ("supervisor", "province"), ("auditor", "other"), ("supervisor", "other"),
)  # fmt: skip
NOON = datetime(2026, 7, 29, 12, tzinfo=clock.BEIJING)


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.stopped_at(NOON):
        yield


class Town:
    """A university and another beside it, one person a role, and an entry of each group in both."""

    def __init__(self):
        self.tree = make_tree()
        self.other = make_tree().university
        places = vars(self.tree) | {"other": self.other}
        self.people = {(role, place): make_person(role, places[place]) for role, place in ROLES}
        self.investigator = self.people["investigator", "university"]
        self.round = make_round()
        record = make_record(self.tree.university, self.round, name="欧阳晓明")
        self.case = make_case(self.tree.university, self.round, records=[record], owner=self.investigator)
        self.record = record
        for place in (self.tree.university, self.other):
            self.write(place, "person:unmask", f"核对欧阳晓明，电话13812346021 {place.name}")
            self.write(place, "report:download", None)
            self.write(place, "refused:forbidden", None, what="查看案件", times=1)
            self.write(place, "people:appoint", None, role="supervisor", chain=journal.MAIN)
            self.write(place, "case:note", None, chain=journal.MAIN)

    def write(self, place, action, reason, *, chain=journal.LOOKS, **facts):
        journal.record(
            organisation_id=place.id,
            action=action,
            actor=str(self.investigator.id),
            subject=self.case.number,
            facts=facts,
            personal={"reason": reason} if reason else None,
            chain=chain,
        )


@pytest.fixture
def town(app):
    with unit_of_work():
        return Town()


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def read_by(town, person, *actions):
    actor = actor_of(person)
    if not audit.seen_groups(actor):
        return None
    asked, _ = asked_of(Wanted(), actor)
    found = entries(asked, actor, before=None, limit=99)
    place = {town.tree.university.id: "here", town.other.id: "there"}
    if actions:
        return [(place[each.organisation_id], each.action) for each in found if each.action in actions]
    return {(place[each.organisation_id], each.action) for each in found}


ALL = ("person:unmask", "report:download", "refused:forbidden", "people:appoint")


def at(place, *actions):
    return {(place, action) for action in actions}


def test_who_reads_what_of_the_audit(town):
    expected = {
        ("investigator", "university"): None,
        ("supervisor", "university"): at("here", *ALL),
        ("lead_officer", "university"): None,
        ("party_leader", "university"): None,
        ("auditor", "university"): at("here", *ALL),
        ("administrator", "university"): at("here", "people:appoint"),
        ("discipline_officer", "discipline"): at("here", *ALL),
        ("investigator", "college"): None,
        ("auditor", "province"): at("here", *ALL),
        ("supervisor", "province"): at("here", *ALL),
        ("auditor", "other"): at("there", *ALL),
        ("supervisor", "other"): at("there", *ALL),
    }
    assert {key: read_by(town, person) for key, person in town.people.items()} == expected


def test_what_is_about_the_readers_own_body_is_not_shown(town):
    with unit_of_work():
        town.case.concerns_id = town.tree.university.id
    assert read_by(town, town.people["supervisor", "university"]) == set()
    assert read_by(town, town.people["auditor", "province"]) == at("here", *ALL)


def test_the_pages_open_for_whoever_may_and_say_so_to_others(town, as_person):
    got = {
        key: tuple(
            as_person(person).get(path).status_code for path in ("/journal/audit", "/journal/questions", "/me/audit")
        )
        for key, person in town.people.items()
        if key[1] in {"university", "discipline", "college"}
    }
    assert got == {
        ("investigator", "university"): (403, 403, 200),
        ("supervisor", "university"): (200, 200, 200),
        ("lead_officer", "university"): (403, 403, 200),
        ("party_leader", "university"): (403, 403, 200),
        ("auditor", "university"): (200, 200, 200),
        ("administrator", "university"): (200, 403, 200),
        ("discipline_officer", "discipline"): (200, 200, 200),
        ("investigator", "college"): (403, 403, 200),
    }


def test_a_line_is_a_sentence_with_a_masked_reason_and_a_coarse_place(town, as_person):
    looked = as_person(town.investigator).post(
        f"/cases/{town.case.number}/people/{town.record.ref}", data={"reason": "核对13812346021"}
    )
    assert looked.status_code == 200
    text = as_person(town.people["auditor", "university"]).get("/journal/audit?group=look").text
    assert f"查看了案件 {town.case.number} 中一名毕业生的完整身份信息" in text
    assert "127.0.0.0/24" in text
    assert "网页" in text
    assert ("13812346021" in text, "欧阳晓明" in text, "person:unmask" in text) == (False, False, False)
    sealed = {row.name for row in db.session.query(JournalSecret).join(JournalEntry).order_by(JournalEntry.id.desc())}
    assert sealed == {"reason", "whence"}
    assert list(verify(town.tree.university.id, journal.LOOKS)) == []


def test_filters_and_the_sums_of_each_person(town, as_person):
    browser = as_person(town.people["auditor", "university"])
    who, number, at_home = town.investigator.login, town.case.number.lower(), town.tree.university.code
    named = ("", "group=export", f"who={who}", "who=nobody", f"subject={number}", f"at={at_home}")
    days = "since=2019-01-01&until=2019-02-01"
    rows = [browser.get(f"/journal/audit?{query}").text.count('data-label="内容"') for query in (*named, days)]
    assert rows == [4, 1, 4, 0, 4, 4, 0]
    by_person = browser.get("/journal/audit?by=person").text
    assert town.investigator.login in by_person
    assert "不排名" in by_person
    wrong = {
        query: browser.get(f"/journal/audit?{query}").status_code
        for query in (
            "group=x",
            "since=x",
            "since=2024-02-01&until=2024-01-01",
            "at=" + town.other.code,
            "since=9999-12-31",
        )
    }
    assert list(wrong.values()) == [422, 422, 422, 404, 422]


def test_leaves_show_every_entry_once(town, as_person):
    with unit_of_work():
        for _ in range(60):
            town.write(town.tree.university, "evidence:open", None)
    browser = as_person(town.people["auditor", "university"])
    first = browser.get("/journal/audit").text
    behind = first.split("before=")[1].split('"')[0]
    second = browser.get(f"/journal/audit?before={behind}").text
    assert (first.count('data-label="内容"'), second.count('data-label="内容"')) == (50, 14)
    assert browser.get("/journal/audit?before=nonsense").status_code == 200


def test_taking_it_along_needs_a_reason_and_stands_in_it(town, as_person):
    browser = as_person(town.people["auditor", "university"])
    refused = browser.post("/journal/audit.csv", data={"group": "look"})
    assert (refused.status_code, "请写明导出的用途" in refused.text) == (422, True)
    taken = browser.post("/journal/audit.csv", data={"group": "look", "reason": "季度审计"})
    lines = taken.text.splitlines()
    assert (taken.mimetype, len(lines)) == ("text/csv", 2)
    assert "季度审计" in lines[1]
    assert "导出了审计记录" in browser.get("/journal/audit?group=export").text


def test_a_refusal_leaves_one_row_and_no_other(town, as_person):
    def rows():
        counted = {table.__tablename__: db.session.query(table).count() for table in (JournalEntry, RefusedTries)}
        db.session.rollback()
        return counted

    before = rows()
    administrator = as_person(town.people["administrator", "university"])
    assert administrator.get("/journal/questions").status_code == 403
    after = rows()
    assert {name: after[name] - before[name] for name in after} == {"journal_entries": 1, "refused_tries": 1}
    assert administrator.get("/journal/questions").status_code == 403
    again = rows()
    assert {name: again[name] - after[name] for name in after} == {"journal_entries": 0, "refused_tries": 0}
    assert [row.times for row in db.session.query(RefusedTries)] == [2]
    db.session.rollback()
    auditor = as_person(town.people["auditor", "university"])
    assert "越出权限的操作被拒绝：查看情况询问页面" in auditor.get("/journal/audit?group=refusal").text


def test_a_visitor_who_is_refused_leaves_nothing(app, town):
    assert app.test_client().get(f"/cases/{town.case.number}").status_code == 302
    assert app.test_client().get("/api/v1/me").status_code == 401
    assert db.session.query(RefusedTries).count() == 0


def test_that_somebody_was_asked_about_is_read_by_whoever_reads_the_question_alone(town):
    supervisor = town.people["supervisor", "university"]
    with unit_of_work():
        for who in (town.investigator, supervisor):
            for _ in range(40):
                journal.record(
                    organisation_id=town.tree.university.id,
                    action="evidence:open",
                    actor=str(who.id),
                    subject="LC24-9999",
                    chain=journal.LOOKS,
                )
    with unit_of_work():
        assert len(ask_reading(clock.today())) == 2
    told = {
        place: [action for _, action in sorted(read_by(town, town.people[key], "audit:ask"))]
        for place, key in {
            "head": ("supervisor", "university"), "discipline": ("discipline_officer", "discipline"),
            "auditor": ("auditor", "university"), "above": ("supervisor", "province"), "other": ("auditor", "other"),
        }.items()
    }  # fmt: skip
    one, both = ["audit:ask"], ["audit:ask"] * 2
    assert told == {"head": one, "discipline": one, "auditor": both, "above": [], "other": []}


def test_a_question_is_answered_on_its_page_with_a_sentence(town, as_person):
    today = clock.today()
    with unit_of_work():
        for _ in range(40):
            town.write(town.tree.university, "evidence:open", None)
    with unit_of_work():
        assert [each.kind for each in ask_reading(today)] == ["bulk"]
    supervisor = as_person(town.people["supervisor", "university"])
    text = supervisor.get("/journal/questions").text
    assert "请说明是否因工作需要" in text
    ref = text.split('id="q-')[1].split('"')[0]
    blank = supervisor.post(f"/journal/questions/{ref}", data={"outcome": "explained", "words": ""})
    assert (blank.status_code, "没有保存" in blank.text) == (422, True)
    auditor = as_person(town.people["auditor", "university"])
    assert auditor.post(f"/journal/questions/{ref}", data={"outcome": "explained", "words": "好"}).status_code == 403
    assert as_person(town.investigator).get("/journal/questions").status_code == 403
    done = supervisor.post(f"/journal/questions/{ref}", data={"outcome": "explained", "words": "集中核对。"})
    assert done.status_code == 303
    assert "集中核对。" in auditor.get("/journal/questions").text
    assert supervisor.post(f"/journal/questions/{ref}", data={"outcome": "explained", "words": "再"}).status_code == 409
