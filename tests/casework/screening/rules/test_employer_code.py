import pytest

from casework.screening.rules.employer_code import USCC_INVALID, USCC_MISSING
from tests.casework.screening.rules.small import COMPANY, frames, observed, record


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("91420600MY2RT13M2D", "wrong_check"),
        ("91420600MY2RT13M2O", "wrong_check"),  # the letter O is not in the alphabet
        ("MY8HP3K30", "organisation_code"),
        ("420100000012345", "registration_number"),
        ("91420600MY2RT13M2", "wrong_length"),
    ],
)
def test_a_malformed_code_is_told_with_what_it_may_be(code, kind):
    found = observed(USCC_INVALID, frames(records=[record(1, credit_code=code)]))
    assert found["1"]["credit_code"] == code
    assert found["1"][kind]


@pytest.mark.parametrize(
    "code", [COMPANY, COMPANY.lower(), "９１４２０６００ＭＹ２ＲＴ１３Ｍ２Ｃ", "无", "/", "0001", None]
)
def test_other_spellings_and_placeholders_are_not_malformed(code):
    assert observed(USCC_INVALID, frames(records=[record(1, credit_code=code)])) == {}


@pytest.mark.parametrize("destination", ["10", "11", "12", "27", "271", "272"])
@pytest.mark.parametrize("code", [None, "", "无", "/"])
def test_employment_without_a_code_is_found(destination, code):
    given = frames(records=[record(1, destination_code=destination, credit_code=code)])
    assert set(observed(USCC_MISSING, given)) == {"1"}


@pytest.mark.parametrize("destination", ["46", "502", "75", "76", "80", "801", "85", "70", None])
def test_other_destinations_need_none(destination):
    assert observed(USCC_MISSING, frames(records=[record(1, destination_code=destination, credit_code=None)])) == {}


def test_a_military_unit_is_told_as_innocent():
    given = frames(records=[record(1, credit_code=None, employer_nature_code="40")])
    assert observed(USCC_MISSING, given)["1"]["military"]
