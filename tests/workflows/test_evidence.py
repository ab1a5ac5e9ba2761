import pytest

from tests.workflows.makers import BY_LETTER, BY_PHONE, make_attempt, make_verification
from workflows.evidence import EvidenceClass, Method, attempts_suffice, counted, independent_kinds

SMS = make_verification(method=Method.SMS)
REGISTER = make_verification(method=Method.REGISTER_QUERY, evidence_class=EvidenceClass.PUBLIC_REGISTER)
EMPLOYER_SMS = make_verification(method=Method.SMS, evidence_class=EvidenceClass.EMPLOYER)


@pytest.mark.parametrize(
    ("verifications", "kinds"),
    [
        ((), set()),
        ((BY_PHONE,), {"graduate"}),
        ((BY_PHONE, BY_PHONE), {"graduate"}),
        ((BY_PHONE, BY_LETTER), {"graduate", "employer"}),
        ((SMS,), set()),
        ((SMS, EMPLOYER_SMS), set()),
        ((SMS, REGISTER), {"graduate", "public_register"}),
        ((BY_PHONE, make_verification(evidence_class=EvidenceClass.EMPLOYER, by_conflicted=True)), {"graduate"}),
        ((BY_PHONE, make_attempt(evidence_class=EvidenceClass.EMPLOYER)), {"graduate"}),
    ],
)
def test_independent_are_two_classes_neither_from_the_records_makers(verifications, kinds):
    assert independent_kinds(verifications) == kinds


def test_an_sms_counts_only_beside_something_else():
    assert counted((SMS,)) == ()
    assert counted((SMS, REGISTER)) == (SMS, REGISTER)


@pytest.mark.parametrize(
    ("attempts", "suffice"),
    [
        ((make_attempt(), make_attempt(), make_attempt(Method.LETTER)), True),
        ((make_attempt(), make_attempt(Method.LETTER)), False),
        ((make_attempt(),) * 4, False),
        ((make_attempt(), make_attempt(), make_attempt(Method.LETTER, by_conflicted=True)), False),
    ],
)
def test_unverifiable_takes_three_attempts_by_two_methods(attempts, suffice):
    assert attempts_suffice(attempts) is suffice
