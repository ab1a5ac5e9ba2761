import pytest

from casework.screening.rules.employer_register import (
    EMPLOYER_ATTRIBUTE_MISMATCH,
    EMPLOYER_CANCELLED_BEFORE_SIGNING,
    EMPLOYER_FOUNDED_AFTER_SIGNING,
    EMPLOYER_NAME_MISMATCH,
    EMPLOYER_NOT_IN_REGISTER,
)
from tests.casework.screening import kit
from tests.casework.screening.rules.small import OTHER, employer, frames, naive, observed, record


def _found(rule, *, of_record=None, of_employer=None):
    given = frames(records=[record(1, **(of_record or {}))], employers=[employer(**(of_employer or {}))])
    return set(observed(rule, given)) == {"1"}


@pytest.mark.parametrize(
    ("status", "ended", "signed", "found"),
    [
        ("注销", "2024-05-31", "2024-06-01", True),
        ("吊销", "2021-01-01", "2024-06-01", True),
        ("注销", "2024-06-01", "2024-06-01", False),  # the same day
        ("注销", "2024-07-11", "2024-06-01", False),  # merged away after signing
        ("存续", "2021-01-01", "2024-06-01", False),
        ("注销", None, "2024-06-01", False),
        ("注销", "2021-01-01", None, False),
    ],
)
def test_cancellation_counts_by_its_date(status, ended, signed, found):
    signing = {"signing_date": kit._day(signed)}
    ending = {"status": status, "status_date": kit._day(ended)}
    assert _found(EMPLOYER_CANCELLED_BEFORE_SIGNING, of_record=signing, of_employer=ending) is found


@pytest.mark.parametrize(
    ("founded", "signed", "found"),
    [("2024-06-02", "2024-06-01", True), ("2024-06-01", "2024-06-01", False), (None, "2024-06-01", False)],
)
def test_founding_counts_from_the_next_day(founded, signed, found):
    signing = {"signing_date": kit._day(signed)}
    assert (
        _found(EMPLOYER_FOUNDED_AFTER_SIGNING, of_record=signing, of_employer={"founded_date": kit._day(founded)})
        is found
    )


@pytest.mark.parametrize(
    ("code", "found"),
    [(OTHER, True), (None, False), ("无", False), ("９１４２０６００ＭＹ２ＲＴ１３Ｍ２Ｃ", False)],
)
def test_a_register_miss_needs_a_code_to_look_up(code, found):
    assert _found(EMPLOYER_NOT_IN_REGISTER, of_record={"credit_code": code}) is found


@pytest.mark.parametrize(
    ("written", "registered", "former", "found"),
    [
        ("丙有限公司", "甲有限公司", None, True),
        ("甲（武汉）有限公司", "甲(武汉)有限公司", None, False),
        ("甲 有限公司", "甲有限公司", None, False),
        ("甲有限责任公司", "甲有限公司", None, False),
        ("武汉市甲有限公司", "武汉甲有限公司", None, False),
        ("乙物流有限公司", "甲有限公司", "乙物流有限公司", False),
        ("乙物流（杭州）有限公司", "甲有限公司", "丁公司；乙物流(杭州)有限公司", False),
        ("乙物流有限公司", "甲有限公司", "丁公司|戊公司", True),
        (None, "甲有限公司", None, False),
    ],
)
def test_names_are_equal_or_not_after_normalisation(written, registered, former, found):
    register = {"name": registered, "former_names": former}
    assert _found(EMPLOYER_NAME_MISMATCH, of_record={"employer_name": written}, of_employer=register) is found


def test_likeness_and_branches_are_shown_and_decide_nothing():
    name = "武汉璟力诚电子科技发展投资集团股份有限公司"
    rows = [record(1, employer_name=f"{name}成都分公司"), record(2, employer_name=name.replace("璟", "憬"))]
    found = observed(EMPLOYER_NAME_MISMATCH, frames(records=rows, employers=[employer(name=name)]))
    assert found["1"]["branch"]
    assert not found["2"]["branch"]
    assert found["2"]["similarity"] == 95  # characters, not bytes: 20 of 21
    assert found["2"]["similar"]


def test_a_code_that_the_register_names_twice_is_read_once():
    register = [employer(status="注销", status_date=kit._day("2020-01-01")), employer(name="乙有限公司")]
    for order in (register, register[::-1]):
        found = observed(EMPLOYER_CANCELLED_BEFORE_SIGNING, frames(records=[record(1)], employers=order))
        assert len(found) == 0 or found["1"]["register_name"] == "甲有限公司"
        assert found == observed(EMPLOYER_CANCELLED_BEFORE_SIGNING, frames(records=[record(1)], employers=register))


ATTRIBUTES = [
    ({"employer_nature_code": "31", "industry_code": "22"}, {}, False),
    ({"employer_nature_code": "39", "industry_code": "22"}, {}, True),
    ({"employer_nature_code": "31", "industry_code": "24"}, {}, True),
    ({"employer_nature_code": None, "industry_code": None}, {}, False),
    ({"employer_nature_code": "３１", "industry_code": "22"}, {}, False),
    ({"employer_nature_code": "39", "industry_code": "22"}, {"nature_code": "300"}, False),  # old and new table
    ({"employer_nature_code": "31", "industry_code": "22"}, {"industry_code": "C"}, False),  # another classification
    ({"employer_nature_code": "88", "industry_code": "22"}, {}, False),  # an unknown code is another finding
    ({"employer_nature_code": "39", "industry_code": "22"}, {"nature_code": None}, False),
]


@pytest.mark.parametrize(("recorded", "registered", "found"), ATTRIBUTES)
def test_nature_and_industry_differ_only_inside_one_table(recorded, registered, found):
    register = {"nature_code": "31", "industry_code": "22"} | registered
    assert _found(EMPLOYER_ATTRIBUTE_MISMATCH, of_record=recorded, of_employer=register) is found


def test_who_compares_texts_accuses_another_classification():
    known = "AND industry_label.code IS NOT NULL AND register_industry_label.code IS NOT NULL"
    texts = naive(EMPLOYER_ATTRIBUTE_MISMATCH, (known, ""))
    register = {"nature_code": "31", "industry_code": "C"}
    assert _found(texts, of_record={"employer_nature_code": "31", "industry_code": "22"}, of_employer=register)


def test_many_who_agree_point_at_an_old_register():
    rows = [record(n, employer_nature_code="31", industry_code="22") for n in range(3)]
    rows.append(record(9, employer_nature_code="29", industry_code="22"))
    given = frames(records=rows, employers=[employer(nature_code="39", industry_code="22")])
    found = observed(EMPLOYER_ATTRIBUTE_MISMATCH, given)
    assert [found[str(n)]["agreed"] for n in (0, 1, 2, 9)] == [True, True, True, False]
    assert found["9"]["nature_name"] == "其他事业单位"
