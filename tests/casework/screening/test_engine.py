import random
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from casework.errors import Invalid
from casework.screening.engine import ScreeningStopped, screen
from casework.screening.frames import Context
from casework.screening.rules import RULES
from casework.screening.rules.clusters import TINY_EMPLOYER_CLUSTER
from casework.screening.telling import explain
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER, employer, frames, record

SEEDS = range(5)


def _shuffled(given, seed):
    found = {}
    for name, table in given.items():
        order = list(range(table.num_rows))
        random.Random(f"{seed}{name}").shuffle(order)  # noqa: S311 - a shuffle that can be repeated
        found[name] = table.take(order)
    return found


def _crowd():
    """Twelve graduates of one college at one employer, whose name each of them wrote in another way."""
    crowd = [record(n, employer_name=f"甲{n}公司", credit_code=COMPANY, college="甲学院") for n in range(12)]
    rest = [record(100 + n, credit_code=None, college="乙学院") for n in range(3)]
    others = [record(200 + n, credit_code=OTHER, college="乙学院") for n in range(60)]
    register = [employer(insured_headcount=1), employer(credit_code=OTHER, insured_headcount=5000)]
    return frames(records=crowd + rest + others, employers=register)


def test_shuffled_rows_give_the_same_bytes(university, screening):
    for seed in SEEDS:
        again = screen(_shuffled(university, seed), context=kit.CONTEXT)
        assert again.table.equals(screening.table)
        assert again.hits == screening.hits


def test_shuffled_rows_would_show_a_rule_that_takes_any_value():
    any_name = "(SELECT firm, any_value(employer_name) AS employer_name FROM hired GROUP BY firm)"
    naive = replace(
        TINY_EMPLOYER_CLUSTER, sql=TINY_EMPLOYER_CLUSTER.sql.replace("JOIN named", f"JOIN {any_name} AS named")
    )

    def outcomes(rule):
        runs = (screen(_shuffled(_crowd(), seed), context=kit.CONTEXT, rules=[rule]) for seed in SEEDS)
        return {run.table["observed"].to_pylist()[0] for run in runs}

    assert len(outcomes(TINY_EMPLOYER_CLUSTER)) == 1
    assert len(outcomes(naive)) > 1


def test_parquet_gives_what_arrow_gives(university, screening, tmp_path):
    paths = {}
    for name, table in university.items():
        paths[name] = tmp_path / f"it's {name}.parquet"
        pq.write_table(table, paths[name])
    assert screen(paths, context=kit.CONTEXT).table.equals(screening.table)


def test_fingerprints_are_unique_and_findings_sorted(screening):
    keys = [(hit.rule, hit.subject_key, hit.fingerprint) for hit in screening.hits]
    assert keys == sorted(keys)
    assert len({hit.fingerprint for hit in screening.hits}) == len(keys)
    assert all(list(hit.student_nos) == sorted(set(hit.student_nos)) for hit in screening.hits)
    assert all(list(hit.observed) == sorted(hit.observed) for hit in screening.hits)


def test_the_next_run_recognises_a_finding_although_the_register_was_corrected():
    def fingerprint(**of_register):
        given = frames(records=[record(1, credit_code=COMPANY)], employers=[employer(**of_register)])
        found = screen(given, context=kit.CONTEXT).hits
        return [hit.fingerprint for hit in found if hit.rule == "employer_cancelled_before_signing"]

    first = fingerprint(status="注销", status_date=kit._day("2021-01-01"))
    assert len(first) == 1
    assert fingerprint(status="吊销", status_date=kit._day("2022-01-01")) == first


def test_a_rule_without_its_frame_says_that_it_did_not_run(university):
    given = {name: table for name, table in university.items() if name != "proofs"}
    runs = {run.rule: run for run in screen(given, context=kit.CONTEXT).runs}
    assert runs["proof_missing"].missing == ("proofs",)
    assert not runs["proof_missing"].ran
    assert runs["uscc_invalid"].ran
    silent = {rule.code for rule in RULES if any(need.partition(".")[0] not in given for need in rule.needs)}
    assert {code for code, run in runs.items() if not run.ran} == silent >= {"internship_proof", "proof_reused"}


def test_nothing_but_a_rule_that_ran_has_a_version(university):
    found = screen({"records": university["records"]}, context=kit.CONTEXT)
    assert set(found.versions) == {run.rule for run in found.runs if run.ran} < {rule.code for rule in RULES}
    assert {"uscc_invalid", "dates_contradict", "contact_is_own_or_family"} <= set(found.versions)


