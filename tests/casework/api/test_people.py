"""Oneself, one's inbox, organisations, rounds and the journal."""

from sqlalchemy import update

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.operations.announce import announce
from casework.people.models import Person
from tests.support.walls import behind_its_back


def test_i_am_who_my_token_says(world, investigator):
    me = investigator.get("/me", status=200).json
    assert (me["ref"], me["login"], me["unread"]) == (investigator.ref, investigator.login, 0)
    assert me["appointments"][0]["organisation"]["code"] == world.tree.university.code
    assert "case:conclude" in me["actions"]
    assert "case:accept" not in me["actions"]


def test_an_inbox_is_ones_own(world, investigator, supervisor):
    number = world.case(owner=investigator)
    with unit_of_work():
        person = db.session.query(Person).filter_by(ref=investigator.ref).one()
        for occasion in range(3):
            announce("case_assigned", to=[person], params={"number": number}, dedup=f"occasion:{occasion}")
    inbox = investigator.get("/messages?limit=2", status=200).json
    rest = investigator.get(f"/messages?limit=2&after={inbox['next']}", status=200).json
    refs = [row["ref"] for row in inbox["items"] + rest["items"]]
    assert len(refs) == len(set(refs)) == 3
    assert all(row["subject"] for row in inbox["items"])
    assert supervisor.get("/messages").json["items"] == []
    supervisor.post(f"/messages/{refs[0]}/read", status=404)
    assert investigator.post(f"/messages/{refs[0]}/read", status=200).json == {"marked": 1}
    assert len(investigator.get("/messages?unread=true").json["items"]) == 2
    assert investigator.post("/messages/read", status=200).json == {"marked": 2}
    assert investigator.get("/me").json["unread"] == 0


def test_organisations_are_those_where_one_serves_and_below(world, investigator):
    tree = world.tree
    found = {row["code"] for row in investigator.get("/organisations", status=200).json["items"]}
    assert found == {tree.university.code, tree.discipline.code, tree.college.code}
    hidden = investigator.get(f"/organisations/{world.other.code}", status=404).json["detail"]
    assert hidden == investigator.get("/organisations/NONE", status=404).json["detail"].replace(
        "NONE", world.other.code
    )
    assert investigator.get(f"/organisations/{tree.college.code}", status=200).json["parent"] == tree.university.code


def test_a_journal_is_walked_and_a_change_behind_its_back_is_found(world, supervisor, investigator):
    number = world.case(owner=investigator, state="investigating")
    investigator.post(f"/cases/{number}/notes", {"words": "电话未接"}, status=201)
    path = f"/organisations/{world.tree.university.code}/journal"
    sound = supervisor.get(path, status=200).json
    assert (sound["intact"], sound["breaks"]) == (True, [])
    behind_its_back(update(JournalEntry).where(JournalEntry.seq == sound["entries"]).values(subject="other"))
    assert supervisor.get(path, status=200).json["breaks"] == [
        {"seq": sound["entries"], "reason": "内容在写入后被改动。"}
    ]
    supervisor.get(f"/organisations/{world.other.code}/journal", status=404)


def test_rounds_are_read_by_everybody_and_opened_by_administrators(world, investigator):
    admin = world.caller("administrator")
    assert [row["code"] for row in investigator.get("/rounds", status=200).json["items"]] == ["2024"]
    assert investigator.get("/rounds/2024", status=200).json["settings"]["checklist"]
    investigator.get("/rounds/1999", status=404)
    investigator.get("/rounds/2024/tables/nothing", status=404)
    dates = {row["level"]: "2025-08-05" for row in investigator.get("/rounds/2024").json["dates"]}
    body = {"copy_of": "2024", "code": "2025", "name": "2025届", "cohort": 2025, "dates": dates}
    investigator.post("/rounds", body, status=403)
    assert admin.post("/rounds", body, status=201).json["cohort"] == 2025
    admin.post("/rounds", body, status=409)
    assert set(admin.post("/rounds", {}, status=422).json["fields"]) == {"shipped"}
    assert set(admin.post("/rounds", {"shipped": "../2024"}, status=422).json["fields"]) == {"shipped"}
    admin.post("/rounds", {"shipped": "1999"}, status=404)
