"""Readers as tables: what stands in a cell, what becomes of it, and what is said."""

from datetime import UTC, date, datetime
from decimal import Decimal

import phonenumbers
import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from casework.intake.fields import KEPT_FIELDS
from casework.intake.importers import IMPORTERS
from casework.intake.importers.contacts import check_character, read_email, read_id_number, read_mobile, read_phone
from casework.intake.importers.dates import read_date, read_moment, read_month, read_year
from casework.intake.importers.numbers import read_number, read_pay, read_wage, read_whole
from casework.intake.importers.shapes import Flaw
from casework.intake.importers.texts import read_credit_code, read_device, read_digits, read_name, read_text

D = date(2024, 6, 5)
TABLE = [
    (read_date, "2024-06-05", D, None),
    (read_date, "2024-6-5", D, None),
    (read_date, "2024/6/5", D, None),
    (read_date, "2024.06.05", D, None),
    (read_date, "20240605", D, None),
    (read_date, "20240605.0", D, None),
    (read_date, "2024年6月5日", D, None),
    (read_date, "２０２４－０６－０５", D, None),
    (read_date, "2024-06-05 00:00:00", D, None),
    (read_date, "\t2024-06-05 ", D, None),
    (read_date, "45448", D, "date_from_serial"),
    (read_date, "", None, None),
    (read_date, "2024-02-30", None, "unreadable_date"),
    (read_date, "0000-00-00", None, "unreadable_date"),
    (read_date, "2024/6", None, "unreadable_date"),
    (read_date, "99999999", None, "unreadable_date"),
    (read_date, "05/06/2024", None, "unreadable_date"),
    (read_month, "202009", "2020-09", None),
    (read_month, "2020-9", "2020-09", None),
    (read_month, "2020年9月", "2020-09", None),
    (read_month, "2020-09-01", "2020-09", None),
    (read_month, "202013", None, "unreadable_month"),
    (read_year, "2024", 2024, None),
    (read_year, "2024.0", 2024, None),
    (read_year, "2024届", 2024, None),
    (read_year, "24", None, "unreadable_year"),
    (read_moment, "2024-07-19 22:39:14", datetime(2024, 7, 19, 14, 39, 14, tzinfo=UTC), None),
    (read_moment, "2024/7/19 6:05", datetime(2024, 7, 18, 22, 5, tzinfo=UTC), None),
    (read_moment, "2024-07-19 25:00", None, "unreadable_moment"),
    (read_pay, "6500", Decimal(6500), None),
    (read_pay, "6500元", Decimal(6500), None),
    (read_pay, "6,500", Decimal(6500), None),
    (read_pay, "４１００", Decimal(4100), None),
    (read_pay, "6500.5元/月", Decimal("6500.50"), None),
    (read_pay, "4.5", None, None),
    (read_pay, "180元/天", None, None),
    (read_pay, "6万/年", None, None),
    (read_pay, "4000-6000", None, None),
    (read_pay, "面议", None, None),
    (read_number, "1,200", Decimal(1200), None),
    (read_number, "12a", None, "unreadable_number"),
    (read_wage, "2420", Decimal(2420), None),
    (read_wage, "2,420.00", Decimal(2420), None),
    (read_wage, "24", None, "not_a_monthly_wage"),  # an hour's
    (read_wage, "9999999999", None, "not_a_monthly_wage"),
    (read_wage, "", None, None),
    (read_device, " a4:83:e7:11:22:33 ", "A4:83:E7:11:22:33", None),
    (read_device, "dev-8f3a", "DEV-8F3A", None),
    (read_device, "微信", None, None),
    (read_device, "10.1.2.3", None, "network_address"),
    (read_device, "10.1.2.3:8080", None, "network_address"),
    (read_device, "2001:db8::1", None, "network_address"),
    (read_device, "[2001:db8::1]:443", None, "network_address"),
    (read_whole, "4.0", 4, None),
    (read_whole, "2.5", None, "not_a_whole_number"),
    (read_digits, "10.0", "10", None),
    (read_digits, "２０２０１９ ", "202019", None),
    (read_digits, "\t'00123", "00123", None),
    (read_digits, "4.2E+17", None, "digits_lost"),
    (read_credit_code, " 91420100my1ja78q03", "91420100MY1JA78Q03", None),
    (read_credit_code, "９１４２０１００-MY1JA78Q03", "91420100MY1JA78Q03", None),
    (read_name, "王𠮷祥", "王𠮷祥", None),
    (read_name, "夏\u3000雨", "夏\u3000雨", None),
    (read_name, "麦迪娜．卡德尔", "麦迪娜．卡德尔", None),
    (read_name, "古丽扎尔•玉素甫", "古丽扎尔•玉素甫", None),
    (read_name, "周\u200d航", "周\u200d航", "unusual_character"),
    (read_name, "马超莎\x00\x00", "马超莎", "control_character"),
    (read_text, "机电\r\n学院", "机电 学院", "line_break"),
    (read_text, "=1+1", "=1+1", "formula_like"),
    (read_text, "\u3000 ", None, None),
    (read_phone, "0717-9000944", "0717-9000944", None),
    (read_phone, "123", "123", "phone_shape"),
    (read_mobile, "+86 160 3633 9705", "16036339705", None),
    (read_mobile, "16036339705.0", "16036339705", None),
    (read_mobile, "12036339705", "12036339705", "mobile_shape"),
    (read_email, "李@例子.公司", "李@例子.公司", None),
    (read_email, "a@edu.example.com", "a@edu.example.com", None),
    (read_email, "a@@b", "a@@b", "email_shape"),
    (read_id_number, "42010020020817002X", "42010020020817002X", "id_number_check"),
    (read_id_number, "420100990230001", "420100990230001", "id_number_old"),
    (read_id_number, "1234", "1234", "id_number_shape"),
]


