import pytest

from casework.screening.rules.codes import CODE_UNKNOWN
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, observed, record


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"destination_code": "99"}, "destination"),
        ({"destination_code": "1O"}, "destination"),
        ({"degree_level": "77"}, "degree"),
        ({"employer_nature_code": "98"}, "employer_nature"),
        ({"industry_code": "00"}, "industry"),
        ({"job_category_code": "12345"}, "job_category"),
    ],
)
def test_a_code_outside_the_round_is_told_by_its_field(values, field):
    found = observed(CODE_UNKNOWN, frames(records=[record(1, **values)]))
    assert [name for name, value in found["1"].items() if value] == [field]


@pytest.mark.parametrize("code", ["10", "271", "81", "65", "", None])
def test_known_and_blank_codes_are_left_alone(code):
    assert observed(CODE_UNKNOWN, frames(records=[record(1, destination_code=code)])) == {}


def test_several_unknown_codes_are_one_finding():
    found = observed(CODE_UNKNOWN, frames(records=[record(1, destination_code="99", industry_code="00")]))
    assert (found["1"]["destination"], found["1"]["industry"]) == ("99", "00")


def test_a_table_that_the_round_does_not_bring_judges_nothing():
    only = kit.frame("codes", [{"table": "destination", "code": "10"}])
    assert observed(CODE_UNKNOWN, frames(records=[record(1, industry_code="00")], codes=only)) == {}
