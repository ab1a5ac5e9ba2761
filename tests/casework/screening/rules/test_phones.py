import pytest

from casework.screening.engine import screen
from casework.screening.rules.phones import CONTACT_IS_OWN_OR_FAMILY, EMPLOYERS_SHARE_PHONE
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER, THIRD, frames, observed, record


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
