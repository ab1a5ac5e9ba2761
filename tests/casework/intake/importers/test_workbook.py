"""Spreadsheets that mean harm, or were only saved carelessly."""

import random
import zipfile
from contextlib import suppress

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from casework.errors import FileRefused

from .rounds_tables import DIRTY

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def book(tmp_path):
    def _write(rows, *, top=0, left=0, first_sheet=None):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as made:
            if first_sheet is not None:
                made.add_worksheet("说明").write(0, 0, first_sheet)
            sheet = made.add_worksheet("数据")
            for number, row in enumerate(rows):
                sheet.write_row(top + number, left, row)
        return path

    return _write


HEADER = ["学号", "姓名", "毕业去向类别代码", "手机号", "签约日期"]


def test_numbers_become_the_text_that_people_see(book, take):
    staged = take(book([HEADER, [202012345678, "李明", 10, 16036339705.0, 45448]]))
    row = pq.read_table(staged.path).to_pylist()[0]
    assert (row["student_no"], row["destination_code"], row["phone"]) == ("202012345678", "10", "16036339705")
    assert str(row["signing_date"]) == "2024-06-05"


def test_a_table_that_starts_further_in_and_on_the_second_sheet_is_found(book, take):
    path = book(
        [HEADER, ["1", "李明", "10", "", ""], [], ["3", "王芳", "11", "", ""]], top=3, left=2, first_sheet="须知"
    )
    staged = take(path)
    assert pq.read_table(staged.path).select(["row_number", "student_no"]).to_pylist() == [
        {"row_number": 1, "student_no": "1"},
        {"row_number": 3, "student_no": "3"},
    ]


@pytest.mark.parametrize(
    ("row", "column", "code"), [(1_000_000, 0, "sheet_too_sparse"), (1, 16_000, "too_many_columns")]
)
def test_a_cell_far_out_is_refused_before_the_sheet_is_spread_out(row, column, code, tmp_path, take):
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(row, column, "远")
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == code


def test_an_archive_that_lies_about_its_size_is_found_out(tmp_path, take):
    path = tmp_path / "liar.xlsx"
    with zipfile.ZipFile(DIRTY / "14_high_ratio.xlsx") as source:
        declared = source.getinfo(SHEET).file_size
    content = (DIRTY / "14_high_ratio.xlsx").read_bytes()
    lied = content.replace(declared.to_bytes(4, "little"), (2000).to_bytes(4, "little"))
    assert lied != content
    path.write_bytes(lied)
    with zipfile.ZipFile(path) as naive:
        assert sum(part.file_size for part in naive.infolist()) < 100_000  # what a look at the directory would say
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == "uncompressed_size_limit"


def test_an_archive_that_is_no_workbook_is_the_wrong_kind(tmp_path, take):
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == "wrong_kind"


def test_damaged_workbooks_are_refused_or_read_never_anything_else(tmp_path, take):
    content = (DIRTY / "12_merged_headers.xlsx").read_bytes()
    chance = random.Random(7)  # noqa: S311 - damage, not a secret
    path = tmp_path / "damaged.xlsx"
    for _ in range(120):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged[: chance.choice((len(damaged), chance.randrange(100, len(damaged))))])
        with suppress(FileRefused):
            take(path, kind="graduates")


def test_a_workbook_that_defines_entities_is_not_opened(tmp_path, take):
    path = tmp_path / "laughs.xlsx"
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", laughs)
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == "corrupt_file"
