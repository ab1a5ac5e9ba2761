import io
import time
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from docx.shared import Mm, Pt

from casework.reports.manifest import manifest_hash
from casework.reports.rates import rates
from casework.reports.render.plan import plan_docx
from casework.reports.render.records import records_docx
from casework.reports.render.report import Signature, report_docx
from casework.reports.snapshot import Measure, OpenCase
from tests.casework.reports.sample import make_head, make_manifest, make_row, make_seal, make_snapshot


def report(snapshot=None, **rest):
    return report_docx(snapshot or make_snapshot(), seal=make_seal(), **rest)


DOCUMENTS = {
    "plan": plan_docx,
    "records": lambda snapshot: records_docx(snapshot, masked=True),
    "records in full": lambda snapshot: records_docx(snapshot, masked=False),
    "report": report,
}


def opened(content):
    return Document(io.BytesIO(content))


def headings(content):
    return [
        one.text for one in opened(content).paragraphs if one.text[:1] in "一二三四五六七" and one.text[1:2] == "、"
    ]


def words(content):
    document = opened(content)
    cells = [cell for table in document.tables for row in table_texts(table) for cell in row]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def table_texts(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def table_after(content, first_heading):
    return next(found for table in opened(content).tables if (found := table_texts(table))[0][0] == first_heading)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_snapshot_gives_the_same_bytes(name, monkeypatch):
    first = DOCUMENTS[name](make_snapshot())
    tomorrow = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert DOCUMENTS[name](make_snapshot()) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_page_follows_the_official_standard(name):
    section = opened(DOCUMENTS[name](make_snapshot())).sections[0]
    area = {
        round((section.page_width - section.left_margin - section.right_margin) / Mm(1)),
        round((section.page_height - section.top_margin - section.bottom_margin) / Mm(1)),
    }
    assert area == {156, 225}
    assert "PAGE" in section.footer._element.xml


def test_titles_and_text_have_the_standard_faces_and_sizes():
    document = opened(plan_docx(make_snapshot()))
    title = next(one for one in document.paragraphs if "自查通知（方案）" in one.text)
    body = next(one for one in document.paragraphs if "全量规则筛查" in one.text)
    assert (title.runs[0].font.size, body.runs[0].font.size) == (Pt(22), Pt(16))
    assert body.paragraph_format.line_spacing == Pt(29)
    assert "方正小标宋简体" in title.runs[0]._r.xml
    assert "仿宋_GB2312" in body.runs[0]._r.xml


def test_the_plan_says_what_the_notice_prescribes():
    content = plan_docx(make_snapshot())
    assert headings(content) == [
        "一、自查内容",
        "二、自查方法",
        "三、记录内容",
        "四、整改要求",
        "五、进度安排",
        "六、责任人员",
    ]
    assert [row[0] for row in table_after(content, "条款")[1:]] == ["N1.1", "N1.2", "N1.3", "N1.4", "N1.5"]
    assert ["2024-08-05", "签字备案", "党政主要负责同志"] in table_after(content, "完成时限")
    assert ["李梦洁", "就业指导中心主任", "组织自查"] in table_after(content, "姓名")
    assert "整改后不得突击更改数据" in words(content)


def test_the_records_hold_every_row_with_verification_handling_and_later_verification():
    content = records_docx(make_snapshot(), masked=False)
    assert headings(content) == ["一、问题情况统计", "二、逐案核查记录", "三、抽样核实记录（不计入问题统计）"]
    problems = table_after(content, "案件编号")
    assert [row[0] for row in problems[1:]] == ["LC24-0001", "LC24-0002", "LC24-0002"]
    assert problems[1] == [
        "LC24-0001",
        "欧阳晓明／202022120208",
        "文学院／汉语言文学／本科",
        "11 签劳动合同形式就业／岭川样本科技有限公司",
        "毕业生反馈从未签订",
        "电话回访、单位来函",
        "查实已纠正／单位证实未录用",
        "作废原去向，改登记为待就业",
        "8月3日复核无误",
    ]


def test_an_employer_case_with_two_graduates_counts_once_and_samples_stand_apart():
    statistics = table_after(records_docx(make_snapshot(), masked=True), "项目")
    assert ["合计", "核查案件", "2"] in statistics
    assert ["核查结论", "查实已纠正", "1"] in statistics
    assert ["核查结论", "核实无误", "1"] in statistics
    assert ["另列", "抽样核实（不计入问题统计）", "1"] in statistics


@pytest.mark.parametrize("secret", ["晓明", "202022120208", "古丽", "张三"])
def test_masked_records_name_nobody(secret):
    assert secret not in words(records_docx(make_snapshot(), masked=True))
    assert secret in words(records_docx(make_snapshot(), masked=False))


def test_the_report_says_what_the_notice_prescribes():
    content = report()
    assert headings(content) == [
        "一、自查工作开展情况",
        "二、发现的问题",
        "三、原因分析",
        "四、整改情况和措施",
        "五、去向统计口径与数据",
        "六、尚未办结的案件",
    ]
    text = words(content)
    for said in ("第2版", "筛查全部登记数据。", "个别单位未实际录用毕业生。", "材料审核把关不严。"):
        assert said in text
    assert ["1", "去向登记真实准确", "实行两级审核", "2024-08-31", "夏鑫", "进行中", "LC24-0002"] in table_after(
        content, "序号"
    )
    assert table_after(content, "案件编号")[1:] == [["LC24-0009", "核查中", "等待用人单位复函"]]
    assert "共核查案件 2 件，涉及毕业生 3 人；另抽样核实 1 件" in text


@pytest.mark.parametrize("rate", rates(make_snapshot().destinations), ids=lambda rate: f"{rate.version} {rate.name}")
def test_every_rate_stands_in_the_report_with_both_its_numbers(rate):
    rows = [row for table in opened(report()).tables for row in table_texts(table)]
    assert [rate.name, str(rate.numerator), "9", rate.percent, "、".join(rate.codes)] in rows


def test_the_signature_page_names_both_slots_the_recipients_the_hash_and_the_journal_head():
    text = words(report())
    for said in (
        "党委主要负责同志（签字）：＿",
        "行政主要负责同志（签字）：＿",
        "备案：中共岭川大学纪律检查委员会、北京市教育委员会（演示）",
        f"清单哈希（SHA-256）：{manifest_hash(make_manifest())}",
        make_head()["hash"],
    ):
        assert said in text


def test_a_delegate_is_printed_with_the_mark_and_the_mandate():
    signatures = (
        Signature("party_leader", "周书记", "2024-08-04 17:00"),
        Signature("admin_leader", "吴副校长", "2024-08-04 17:20", mandate="岭大授〔2024〕3号"),
    )
    text = words(report(signatures=signatures))
    assert "党委主要负责同志（签字）：周书记　2024-08-04 17:00" in text
    assert "行政主要负责同志（签字）：吴副校长（代）　2024-08-04 17:20　授权：岭大授〔2024〕3号" in text
    assert "周书记（代）" not in text
    assert "＿" not in text


def test_one_person_in_both_offices_signs_with_the_appointment_named():
    both = [
        Signature(slot, "周书记", "2024-08-04", appointment="岭委〔2023〕8号")
        for slot in ("party_leader", "admin_leader")
    ]
    assert words(report(signatures=both)).count("任职文件：岭委〔2023〕8号") == 2


def test_a_report_without_open_cases_says_so():
    assert "没有尚未办结的案件" in words(report(make_snapshot(open_cases=())))


def test_a_supplementary_report_names_the_report_that_it_supplements():
    text = words(report(make_snapshot(supplementary_to="LC24-R0")))
    assert "自查补充报告" in text
    assert "本报告为 LC24-R0 的补充报告" in text


def test_characters_that_xml_cannot_carry_break_no_document():
    rows = (make_row(name="张\x00三\x0b", employer="\ud800公司𠮷\uffff"),)
    snapshot = make_snapshot(rows=rows, problems=("坏\x1f字",))
    assert "张三" in words(records_docx(snapshot, masked=False))
    assert "公司𠮷" in words(records_docx(snapshot, masked=False))
    assert "坏字" in words(report(snapshot))


def test_text_from_outside_is_never_read_as_markup():
    evil = '<w:p/>&amp;"]]>{{ 7*7 }}'
    snapshot = make_snapshot(
        rows=(make_row(employer=evil),),
        measures=(replace(make_snapshot().measures[0], measure=evil),),
        open_cases=(OpenCase("LC24-0009", "核查中", evil),),
        causes=(evil,),
    )
    assert words(report(snapshot)).count(evil) == 3
    assert evil in words(records_docx(snapshot, masked=True))


def test_a_report_of_eight_hundred_cases_holds_them_all():
    rows = tuple(make_row(f"LC24-{number:04}", student_no=f"2020221{number:05}") for number in range(1, 801))
    measures = tuple(Measure("目标", "措施", "2024-08-31", "夏鑫", "完成", row.case) for row in rows[:50])
    snapshot = make_snapshot(rows=rows, measures=measures)
    assert records_docx(snapshot, masked=True).startswith(b"PK")
    assert "共核查案件 800 件，涉及毕业生 800 人" in words(report(snapshot))
