"""What a staging promises: complete or absent, stoppable, told how far it is, nothing hidden."""

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.errors import FileRefused, Invalid
from casework.intake.importers.inspection import inspect
from casework.intake.importers.shapes import Limits, StagingStopped
from casework.intake.importers.staging import stage

HEAD = "学号,姓名,毕业去向类别代码,签约日期,身份证号,手机号,薪酬\n"
ROW = "2020{0:04d},李明,10,2024-06-20,,16039705123,6500元\n"


def many(count: int) -> str:
    return HEAD + "".join(ROW.format(number) for number in range(count))


def test_progress_never_goes_back_and_ends_at_the_last_row(csv_file, take):
    told = []
    take(csv_file(many(25_000)), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(10_000, 25_000), (20_000, 25_000), (25_000, 25_000)]


def test_a_stopped_staging_leaves_nothing(csv_file, take, tmp_path):
    path = csv_file(many(25_000))
    answers = iter((False, True))
    with pytest.raises(StagingStopped):
        take(path, should_stop=lambda: next(answers))
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_in_a_later_row_leaves_nothing(csv_file, take, tmp_path):
    path = csv_file(many(12_000) + 'x,"' + "长" * 200_000 + '"\n')
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == "cell_too_long"
    assert "12002" in str(refusal.value)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_file"),
        (HEAD, "empty_file"),
        ("甲,乙\n1,2\n", "header_not_found"),
        ("姓名,毕业去向类别代码,单位名称,院系\n李明,10,某公司,经济学院\n", "missing_required_column"),
        (HEAD + "1,李明,10," + "字" * 40_000 + ",,,\n", None),
        (HEAD + "1," + "李" * 40_000 + ",10,,,,\n", "cell_too_long"),
        (HEAD.strip() + ",x" * 300 + "\n1,李明,10\n", "too_many_columns"),
        ("%PDF-1.4 " + HEAD, "wrong_kind"),
        ("<html><table>" + HEAD, "wrong_kind"),
    ],
)
def test_structural_faults_refuse_the_file(text, code, csv_file, take, tmp_path):
    path = csv_file(text)
    if code is None:
        assert take(path).rows_staged == 1  # an absurd date is a row's fault, not the file's
        return
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == code
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_does_not_change_what_is_read(encoding, csv_file, take):
    row = pq.read_table(take(csv_file(many(3), encoding=encoding)).path).to_pylist()[2]
    assert (row["student_no"], row["name"], row["row_number"]) == ("20200002", "李明", 3)


def test_bytes_of_no_encoding_are_refused(tmp_path, take):
    path = tmp_path / "x.csv"
    path.write_bytes(HEAD.encode() + b"\xff\xff\xfe,\xff\n")
    with pytest.raises(FileRefused) as refusal:
        take(path)
    assert refusal.value.code == "encoding_unknown"


def test_blank_rows_count_for_the_place_but_not_as_rows(csv_file, take):
    staged = take(csv_file(HEAD + ROW.format(1) + "\n,,,,,,\n" + ROW.format(2)))
    assert (staged.rows_in_file, staged.rows_staged, staged.problem_count) == (2, 2, 0)
    assert pq.read_table(staged.path)["row_number"].to_pylist() == [1, 4]


def test_a_row_with_too_many_cells_is_left_out_and_a_short_one_is_said(csv_file, take):
    staged = take(csv_file(HEAD + "1,李明,10,,,,,多\n2,李明,10\n"))
    assert [(p.row, p.code, p.handling) for p in staged.problems()] == [
        (1, "row_too_long", "skipped"),
        (2, "row_too_short", "kept"),
    ]
    assert pq.read_table(staged.path)["student_no"].to_pylist() == ["2"]


def test_a_sealed_value_is_masked_in_the_list_of_problems(csv_file, take):
    staged = take(csv_file(HEAD + "1,李明,10,,420106199001011234,1603970,\n"))
    shown = {p.field: p.value for p in staged.problems()}
    assert shown == {"id_number": "******", "phone": "*******"}


def test_a_mapping_by_hand_replaces_the_guess(csv_file, tmp_path):
    path = csv_file("编号,名字,去向,学院\n1,李明,10,经济学院\n")
    with pytest.raises(FileRefused):
        inspect(path, filename="x.csv")
    path = csv_file("编号,姓名,毕业去向类别代码\n1,李明,10\n")
    found = inspect(path, filename="x.csv", kind="graduates")
    assert found.missing_required == ("学号",)
    staged = stage(path, found, tmp_path / "p", mapping=("student_no", "name", "destination_code"))
    assert pq.read_table(staged.path)["student_no"].to_pylist() == ["1"]
    with pytest.raises(Invalid):
        stage(path, found, tmp_path / "p", mapping=("student_no", "name", "name"))


def test_a_label_column_fills_the_code_only_when_the_code_column_is_missing(csv_file, take):
    staged = take(csv_file("学号,姓名,毕业去向,单位性质\n1,李明,签劳动合同形式就业,国有企业\n"))
    row = pq.read_table(staged.path).to_pylist()[0]
    assert (row["destination_code"], row["employer_nature_code"]) == ("11", "31")


def test_contradicting_rows_far_apart_are_both_left_out(csv_file, take):
    text = many(15_000) + "20200000,王芳,11,2024-06-20,,16039705123,6500元\n"
    staged = take(csv_file(text))
    assert [(p.row, p.handling) for p in staged.problems()] == [(1, "skipped"), (15_001, "skipped")]
    assert staged.rows_staged == 14_999
    assert "20200000" not in pq.read_table(staged.path)["student_no"].to_pylist()


def test_too_large_a_file_is_refused_unread(csv_file):
    with pytest.raises(FileRefused) as refusal:
        inspect(csv_file(many(10)), filename="x.csv", limits=Limits(max_size=100))
    assert refusal.value.code == "file_too_large"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(max_size=200))
def test_no_text_below_the_header_raises_anything_but_a_refusal(body, csv_file, take):
    body = body.encode("utf-8", "replace").decode()
    try:
        staged = take(csv_file(HEAD + "1,李明,10,,,,\n" + body))
    except FileRefused:
        return
    assert staged.rows_staged + staged.rows_skipped + staged.rows_merged == staged.rows_in_file


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(content, tmp_path, take):
    path = tmp_path / "any"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        take(path, kind="graduates")
