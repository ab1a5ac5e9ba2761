import pytest

from workflows.severity import Indication, Nature, Severity, nature_of, opens_case, severity_of

OUTPUTS = [
    ("C s", True, Severity.HIGH),
    ("C m", True, Severity.MEDIUM),
    ("C w", True, Severity.LOW),
    ("V s", True, Severity.MEDIUM),
    ("V m", True, Severity.LOW),
    ("V w", False, Severity.LOW),
    ("S", False, Severity.LOW),
]


@pytest.mark.parametrize(("output", "opens", "severity"), OUTPUTS)
def test_an_output_opens_a_case_or_stays_a_finding(output, opens, severity):
    finding = Indication("any_rule", output)
    assert (opens_case([finding]), severity_of([finding])) == (opens, severity)


@pytest.mark.parametrize(("rule", "output"), [("graduate_denies", "C s"), ("rectified_then_raised", "V m")])
def test_two_rules_are_critical_whatever_their_output(rule, output):
    assert severity_of([Indication(rule, output)]) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("outputs", "origin", "expected"),
    [
        (["V w", "C s", "V s"], {}, Severity.HIGH),
        (["C m", "V m"], {}, Severity.MEDIUM),
        ([], {"from_lead": True}, Severity.MEDIUM),
        (["C s"], {"from_lead": True}, Severity.HIGH),
        ([], {"conduct": True, "from_lead": True}, Severity.HIGH),
        ([], {}, Severity.LOW),
    ],
)
def test_a_case_takes_the_highest(outputs, origin, expected):
    assert severity_of([Indication("r", output) for output in outputs], **origin) is expected


def test_the_order_is_not_the_alphabet():
    assert sorted(Severity, key=lambda grade: grade.rank) == [*Severity]
    assert [grade.is_high for grade in Severity] == [False, False, True, True]
    assert sorted(Severity) != [*Severity]


def test_only_statistics_make_a_light_case():
    statistic, contradiction = Indication("r", "V s"), Indication("r", "C m")
    assert nature_of([statistic]) is Nature.VERIFICATION
    assert nature_of([statistic, contradiction]) is Nature.CONTRADICTION
    assert nature_of([], from_lead=True) is Nature.CONTRADICTION
