import io
import zipfile

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from casework.reports.render.records import COLUMNS, records_xlsx
from tests.casework.reports.sample import make_row, make_snapshot

FORMULAS = ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "=cmd|' /C calc'!A0", "{=1}"]


def sheets(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_same_snapshot_gives_the_same_bytes():
    assert records_xlsx(make_snapshot(), masked=True) == records_xlsx(make_snapshot(), masked=True)
    with zipfile.ZipFile(io.BytesIO(records_xlsx(make_snapshot(), masked=True))) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(1980, 1, 1)}


def test_every_row_stands_in_its_sheet_with_its_long_numbers_whole():
    found = sheets(records_xlsx(make_snapshot(), masked=False))
    assert list(found) == ["自查记录", "抽样核实记录", "问题统计", "数字来源"]
    assert found["自查记录"][0] == [heading for heading, _ in COLUMNS]
    assert [row[0] for row in found["自查记录"][1:]] == ["LC24-0001", "LC24-0002", "LC24-0002"]
    assert found["自查记录"][1][1:5] == ["欧阳晓明", "202022120208", "110101200001011234", "13812346021"]
    assert [row[0] for row in found["抽样核实记录"][1:]] == ["LC24-0003"]
    assert ["合计", "核查案件", "2"] in found["问题统计"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_cell_that_looks_like_a_formula_stays_text(formula):
    content = records_xlsx(make_snapshot(rows=(make_row(name=formula, employer=formula),)), masked=False)
    assert not any("<f>" in text or "<f " in text or "hyperlink" in text for text in parts(content).values())
    assert sheets(content)["自查记录"][1][10] == formula


def test_a_careless_writer_would_have_written_a_formula():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet().write(0, 0, FORMULAS[0])
    book.close()
    assert "<f>" in parts(target.getvalue())["xl/worksheets/sheet1.xml"]


def test_masked_rows_show_no_identity_number():
    row = sheets(records_xlsx(make_snapshot(), masked=True))["自查记录"][1]
    assert row[1:5] == ["欧阳**", "2020******08", "******", "138****6021"]


def test_text_longer_than_a_cell_is_cut_and_control_characters_are_left_out():
    rows = (make_row(result="长" * 40_000, handling="\x00好\x0b"),)
    row = sheets(records_xlsx(make_snapshot(rows=rows), masked=False))["自查记录"][1]
    assert len(row[13]) == 32_767
    assert row[15] == "好"