def test_settings_of_the_round_stand_before_the_defaults():
    given = frames(records=[record(1, graduation_date=kit._day("2024-09-01"))])
    rules = [rule for rule in RULES if rule.code == "dates_contradict"]
    assert screen(given, context=kit.CONTEXT, rules=rules).table.num_rows == 1
    later = {"dates_contradict": {"window_end": "09-30"}}
    found = screen(given, context=kit.CONTEXT, rules=rules, settings=later)
    assert found.table.num_rows == 0
    assert found.settings["dates_contradict"] == {"window_start": "01-01", "window_end": "09-30"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"no_such_rule": {}}, "rule_unknown"),
        ({"dates_contradict": {"no_such_limit": 1}}, "setting_unknown"),
        ({"proof_reused": {"persons": "many"}}, "setting_invalid"),
        ({"proof_reused": {"families": "10"}}, "setting_invalid"),
        ({"tiny_employer_cluster": {"tail": "small"}}, "setting_invalid"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(settings, code):
    with pytest.raises(Invalid) as refused:
        screen(frames(records=[record(1)]), context=kit.CONTEXT, settings=settings)
    assert refused.value.code == code


def test_progress_is_told_after_each_rule_and_a_stop_leaves_nothing():
    told = []
    given = frames(records=[record(1)])
    screen(given, context=kit.CONTEXT, on_progress=lambda *step: told.append(step))
    assert told == [(n, len(RULES), rule.code) for n, rule in enumerate(RULES, start=1)]
    with pytest.raises(ScreeningStopped):
        screen(given, context=kit.CONTEXT, should_stop=lambda: True)


def test_times_are_compared_in_beijing():
    signed = record(1, signing_date=kit._day("2024-07-26"))
    evening = Context(cohort_year=2024, as_of=datetime(2024, 7, 25, 15, 59, tzinfo=UTC))
    next_day = Context(cohort_year=2024, as_of=datetime(2024, 7, 25, 16, 0, tzinfo=UTC))
    rules = [rule for rule in RULES if rule.code == "dates_contradict"]
    assert screen(frames(records=[signed]), context=evening, rules=rules).table.num_rows == 1
    assert screen(frames(records=[signed]), context=next_day, rules=rules).table.num_rows == 0


def test_an_unknown_rule_explains_nothing():
    with pytest.raises(Invalid):
        explain("no_such_rule", {})


def test_a_fact_that_is_not_there_is_told_as_a_dash():
    told = explain("uscc_missing", {"destination_code": "10", "employer_name": None})
    assert "“—”" in told[0][0] % told[0][1]


ODD_FRAMES = {
    "one row": [{}],
    "keys all null": [{"student_no": None}, {"student_no": None, "credit_code": None}],
    "nothing but a number": [dict.fromkeys(kit.SCHEMAS["records"].names) | {"student_no": "1"}],
    "no row": [],
}


@pytest.mark.parametrize("name", ODD_FRAMES)
def test_every_rule_answers_odd_data_without_a_fault(name, university):
    empty = {frame: table.slice(0, 0) for frame, table in university.items() if frame not in {"working_days", "codes"}}
    rows = [row if len(row) > 3 else record(1, **row) for row in ODD_FRAMES[name]]
    odd = {"records": kit.frame("records", rows), "working_days": kit.working_days(), "codes": kit.codes()}
    for given in (odd, {**empty, **odd}):
        assert len(screen(given, context=kit.CONTEXT).runs) == len(RULES)


def test_a_number_too_large_for_its_kind_is_counted_and_stops_nothing():
    pay = pa.array([12345678901234, 5000, None], pa.int64())
    heads = pa.array([10**12], pa.int64())
    given = {
        "records": pa.table({"student_no": ["1", "2", "3"], "pay": pay, "credit_code": [COMPANY] * 3}),
        "employers": pa.table({"credit_code": [COMPANY], "insured_headcount": heads}),
    }
    found = screen(given, context=kit.CONTEXT)
    assert found.unreadable == {"employers.insured_headcount": 1, "records.pay": 1}


def test_what_can_be_read_is_not_counted_as_unreadable(university, screening):
    assert screening.unreadable == {}
    small = {"records": pa.table({"student_no": ["1"], "pay": pa.array([5000], pa.int64())})}
    assert screen(small, context=kit.CONTEXT).unreadable == {}


def test_the_number_of_tests_is_that_of_all_rules_together(screening):
    assert screening.tests == sum(run.tests for run in screening.runs)
