import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.leads.models import Lead
from casework.rounds.tables import SHIPPED, entries
from tests.casework import factories

AT = "2024-07-29T04:00:00+00:00"
GONE = {"number": None, "state": None, "in_sight": False}
PERSONAL = ("欧阳晓明", "13812346021")


@pytest.fixture(autouse=True)
def monday():
    with clock.stopped_at(factories.NOON):
        yield


@pytest.fixture
def desk(world):
    """A world whose round knows its channels, and people who work on leads."""
    with unit_of_work() as session:
        for entry in entries(SHIPPED / "2024"):
            if entry.table == "lead_channel":
                entry.round_id = world.round.id
                session.add(entry)
    world.officer, world.second = world.caller("lead_officer"), world.caller("lead_officer")
    world.above = world.caller("lead_officer", world.tree.province)
    world.supervisor = world.caller("supervisor")
    return world


def take(desk, *, caller=None, **given):
    body = {
        "organisation": desk.tree.university.code,
        "round": "2024",
        "channel": "UNIV_PHONE",
        "received_at": AT,
        "title": "反映未签协议",
        "content": "来电人称没有签过协议。",
    }
    return (caller or desk.officer).post("/leads", body | given, status=201).json["number"]


def read_last():
    return db.session.scalars(select(Lead).order_by(Lead.id.desc()).limit(1)).one()


def act(caller, number, body, **rest):
    headers = {"If-Match": caller.get(f"/leads/{number}", status=200).headers["ETag"]}
    return caller.post(f"/leads/{number}/actions", body, headers=headers, **rest)


def test_a_lead_goes_from_the_phone_to_its_answer(desk):
    number = take(desk, reporter={"name": PERSONAL[0], "phone": PERSONAL[1]}, named=True, about={"units": ["文学院"]})
    assert number == "LCX24-0001"
    assert act(desk.officer, number, {"action": "accept"}, status=200).json == {
        "number": number,
        "state": "accepted",
        "in_sight": True,
    }
    said = desk.officer.post(f"/leads/{number}/talks", {"kind": "answer", "words": "已收到。"}, status=201).json
    assert (said["kind"], said["words"], said["by"]["ref"]) == ("answer", "已收到。", desk.officer.ref)
    done = {"action": "answer", "outcome": "unsubstantiated", "words": "经核实，协议系本人签订。"}
    refused = act(desk.officer, number, done, status=409).json
    assert refused["code"] == "no_case_unexplained"
    act(desk.officer, number, done | {"reason": "已核对协议原件"}, status=200)
    read = desk.officer.get(f"/leads/{number}", status=200).json
    assert (read["state"], read["outcome"], read["about"]["units"]) == ("answered", "unsubstantiated", ["文学院"])
    assert [talk["kind"] for talk in read["talks"]] == ["answer", "answer"]
    assert [step["action"] for step in read["story"]] == ["take", "accept", "reply", "answer"]


def test_who_reported_stands_in_no_answer_but_the_one_that_is_asked_with_a_reason(desk):
    number = take(desk, reporter={"name": PERSONAL[0], "phone": PERSONAL[1]}, named=True)
    for path in ("/leads", f"/leads/{number}", f"/leads/{number}/choices"):
        assert not any(word in desk.officer.get(path, status=200).get_data(as_text=True) for word in PERSONAL)
    desk.officer.post(f"/leads/{number}/reporter", {"reason": " "}, status=422)
    desk.supervisor.post(f"/leads/{number}/reporter", {"reason": "核对"}, status=404)
    found = desk.officer.post(f"/leads/{number}/reporter", {"reason": "回电"}, status=200).json
    assert found == {"name": PERSONAL[0], "phone": PERSONAL[1], "email": ""}
    looks = db.session.scalars(select(JournalEntry).filter_by(chain="looks")).all()
    assert [(entry.action, entry.subject) for entry in looks] == [("lead:reporter", number)]


def test_numbers_in_the_words_are_hidden_until_a_reason_is_given(desk):
    words = "身份证11010519491231002X，电话13912346021。"
    number = take(desk, content=words)
    assert desk.officer.get(f"/leads/{number}", status=200).json["content"] == "身份证******，电话139****6021。"
    desk.officer.post(f"/leads/{number}/words", {"reason": " "}, status=422)
    desk.supervisor.post(f"/leads/{number}/words", {"reason": "核对"}, status=404)
    assert desk.officer.post(f"/leads/{number}/words", {"reason": "回电"}, status=200).json == {"texts": [words]}


def test_a_list_shows_no_text_and_only_what_is_in_sight_and_goes_by_pages(desk):
    mine = [take(desk) for _ in range(3)]
    theirs = take(desk, caller=desk.above, organisation=desk.tree.province.code)
    first = desk.officer.get("/leads?limit=2", status=200).json
    rest = desk.officer.get(f"/leads?limit=2&after={first['next']}", status=200).json
    assert [line["number"] for line in (*first["items"], *rest["items"])] == mine
    assert not {"title", "content", "about", "reporter"} & set(first["items"][0])
    assert {line["number"] for line in desk.above.get("/leads", status=200).json["items"]} == {*mine, theirs}
    assert desk.supervisor.get("/leads", status=200).json["items"] == []


