"""Frames of a few rows, for one rule at a time."""

from dataclasses import replace

from casework.screening.engine import screen
from tests.casework.screening import kit

COMPANY = "91420600MY2RT13M2C"
OTHER = "91420100MYF42CWF5K"
THIRD = "91420100MYPMA9025W"


def record(number, **values):
    """A sound record of 10 signed in June at a known company, but for the given values."""
    sound = {
        "student_no": str(number),
        "college": "甲学院",
        "destination_code": "10",
        "signing_date": kit._day("2024-06-01"),
        "graduation_date": kit._day("2024-06-20"),
        "employer_name": "甲有限公司",
        "credit_code": COMPANY,
        "cohort_year": 2024,
    }
    return sound | values


def employer(**values):
    sound = {
        "credit_code": COMPANY,
        "name": "甲有限公司",
        "status": "存续",
        "founded_date": kit._day("2010-01-01"),
        "insured_headcount": 100,
        "nature_code": "39",
    }
    return sound | values


def frames(*, codes=None, **rows):
    given = {name: kit.frame(name, values) for name, values in rows.items()}
    return given | {"codes": codes or kit.codes()}


def observed(rule, given, *, context=kit.CONTEXT, settings=None):
    """Return what the rule observes, by subject; it must have run."""
    found = screen(given, context=context, rules=[rule], settings=settings or {})
    assert found.runs[0].ran
    return {hit.subject_key: hit.observed for hit in found.hits}


def naive(rule, *changes):
    """Return the rule with parts of its SQL replaced: what somebody would have written who does not know the decoys."""
    sql = rule.sql
    for guarded, simple in changes:
        assert guarded in sql
        sql = sql.replace(guarded, simple)
    kept = tuple(setting for setting in rule.settings if f"${setting.name}" in sql)
    return replace(rule, sql=sql, settings=kept)
