import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import casework.rounds
from casework.reports.rates import definitions, graduates, rates, shipped

FOLDER = Path(casework.rounds.__file__).parent / "data/2024"
TABLE = list(csv.DictReader((FOLDER / "destination_codes.csv").read_text(encoding="utf-8-sig").splitlines()))
GROUP = {"2021": "group_2021_zh", "2024": "group_2024_zh"}
TOTAL = "毕业去向落实率"


def rate(counts, version, name):
    return next(found for found in rates(counts) if (found.version, found.name) == (version, name))


def codes_of(version, *parts):
    return {code for each in shipped() if each.version == version and each.part in parts for code in each.codes}


@given(st.dictionaries(st.sampled_from([row["code"] for row in TABLE] + ["", "99"]), st.integers(0, 20_000)))
def test_both_definitions_give_the_same_total(counts):
    old, new = rate(counts, "2021", TOTAL), rate(counts, "2024", TOTAL)
    assert (old.numerator, old.denominator) == (new.numerator, new.denominator)
    for version, whole in (("2021", old), ("2024", new)):
        parts = [one for one in rates(counts) if one.version == version and one.part and one.name != TOTAL]
        assert sum(part.numerator for part in parts) == whole.numerator


def test_a_definition_that_forgets_to_move_code_12_would_be_seen():
    forgetful = [each for each in shipped() if each.version == "2024" and each.part == "part"]
    codes = {code for each in forgetful for code in each.codes if each.name != "单位就业率"}
    codes |= next(set(each.codes) for each in shipped() if each.name == "协议和合同就业率")
    assert codes != codes_of("2021", "part")


@pytest.mark.parametrize("version", ["2021", "2024"])
def test_the_definitions_agree_with_the_code_table(version):
    counted = {row["code"] for row in TABLE if row["level"] == "1" and row["counts_in_settled_rate"] == "1"}
    assert codes_of(version, "total") == counted
    assert codes_of(version, "part") == counted
    for row in TABLE:
        parts = [each for each in shipped() if each.version == version and each.part == "part"]
        named = [each.name for each in parts if row["code"] in each.codes]
        assert named == ([row[GROUP[version]] + "率"] if row["code"] in counted else [])


def test_what_is_told_in_words_only_is_no_rate_of_codes():
    rows = [
        {"version": "any", "rate_zh": "去向确认率", "numerator_codes": "confirmed graduates", "part": ""},
        {"version": "2030", "rate_zh": "某率", "numerator_codes": "sum minus 75", "part": "total"},
        {"version": "2030", "rate_zh": "落实率", "numerator_codes": "10+11", "part": "total"},
    ]
    assert [(each.key, each.codes) for each in definitions(rows)] == [("2030-03", ("10", "11"))]


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
