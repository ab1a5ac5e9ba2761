"""Screening from the terminal: files that were never imported, and what becomes of dirty ones."""

import csv
import json
import os
import signal
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from casework.cli import context
from casework.cli.interrupts import interrupted
from casework.screening.rules import RULES
from tests.casework.screening import kit

WHERE = ("--cohort", "2024", "--as-of", "2024-08-31", "--exported-at", "2024-07-25")
HEADER = (
    "学号,姓名,院系,毕业年份,毕业日期,毕业去向类别代码,"
    "签约日期,单位名称,统一社会信用代码,手机号,单位联系人电话,单位联系人手机,薪酬"
)
GOOD = (
    "202022110001,赵安宁,文学院,2024,2024-06-20,10,"
    "2024-06-01,甲有限公司,91420600MY2RT13M2C,16437829364,027-91054726,16437829365,6000"
)


@pytest.fixture(autouse=True)
def _no_database(monkeypatch):
    def refuse(*_given, **_more):
        raise AssertionError("screening of files asked for the application")

    monkeypatch.setattr(context, "create_service", refuse)


@pytest.fixture
def line(command_line):
    return command_line


def sample(*names):
    given = {
        "--register": "employer_register.csv",
        "--changes": "change_log.csv",
        "--confirmations": "confirmations",
        "--proofs": "proofs/manifest.csv",
        "--minimum-wages": "local_min_wage.csv",
        "--operators": "operators.csv",
    }
    return [part for name, file in given.items() if not names or name in names for part in (name, kit.SAMPLE / file)]


