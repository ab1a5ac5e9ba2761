"""The sample university: every file is recognised, complete, and reads as its truth says."""

import pyarrow.parquet as pq
import pytest

from casework.intake import normal
from casework.intake.importers.inspection import inspect

from .rounds_tables import TRUTH, UNIVERSITY, lines

KINDS = (
    ("change_log.csv", "changes", 7192),
    ("employer_register.csv", "employers", 3249),
    ("proofs/manifest.csv", "proofs", 10258),
    ("operators.csv", "operators", 80),
    ("users.csv", "people", 31),
    ("organisations.csv", "organisations", 97),
    ("local_min_wage.csv", "minimum_wages", 75),
    *((f"confirmations/confirm_2024-{day}.csv", "confirmations", 12000) for day in ("07-25", "08-15", "08-31")),
)
FAMILIES = (
    ("graduates_2024.xlsx", 12000),
    ("graduates_subset_gb18030.csv", 3000),
    ("graduates_subset_pinyin_utf8bom.csv", 500),
)
SAME = {  # column of the truth → field
    "exam_no": "exam_no",
    "id_number": "id_number",
    "college": "college",
    "major_code": "major_code",
    "major": "major_name",
    "class_name": "class_name",
    "counsellor": "counsellor",
    "degree_code": "degree_level",
    "cohort": "cohort_year",
    "grad_date": "graduation_date",
    "dest_code": "destination_code",
    "sign_date": "signing_date",
    "nature_code": "employer_nature_code",
    "industry_code": "industry_code",
    "place_code": "employer_place_code",
    "job_code": "job_category_code",
    "confirm_status": "confirm_status",
}
DIALLED = {"phone": "phone", "family_phone": "family_phone"} | {
    name: name for name in ("employer_phone", "employer_mobile")
}


@pytest.mark.parametrize(("name", "kind", "count"), KINDS)
def test_a_sample_is_recognised_and_complete(name, kind, count, take):
    staged = take(UNIVERSITY / name)
    assert (staged.kind, staged.rows_staged, staged.rows_skipped, staged.problem_count) == (kind, count, 0, 0)


@pytest.mark.parametrize(("name", "count"), FAMILIES)
def test_each_header_family_reads_as_the_truth(name, count, take):
    truth = {line["student_no"]: line for line in lines(TRUTH / "canonical.csv")}
    staged = take(UNIVERSITY / name)
    rows = pq.read_table(staged.path).to_pylist()
    assert len(rows) == count
    for row in rows:
        line = truth[row["student_no"]]
        for column, field in SAME.items():
            if field in row:
                assert ("" if row[field] is None else str(row[field])) == line[column], (row["row_number"], field)
        for column, field in DIALLED.items():
            assert normal.phone_digits(row[field]) == line[column], (row["row_number"], field)
        assert "".join(row["name"].split()) == line["name"]
        assert "".join(normal.nfkc(row["employer_name"] or "").split()).upper() == line["employer_name"]
        assert (row["credit_code"] or "").strip("/无") == line["credit_code"]
        if line["pay"].isdigit() and "pay" in row:
            assert row["pay"] == int(line["pay"])
        elif "pay" in row:
            assert row["pay"] is None
            assert (row["pay_text"] or "") == line["pay"]


def test_the_three_families_agree_on_the_fields_they_share(take):
    tables = []
    for name, _ in FAMILIES:
        rows = pq.read_table(take(UNIVERSITY / name).path).to_pylist()
        tables.append({row["student_no"]: row for row in rows})
    for number in tables[1].keys() & tables[2].keys():
        for field in ("sex", "degree_level", "destination_code", "cohort_year", "graduation_date", "name"):
            assert len({str(table[number][field]).replace("\u3000", "") for table in tables}) == 1, (number, field)


def test_the_second_unit_is_not_the_employer_and_is_not_stored():
    found = inspect(UNIVERSITY / "graduates_2024.xlsx", filename="graduates_2024.xlsx")
    columns = [name for header, name in zip(found.headers, found.mapping, strict=True) if header == "单位名称"]
    assert columns == ["employer_name", None]
    assert {"单位名称", "民族名称", "政治面貌", "档案转递类型"} <= set(found.not_stored)
    assert found.unmapped == ()


def test_numbers_that_lost_digits_stay_open_and_are_said(take):
    staged = take(UNIVERSITY / "graduates_2024.xlsx")
    lost = [problem for problem in staged.problems() if problem.code == "digits_lost"]
    assert len(lost) == 6
    assert {(p.field, p.handling, p.value) for p in lost} == {("id_number", "left_open", "******")}
