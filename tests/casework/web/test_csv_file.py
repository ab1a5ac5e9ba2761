"""A cell that somebody typed into a form must not become a formula in somebody else's spreadsheet."""

import pytest

from casework.web.csv_file import harmless


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "=cmd|'/c calc'!A1"])
def test_what_could_begin_a_formula_is_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["张三", "2024-08-05", 12, "a=1", ""])
def test_everything_else_stays_as_it_is(cell):
    assert harmless(cell) == cell
