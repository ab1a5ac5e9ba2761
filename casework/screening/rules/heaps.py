"""Pay figures that are alike in a unit more often than anywhere else.

Invented figures repeat themselves. But real pay heaps too: it ends in 0 nearly
everywhere, and one employer pays one wage. So a last digit of 0 counts for
nothing, a figure is held against how often it occurs elsewhere, and the rule
only supports what others say.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from casework.errors import N_
from casework.screening.rule import (
    PROPOSED,
    STANDING_NOTE,
    Found,
    Judgement,
    Row,
    Rule,
    Sentence,
    Setting,
    Value,
    number,
)
from casework.screening.statistics.tails import uneven


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Find the units where one figure fills the share that is asked and is rarer in all others.

    By Pearson's χ² with Yates' correction. A class is not named where its college is named for the same figure.
    """
    found: list[Found] = []
    told: set[tuple[str, str, str]] = set()
    for row in sorted(rows, key=lambda row: (row["level"] != "college", row["key"], row["sort"], row["figure"])):
        tail = _tail(row["k"], row["n"], row["k_all"], row["n_all"])
        if tail >= number(settings, "tail") or (row["college_key"], row["sort"], row["figure"]) in told:
            continue
        told.add((row["key"], row["sort"], row["figure"]))
        observed = {
            "unit": row["label"],
            "level": row["level"],
            "n": row["n"],
            "k": row["k"],
            "figure": row["figure"],
            "share": f"{row['k'] / row['n']:.0%}",
            "elsewhere": f"{(row['k_all'] - row['k']) / (row['n_all'] - row['n']):.1%}",
            "tail": f"{tail:.1e}",
            "tests": len(rows),
            "equal_pay": row["sort"] == "pay",
            "equal_digit": row["sort"] == "digit",
        }
        subject = f"{row['level']}:{row['key']}"
        found.append(Found(subject, tuple(row["people"]), (row["sort"], row["figure"]), observed))
    return Judgement(tuple(found), len(rows))


def _tail(k: int, n: int, k_all: int, n_all: int) -> float:
    """Return the chance of so uneven a division of the figure; 1 where there is no elsewhere or it is rarer here."""
    k_rest, n_rest = k_all - k, n_all - n
    if not n_rest or k * n_rest <= k_rest * n:
        return 1.0
    return uneven(k, n, k_rest, n_rest)


DIGIT_HEAPING = Rule(
    code="digit_heaping",
    name=N_("数字扎堆"),
    level="unit",
    family="rates",
    needs=("records.pay", "records.college"),
    output="S",
    strength="w",
    violation="F2",
    settings=(
        Setting("least", 30, PROPOSED),
        Setting("share", Decimal("0.4"), PROPOSED),
        Setting("tail", Decimal("0.001"), PROPOSED),
    ),
    sql="""
    WITH paid AS (
        SELECT student_no, class_name, pay,
               CASE WHEN (SELECT count(DISTINCT university) FROM records) > 1
                    THEN university || '/' || college ELSE college END AS home
        FROM records WHERE pay > 0 AND college IS NOT NULL),
    placed AS (
        SELECT 'college' AS level, home AS key, home AS label, '' AS college_key, student_no, pay
        FROM paid WHERE home IS NOT NULL
        UNION ALL
        SELECT 'class', home || '/' || class_name, home || ' ' || class_name, home, student_no, pay
        FROM paid WHERE home IS NOT NULL AND class_name IS NOT NULL),
    sizes AS (SELECT level, key, count(*) AS n FROM placed GROUP BY level, key HAVING count(*) >= $least),
    written AS (
        SELECT 'pay' AS sort, level, key, label, college_key, student_no, CAST(pay AS VARCHAR) AS figure FROM placed
        UNION ALL
        SELECT 'digit', level, key, label, college_key, student_no, CAST(CAST(floor(pay) AS BIGINT) % 10 AS VARCHAR)
        FROM placed WHERE CAST(floor(pay) AS BIGINT) % 10 <> 0),
    counted AS MATERIALIZED (
        SELECT level, key, label, college_key, sort, figure, count(*) AS k FROM written GROUP BY ALL),
    heaps AS (SELECT counted.*, n FROM counted JOIN sizes USING (level, key) WHERE k >= $share * n),
    overall AS (SELECT level, sort, figure, sum(k) AS k_all FROM counted GROUP BY level, sort, figure),
    whole AS (SELECT level, count(*) AS n_all FROM placed GROUP BY level),
    members AS (
        SELECT level, key, sort, figure, list_sort(list(student_no)) AS people
        FROM written SEMI JOIN heaps USING (level, key, sort, figure) GROUP BY ALL)
    SELECT level, key, label, college_key, sort, figure, n, k, people, CAST(k_all AS BIGINT) AS k_all, n_all
    FROM heaps JOIN members USING (level, key, sort, figure) JOIN overall USING (level, sort, figure)
         JOIN whole USING (level)
    """,
    judge=judge,
    tells=(
        Sentence(
            N_("%(unit)s 填有薪酬的毕业生 %(n)s 人，其中 %(k)s 人的薪酬同为 %(figure)s 元，占 %(share)s。"),
            when="equal_pay",
        ),
        Sentence(
            N_("%(unit)s 填有薪酬的毕业生 %(n)s 人，其中 %(k)s 人的薪酬个位数同为 %(figure)s，占 %(share)s。"),
            when="equal_digit",
        ),
        Sentence(
            N_("其他单位的这一占比为 %(elsewhere)s，偶然出现这样差异的概率约为 %(tail)s（共比较 %(tests)s 次）。")
        ),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否多人同被一家单位录用、适用同一薪酬标准，或由系统按起薪统一填写。"),
    asks=N_("请抽查薪酬的来源：合同条款、工资流水或毕业生本人填写的记录。"),
    evidence=("money_flow", "original_document", "graduate"),
)
