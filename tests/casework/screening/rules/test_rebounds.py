from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casework.screening.engine import screen
from casework.screening.rules.rebounds import RECTIFIED_THEN_RAISED
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, record

FILED = datetime(2024, 8, 5, 9, 30, tzinfo=UTC)
LATER = FILED + timedelta(days=20)


def change(student, at, *, old="70", new="12", operator="F1", role="辅导员", was=None, now="甲有限公司"):
    return {
        "log_id": f"L{student}{at:%m%d}", "student_no": str(student), "changed_at": at, "operator": operator,
        "operator_role": role, "old_code": old, "new_code": new, "old_employer": was, "new_employer": now,
    }  # fmt: skip


def places(changes):
    """Give every operator a college of its own, by students."""
    return {row["student_no"]: f"{row['operator']}的学院" for row in changes}


def found(changes, *, rule=RECTIFIED_THEN_RAISED, closings=({"closed_at": FILED},), colleges=None):
    students = {row["student_no"] for row in changes}
    rows = [record(student, college=(colleges or {}).get(student, "甲学院")) for student in students]
    given = frames(records=rows, changes=changes, closings=list(closings))
    return screen(given, context=kit.CONTEXT, rules=[rule]).hits


def trickle(operators=30):
    """One or two late hires an operator over the weeks after the report, as they really come."""
    return [
        change(1000 + 10 * k + n, FILED + timedelta(days=1 + (7 * k + 11 * n) % 25), operator=f"F{k}")
        for k in range(operators)
        for n in range(1 + k % 2)
    ]


def put_right(student=1, *, days=4, **changed):
    return [
        change(student, FILED - timedelta(days=days), old="10", new="70", was="甲有限公司", now=None, operator="C1"),
        change(student, LATER, **{"old": "70", "new": "12", "operator": "F9"} | changed),
    ]


def test_late_hires_that_trickle_are_not_asked_about():
    assert found(trickle()) == found(trickle(), colleges=places(trickle())) == ()


@pytest.mark.parametrize(("per_day", "days", "hit"), [(12, 1, True), (3, 4, True), (1, 6, False), (2, 1, False)])
def test_a_jump_is_asked_about_and_its_change_point_dated(per_day, days, hit):
    planted = [
        change(90000 + 100 * day + n, LATER + timedelta(days=day), operator="F3")
        for day in range(days)
        for n in range(per_day)
    ]
    hits = found(trickle() + planted)
    assert [each.subject_key for each in hits] == ["operator:F3"] * hit
    if hit:
        assert hits[0].observed["first_day"] == "2024-08-25"
        assert {row["student_no"] for row in planted} <= set(hits[0].student_nos)
        assert len(hits[0].student_nos) <= len(planted) + 2


def test_a_college_whose_operators_each_raise_a_few_is_asked_as_one():
    planted = [change(90000 + n, LATER + timedelta(hours=n % 5), operator=f"G{n}") for n in range(14)]
    (hit,) = found(trickle() + planted, colleges=places(trickle()))
    assert (hit.subject_key, hit.level, len(hit.student_nos)) == ("college:甲学院", "unit", 14)


@pytest.mark.parametrize(
    ("changed", "hit"),
    [
        ({}, True),
        ({"now": "甲有限责任公司"}, True),  # the same employer, spelt otherwise
        ({"now": "乙有限公司"}, False),  # another employer: a new job
        ({"new": "11"}, False),  # a labour contract in place of the agreement
        ({"role": "学生本人", "operator": "S1"}, False),
        ({"days": 60}, False),  # voided long before the self-check
        ({"new": "701"}, False),
    ],
)
def test_what_was_put_right_and_came_back_is_asked_about_one_by_one(changed, hit):
    hits = found(put_right(**changed))
    assert [(each.subject_key, each.observed["back"]) for each in hits] == [("operator:F9", True)] * hit


def test_a_case_of_its_own_closes_a_record_before_any_report_does():
    own = ({"student_no": "1", "closed_at": FILED},)
    assert len(found(put_right(), closings=own)) == 1
    assert found(put_right(), closings=({"student_no": "2", "closed_at": FILED},)) == ()
    assert found(put_right(), closings=()) == ()


def test_the_sample_shows_every_change_that_was_planted_and_no_late_hire(university):
    truth = {
        row["student_no"]: row["label"] for row in kit.rows(kit.TRUTH / "record_truth.csv") if row["rule"] == "R25"
    }
    hits = screen(university, context=kit.CONTEXT, rules=[RECTIFIED_THEN_RAISED]).hits
    people = {number for hit in hits for number in hit.student_nos}
    assert people == {number for number, label in truth.items() if label == "problem"}
    assert sum(label == "benign" for label in truth.values()) == 136


def test_asking_about_every_change_after_the_report_would_accuse_the_late_hires(university):
    naive = replace(
        RECTIFIED_THEN_RAISED,
        judge=None,
        mixed=False,
        settings=(),
        sql="""
        SELECT 'operator:' || operator AS subject, list_sort(list(DISTINCT student_no)) AS student_nos,
               ['raised'] AS matters, {'graduates': count(*)} AS observed
        FROM changes CROSS JOIN (SELECT min(closed_at) AS closed_at FROM closings)
        WHERE changed_at > closed_at AND left(old_code, 2) IN ('70', '71', '72') GROUP BY operator""",
    )
    truth = {
        row["student_no"]: row["label"] for row in kit.rows(kit.TRUTH / "record_truth.csv") if row["rule"] == "R25"
    }
    hits = screen(university, context=kit.CONTEXT, rules=[naive]).hits
    accused = {number for hit in hits for number in hit.student_nos if truth.get(number) == "benign"}
    assert len(accused) == 136
