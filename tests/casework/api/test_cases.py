"""Cases over HTTP: who sees them, which version is changed, what the rules say, and what a refusal leaves behind."""

import pytest

from casework.cases.models import Case
from casework.db import db
from casework.journal import LOOKS, JournalEntry

VERIFICATION = {"method": "phone", "evidence_class": "graduate", "result": "supports", "supplied_by": "graduate"}


def test_the_list_shows_what_is_in_sight_and_nothing_else(world, investigator):
    mine, _ = world.case(), world.case(organisation=world.other)
    found = investigator.get("/cases", status=200).json
    assert [line["number"] for line in found["items"]] == [mine]
    assert found["next"] is None


def test_outside_the_scope_and_nonexistent_are_told_apart_by_nothing_but_the_number(world, investigator):
    elsewhere = world.case(organisation=world.other)
    answers = [
        investigator.get(f"/cases/{number}", status=404).get_data(as_text=True) for number in (elsewhere, "ZZ24-0001")
    ]
    assert answers[0].replace(elsewhere, "…") == answers[1].replace("ZZ24-0001", "…")


FILTERS = (
    ("state=flagged", {"flagged"}),
    ("state=investigating", {"investigating"}),
    ("severity=critical", {"investigating"}),
    ("owner=me", {"investigating"}),
    ("owner=nobody", {"flagged"}),
    ("overdue=false", {"flagged", "investigating"}),
    ("overdue=true", set()),
    ("q=lc24", {"flagged", "investigating"}),
    ("q=zz", set()),
    ("q=%25", set()),
    ("rule=GRADUATE_DENIES", {"flagged"}),
    ("round=2024", {"flagged", "investigating"}),
    ("organisation=NONE", set()),
)


def test_filters_narrow_the_list(world, investigator):
    world.case(rule="GRADUATE_DENIES")
    world.case(owner=investigator, state="investigating", severity="critical")
    for query, found in FILTERS:
        listed = investigator.get(f"/cases?{query}", status=200).json["items"]
        assert {line["state"] for line in listed} == found, query


