import pypdfium2
import pytest

from casework.reports.render import records_pdf as parts
from casework.reports.render.plan import plan_pdf
from casework.reports.render.records_pdf import records_pdf
from casework.reports.render.report import report_docx, report_pdf
from casework.reports.wording import DEFAULTS
from tests.casework.reports.render.test_documents import opened
from tests.casework.reports.sample import make_row, make_seal, make_snapshot

LINES, LETTERS = 22, 28
LONG = "毕业生就业监测数据自查工作" * 80


def pages(content):
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded().replace("\r\n", "\n").splitlines() for page in document]


def whole(**changes):
    return make_snapshot(form=2, wording=dict(DEFAULTS), **changes)


def test_a_full_page_holds_twenty_two_lines_of_twenty_eight_characters_and_its_number():
    content = report_pdf(whole(work_done=(LONG,)), seal=make_seal())
    page = pages(content)[1]
    assert len(page) == LINES + 1, "the lines of the text and the number of the page"
    assert {len(line) for line in page[1 : LINES - 1]} == {LETTERS}
    assert page[-1].strip() == "— 2 —"


def test_the_records_count_their_pages_through_all_their_parts(monkeypatch):
    monkeypatch.setattr(parts, "ROWS_AT_ONCE", 20)
    said = []
    rows = tuple(make_row(f"LC24-{number:04}", student_no=f"20202212{number:05}") for number in range(1, 46))
    content = records_pdf(
        make_snapshot(rows=(*rows, make_row("LC24-0099", sample=True))),
        masked=False,
        on_progress=lambda done, total: said.append((done, total)),
    )
    found = pages(content)
    assert [page[-1].strip() for page in found] == [f"— {number} —" for number in range(1, len(found) + 1)]
    text = "".join(line for page in found for line in page)
    assert all(row.case in text for row in rows)
    assert text.count("二、逐案核查记录") == text.count("三、抽样核实记录") == 1
    assert said == [(0, 46), (20, 46), (40, 46), (45, 46), (46, 46)]


def test_masked_records_name_nobody_on_pdf_either():
    text = "".join(line for page in pages(records_pdf(make_snapshot(), masked=True)) for line in page)
    assert "晓明" not in text
    assert "欧阳" in text


@pytest.mark.parametrize("make", [report_pdf, report_docx])
def test_a_preview_says_so_on_every_page_and_bears_no_hash_and_no_code(make):
    content, final = (make(whole(), seal=seal) for seal in (None, make_seal()))
    if make is report_pdf:
        assert all("预览" in "".join(page) for page in pages(content))
        assert not any("预览" in "".join(page) for page in pages(final))
        texts = ["".join(line for page in pages(each) for line in page) for each in (content, final)]
    else:
        assert "预览" in opened(content).sections[0].header.paragraphs[0].text
        assert not opened(final).sections[0].header.paragraphs[0].text
        texts = ["".join(one.text for one in opened(each).paragraphs) for each in (content, final)]
    assert make_seal().manifest_hash not in texts[0]
    assert make_seal().manifest_hash in texts[1].replace("\u200b", "")
    assert "党委主要负责同志（签字）" in texts[0]


def test_the_plan_stands_on_pdf_with_the_words_it_was_issued_with():
    snapshot = make_snapshot(form=2, wording=DEFAULTS | {"plan.closing": "{cohort}届照此执行。"})
    text = "".join(line for page in pages(plan_pdf(snapshot)) for line in page)
    assert "2024届照此执行。" in text.replace(" ", "")


def test_the_same_snapshot_gives_the_same_pdf():
    assert report_pdf(whole(), seal=make_seal()) == report_pdf(whole(), seal=make_seal())
    assert records_pdf(whole(), masked=True) == records_pdf(whole(), masked=True)
