import pytest

from casework.screening.engine import screen
from casework.screening.rules.phones import CONTACT_IS_OWN_OR_FAMILY, EMPLOYERS_SHARE_PHONE, PHONE_SHARED
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER, THIRD, frames, naive, observed, record


@pytest.mark.parametrize(
    ("phones", "seen"),
    [
        ({"phone_index": "a", "employer_phone_index": "a"}, ["own"]),
        ({"phone_index": "a", "employer_mobile_index": "a"}, ["own"]),
        ({"family_phone_index": "b", "employer_phone_index": "b"}, ["family"]),
        (
            {"phone_index": "a", "family_phone_index": "a", "employer_phone_index": "c", "employer_mobile_index": "a"},
            ["own", "family"],
        ),
        ({"phone_index": "a", "employer_phone_index": "c"}, []),
        ({"phone_index": "a"}, []),
        ({}, []),
    ],
)
def test_the_employers_number_is_compared_with_both(phones, seen):
    found = observed(CONTACT_IS_OWN_OR_FAMILY, frames(records=[record(1, **phones)]))
    assert [name for name in ("own", "family") if found and found["1"][name]] == seen
    assert bool(found) is bool(seen)


def _shared(*rows):
    return observed(EMPLOYERS_SHARE_PHONE, frames(records=[record(n, **row) for n, row in enumerate(rows)]))


def test_two_employers_with_one_number_are_one_finding_with_all_graduates():
    given = frames(
        records=[
            record(1, employer_phone_index="t"),
            record(2, employer_phone_index="t"),
            record(3, credit_code=OTHER, employer_name="乙公司", employer_mobile_index="t"),
        ]
    )
    (hit,) = screen(given, context=kit.CONTEXT, rules=[EMPLOYERS_SHARE_PHONE]).hits
    assert (hit.subject_key, hit.student_nos) == (min(COMPANY, OTHER), ("1", "2", "3"))
    assert hit.observed["employer_count"] == 2
    assert "t" not in hit.observed.values()


def test_two_numbers_shared_by_the_same_employers_are_one_finding():
    both = {"employer_phone_index": "t", "employer_mobile_index": "u"}
    assert len(_shared(both, both | {"credit_code": OTHER, "employer_name": "乙公司"})) == 1


def test_a_cluster_that_grew_is_recognised():
    two = [
        record(1, employer_phone_index="t"),
        record(2, credit_code=OTHER, employer_name="乙", employer_phone_index="t"),
    ]
    three = [*two, record(3, credit_code=THIRD, employer_name="丙", employer_phone_index="t")]
    prints = {
        hit.fingerprint
        for rows in (two, three)
        for hit in screen(frames(records=rows), context=kit.CONTEXT, rules=[EMPLOYERS_SHARE_PHONE]).hits
        if hit.subject_key == min(COMPANY, OTHER)
    }
    assert min(COMPANY, OTHER) < THIRD
    assert len(prints) == 1


@pytest.mark.parametrize(
    "other",
    [
        {},  # one employer's own recruiting number
        {"credit_code": OTHER},  # one employer, its code mistyped once
        {"credit_code": OTHER, "employer_name": "甲有限责任公司"},
        {"credit_code": None, "employer_name": "乙公司"},
    ],
)
def test_one_employers_own_number_is_fine(other):
    number = {"employer_phone_index": "t"}
    assert _shared(number, number | other) == {}


SHARED = {"phone_index": "p", "class_name": "一班", "counsellor": "辅导员"}


def _own(*rows, staff=(), rule=PHONE_SHARED):
    given = frames(records=[record(n, **row) for n, row in enumerate(rows, 1)])
    return observed(rule, given | ({"operators": kit.frame("operators", staff)} if staff else {}))


def test_three_graduates_with_one_number_are_found():
    found = _own(SHARED, SHARED, SHARED | {"class_name": "二班"}, {"phone_index": "q"})
    assert set(found) == {"1", "2", "3"}
    assert (found["1"]["persons"], found["1"]["one_class"], found["1"]["one_counsellor"]) == (3, False, True)
    assert "p" not in found["1"].values()


@pytest.mark.parametrize("rows", [[SHARED], [SHARED, SHARED], [{}, {}, {}]], ids=["alone", "siblings", "no number"])
def test_fewer_are_nothing(rows):
    assert _own(*rows) == {}


def test_who_counts_pairs_accuses_brothers_and_sisters():
    assert _own(SHARED, SHARED, rule=naive(PHONE_SHARED, (">= $graduates", ">= 2")))


@pytest.mark.parametrize(
    ("role", "found"), [("辅导员", True), ("学院就业秘书", True), (None, True), ("学生本人", False), ("毕业生", False)]
)
def test_a_number_of_the_staff_is_no_graduates_number(role, found):
    staff = [{"operator": "F0001", "role": role, "phone_index": "p"}]
    assert bool(_own(SHARED, {"phone_index": "q"}, staff=staff)) is found


def test_without_a_list_of_accounts_graduates_are_still_compared():
    assert set(_own(SHARED, SHARED, SHARED)) == {"1", "2", "3"}
