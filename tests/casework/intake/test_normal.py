"""Which spellings meet, which stay apart, and what is shown of a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.intake import normal

PHONES = [
    ("027-91054726", "02791054726"),
    ("(0714)9123456", "07149123456"),
    ("+86 27 9105 4726", "02791054726"),
    ("027-93530615-8014", "02793530615"),
    ("027-93530615转801", "02793530615"),
    ("+8616036339705", "16036339705"),
    ("86-160-3633-9705", "16036339705"),
    ("１６０３６３３９７０５", "16036339705"),
    ("160 3633 9705", "16036339705"),
    ("", ""),
    (None, ""),
    ("无", ""),
]


@pytest.mark.parametrize(("written", "dialled"), PHONES)
def test_a_phone_number_is_what_is_dialled(written, dialled):
    assert normal.phone_digits(written) == dialled


SAME = [
    ("武汉昀澜建筑工程有限公司", "武汉市昀澜建筑工程有限责任公司"),
    ("贝尔维克槿半导体(北京)有限公司", "贝尔维克槿半导体（北京）有限公司"),
    ("湖北省地质局", "湖北地质局"),
    ("Alder & Finch Studio LLC", "ALDER&FINCH　STUDIO　LLC"),
]
DIFFERENT = [
    ("中国城市建设有限公司", "中国城建设有限公司"),
    ("武汉昀澜建筑工程有限公司", "武汉昀澜建筑工程股份有限公司"),
    ("武汉昀澜科技有限公司", "武汉昀澜科技有限公司一分公司"),
    ("某某大学", "某某学院"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_employer_meet(one, other):
    assert normal.employer_name(one) == normal.employer_name(other) != ""


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_that_only_look_alike_stay_apart(one, other):
    assert normal.employer_name(one) != normal.employer_name(other)


MASKS = [
    (normal.masked_name, "李明", "李*"),
    (normal.masked_name, "王小明", "王**"),
    (normal.masked_name, "欧阳静", "欧阳*"),
    (normal.masked_name, "欧阳静思", "欧阳**"),
    (normal.masked_name, "阿依古丽·买买提", "阿***·买**"),
    (normal.masked_name, "木拉提.库尔班", "木**.库**"),
    (normal.masked_name, "", ""),
    (normal.masked_phone, "13812346021", "138****6021"),
    (normal.masked_phone, "110", "***"),
    (normal.masked_student_no, "202112340132", "2021****0132"),
    (normal.masked_id_number, "420100200208170022", "******"),
]


@pytest.mark.parametrize(("mask", "value", "shown"), MASKS)
def test_a_person_is_shown_in_short(mask, value, shown):
    assert mask(value) == shown


@given(st.text(alphabet="李明欧阳静王abcXYZ0123456789·", min_size=2, max_size=20))
def test_no_mask_shows_the_whole_value(text):
    for mask in (normal.masked_name, normal.masked_student_no, normal.masked_id_number):
        assert mask(text) != text or set(text) <= {"·"}


@given(st.text(alphabet="０１２ABCxyz89 -\u3000", max_size=30))
def test_a_cleaned_credit_code_stays_as_it_is(text):
    assert normal.credit_code(normal.credit_code(text)) == normal.credit_code(text)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("138-1234 0001", "13812340001"),
        ("027-88888888", "02788888888"),  # such lines exist
        ("13800000000", ""),
        ("11111111111", ""),
        ("12345678901", ""),
        ("1", ""),
        (None, ""),
    ],
)
def test_a_number_that_fills_a_cell_is_equal_to_none(written, key):
    assert normal.phone_key(written) == key


@pytest.mark.parametrize(
    ("one", "other"), [("王 某", "王某"), ("木拉提·库尔班", "木拉提.库尔班"), ("Li Lei", "LI LEI")]
)
def test_two_spellings_of_a_name_are_one(one, other):
    assert normal.person_name(one) == normal.person_name(other) != ""