@pytest.mark.parametrize(("read", "cell", "value", "code"), TABLE)
def test_a_cell_is_read_as_the_table_says(read, cell, value, code):
    found = read(cell)
    assert (found.code if isinstance(found, Flaw) else None) == code
    assert (found.value if isinstance(found, Flaw) else found) == value


DIGITS_17 = st.from_regex(r"\A[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}\Z")


@given(DIGITS_17)
def test_the_quick_check_character_equals_the_library(number):
    assert check_character(number) == ric.calc_check_digit(number + "0")
    right = number + check_character(number)
    assert read_id_number(right) == right
    wrong = number + ("1" if right[-1] != "1" else "2")
    assert read_id_number(wrong).code == "id_number_check"


@given(st.from_regex(r"\A(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})\Z"))
def test_a_number_that_passes_quickly_is_possible_for_the_library_too(number):
    if number.isascii() and not isinstance(read_phone(number), Flaw) and number.startswith("1"):
        assert phonenumbers.is_possible_number(phonenumbers.parse(number, "CN"))


@given(st.from_regex(r"\A[a-z0-9]+(?:[._][a-z0-9]+){0,2}@(?:[a-z0-9]{2,10}\.){1,3}(?:com|cn|edu)\Z"))
def test_an_address_that_passes_quickly_is_valid_for_the_library_too(address):
    if len(address) <= 64:
        assert validate_email(address, check_deliverability=False, test_environment=True).normalized == address
        assert read_email(address) == address


COLUMNS = [
    pytest.param(column, id=f"{importer.kind}-{column.name}") for importer in IMPORTERS for column in importer.columns
]


@pytest.mark.parametrize("column", COLUMNS)
@given(text=st.text(max_size=40))
def test_no_reader_raises_and_a_plain_column_reads_as_itself(column, text):
    found = column.reader.read(text)
    assert not isinstance(found, Flaw) or found.message % dict(found.params)
    if column.reader.plain is not None and column.reader.plain(text):
        assert found == (text or None)


def test_every_kept_field_is_a_column_of_the_graduates():
    graduates = next(importer for importer in IMPORTERS if importer.kind == "graduates")
    names = {name for column in graduates.columns for name in (column.name, *(name for name, _ in column.also))}
    assert names == {field.name for field in KEPT_FIELDS} | {"pay_text"}


def test_kinds_and_columns_are_named_once():
    assert len({importer.kind for importer in IMPORTERS}) == len(IMPORTERS)
    for importer in IMPORTERS:
        names = [column.name for column in importer.columns]
        assert len(set(names)) == len(names)
        assert set(importer.key) <= {column.name for column in importer.columns if column.required}
