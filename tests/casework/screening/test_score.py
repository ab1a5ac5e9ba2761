from itertools import permutations
from math import isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.screening.engine import Hit
from casework.screening.rules import RULES
from casework.screening.score import FAMILIES, PRIOR, START, Counts, Weight, score

BASE = log(PRIOR / (1 - PRIOR))


def hit(rule, output="V", strength="m", **observed):
    return Hit(rule, "record", "2020", ("2020",), output, strength, observed, "")


def ratio(found):
    return round(2.718281828459045 ** (found.log_odds - BASE), 6)


def test_every_rule_has_a_family_and_a_start_value():
    assert {rule.family for rule in RULES} == set(FAMILIES)
    assert {rule.strength for rule in RULES} <= set(START)


# What was hit, and by how much that multiplies the odds.
SCORES = [
    ([], 1),
    ([("proof_missing", "V", "m")], 20),
    ([("employer_not_in_register", "V", "w"), ("employer_name_mismatch", "V", "w")], 16),
    # of one cause: only the strongest counts
    ([("uscc_invalid", "V", "m"), ("uscc_missing", "V", "w"), ("employer_name_mismatch", "V", "w")], 20),
    ([("certificate_mill", "V", "s"), ("tiny_employer_cluster", "V", "s"), ("linked_employers", "V", "s")], 100),
    # support counts beside something, never alone
    ([("job_category_other", "S", "w"), ("unconfirmed", "S", "w")], 1),
    ([("job_category_other", "S", "w"), ("graduate_denies", "C", "s")], 400),
]


@pytest.mark.parametrize(("hits", "expected"), SCORES)
def test_families_are_multiplied_and_inside_a_family_the_strongest_counts(hits, expected):
    for order in permutations(hits):
        assert ratio(score([hit(*each) for each in order])) == expected


def test_counting_hits_would_put_three_words_of_one_cause_before_two_causes():
    one_cause = [hit("uscc_invalid"), hit("uscc_missing", strength="w"), hit("employer_name_mismatch", strength="w")]
    two_causes = [hit("proof_missing"), hit("contact_is_own_or_family")]
    assert len(one_cause) > len(two_causes)
    assert score(two_causes).log_odds > score(one_cause).log_odds


def test_a_hit_that_shows_its_innocent_cause_weighs_one_class_less():
    plain, eased = (hit("graduate_denies", "C", "s", confirmed_later=later) for later in (False, True))
    assert (ratio(score([plain])), ratio(score([eased]))) == (START["s"], START["m"])
    refitted = {"graduate_denies": Weight(30.0, refitted=True)}
    assert ratio(score([eased], refitted)) == 6
    assert ratio(score([eased], {"graduate_denies": Weight(2.0, refitted=True)})) == 1
    # what already speaks for innocence is not made to speak against it
    assert ratio(score([eased], {"graduate_denies": Weight(0.5, refitted=True)})) == 0.5


def test_a_refitted_ratio_stands_before_the_start_value():
    weights = {"proof_missing": Weight(3.0, refitted=True, checked=40, confirmed=12)}
    assert ratio(score([hit("proof_missing")], weights)) == 3
    assert ratio(score([hit("proof_reused", "C", "s"), hit("proof_missing")], weights)) == 100


def test_the_ratio_of_the_counts():
    counts = Counts(31, 9, 669, 11_291)
    assert counts.checked == 40
    assert isclose(counts.ratio, (31.5 / 701) / (9.5 / 11_301))


@given(*[st.integers(0, 5_000)] * 4)
def test_a_ratio_is_never_nothing_and_never_without_end(a, b, c, d):
    assert 0 < Counts(a, b, c, d).ratio < 1e5


def test_what_nobody_flagged_keeps_the_ratio_from_being_about_flagged_cases_only():
    flagged_only, with_background = Counts(31, 9, 669, 291), Counts(31, 9, 669, 291 + 11_000)
    assert flagged_only.ratio < 2  # as if the rule said nothing
    assert with_background.ratio > 20
