"""The audit for programs: the same entries and questions as the pages, by the same rules."""

from datetime import datetime

import pytest

from casework import clock, journal
from casework.doors.unit import unit_of_work
from casework.operations.ask_reading import ask_reading

LOOKED = 40
NOON = datetime(2026, 7, 29, 12, tzinfo=clock.BEIJING)


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.stopped_at(NOON):
        yield


@pytest.fixture
def read(world):
    """Let an investigator open a file more often than anybody does, and judge the day."""
    investigator = world.caller("investigator")
    with unit_of_work():
        for _ in range(LOOKED):
            journal.record(
                organisation_id=world.tree.university.id,
                action="evidence:open",
                actor=str(investigator.person.id),
                subject="LC24-9999",
                chain=journal.LOOKS,
            )
    with unit_of_work():
        ask_reading(clock.today())
    return investigator


def test_entries_come_by_pages_as_sentences(world, read):
    auditor = world.caller("auditor")
    first = auditor.get("/audit?group=look", status=200).json
    assert (len(first["items"]), first["next"]) == (LOOKED, "")
    line = first["items"][0]
    assert line["sentence"] == "打开了案件 LC24-9999 的一份材料"
    assert (line["account"], line["group"], line["reason"]) == (read.person.login, "look", "")
    assert auditor.get(f"/audit?account={read.person.login}&subject=LC24-9998", status=200).json["items"] == []
    read.get("/audit", status=403)
    refused = auditor.get("/audit?group=refusal", status=200).json["items"]
    assert [(each["door"], each["network"], each["account"]) for each in refused] == [
        ("api", "127.0.0.0/24", read.person.login)
    ]
    for wrong in ("group=x", "since=2024-02-30", "since=2024-02-01&until=2024-01-01"):
        auditor.get(f"/audit?{wrong}", status=422)
    auditor.get("/audit?organisation=NOWHERE", status=404)


def test_a_question_is_answered_once_by_whom_it_was_put_to(world, supervisor, read):
    auditor = world.caller("auditor")
    question = supervisor.get("/audit/questions", status=200).json["items"][0]
    assert (question["kind"], question["mine"], question["account"]) == ("bulk", True, read.person.login)
    assert auditor.get("/audit/questions", status=200).json["items"][0]["mine"] is False
    address = f"/audit/questions/{question['ref']}/answer"
    said = {"outcome": "explained", "words": "集中核对签约材料。"}
    auditor.post(address, said, status=403)
    read.post(address, said, status=404)
    supervisor.post(address, said | {"words": " "}, status=422)
    assert supervisor.post(address, said, status=200).json["answer"] == "集中核对签约材料。"
    supervisor.post(address, said, status=409)