def written(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def export(folder, *rows, header=HEADER, name="graduates.csv", encoding="utf-8-sig"):
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n", encoding=encoding)
    return path


def flagged(rows, *, rule=None):
    return {
        (row["rule"], number) for row in rows for number in row["student_nos"].split() if rule in {None, row["rule"]}
    }


@pytest.fixture(scope="module")
def sample_findings(tmp_path_factory):
    """Screen the sample's files in a process of its own, as somebody at a terminal does."""
    out = tmp_path_factory.mktemp("screened") / "findings.csv"
    arguments = [kit.SAMPLE / "graduates_2024.xlsx", *sample(), *WHERE, "--closed-at", "2024-08-05 17:30", "--out", out]
    arguments += ["--against-truth", kit.TRUTH]
    environ = {**os.environ, "CASEWORK_LANG": "zh", "DATABASE_URL": "postgresql://nobody@nowhere.invalid/none"}
    command = [sys.executable, "-c", "from casework.cli.main import cli; cli()", "screen", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False, cwd=kit.ROOT)
    return done, out


def test_the_files_of_the_sample_give_what_its_cleaned_values_give(sample_findings, screening):
    done, out = sample_findings
    assert done.returncode == 0, done.stderr
    cleaned = {(hit.rule, number) for hit in screening.hits for number in hit.student_nos}
    silent = {"serial_duplicate", "proxy_confirmation"}  # the sample's files lack their columns
    assert flagged(written(out)) == {hit for hit in cleaned if hit[0] not in silent}


def test_recall_and_false_accusations_are_printed_by_number(sample_findings):
    said = sample_findings[0].stdout
    assert "R01  records    100.0%  查出 54 / 54，误报 0 / 4" in said
    assert "统计异常不等于虚假就业" in said


def test_every_rule_is_told_with_hits_or_with_what_it_lacks(sample_findings):
    said = sample_findings[0].stdout
    assert all(rule.code in said for rule in RULES)
    assert "未运行：缺少 records.agreement_no" in said


def test_findings_hold_no_personal_data_but_student_numbers(sample_findings):
    text = sample_findings[1].read_text(encoding="utf-8-sig")
    people = kit.rows(kit.TRUTH / "canonical.csv")
    for column in ("phone", "family_phone", "employer_phone", "employer_mobile", "id_number"):
        numbers = {row[column] for row in people if len(row.get(column) or "") > 7}
        assert not [number for number in numbers if number in text], column
    names = {row["name"] for row in people if len(row["name"]) > 2}
    cells = {cell for row in written(sample_findings[1]) for cell in row.values()}
    assert names.isdisjoint(cells)


def test_no_cell_begins_a_formula(line, tmp_path):
    row = GOOD.replace("甲有限公司", '"=HYPERLINK(""x"")"').replace("91420600MY2RT13M2C", "12345")
    out = tmp_path / "found.csv"
    line.done("screen", export(tmp_path, row), *WHERE, "--out", out, "--rules", "uscc_invalid")
    [found] = written(out)
    assert found["subject"] == "202022110001"
    assert not [cell for cell in found.values() if cell.startswith(("=", "+", "-", "@"))]
    assert "=HYPERLINK" in json.loads(found["observed"])["employer_name"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_read_as_in_an_import(encoding, line, tmp_path):
    bad = GOOD.replace("91420600MY2RT13M2C", "12345")
    said = line.done("screen", export(tmp_path, bad, encoding=encoding), *WHERE, "--rules", "uscc_invalid")
    assert "        1  uscc_invalid" in said


def test_numbers_are_compared_although_no_number_is_kept(line, tmp_path):
    own = GOOD.replace("16437829365", "+86 164-3782-9364")
    out = tmp_path / "found.csv"
    line.done("screen", export(tmp_path, own), *WHERE, "--out", out, "--rules", "contact_is_own_or_family")
    assert flagged(written(out)) == {("contact_is_own_or_family", "202022110001")}
    assert "16437829364" not in out.read_text(encoding="utf-8-sig")


def test_parquet_with_the_frames_columns_is_taken_as_it_is(line, tmp_path, university, screening):
    paths = {name: tmp_path / f"{name}.parquet" for name in ("records", "employers")}
    for name, path in paths.items():
        pq.write_table(university[name], path)
    out = tmp_path / "found.parquet"
    line.done("screen", paths["records"], "--register", paths["employers"], *WHERE, "--out", out)
    found = {(row["rule"], row["subject"]) for row in pq.read_table(out).to_pylist()}
    expected = {(hit.rule, hit.subject_key) for hit in screening.hits}
    assert {row for row in expected if row[0].startswith(("uscc", "employer_c"))} <= found


def test_the_order_of_the_rows_changes_no_byte(line, tmp_path):
    rows = [GOOD.replace("0001,赵", f"{n:04},赵").replace("91420600MY2RT13M2C", f"{n}") for n in range(1, 30)]
    rows = [row.replace("16437829365", "16437829399") for row in rows]
    files = []
    for name, given in (("one", rows), ("other", rows[::-1])):
        out = tmp_path / f"{name}.found.csv"
        line.done("screen", export(tmp_path, *given, name=f"{name}.csv"), *WHERE, "--out", out)
        files.append(out.read_bytes())
    assert files[0] == files[1]


def test_what_is_missing_stops_only_the_rules_that_need_it(line, tmp_path):
    header, row = "学号,统一社会信用代码", "202022110001,12345"
    said = line.done("screen", export(tmp_path, row, header=header), *WHERE)
    assert "        1  uscc_invalid" in said
    assert "未运行：缺少 employers" in said


ODD = {
    "one row": [GOOD],
    "ten digits of pay": [GOOD.replace(",6000", ",1234567890")],
    "unknown codes": [GOOD.replace(",10,", ",9Z,")],
    "an empty column": [GOOD.replace("91420600MY2RT13M2C", "")],
    "the same twice": [GOOD, GOOD],
    "contradicting rows": [GOOD, GOOD.replace("文学院", "理学院")],
    "a row without a number": [GOOD, GOOD.replace("202022110001", "")],
}


@pytest.mark.parametrize("name", ODD)
def test_odd_rows_end_in_a_report(name, line, tmp_path):
    assert "疑点" in line.done("screen", export(tmp_path, *ODD[name]), *WHERE)


def test_wholly_empty_columns_are_named(line, tmp_path):
    assert "整列空白：records.credit_code" in line.done("screen", export(tmp_path, ODD["an empty column"][0]), *WHERE)


@pytest.mark.parametrize("name", sorted(path.name for path in (kit.ROOT / "tests/data/dirty").glob("[01]*")))
def test_a_malformed_file_is_answered_in_sentences(name, line):
    result = line.run("screen", kit.ROOT / "tests/data/dirty" / name, *WHERE)
    assert result.exit_code in {0, 1}
    assert "Traceback" not in result.output + result.stderr
    assert (result.stdout if result.exit_code == 0 else result.stderr).strip()


REFUSED = [
    (("--rules", "no_such_rule"), "no_such_rule"),
    (("--out", "found.xlsx"), ".csv 或 .parquet"),
    (("--frame", "nothing=there"), "名称=文件"),
    (("--as", "U013"), "请写明要筛查什么"),
    (("--open",), "请写明要筛查什么"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED)
def test_what_cannot_be_done_is_refused_before_any_work(arguments, words, line, tmp_path):
    assert words in line.refused("screen", export(tmp_path, GOOD), *WHERE, *arguments)


def test_nothing_named_at_all_is_refused(line):
    assert "请写明要筛查什么" in line.refused("screen")


def test_truth_that_is_not_there_is_said(line, tmp_path):
    assert "record_truth.csv" in line.refused("screen", export(tmp_path, GOOD), *WHERE, "--against-truth", tmp_path)


def test_a_broken_parquet_file_is_said(line, tmp_path):
    path = tmp_path / "records.parquet"
    path.write_bytes(b"PAR1 and nothing more")
    assert "records.parquet" in line.refused("screen", path, *WHERE)
    pq.write_table(pa.table({"student_no": [1]}), path)
    assert "student_no" in line.refused("screen", path, *WHERE)


def test_a_year_without_tables_is_said_and_screened_with_the_newest(line, tmp_path):
    given = ("--cohort", "2031", "--as-of", "2024-08-31")
    result = line.run("screen", export(tmp_path, GOOD), *given)
    assert result.exit_code == 0
    assert "2031" in result.stderr


def test_the_first_interrupt_is_a_wish_and_the_second_is_not():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
    with interrupted() as asked:
        assert not asked()
        signal.raise_signal(signal.SIGINT)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_the_screening_in_a_sentence(line, tmp_path, monkeypatch):
    path = export(tmp_path, GOOD)
    monkeypatch.setattr("casework.cli.screening_report.progress", lambda *_: signal.raise_signal(signal.SIGINT))
    assert "未保留任何结果" in line.refused("screen", path, *WHERE, "--out", tmp_path / "found.csv")
    assert not (tmp_path / "found.csv").exists()
