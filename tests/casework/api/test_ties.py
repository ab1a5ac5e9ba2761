"""Programs declare, ask above and file mandates by the same rules as the pages."""

from datetime import timedelta

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.people.models import Relation
from casework.reports.models import Mandate


def student_of(number):
    db.session.rollback()
    return db.session.query(Case).filter_by(number=number).one().records[0].record.student_no


def test_a_tie_is_declared_listed_masked_and_withdrawn_and_takes_the_case_off_its_owner(
    world, investigator, supervisor
):
    number = world.case(owner=investigator, state="investigating")
    student = student_of(number)
    made = investigator.post("/me/ties", {"kind": "kin", "value": student}, status=201).json
    assert (made["cases"], made["leads"], made["tie"]["label"]) == ([number], [], "近亲属")
    assert student not in str(made)
    assert investigator.get(f"/cases/{number}", status=200).json["owner"] is None
    listed = supervisor.get(f"/people/{investigator.ref}/ties", status=200).json["items"]
    assert [row["ref"] for row in listed] == [made["tie"]["ref"]]
    stranger = world.caller("supervisor", world.other)
    wrong = (
        (investigator.post("/me/ties", {"kind": "kin", "value": student}), 409),
        (investigator.post("/me/ties", {"kind": "friend", "value": student}), 422),
        (investigator.post("/me/ties", {"kind": "kin", "value": "?"}), 422),
        (supervisor.post(f"/people/{investigator.ref}/ties", {"kind": "kin", "value": student}), 422),
        (investigator.get(f"/people/{supervisor.ref}/ties"), 403),
        (stranger.get(f"/people/{investigator.ref}/ties"), 404),
        (stranger.post(f"/ties/{listed[0]['ref']}/withdrawal", {"reason": "x"}), 404),
        (investigator.post("/ties/nosuchtie/withdrawal", {"reason": "x"}), 404),
    )
    assert [answer.status_code for answer, _ in wrong] == [status for _, status in wrong]
    ended = supervisor.post(f"/ties/{listed[0]['ref']}/withdrawal", {"reason": "已核实"}, status=200).json
    assert ended["why_withdrawn"] == "已核实"
    db.session.rollback()
    assert db.session.query(Relation).count() == 1


def test_the_level_above_is_asked_gives_back_and_takes_over(world, investigator, supervisor):
    province = world.caller("supervisor", world.tree.province)
    number = world.case(owner=investigator, state="investigating")
    asked = supervisor.post(f"/cases/{number}/referral", {"reason": "人员均与当事人相识"}, status=201).json
    assert (asked["cause"], asked["outcome"]) == ("by_hand", "")
    assert [row["ref"] for row in province.get("/referrals", status=200).json["items"]] == [asked["ref"]]
    assert supervisor.get("/referrals", status=200).json["items"] == []
    assert supervisor.post(f"/referrals/{asked['ref']}/return", {"reason": "x"}).status_code == 404
    back = province.post(f"/referrals/{asked['ref']}/return", {"reason": "请改派"}, status=200).json
    assert (back["outcome"], back["answer"]) == ("given_back", "请改派")
    investigator.post(f"/cases/{number}/referral", {"reason": "再次请求"}, status=201)
    etag = {"If-Match": province.etag(number)}
    assert supervisor.post(
        f"/cases/{number}/take-over", {"reason": "x"}, headers={"If-Match": supervisor.etag(number)}
    ).status_code == 403  # fmt: skip
    taken = province.post(
        f"/cases/{number}/take-over", {"reason": "同意", "to": province.ref}, headers=etag, status=200
    )
    assert taken.json["owner"]["ref"] == province.ref
    assert province.get("/referrals", status=200).json["items"] == []


def test_a_mandate_is_filed_for_a_while_listed_and_revoked(world, supervisor):
    holder, delegate = world.caller("party_leader"), world.caller("vice_leader")
    today = clock.today()
    body = {
        "organisation": world.tree.university.code, "round": world.round.code, "slot": "party_leader",
        "delegate": delegate.ref, "principal": holder.ref, "valid_from": today.isoformat(),
        "valid_to": today.isoformat(), "document": "授权3号", "reason": "外出",
    }  # fmt: skip
    too_long = body | {"valid_to": (today + timedelta(days=92)).isoformat()}
    assert supervisor.post("/mandates", too_long).status_code == 422
    assert delegate.post("/mandates", body).status_code == 403
    db.session.rollback()
    assert db.session.query(Mandate).count() == 0
    made = supervisor.post("/mandates", body, status=201).json
    assert made["standing"] is True
    assert [row["ref"] for row in holder.get("/mandates", status=200).json["items"]] == [made["ref"]]
    assert delegate.post(f"/mandates/{made['ref']}/revocation").status_code == 403
    assert supervisor.post(f"/mandates/{made['ref']}/revocation", status=200).json["standing"] is False
