from dataclasses import replace

import pytest

from casework.screening.engine import screen
from casework.screening.rules.mills import CERTIFICATE_MILL, NEW_EMPLOYER_NO_INSURED
from tests.casework.screening import kit
from tests.casework.screening.rules.province import province
from tests.casework.screening.rules.small import COMPANY, employer, frames, observed, record

SEEDS = (1, 2, 3)


def accused(rule, made, *, settings=None):
    found = screen(made.frames(), context=kit.CONTEXT, rules=[rule], settings={rule.code: settings or {}})
    return {hit.subject_key for hit in found.hits}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_mill_is_found_and_nobody_else(seed):
    made = province(seed)
    assert accused(CERTIFICATE_MILL, made) == made.of_kind("mill")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_fresh_employer_without_staff_is_found_and_nobody_else(seed):
    made = province(seed)
    assert accused(NEW_EMPLOYER_NO_INSURED, made) == made.of_kind("fresh")


GUARDS = [
    (CERTIFICATE_MILL, "NOT names_any(coalesce(firms.name, employer_name), $dispatch_words)", "decoy dispatch"),
    (CERTIFICATE_MILL, "certified >= $certificate_share * n", "decoy unknown"),
    (NEW_EMPLOYER_NO_INSURED, "NOT branch", "decoy fresh branch"),
    (
        NEW_EMPLOYER_NO_INSURED,
        "NOT coalesce(list_contains($public_natures, nature_code), FALSE)",
        "decoy fresh school",
    ),
    (NEW_EMPLOYER_NO_INSURED, "coalesce(insured, 0) = 0", "decoy fresh insured"),
]


@pytest.mark.parametrize(("rule", "guard", "decoy"), GUARDS)
def test_without_a_guard_its_decoy_would_be_accused(rule, guard, decoy):
    made = province()
    assert guard in rule.sql
    used = [setting for setting in rule.settings if f"${setting.name}" in rule.sql.replace(guard, "TRUE")]
    naive = replace(rule, sql=rule.sql.replace(guard, "TRUE"), settings=tuple(used))
    assert accused(naive, made) & made.of_kind(decoy)
    assert not accused(rule, made) & made.of_kind("decoy")


def test_a_branch_and_a_hospital_would_be_accused_where_no_headcount_means_none():
    made = province()
    naive = replace(
        CERTIFICATE_MILL, sql=CERTIFICATE_MILL.sql.replace("WHEN insured IS NOT NULL", "WHEN TRUE")
        .replace("$ratio * (insured + 1)", "$ratio * (coalesce(insured, 0) + 1)"),
    )  # fmt: skip
    assert {"decoy branch", "decoy hospital"} <= {made.kinds[code] for code in accused(naive, made)}


@pytest.mark.parametrize(
    ("insured", "universities", "found"), [(7, 5, True), (8, 5, False), (7, 4, False), (0, 5, True)]
)
def test_a_mill_has_as_many_graduates_as_people_and_from_five_universities(insured, universities, found):
    rows = [record(n, university=f"第{n % universities}大学") for n in range(8)]
    assert (
        bool(observed(CERTIFICATE_MILL, frames(records=rows, employers=[employer(insured_headcount=insured)]))) is found
    )


@pytest.mark.parametrize(
    ("graduates", "days", "found"), [(5, 180, True), (5, 181, False), (4, 10, False), (5, -3, True)]
)
def test_fresh_means_half_a_year_before_signing(graduates, days, found):
    founded = kit._day("2024-06-01").toordinal() - days
    known = employer(insured_headcount=0, founded_date=kit._day("2024-06-01").fromordinal(founded))
    given = frames(records=[record(n) for n in range(graduates)], employers=[known])
    found_there = observed(NEW_EMPLOYER_NO_INSURED, given)
    assert (set(found_there) == {COMPANY}) is found
