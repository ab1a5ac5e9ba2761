"""Many steps in one request: each by itself, with a result of its own."""

import pytest

from casework.doors import unit


def ask(caller, items, *, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return caller.post("/case-actions", {"items": items}, headers=headers, status=200).json["items"]


def begin(caller, number, **rest):
    return {"number": number, "action": "begin", "if_match": caller.etag(number)} | rest


def test_each_item_has_a_result_of_its_own(world, investigator):
    good, unowned, elsewhere = (
        world.case(owner=investigator),
        world.case(),
        world.case(organisation=world.other),
    )
    items = [
        begin(investigator, unowned),
        begin(investigator, good),
        {"number": elsewhere, "action": "begin", "if_match": "*"},
        {"number": good, "action": "begin"},
        {"number": good, "action": "begin", "if_match": '"0.0"'},
    ]
    results = ask(investigator, items)
    assert [row["status"] for row in results] == [409, 200, 404, 428, 412]
    assert [row["number"] for row in results] == [item["number"] for item in items]
    assert results[1]["etag"] == investigator.etag(good)
    assert results[0]["problem"]["reasons"]
    assert results[4]["problem"]["sent"]["value"]["number"] == good
    assert investigator.get(f"/cases/{unowned}").json["state"] == "flagged"


def test_one_bad_item_in_the_form_stops_all(world, investigator):
    number = world.case(owner=investigator)
    answer = investigator.post(
        "/case-actions", {"items": [begin(investigator, number), {"number": number, "action": "fly"}]}, status=422
    )
    assert set(answer.json["fields"]) == {"items.1.action"}
    assert investigator.get(f"/cases/{number}").json["state"] == "flagged"


def test_a_request_that_broke_off_is_sent_again_and_does_the_rest(world, investigator, monkeypatch):
    numbers = [world.case(owner=investigator) for _ in range(2)]
    items = [begin(investigator, number) for number in numbers]
    done = []
    seal = unit.journal.seal

    def break_off():
        if done:
            raise KeyboardInterrupt
        done.append(seal())

    monkeypatch.setattr(unit.journal, "seal", break_off)
    with pytest.raises(KeyboardInterrupt):
        ask(investigator, items, key="bulk")
    monkeypatch.undo()
    assert [investigator.get(f"/cases/{number}").json["state"] for number in numbers] == ["investigating", "flagged"]
    assert [row["status"] for row in ask(investigator, items, key="bulk")] == [200, 200]
    assert investigator.get(f"/cases/{numbers[1]}").json["state"] == "investigating"
