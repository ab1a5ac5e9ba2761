"""The rules against what is true in the sample university."""

from collections import defaultdict

import pytest

from casework.screening.telling import explain
from tests.casework.screening import kit

# Rule number of the truth files, the codes that answer for it.
ANSWERS = [
    ("R01", ("employer_cancelled_before_signing", "employer_founded_after_signing")),
    ("R07", ("graduate_denies",)),
    ("R08", ("wrong_info_not_updated",)),
    ("R09", ("unconfirmed",)),
    ("R10", ("proof_missing",)),
    ("R11", ("internship_proof",)),
    ("R12", ("pay_below_minimum",)),
    ("R13", ("contact_is_own_or_family",)),
    ("R14", ("contact_is_own_or_family",)),
    ("R15", ("employers_share_phone",)),
    ("R16", ("employer_name_mismatch",)),
    ("R17", ("employer_not_in_register",)),
    ("R18", ("uscc_missing",)),
    ("R19", ("uscc_invalid",)),
    ("R20", ("employer_attribute_mismatch",)),
    ("R21", ("employer_attribute_mismatch",)),
    ("R22", ("job_category_other",)),
    ("R23", ("proof_reused",)),
    ("R26", ("freelance_without_approval",)),
    ("R27", ("code_unknown",)),
    ("R28", ("dates_contradict", "employer_founded_after_signing")),
    ("R29", ("dates_contradict",)),
]

# What the guards let go although a literal reading would hit: none of them is a problem.
GUARDED = {
    "R01": {"签约后单位被吸收合并而注销，劳动关系由存续公司承继"},
    "R16": {"单位名称录入误差，代码无误"},  # 有限责任公司 is 有限公司
    "R23": {"公示名单一份文件含多人，属正常", "同一学院拟录取名单"},
}


@pytest.fixture(scope="module")
def truth():
    found = defaultdict(list)
    for row in kit.rows(kit.TRUTH / "record_truth.csv"):
        found[row["rule"]].append(row)
    return found


@pytest.fixture(scope="module")
def flagged(screening):
    found = defaultdict(set)
    for hit in screening.hits:
        found[hit.rule] |= set(hit.student_nos)
    return found


def _students(rows, **wanted):
    return {row["student_no"] for row in rows if all(row[key] == value for key, value in wanted.items())}


@pytest.mark.parametrize(("number", "codes"), ANSWERS, ids=[number for number, _ in ANSWERS])
def test_every_planted_problem_is_found(number, codes, truth, flagged):
    hit = set().union(*(flagged[code] for code in codes))
    assert _students(truth[number], label="problem", expected_hit="1") - hit == set()


@pytest.mark.parametrize(("number", "codes"), ANSWERS, ids=[number for number, _ in ANSWERS])
def test_no_decoy_is_flagged(number, codes, truth, flagged):
    hit = set().union(*(flagged[code] for code in codes))
    decoys = _students(truth[number], label="decoy", expected_hit="0")
    assert decoys & hit == set()


@pytest.mark.parametrize(("number", "codes"), ANSWERS, ids=[number for number, _ in ANSWERS])
def test_only_guarded_signals_are_let_go(number, codes, truth, flagged):
    hit = set().union(*(flagged[code] for code in codes))
    let_go = [row for row in truth[number] if row["expected_hit"] == "1" and row["student_no"] not in hit]
    assert {row["note"] for row in let_go} <= GUARDED.get(number, set())
    assert not [row for row in let_go if row["label"] == "problem"]


def test_nothing_is_flagged_that_no_truth_row_knows(truth, flagged):
    numbers = defaultdict(set)
    for number, codes in ANSWERS:
        for code in codes:
            numbers[code].add(number)
    for code, answering in numbers.items():
        known = set().union(*(_students(truth[number]) for number in answering))
        assert flagged[code] - known == set(), code


def test_small_employers_are_found_when_they_lack_the_capacity_and_never_when_they_have_it(truth, flagged):
    hit = flagged["tiny_employer_cluster"]
    rows = truth["R02"]
    assert _students(rows, label="decoy") & hit == set()
    missed = {row["note"] for row in rows if row["label"] == "problem" and row["student_no"] not in hit}
    # 6 of 19 and 11 of 43: below the half that capacity asks for, so these two wait for another signal.
    assert missed == {"参保18人，6人，刚过界", "参保42人，11人，公司实际只招2名实习生"}


def test_a_public_hospital_without_a_known_headcount_is_not_a_small_employer(truth, flagged):
    hospital = _students(truth["R02"], note="三级医院，登记库无参保人数")
    assert hospital
    assert hospital & flagged["tiny_employer_cluster"] == set()


def test_every_finding_explains_itself_without_personal_data(screening, university):
    private = {row["name"] for row in kit.rows(kit.TRUTH / "canonical.csv") if len(row["name"]) > 2}
    for column in ("phone_index", "family_phone_index", "employer_phone_index", "employer_mobile_index"):
        private |= set(university["records"][column].to_pylist()) - {None}
    for hit in screening.hits:
        told = [message % params for message, params in explain(hit.rule, hit.observed)]
        assert len(told) >= 3, hit.rule
        assert private.isdisjoint(value for value in hit.observed.values() if isinstance(value, str))
