"""Units whose graduates say more often than elsewhere that they never signed.

A denial is a matter of its record; many in one class or under one counsellor ask
how the entries came about. Each graduate counts once, as denying if any answer
ever denied.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from casework.errors import N_
from casework.screening.roster import UNITS, Roster, roster
from casework.screening.rule import PROPOSED, Found, Judgement, Row, Rule, Sentence, Setting, Value
from casework.screening.rules.rates import AGAINST, compare_as_set, observe
from casework.screening.standing import Comparison


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Find the units and counsellors of whose graduates more deny than elsewhere.

    Classes and counsellors cut a college in two ways, so each way is asked by
    itself; a college is named only when neither a class nor a counsellor explains it.
    """
    ways = [_asked(rows, levels, settings) for levels in (UNITS, ("university", "college", "counsellor"))]
    found, told = [], set()
    for units, comparison in ways:
        for one in comparison.standings:
            if one.reported and one.unit.subject not in told and not _explained(one.unit.subject, ways):
                told.add(one.unit.subject)
                observed = observe(one, comparison, units) | {"by_counsellor": one.unit.level == "counsellor"}
                people = units.people[one.unit.subject]
                found.append(Found(one.unit.subject, people, ("denials",), observed))
    counsellors = sum(peer.tests for peer in ways[1][1].peers if peer.level == "counsellor")
    return Judgement(tuple(found), ways[0][1].tests + counsellors)


def _asked(rows: Sequence[Row], levels: Sequence[str], settings: Mapping[str, Value]) -> tuple[Roster, Comparison]:
    units = roster(rows, levels=levels, by_kind=False)
    return units, compare_as_set(units.units, settings)


def _explained(subject: str, ways: Sequence[tuple[Roster, Comparison]]) -> bool:
    return any(
        one.unit.subject == subject and one.explained_by for _, comparison in ways for one in comparison.standings
    )


DENIAL_RATE = Rule(
    code="denial_rate",
    name=N_("否认率偏高"),
    level="unit",
    family="answers",
    needs=("records.college", "confirmations"),
    output="V",
    strength="s",
    violation="F3",
    settings=(
        Setting("least", 10, N_("建议值：已反馈人数少于此值的单位只列出，不比较")),
        Setting("peers", 4, PROPOSED),
        Setting("excess", 3, N_("建议值：否认极少见，超出预期 3 人即须了解")),
        Setting("q", Decimal("0.05"), PROPOSED),
    ),
    sql="""
    WITH answered AS (
        SELECT student_no, bool_or(status = 'never_signed') AS denied
        FROM confirmations WHERE status <> 'unconfirmed' GROUP BY student_no)
    SELECT university, college, major_code, major_name, degree_level, class_name, counsellor, count(*) AS n,
           list_sort(list(student_no) FILTER (denied)) AS people
    FROM records JOIN answered USING (student_no) GROUP BY ALL
    """,
    judge=judge,
    tells=(
        Sentence(N_("%(unit)s 已反馈的毕业生 %(n)s 人，其中 %(k)s 人表示从未与登记单位签约，占 %(share)s。")),
        Sentence(N_("这里只统计其中同一名辅导员所带的毕业生。"), when="by_counsellor"),
        *AGAINST,
    ),
    innocent=N_("请先核对是否单位改名、由劳务派遣公司签约或批量录错单位，使毕业生认不出登记的单位。"),
    asks=N_("请由与该单位无关的人员逐一联系否认的毕业生，并了解这些去向由谁录入、依据什么材料。"),
    evidence=("graduate", "employer", "original_document"),
)
