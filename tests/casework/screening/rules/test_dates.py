import pytest

from casework.screening.rules.dates import DATES_CONTRADICT
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, observed, record


@pytest.mark.parametrize(
    ("signed", "registered", "found"),
    [
        ("2024-07-25", None, None),  # the day of the export
        ("2024-07-26", None, "signed_after_export"),
        ("2042-03-28", None, "signed_after_export"),
        ("2024-06-10", "2024-06-09 23:00:00", "signed_after_registration"),
        ("2024-06-10", "2024-06-10 00:30:00", None),
        (None, None, None),
    ],
)
def test_signing_may_not_follow_registration(signed, registered, found):
    row = record(1, signing_date=kit._day(signed), registered_at=kit._moment(registered))
    seen = observed(DATES_CONTRADICT, frames(records=[row]))
    assert [name for name in ("signed_after_export", "signed_after_registration") if seen and seen["1"][name]] == (
        [found] if found else []
    )
    assert bool(seen) is bool(found)


@pytest.mark.parametrize(
    ("graduated", "found"),
    [
        ("2023-12-31", True),
        ("2024-01-01", False),
        ("2024-08-31", False),
        ("2024-09-01", True),
        ("2042-06-20", True),
        (None, False),
    ],
)
def test_graduation_lies_in_the_window_of_the_cohort(graduated, found):
    seen = observed(DATES_CONTRADICT, frames(records=[record(1, graduation_date=kit._day(graduated))]))
    assert bool(seen) is found
    assert not found or seen["1"]["outside_window"]
