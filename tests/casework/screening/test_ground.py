import math

import duckdb
import pytest
from stdnum.cn import uscc

from casework.intake import normal
from casework.screening.ground import MACROS, lay
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, record


def _facts(*codes):
    records = [record(n, credit_code=code) for n, code in enumerate(codes)]
    with duckdb.connect() as con:
        lay(con, frames(records=records), as_of=kit.ALL_OF_AUGUST)
        return {
            raw: (code, valid) for raw, code, valid in con.sql("SELECT raw, code, valid FROM credit_codes").fetchall()
        }


def test_check_characters_agree_with_an_independent_implementation(university):
    codes = {code for code in university["records"]["credit_code"].to_pylist() if code}
    facts = _facts(*sorted(codes))
    assert len(facts) == len(codes) > 2000
    assert [code for code in codes if facts[code][1] != uscc.is_valid(code)] == []


@pytest.mark.parametrize("code", ["N2420100MF0000001M", "A1420100MF0000001"])
def test_a_letter_may_stand_in_the_first_places(code):
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(digits.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    genuine = code[:17] + digits[(31 - total % 31) % 31]
    wrong = code[:17] + digits[(32 - total % 31) % 31]
    assert _facts(genuine)[genuine][1]
    assert not _facts(wrong)[wrong][1]
    assert not uscc.is_valid(genuine), "the library refuses it, which is why it is not asked"


@pytest.mark.parametrize(
    "raw", ["９１４２０６００ＭＹ２ＲＴ１３Ｍ２Ｃ", " 91420600my2rt13m2c", "91420600 MY2RT13M2C\u3000"]
)
def test_width_case_and_blanks_do_not_make_another_code(raw):
    assert _facts(raw)[raw] == (normal.credit_code(raw), True) == ("91420600MY2RT13M2C", True)


@pytest.mark.parametrize("raw", ["无", "暂无", "/", "-", "——", "0001", "0", "000000000000000000", "", "  ", "n/a"])
def test_a_placeholder_is_no_code(raw):
    assert _facts(raw) == {}


@pytest.mark.parametrize(
    ("k", "n", "marked", "population"), [(5, 6, 30, 400), (1, 3, 2, 4), (3, 3, 3, 3), (9, 9, 500, 7000)]
)
def test_the_tail_is_the_exact_hypergeometric_one(k, n, marked, population):
    ways = sum(math.comb(marked, i) * math.comb(population - marked, n - i) for i in range(k, min(n, marked) + 1))
    exact = ways / math.comb(population, n)
    with duckdb.connect() as con:
        con.execute(MACROS)
        (tail,) = con.execute(f"SELECT hypergeometric_tail({k}, {n}, {marked}, {population})").fetchone()
    assert tail == pytest.approx(exact, rel=1e-9)
