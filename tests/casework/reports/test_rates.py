import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import casework.rounds
from casework.reports.rates import DEFINITIONS, TOTAL, graduates, rates

CODES = Path(casework.rounds.__file__).parent / "data/2024/destination_codes.csv"
TABLE = list(csv.DictReader(CODES.read_text(encoding="utf-8-sig").splitlines()))
GROUP = {"2021": "group_2021_zh", "2024": "group_2024_zh"}


def rate(counts, version, name):
    return next(found for found in rates(counts) if (found.version, found.name) == (version, name))


@given(st.dictionaries(st.sampled_from([row["code"] for row in TABLE] + ["", "99"]), st.integers(0, 20_000)))
def test_both_definitions_give_the_same_total(counts):
    old, new = rate(counts, "2021", TOTAL), rate(counts, "2024", TOTAL)
    assert (old.numerator, old.denominator) == (new.numerator, new.denominator)
    for version, whole in (("2021", old), ("2024", new)):
        parts = [one for one in rates(counts) if one.version == version and one.part and one.name != TOTAL]
        assert sum(part.numerator for part in parts) == whole.numerator


def test_a_definition_that_forgets_to_move_code_12_would_be_seen():
    forgetful = {**DEFINITIONS["2024"], "单位就业率": DEFINITIONS["2021"]["协议和合同就业率"]}
    codes = {code for part in forgetful.values() for code in part}
    assert codes != {code for part in DEFINITIONS["2021"].values() for code in part}


@pytest.mark.parametrize("version", ["2021", "2024"])
def test_the_definitions_agree_with_the_code_table(version):
    counted = {row["code"] for row in TABLE if row["level"] == "1" and row["counts_in_settled_rate"] == "1"}
    assert {code for part in DEFINITIONS[version].values() for code in part} == counted
    for row in TABLE:
        named = [name for name, codes in DEFINITIONS[version].items() if row["code"] in codes]
        assert named == ([row[GROUP[version]] + "率"] if row["code"] in counted else [])


def test_the_denominator_is_all_graduates_unknown_codes_included():
    counts = {"11": 6, "703": 2, "99": 1, "": 1, "65": 5}
    assert graduates(counts) == 10
    assert (rate(counts, "2024", TOTAL).numerator, rate(counts, "2024", TOTAL).percent) == (6, "60.00%")


@pytest.mark.parametrize(
    ("settled", "rest", "shown"),
    [(0, 0, "—"), (0, 3, "0.00%"), (1, 2, "33.33%"), (2, 1, "66.67%"), (1, 1599, "0.06%"), (1, 799, "0.13%")],
)
def test_percentages_are_rounded_half_up(settled, rest, shown):
    assert rate({"10": settled, "70": rest}, "2024", TOTAL).percent == shown


def test_flexible_employment_keeps_its_meaning_and_is_no_part_of_the_2024_sum():
    counts = {"12": 3, "76": 2, "70": 5}
    watched = rate(counts, "2024", "灵活就业率（监测指标）")
    assert (watched.numerator, watched.part) == (5, False)
    assert rate(counts, "2021", "灵活就业率").numerator == 5
