"""Every malformed sample gets the answer that its table of expectations asks for."""

import pytest

from casework.errors import FileRefused

from .rounds_tables import DIRTY, lines

EXPECTATIONS = lines(DIRTY / "expectations.csv")
ACCEPTED = [line for line in EXPECTATIONS if line["expected"] == "accept"]
REFUSED = [line for line in EXPECTATIONS if line["expected"] == "reject"]


@pytest.mark.parametrize("line", REFUSED, ids=lambda line: line["file"])
def test_a_faulty_file_is_refused_with_its_reason_and_leaves_nothing(line, take, tmp_path):
    code, _, named = line["reason"].partition(":")
    with pytest.raises(FileRefused) as refusal:
        take(DIRTY / line["file"])
    assert refusal.value.code == code
    assert named in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ACCEPTED, ids=lambda line: line["file"])
def test_a_dirty_file_keeps_and_reports_as_many_rows_as_it_should(line, take):
    staged = take(DIRTY / line["file"])
    assert staged.rows_in_file == int(line["rows_in_file"])
    assert int(line["rows_kept_min"]) <= staged.rows_staged <= int(line["rows_kept_max"])
    assert int(line["rows_reported_min"]) <= staged.rows_reported <= int(line["rows_reported_max"])
    named = {int(row) for row in line["reported_rows"].split(";") if row}
    assert {problem.row for problem in staged.problems()} <= named | ({8} if line["file"].startswith("09") else set())


@pytest.mark.parametrize("line", ACCEPTED, ids=lambda line: line["file"])
def test_every_row_is_staged_skipped_or_merged(line, take):
    staged = take(DIRTY / line["file"])
    assert staged.rows_staged + staged.rows_skipped + staged.rows_merged == staged.rows_in_file
    assert all(problem.message % problem.params for problem in staged.problems())


def test_formulas_are_reported_and_never_computed(take):
    staged = take(DIRTY / "04_formula_cells.xlsx")
    found = {(problem.row, problem.code) for problem in staged.problems()}
    assert {(9, "key_blank"), (10, "formula_cell"), (11, "formula_cell"), (12, "formula_cell")} <= found


def test_two_persons_under_one_number_are_both_left_out(take):
    staged = take(DIRTY / "06_duplicate_student_no.csv")
    handled = {problem.row: problem.handling for problem in staged.problems()}
    assert handled == {5: "skipped", 9: "merged", 12: "skipped", 14: "merged", 15: "merged"}