def test_a_case_is_answered_with_its_version_and_not_again_when_it_is_known(world, investigator):
    number = world.case()
    first = investigator.get(f"/cases/{number}", status=200)
    assert first.json["etag"] == first.headers["ETag"]
    again = investigator.get(f"/cases/{number}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_every_addition_changes_the_version(world, investigator):
    number = world.case(owner=investigator, state="investigating")
    before = investigator.etag(number)
    after = investigator.post(f"/cases/{number}/notes", {"words": "电话未接"}, status=201).headers["ETag"]
    assert before != after == investigator.etag(number)


def test_persons_are_masked_wherever_they_are_named(world, investigator):
    number = world.case(owner=investigator, state="investigating")
    record = db.session.query(Case).filter_by(number=number).one().records[0].record
    words = f"已联系{record.name}（{record.student_no}）"
    text = investigator.post(f"/cases/{number}/notes", {"words": words}, status=201).get_data(as_text=True)
    assert record.name not in text
    assert record.student_no not in text
    assert "欧阳**" in text
    assert investigator.get(f"/cases/{number}").json["story"][-1]["words"].startswith("已联系欧阳**（2020")


def test_a_change_without_a_version_is_refused(world, investigator):
    number = world.case(owner=investigator)
    answer = investigator.post(f"/cases/{number}/actions", {"action": "begin"}, status=428)
    assert "If-Match" in answer.json["detail"]
    assert investigator.get(f"/cases/{number}").json["state"] == "flagged"


@pytest.mark.parametrize("sent", ['"0.0"', 'W/"{version}"', '""', "nonsense", "   "])
def test_a_change_of_another_version_is_refused_with_both(world, investigator, sent):
    number = world.case(owner=investigator)
    etag = investigator.etag(number)
    sent = sent.replace("{version}", etag.strip('"'))
    answer = investigator.act(number, {"action": "begin"}, etag=sent, status=412).json
    assert answer["current"]["etag"] == etag
    assert answer["current"]["value"]["state"] == "flagged"
    assert answer["sent"]["value"] == {"action": "begin"}
    assert investigator.get(f"/cases/{number}").json["state"] == "flagged"


@pytest.mark.parametrize("sent", ["{version}", "*", '"other", {version}'])
def test_the_present_version_is_changed(world, investigator, sent):
    number = world.case(owner=investigator)
    sent = sent.replace("{version}", investigator.etag(number))
    answer = investigator.act(number, {"action": "begin"}, etag=sent, status=200)
    assert answer.json["state"] == "investigating"
    assert answer.headers["ETag"] == investigator.etag(number)


def test_of_two_changes_of_one_version_the_second_is_refused(world, investigator):
    number = world.case(owner=investigator)
    etag = investigator.etag(number)
    investigator.act(number, {"action": "begin"}, etag=etag, status=200)
    investigator.act(number, {"action": "begin"}, etag=etag, status=412)


def test_the_rules_answer_with_every_reason(world, investigator):
    number = world.case(owner=investigator, state="investigating")
    answer = investigator.act(number, {"action": "conclude", "conclusion": "unfounded"}, status=409).json
    assert answer["reasons"]
    assert {"code", "detail"} == answer["reasons"][0].keys()
    assert answer["detail"] == answer["reasons"][0]["detail"]


def test_reasons_name_states_in_words(world, investigator):
    number = world.case(owner=investigator, state="investigating")
    detail = investigator.act(number, {"action": "begin"}, status=409).json["detail"]
    assert "核查中" in detail
    assert "Words" not in detail
    assert "(" not in detail


def test_seeing_is_not_changing(world):
    auditor, number = world.caller("auditor"), world.case()
    auditor.get(f"/cases/{number}", status=200)
    answer = auditor.act(number, {"action": "begin"}, status=403).json
    assert answer["code"] == "not_permitted"
    assert "、" in answer["detail"]


def test_choices_say_what_is_open_and_why_the_rest_is_not(world, investigator):
    number = world.case(owner=investigator)
    found = {row["action"]: row for row in investigator.get(f"/cases/{number}/choices", status=200).json["items"]}
    assert found["begin"]["allowed"]
    assert not found["merge"]["allowed"]
    assert found["merge"]["reasons"][0]["code"] == "not_permitted"


def test_a_case_travels_to_its_conclusion(world, investigator, supervisor):
    number = world.case()
    etag = supervisor.etag(number)
    supervisor.post(f"/cases/{number}/assignment", {"to": investigator.ref}, headers={"If-Match": etag}, status=200)
    investigator.act(number, {"action": "begin"}, status=200)
    investigator.post(f"/cases/{number}/verifications", VERIFICATION, status=201)
    investigator.act(number, {"action": "conclude", "conclusion": "unfounded", "note": "单位证实"}, status=200)
    done = supervisor.act(number, {"action": "accept"}, status=200).json
    assert (done["state"], done["conclusion"]) == ("corrected", "unfounded")
    assert done["accepted_at"]


def test_nobody_is_assigned_from_elsewhere(world, supervisor):
    stranger, number = world.caller("investigator", world.other), world.case()
    headers = {"If-Match": supervisor.etag(number)}
    known = supervisor.post(f"/cases/{number}/assignment", {"to": stranger.ref}, headers=headers, status=404)
    unknown = supervisor.post(f"/cases/{number}/assignment", {"to": "nobody"}, headers=headers, status=404)
    assert known.data == unknown.data


def test_the_full_identity_needs_a_reason_and_leaves_a_trace(world, investigator):
    number = world.case(owner=investigator, state="investigating")
    ref = investigator.get(f"/cases/{number}").json["records"][0]["ref"]
    refused = investigator.post(f"/cases/{number}/unmask", {"record": ref, "reason": " "}, status=422)
    assert set(refused.json["fields"]) == {"reason"}
    assert looks() == 0
    shown = investigator.post(f"/cases/{number}/unmask", {"record": ref, "reason": "电话核实"}, status=200).json
    assert (shown["name"], shown["phone"]) == ("欧阳晓明", "13812346021")
    assert "id_number" not in shown
    assert looks() == 1


def test_a_look_is_journalled_each_time_even_under_one_key(world, investigator):
    number = world.case(owner=investigator, state="investigating")
    ref = investigator.get(f"/cases/{number}").json["records"][0]["ref"]
    for _ in range(2):
        body = {"record": ref, "reason": "电话核实"}
        investigator.post(f"/cases/{number}/unmask", body, headers={"Idempotency-Key": "look"}, status=200)
    assert looks() == 2


def test_severity_is_raised_freely_and_lowered_by_a_supervisor(world, investigator, supervisor):
    number = world.case(owner=investigator)

    def change(caller, severity, status, **rest):
        headers = {"If-Match": caller.etag(number)}
        return caller.post(f"/cases/{number}/severity", {"severity": severity} | rest, headers=headers, status=status)

    change(investigator, "high", 200)
    change(investigator, "low", 409)
    assert change(supervisor, "low", 200, reason="证据不足").json["severity"] == "low"


def test_a_hold_is_asked_for_by_one_and_decided_by_another(world, investigator, supervisor):
    number = world.case(owner=investigator, state="investigating")
    asked = investigator.post(
        f"/cases/{number}/holds", {"reason": "等待回函", "until_on": "2100-01-01"}, status=201
    ).json
    path = f"/cases/{number}/holds/{asked['holds'][0]['ref']}"
    decided = supervisor.post(
        f"{path}/decision", {"approve": True}, headers={"If-Match": asked["etag"]}, status=200
    ).json
    assert decided["holds"][0]["state"] == "running"
    ended = investigator.post(f"{path}/end", headers={"If-Match": decided["etag"]}, status=200).json
    assert ended["holds"][0]["state"] == "ended"


def test_a_plan_is_written_and_done(world, investigator):
    number = world.case(owner=investigator, state="investigating", kind="conduct")
    plan = {
        "goal": "取消与就业挂钩的考核",
        "responsible": "李梦洁",
        "due_on": "2024-08-20",
        "measures": [{"text": "废止文件", "responsible": "李梦洁", "due_on": "2024-08-10"}],
    }
    path = f"/cases/{number}/rectification"
    written = investigator.put(path, plan, headers={"If-Match": investigator.etag(number)}, status=200).json
    done = investigator.post(
        f"{path}/0/done", {"done_on": "2024-08-09"}, headers={"If-Match": written["etag"]}, status=200
    ).json
    assert done["rectification"]["measures"][0]["done_on"] == "2024-08-09"


def looks() -> int:
    return db.session.query(JournalEntry).filter_by(chain=LOOKS).count()
