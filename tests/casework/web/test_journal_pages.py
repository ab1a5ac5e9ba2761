"""The journal page says whether the chain holds, and shows each person no more looks than theirs to see."""

from functools import partial

import pytest
from sqlalchemy import update

from casework import journal
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.web.pages import PAGE_SIZE
from tests.casework.factories import make_person, make_tree
from tests.casework.web.visitor import browser_of
from tests.support.walls import behind_its_back


class Town:
    def __init__(self):
        self.tree = make_tree()
        self.investigator = make_person("investigator", self.tree.university, name="李梦洁")
        self.supervisor = make_person("supervisor", self.tree.university, name="肖国舒")
        self.province = make_person("supervisor", self.tree.province, name="于红秀")
        self.college = make_person("investigator", self.tree.college, name="院系人员")


@pytest.fixture
def town(app):
    with unit_of_work():
        return Town()


@pytest.fixture
def as_person(app):
    return partial(browser_of, app)


def write(town, number, *, action="case:note", by=None, chain=journal.MAIN, first=1):
    with unit_of_work():
        for at in range(first, first + number):
            journal.record(
                organisation_id=town.tree.university.id,
                action=action,
                actor=str((by or town.investigator).id),
                subject=f"LC24-{at:04}",
                personal={"reason": "核查"} if action == "person:unmask" else None,
                chain=chain,
            )


def tamper(seq):
    behind_its_back(update(JournalEntry).where(JournalEntry.seq == seq).values(subject="LC24-9999"))


def test_a_whole_chain_is_said_to_be_whole(town, as_person):
    write(town, 12)
    text = as_person(town.supervisor).get("/journal").text
    assert "完整：第1条至第12条连续，没有发现改动" in text
    assert "不完整" not in text
    assert "日志防改：触发器在位" in text
    assert "最近的检查点" not in text
    with unit_of_work():
        journal.mark(town.tree.university.id, reason="daily")
    assert "最近的检查点：第1条至第12条" in as_person(town.supervisor).get("/journal").text


def test_a_changed_entry_is_named_by_its_number(town, as_person):
    write(town, 12)
    tamper(7)
    text = as_person(town.supervisor).get("/journal").text
    assert "不完整：第7条起" in text
    assert "请立即停止使用" in text


def test_an_empty_journal_says_that_nothing_has_to_be_done(town, as_person):
    assert "还没有日志" in as_person(town.supervisor).get("/journal").text


def test_who_verifies_nowhere_is_refused(town, as_person):
    assert as_person(town.college).get("/journal").status_code == 403


def test_leaves_show_every_entry_once(town, as_person):
    write(town, PAGE_SIZE + 5)
    client = as_person(town.supervisor)
    first, second = client.get("/journal").text, client.get("/journal?before=6").text
    for at in range(1, PAGE_SIZE + 6):
        number = f"LC24-{at:04}"
        assert (number in first) != (number in second), number
    assert "更早的" in first
    assert "更早的" not in second


def test_leafing_does_not_walk_the_chain_again(town, as_person, monkeypatch):
    write(town, 3)
    walked = []
    monkeypatch.setattr(journal, "verify", lambda *given: walked.append(given) or iter(()))
    client = as_person(town.supervisor)
    client.get("/journal?before=3")
    client.get("/journal?action=case")
    assert walked == []
    client.get("/journal")
    assert len(walked) == 2


@pytest.mark.parametrize(
    ("asked", "seen"),
    [("action=filing", "LC24-0051"), ("subject=lc24-0002", "LC24-0002"), ("who={login}", "LC24-0051")],
)
def test_a_filter_shows_what_it_names_alone(town, as_person, asked, seen):
    write(town, 3)
    write(town, 1, action="filing:deliver", by=town.supervisor, first=51)
    asked = asked.format(login=town.supervisor.login)
    table = as_person(town.supervisor).get(f"/journal?{asked}").text.split("<tbody>")[-1]
    assert [number for number in ("LC24-0001", "LC24-0002", "LC24-0003", "LC24-0051") if number in table] == [seen]


def test_a_filter_without_hits_offers_to_clear_it(town, as_person):
    write(town, 1)
    assert "没有符合条件的日志" in as_person(town.supervisor).get("/journal?subject=XX").text


def test_everybody_sees_their_own_looks_and_the_supervisor_all(town, as_person):
    write(town, 1, action="person:unmask", chain=journal.LOOKS)
    write(town, 1, action="person:unmask", chain=journal.LOOKS, by=town.supervisor, first=2)
    own = as_person(town.investigator).get("/journal?chain=looks").text
    all_ = as_person(town.supervisor).get("/journal?chain=looks").text
    assert ("LC24-0001" in own, "LC24-0002" in own) == (True, False)
    assert ("LC24-0001" in all_, "LC24-0002" in all_) == (True, True)
    asked = as_person(town.investigator).get(f"/journal?chain=looks&who={town.supervisor.login}").text
    assert "LC24-0002" not in asked


def test_the_province_reads_its_universities_and_they_not_the_province(town, as_person):
    write(town, 1)
    with unit_of_work():
        journal.record(organisation_id=town.tree.province.id, action="case:note", actor="0", subject="HB24-0001")
    at_university, at_province = f"?at={town.tree.university.code}", f"?at={town.tree.province.code}"
    assert "LC24-0001" in as_person(town.province).get(f"/journal{at_university}").text
    assert "HB24-0001" not in as_person(town.supervisor).get(f"/journal{at_province}").text


def test_htmx_gets_the_list_alone(town, as_person):
    write(town, 1)
    answer = as_person(town.supervisor).get("/journal", headers={"HX-Request": "true", "HX-Target": "list"})
    assert "LC24-0001" in answer.text
    assert "<html" not in answer.text