NARROWED = (
    ("need=untaken", [0, 2]),
    ("state=accepted", [1]),
    ("channel=PROV_PHONE", [2]),
    ("need=upward", [2]),
    ("officer=me", [0, 1, 2]),
    ("officer=nobody", []),
    ("q=0002", [1]),
    ("need=late", []),
    ("need=asked", []),
    ("round=2024&need=open", [0, 1, 2]),
)


def test_a_list_is_narrowed_by_what_can_be_asked_of_it(desk):
    numbers = [take(desk), take(desk), take(desk, channel="PROV_PHONE")]
    act(desk.officer, numbers[1], {"action": "accept"}, status=200)
    for query, expected in NARROWED:
        found = [line["number"] for line in desk.officer.get(f"/leads?{query}", status=200).json["items"]]
        assert found == [numbers[place] for place in expected], query


def test_what_is_about_ones_own_body_goes_up_and_is_not_found_any_more(desk):
    numbers = [take(desk), take(desk)]
    answer = desk.officer.post(
        f"/leads/{numbers[0]}/triage",
        {"scope": "unit", "concerns": desk.tree.university.code},
        headers={"If-Match": "*"},
        status=200,
    )
    assert answer.json == GONE
    assert take(desk, concerns=desk.tree.university.code) is None
    taken = read_last().number
    assert taken.startswith("HBX24-")
    unknown = desk.officer.get("/leads/LCX24-9999", status=404).json
    for number in (numbers[0], taken):
        answer = desk.officer.get(f"/leads/{number}", status=404).json
        assert answer["detail"].replace(number, "LCX24-9999") == unknown["detail"]
        desk.above.get(f"/leads/{number}", status=200)
    assert [line["number"] for line in desk.officer.get("/leads", status=200).json["items"]] == [numbers[1]]
    assert desk.officer.get(f"/leads?after={numbers[0]}").status_code == 422


def test_a_change_names_the_version_that_was_read(desk):
    number = take(desk)
    path = f"/leads/{number}"
    etag = desk.officer.get(path, status=200).headers["ETag"]
    desk.officer.get(path, headers={"If-None-Match": etag}, status=304)
    desk.officer.post(f"{path}/actions", {"action": "accept"}, status=428)
    desk.second.post(
        f"{path}/assignment", {"to": desk.second.ref, "reason": "值班"}, headers={"If-Match": etag}, status=200
    )
    stale = desk.officer.post(f"{path}/actions", {"action": "accept"}, headers={"If-Match": etag}, status=412)
    assert stale.json["code"] == "stale"
    assert desk.officer.get(path, status=200).json["officer"]["ref"] == desk.second.ref


def test_a_person_of_another_place_is_as_unknown_as_nobody(desk):
    number, elsewhere = take(desk), desk.caller("lead_officer", desk.other)
    for ref in (elsewhere.ref, "nobody23456"):
        body = {"to": ref, "reason": "值班"}
        desk.officer.post(f"/leads/{number}/assignment", body, headers={"If-Match": "*"}, status=404)


def test_choices_say_what_can_be_done_and_why_not_the_rest(desk):
    number = take(desk)
    found = {each["action"]: each for each in desk.officer.get(f"/leads/{number}/choices", status=200).json["items"]}
    assert found["accept"]["allowed"]
    assert found["decline"]["needs"] == ["reason"]
    assert set(found) == {"accept", "decline", "transfer", "merge"}


def test_supervisors_read_how_much_is_late(desk):
    take(desk)
    assert desk.supervisor.get("/late-leads", status=200).json == {"items": []}
    with clock.stopped_at(factories.NOON.replace(day=31)):
        items = desk.supervisor.get("/late-leads", status=200).json["items"]
    assert [(each["organisation"]["code"], each["late"]) for each in items] == [(desk.tree.university.code, 1)]


def test_a_supervisor_reopens_what_they_do_not_read_and_is_shown_nothing_of_it(desk):
    number = take(desk)
    act(desk.officer, number, {"action": "decline", "reason": "咨询"}, status=200)
    act(desk.second, number, {"action": "confirm_decline"}, status=200)
    body = {"action": "reopen", "reason": "上级要求复核"}
    stale = desk.supervisor.post(f"/leads/{number}/actions", body, headers={"If-Match": '"0.0"'}, status=412)
    assert "来电人" not in stale.get_data(as_text=True)
    answer = desk.supervisor.post(f"/leads/{number}/actions", body, headers={"If-Match": "*"}, status=200)
    assert answer.json == GONE
    desk.supervisor.get(f"/leads/{number}", status=404)
    accept = {"action": "accept"}
    desk.supervisor.post(f"/leads/{number}/actions", accept, headers={"If-Match": "*"}, status=404)
