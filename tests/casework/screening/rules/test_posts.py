import pytest

from casework.screening.rules.posts import JOB_CATEGORY_OTHER
from tests.casework.screening.rules.small import frames, naive, observed, record


def _found(code, rule=JOB_CATEGORY_OTHER):
    return bool(observed(rule, frames(records=[record(1, job_category_code=code)])))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("90", True),
        ("９０", True),
        ("其他人员", True),
        ("29", False),
        ("其他专业技术人员", False),
        ("", False),
        (None, False),
    ],
)
def test_only_the_category_that_says_nothing_is_found(code, found):
    assert _found(code) is found


def test_who_looks_for_the_word_accuses_other_professionals():
    assert _found(
        "其他专业技术人员",
        naive(
            JOB_CATEGORY_OTHER,
            ("list_contains($others, narrow(job_category_code))", "contains(job_category_code, '其他')"),
        ),
    )
