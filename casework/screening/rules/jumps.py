"""Employers that took many more graduates this year than in the years before.

The years before are few and small, so their own uncertainty is carried along
(Gamma–Poisson). Growth alone is welcome and no reason to ask: a question comes
only where the jump is also beyond anything before and beyond what the firm's
headcount makes likely.
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
from casework.screening.rules.capacity import DISPATCH_WORDS, FAMILIES, PUBLIC_NATURES
from casework.screening.statistics.counts import gamma_poisson_tail


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Find the employers whose number of this year the years before, scaled to this cohort, hardly explain."""
    found = []
    for row in rows:
        exposure = max(1.0, row["total"] / row["usual_total"]) if row["usual_total"] else 1.0
        if row["graduates"] < number(settings, "times") * max(row["earlier"]):
            continue
        tail = gamma_poisson_tail(row["graduates"], earlier=row["earlier"], exposure=exposure)
        if tail >= number(settings, "tail"):
            continue
        expected = exposure * sum(row["earlier"]) / len(row["earlier"])
        observed = {
            "credit_code": row["firm"],
            "employer_name": row["employer_name"],
            "graduates": row["graduates"],
            "earlier": "、".join(str(count) for count in row["earlier"]),
            "years": len(row["earlier"]),
            "expected": f"{expected:.1f}",
            "tail": f"{tail:.1e}",
            "insured": row["insured"],
            "size_known": row["insured"] is not None,
            "size_unknown": row["insured"] is None,
        }
        found.append(Found(row["firm"], tuple(row["people"]), ("jump",), observed))
    return Judgement(tuple(found), len(rows))


EMPLOYER_JUMP = Rule(
    code="employer_jump",
    name=N_("较历年激增"),
    level="employer",
    family="clusters",
    needs=("records.credit_code", "employers.insured_headcount", "history", "codes"),
    output="V",
    strength="m",
    violation="F7",
    settings=(
        FAMILIES,
        PUBLIC_NATURES,
        DISPATCH_WORDS,
        Setting("graduates", 5, PROPOSED),
        Setting("years", 3, PROPOSED),
        Setting("tail", Decimal("0.0001"), PROPOSED),
        Setting("times", 2, N_("建议值：人数须不少于历年最多一年的倍数，批量招聘的单位各年起伏大")),
        Setting("ratio", Decimal("0.2"), N_("建议值：大单位扩招属正常，人数须不少于参保人数的这一比例")),
        Setting("graduates_unknown_size", 10, N_("建议值：参保人数不明时人数须不少于此值，且往年录用过")),
    ),
    # A year of the history without the employer is a year with none. An unknown size asks for more.
    sql="""
    WITH sizes AS MATERIALIZED (
        SELECT firm, sum(rows) AS rows FROM staffing WHERE list_contains($families, family) GROUP BY firm),
    large AS (SELECT firm FROM sizes WHERE rows >= $graduates),
    placed AS (
        SELECT DISTINCT student_no, firm FROM hired SEMI JOIN large USING (firm)
        WHERE list_contains($families, family)),
    past AS (
        SELECT coalesce(same, code) AS firm, cohort_year, sum(graduates) AS graduates
        FROM (SELECT narrow(credit_code) AS code, cohort_year, graduates FROM history
              WHERE credit_code IS NOT NULL AND graduates >= 0
                AND cohort_year BETWEEN $cohort_year - $years AND $cohort_year - 1)
        LEFT JOIN decided USING (code) GROUP BY ALL),
    years AS (SELECT cohort_year, sum(graduates) AS total FROM past GROUP BY cohort_year),
    totals AS (SELECT (SELECT sum(rows) FROM sizes)::BIGINT AS total, (SELECT avg(total) FROM years) AS usual_total),
    crowded AS (SELECT firm, count(*) AS n FROM placed GROUP BY firm HAVING count(*) >= $graduates),
    before AS (
        SELECT firm, list(CAST(coalesce(past.graduates, 0) AS INTEGER) ORDER BY cohort_year) AS earlier
        FROM (SELECT firm, cohort_year FROM crowded CROSS JOIN years) LEFT JOIN past USING (firm, cohort_year)
        GROUP BY firm),
    candidates AS MATERIALIZED (
        SELECT firm, n AS graduates, coalesce(employer_name, firms.name, '') AS employer_name, insured, earlier,
               total, CAST(usual_total AS DOUBLE) AS usual_total
        FROM crowded JOIN named USING (firm) JOIN before USING (firm) CROSS JOIN totals LEFT JOIN firms USING (firm)
        WHERE NOT names_any(coalesce(firms.name, employer_name), $dispatch_words)
          AND NOT coalesce(list_contains($public_natures, nature_code), FALSE)
          AND CASE WHEN insured IS NOT NULL THEN n >= $ratio * (insured + 1)
              ELSE n >= $graduates_unknown_size AND list_sum(earlier) > 0
                   AND branch_of(coalesce(firms.name, employer_name)) = '' END),
    members AS (
        SELECT firm, list_sort(list(student_no)) AS people FROM placed SEMI JOIN candidates USING (firm) GROUP BY firm)
    SELECT * FROM candidates JOIN members USING (firm)
    """,
    judge=judge,
    tells=(
        Sentence(
            N_(
                "单位“%(employer_name)s”（%(credit_code)s）今年登记录用毕业生 %(graduates)s 人，"
                "此前 %(years)s 年依次为 %(earlier)s 人，按今年规模预期为 %(expected)s 人，"
                "偶然达到这一人数的概率约为 %(tail)s。"
            )
        ),
        Sentence(N_("单位参保人数为 %(insured)s 人。"), when="size_known"),
        Sentence(N_("单位参保人数不明。"), when="size_unknown"),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对单位是否扩产、新设校招项目或与学校签订了合作协议，或往年以另一名称、另一代码登记。"),
    asks=N_("请向单位核实今年的招聘计划和在岗人数，抽查社保缴纳和工资流水。"),
    evidence=("employer", "public_register", "money_flow"),
)
