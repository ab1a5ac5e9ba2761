import pytest

from casework.screening.rules.serials import SERIAL_DUPLICATE
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER, frames, naive, observed, record

NUMBER = "鄂20240012873"


def _found(*rows, rule=SERIAL_DUPLICATE):
    return observed(rule, frames(records=[record(n, **row) for n, row in enumerate(rows, 1)]))


def _twice(number, rule=SERIAL_DUPLICATE, **values):
    return bool(_found({"agreement_no": number} | values, {"agreement_no": number} | values, rule=rule))


def test_two_graduates_of_one_employer_with_one_number_are_found():
    found = _found({"agreement_no": NUMBER}, {"agreement_no": f" {NUMBER.lower()} "}, {"agreement_no": NUMBER + "1"})
    assert set(found) == {"1", "2"}
    assert (found["1"]["persons"], found["1"]["student_nos"]) == (2, ["1", "2"])


NO_NUMBERS = [
    "无", "/", "0001", "00000000", "1", "2024", "HT-023", "111111111", "12345678", "87654321", "见附件", "暂无",
    "4.20E+17", "420240000123456000", "20240601", COMPANY, None, "",
]  # fmt: skip


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number_of_an_agreement_is_left_out(number):
    assert not _twice(number)


@pytest.mark.parametrize("number", ["20240115", "XY2024-0187", "4202400001234560001"])
def test_a_number_that_only_looks_like_none_is_compared(number):
    assert _twice(number)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"credit_code": OTHER, "employer_name": "乙公司"}, False),  # another employer's own numbering
        ({"employer_name": "甲有限责任公司"}, True),
        ({"credit_code": None, "employer_name": None}, False),
    ],
)
def test_only_one_employers_agreements_are_compared(other, found):
    assert bool(_found({"agreement_no": NUMBER}, {"agreement_no": NUMBER} | other)) is found


def test_an_employer_without_a_code_is_known_by_its_name():
    nameless = {"agreement_no": NUMBER, "credit_code": None}
    assert set(_found(nameless, nameless | {"employer_name": "甲 有限责任公司"})) == {"1", "2"}


def test_the_number_of_a_form_stands_at_many_employers():
    rows = [{"agreement_no": "XY-20240301"} for _ in range(3)]
    rows += [
        {"agreement_no": "XY-20240301", "credit_code": f"{n}" * 18, "employer_name": f"{n}公司"} for n in range(1, 6)
    ]
    assert _found(*rows) == {}
    assert _found(*rows, rule=naive(SERIAL_DUPLICATE, ("<= $employers", "> 0")))


@pytest.mark.parametrize("number", ["0001", "111111111", "12345678", "4.20E+17", "420240000123456000"])
def test_who_compares_every_text_accuses_placeholders(number):
    start, end = SERIAL_DUPLICATE.sql.index("WHERE length(digits)"), SERIAL_DUPLICATE.sql.index("numbered AS")
    every = naive(SERIAL_DUPLICATE, (SERIAL_DUPLICATE.sql[start:end], "),"))
    assert _twice(number, every)
    assert not _twice(number)


def test_one_person_listed_twice_is_one_person():
    given = frames(records=[record(1, agreement_no=NUMBER), record(1, agreement_no=NUMBER)])
    assert observed(SERIAL_DUPLICATE, given) == {}


def test_the_day_of_signing_is_the_days_own_only():
    signed = {"agreement_no": "20240601", "signing_date": kit._day("2024-05-01")}
    assert _found(signed, signed)
