import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from casework.screening.engine import screen
from casework.screening.rules.bursts import ENTRY_BURST
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, record

NIGHT = datetime(2024, 8, 30, 13, tzinfo=UTC)  # nine in the evening in Beijing, within five days of 31 August


def entry(student, *, at=NIGHT, operator="F1", new="12", old="70", role="辅导员"):
    return {
        "log_id": f"L{student}", "student_no": str(student), "operator": operator, "operator_role": role,
        "old_code": old, "new_code": new, "changed_at": at,
    }  # fmt: skip


def found(changes, *, rule=ENTRY_BURST, colleges=None, **settings):
    students = {row["student_no"] for row in changes}
    rows = [record(student, college=(colleges or {}).get(student, "甲学院")) for student in students]
    given = frames(records=rows, changes=changes)
    hits = screen(given, context=kit.CONTEXT, rules=[rule], settings={"entry_burst": settings}).hits
    return {hit.subject_key: hit for hit in hits}


@pytest.mark.parametrize(
    ("entries", "hit"),
    [
        ([entry(n) for n in range(12)], True),
        ([entry(n) for n in range(7)], False),  # below eight
        ([entry(n, new="801") for n in range(312)], False),  # admissions from a list
        ([entry(n, new="46") for n in range(36)], False),  # enlistments
        ([entry(n, new="10") for n in range(19)], False),  # a signing day
        ([entry(n, role="学生本人", operator=f"S{n}") for n in range(40)], False),
        ([entry(n, old="12", new="76") for n in range(20)], False),  # nobody became settled by it
        ([entry(n, at=NIGHT - timedelta(days=45)) for n in range(20)], False),  # far from any date
        ([entry(1, at=NIGHT + timedelta(minutes=n)) for n in range(20)], False),  # one graduate, twenty times
    ],
)
def test_only_many_weak_entries_by_staff_near_a_date_are_asked_about(entries, hit):
    assert bool(found(entries)) is hit


def test_who_always_enters_so_many_is_not_surprising():
    pace = [entry(n, at=NIGHT - timedelta(days=5 + n // 3)) for n in range(170)]
    assert found(pace + [entry(1000 + n) for n in range(12)]) == {}
    assert set(found([entry(1000 + n) for n in range(12)])) == {"operator:F1"}


def test_what_the_date_brings_to_everybody_is_the_season():
    crowd = [entry(100 * k + n, operator=f"F{k}") for k in range(10) for n in range(12)]
    assert found(crowd) == {}


def test_a_college_is_asked_only_for_what_its_operators_do_not_explain():
    one = [entry(n) for n in range(20)]
    many = [entry(100 + n, operator=f"G{n}") for n in range(14)]
    others = [entry(1000 + n, operator=f"H{n}", at=NIGHT - timedelta(days=30)) for n in range(6)]
    colleges = {str(n): "甲学院" for n in range(20)} | {str(100 + n): "乙学院" for n in range(14)}
    colleges |= {str(1000 + n): f"丙{n}学院" for n in range(6)}
    hits = found(one + many + others, colleges=colleges)
    assert {key: hit.level for key, hit in hits.items()} == {"operator:F1": "operator", "college:乙学院": "unit"}
    assert len(hits["college:乙学院"].student_nos) == 14


def test_the_sample_shows_both_bursts_and_accuses_neither_list_nor_signing_day(university):
    truth = {row["unit"]: row["label"] for row in kit.rows(kit.TRUTH / "unit_truth.csv") if row["rule"] == "R24"}
    hits = screen(university, context=kit.CONTEXT, rules=[ENTRY_BURST]).hits
    assert {hit.subject_key for hit in hits} == {
        f"operator:{one}" for one, label in truth.items() if label == "problem"
    }
    told = {row["student_no"]: row["label"] for row in kit.rows(kit.TRUTH / "record_truth.csv") if row["rule"] == "R24"}
    people = {number for hit in hits for number in hit.student_nos}
    assert {number for number, label in told.items() if label == "problem"} == people


def test_counting_whatever_is_entered_in_an_hour_would_accuse_the_lists(university):
    # The naive reading: twenty entries of one account in a clock hour.
    naive = replace(
        ENTRY_BURST,
        judge=None,
        mixed=False,
        settings=(),
        sql="""
        SELECT 'operator:' || operator AS subject, list_sort(list(DISTINCT student_no)) AS student_nos,
               [CAST(date_trunc('hour', changed_at) AS VARCHAR)] AS matters, {'entries': count(*)} AS observed
        FROM changes WHERE operator_role <> '学生本人'
        GROUP BY operator, date_trunc('hour', changed_at) HAVING count(*) >= 20""",
    )
    hits = screen(university, context=kit.CONTEXT, rules=[naive]).hits
    assert {"operator:J0001", "operator:J0002"} <= {hit.subject_key for hit in hits}


def _ordinary_season(seed):
    """Twelve weeks of work of sixty operators, more of it towards the end of June and before every date."""
    chance = random.Random(seed)  # noqa: S311 - a made-up log
    start, entries = datetime(2024, 6, 1, 2, tzinfo=UTC), []
    for k in range(60):
        busy = chance.uniform(0.02, 0.4)
        for day in range(92):
            at = start + timedelta(days=day)
            rush = 2.5 if at.day in {1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 27, 28, 29, 30, 31} else 1.0
            how_many = sum(chance.random() < busy * rush / 4 for _ in range(4))
            entries += [entry(len(entries) + n, at=at, operator=f"F{k}") for n in range(how_many)]
    return entries


@pytest.mark.parametrize("seed", range(6))
def test_an_ordinary_season_accuses_nobody_and_planted_bursts_stand_out(seed):
    entries = _ordinary_season(seed)
    colleges = {row["student_no"]: f"{row['operator'][-1]}学院" for row in entries}
    assert found(entries, colleges=colleges) == {}
    planted = [entry(90000 + 100 * k + n, operator=f"F{k}") for k in (7, 23) for n in range(16)]
    assert set(found(entries + planted, colleges=colleges)) == {"operator:F7", "operator:F23"}
