"""A cell that somebody typed into a form must not become a formula in somebody else's spreadsheet."""

import ast
import io
import re
import zipfile

import pytest
import xlsxwriter

from casework.cells import harmless
from tests.architecture.source import modules, parse


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1+1", "=cmd|'/c calc'!A1"])
def test_what_could_begin_a_formula_is_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["张三", "2024-08-05", 12, "a=1", ""])
def test_everything_else_stays_as_it_is(cell):
    assert harmless(cell) == cell


def made_tables(module):
    """Yield every call that writes a line of a table, with whether its cells are made harmless, or are headings."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = ast.unparse(node)
            if node.func.attr in {"writerow", "writerows"}:
                yield module.place(node), "harmless(" in said or not re.search(r"\brow\b|\brows\b|\bcells\b", said)
            if node.func.attr == "Workbook":
                text = module.text
                yield module.place(node), '"strings_to_formulas": False' in text and ".write_string(" in text


NOBODY_TYPES = {"casework/demo.py", "casework/cli/simulate.py"}
"""What is written there was made up by us."""


def test_every_table_that_the_service_writes_is_written_so():
    found = {
        place: safe for module in modules() if module.path not in NOBODY_TYPES for place, safe in made_tables(module)
    }
    assert len(found) >= 8
    assert [place for place, safe in found.items() if not safe] == []


def test_a_table_that_is_not_is_found():
    assert [safe for _, safe in made_tables(parse("writer.writerows(row for row in rows)"))] == [False]
    assert [safe for _, safe in made_tables(parse("book = xlsxwriter.Workbook(made, {'in_memory': True})"))] == [False]


def test_a_workbook_of_ours_keeps_a_formula_as_the_text_that_it_is():
    """What `write_string` promises is looked at in the file itself: no cell of it holds a formula or a link."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    for line, text in enumerate(("=1+1", "@SUM(A1)", "http://evil.example.com", "=cmd|'/c calc'!A1")):
        sheet.write_string(line, 0, text)
    book.close()
    with zipfile.ZipFile(made) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml
