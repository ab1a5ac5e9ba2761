"""Destinations raised again after the self-check was closed (N3.3): by the crowd, or back to what was put right.

Genuine late hires trickle in after a report, so single ones say nothing. Two
things are asked about: one operator or college raising many within few days
(CUSUM over the days after closing, its change point dated), and a graduate set
to unsettled during the self-check and afterwards registered by staff at the very
employer that had been taken away. Both are questions about work to check.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from casework.errors import N_
from casework.screening.rule import PROPOSED, Found, Judgement, Row, Rule, Sentence, Setting, Value, number
from casework.screening.rules.hands import OWN_HANDS, college_of
from casework.screening.statistics.counts import poisson_cusum

_CUSUM = N_("累积和控制图的通行取值（Montgomery《统计质量控制导论》第 9.1 节）")
_PEERS = 3  # without so many other colleges no trickle is seen
_PAUSE = 3  # days without a change after which a run of work is over


@dataclass(frozen=True)
class Spell:
    """Days on which one operator or college raised more than was to be expected."""

    began: date
    ended: date
    expected: float


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Find who raised back, which operators jumped, and which colleges did without those operators."""
    found = list(_back(rows))
    operators, tests = _jumps(rows, "operator", settings)
    jumped = {each.subject.removeprefix("operator:") for each in operators}
    colleges, more = _jumps([row for row in rows if row["operator"] not in jumped], "college", settings)
    return Judgement((*found, *operators, *colleges), tests + more)


def _back(rows: Iterable[Row]) -> Iterable[Found]:
    back: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["back"]:
            back[row["operator"]].append(row)
    for operator, group in sorted(back.items()):
        yield _found(f"operator:{operator}", group, ("back",), back=True)


def _jumps(rows: Sequence[Row], unit: str, settings: Mapping[str, Value]) -> tuple[list[Found], int]:
    raised: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row[unit]:
            raised[row[unit]].append(row)
    if not raised or (unit == "college" and len(raised) <= _PEERS):
        return [], 0
    closed, last = rows[0]["closed_on"], rows[0]["last_day"]
    days = [closed + timedelta(days=n) for n in range((last - closed).days + 1)]
    daily = {name: Counter(row["day"] for row in group if row["after"]) for name, group in raised.items()}
    before = {name: sum(not row["after"] for row in group) for name, group in raised.items()}
    whole: Counter[date] = sum(daily.values(), Counter())
    found, least = [], number(settings, "changes")
    for name, group in sorted(raised.items()):
        others = sum(before.values()) - before[name]
        share = before[name] / others if others else 1 / max(1, len(raised) - 1)
        floor = number(settings, "floor")
        expected = _expected(daily[name], share=share, whole=whole, days=days, floor=floor)
        for spell in _spells(daily[name], days, expected, settings):
            members = [row for row in group if row["after"] and spell.began <= row["day"] <= spell.ended]
            if len({row["student_no"] for row in members}) >= least:
                found.append(_found(f"{unit}:{name}", members, (str(spell.began),), spell=spell))
    return found, len(raised)


def _expected(
    own: Counter[date], *, share: float, whole: Counter[date], days: Sequence[date], floor: float
) -> list[float]:
    """Expect of each day, by this unit's share of the work before, what the others do: their trickle, and their day."""
    others = {day: whole[day] - own[day] for day in days}
    trickle = sum(others.values()) / len(days)
    return [max(floor, share * trickle, share * others[day]) for day in days]


def _spells(
    counts: Counter[date], days: Sequence[date], expected: Sequence[float], settings: Mapping[str, Value]
) -> Iterable[Spell]:
    k, h = (number(settings, name) for name in ("k", "h"))
    start = 0
    while start < len(days):
        rise = poisson_cusum([counts[day] for day in days[start:]], expected=expected[start:], k=k, h=h)
        if rise is None:
            return
        end = place = start + rise.signalled
        while place < len(days) and place - end <= _PAUSE:
            end = place if counts[days[place]] else end
            place += 1
        yield Spell(days[start + rise.began], days[end], sum(expected[start + rise.began : end + 1]))
        start = end + 1


def _found(
    subject: str, rows: Sequence[Row], matters: tuple[str, ...], *, spell: Spell | None = None, back: bool = False
) -> Found:
    unit, _, name = subject.partition(":")
    students = tuple(sorted({row["student_no"] for row in rows}))
    observed = {
        "operator": name if unit == "operator" else None,
        "college": college_of(rows),
        "graduates": len(students),
        "closed_on": str(rows[0]["closed_on"]),
        "first_day": str(spell.began if spell else min(row["day"] for row in rows)),
        "last_day": str(spell.ended if spell else max(row["day"] for row in rows)),
        "expected": f"{spell.expected:.1f}" if spell else None,
        "back": back,
        "by_operator": not back and unit == "operator",
        "by_college": not back and unit == "college",
        "jump": not back,
    }
    return Found(subject, students, matters, observed, level="operator" if unit == "operator" else "unit")


RECTIFIED_THEN_RAISED = Rule(
    code="rectified_then_raised",
    name=N_("疑似整改后突击改数"),
    level="operator",
    family="time",
    mixed=True,
    needs=(
        "changes",
        "changes.operator",
        "changes.operator_role",
        "changes.old_code",
        "changes.new_code",
        "closings",
        "records.college",
        "codes",
    ),
    output="V",
    strength="m",
    violation="P6",
    settings=(
        OWN_HANDS,
        Setting("days_before", 57, PROPOSED),
        Setting("changes", 5, PROPOSED),
        Setting("k", Decimal("0.5"), _CUSUM),
        Setting("h", Decimal(5), _CUSUM),
        Setting("floor", Decimal("0.5"), N_("建议值：每日预期不低于此值，使零星的迟到落实不致触发")),
        Setting("rectified_within", 31, N_("建议值：报告形成前这些天内改为未落实的，视为整改")),
        Setting("upgrades", ("11",), N_("由其他形式改签同一单位的劳动合同属正常转换，不在此列")),
    ),
    # What closes a record is the report or its own case, whichever came first.
    sql="""
    WITH whole AS (
        SELECT min(closed_at) FILTER (student_no IS NULL) AS closed_at, min(closed_at) AS first_closed FROM closings
        WHERE closed_at <= $as_of),
    own AS (
        SELECT student_no, min(closed_at) AS closed_at FROM closings
        WHERE student_no IS NOT NULL AND closed_at <= $as_of GROUP BY student_no),
    logged AS (
        SELECT changes.*, coalesce(earlier.settled, FALSE) AS was, coalesce(later.settled, FALSE) AS is_now,
               coalesce(earlier.family, old_code[1:2]) AS old_family,
               coalesce(later.family, new_code[1:2]) AS new_family,
               least(own.closed_at, whole.closed_at) AS closed_at,
               CAST(coalesce(whole.closed_at, first_closed) AS DATE) AS closed_on
        FROM changes CROSS JOIN whole LEFT JOIN own USING (student_no)
        LEFT JOIN destinations AS earlier ON earlier.code = old_code
        LEFT JOIN destinations AS later ON later.code = new_code
        WHERE changed_at <= $as_of AND first_closed IS NOT NULL),
    followed AS (
        SELECT *, last_value(CASE WHEN was AND NOT is_now THEN {'employer': old_employer, 'family': old_family,
                             'at': changed_at} END IGNORE NULLS) OVER earlier AS taken
        FROM logged WINDOW earlier AS (PARTITION BY student_no ORDER BY changed_at, log_id
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
    raised AS (
        SELECT *, CAST(changed_at AS DATE) AS day, coalesce(changed_at > closed_at, FALSE) AS after
        FROM followed
        WHERE NOT was AND is_now AND operator IS NOT NULL AND operator_role IS NOT NULL
          AND NOT list_contains($own_hands, operator_role))
    SELECT raised.student_no, operator, records.college, day, after, closed_on, CAST($as_of AS DATE) AS last_day,
           coalesce(after AND taken.at <= closed_at AND taken.at > closed_at - to_days($rectified_within)
                    AND CASE WHEN coalesce(new_employer, taken.employer) IS NULL THEN taken.family = new_family
                        ELSE employer_key(new_employer) = employer_key(taken.employer) END
                    AND NOT (list_contains($upgrades, new_family) AND taken.family <> new_family), FALSE) AS back
    FROM raised LEFT JOIN records ON records.student_no = raised.student_no
    WHERE after OR day >= closed_on - CAST($days_before AS INTEGER)
    """,
    judge=judge,
    tells=(
        Sentence(
            N_(
                "操作员 %(operator)s（%(college)s）在自查报告于 %(closed_on)s 形成之后，"
                "%(first_day)s 至 %(last_day)s 将 %(graduates)s 名未落实毕业生改为已落实。"
            ),
            when="by_operator",
        ),
        Sentence(
            N_(
                "%(college)s在自查报告于 %(closed_on)s 形成之后，"
                "%(first_day)s 至 %(last_day)s 由教师将 %(graduates)s 名未落实毕业生改为已落实。"
            ),
            when="by_college",
        ),
        Sentence(N_("按同期各方零星落实的进度，这些天预期为 %(expected)s 人，变化自 %(first_day)s 起。"), when="jump"),
        Sentence(
            N_(
                "%(graduates)s 名毕业生在自查期间改为未落实，报告于 %(closed_on)s 形成之后，"
                "又由操作员 %(operator)s（%(college)s）在 %(first_day)s 至 %(last_day)s 登记回原去向单位。"
            ),
            when="back",
        ),
        Sentence(N_("这是待核查的改动，不等于改动不实，也不用于对人员或学院排名。")),
    ),
    innocent=N_("请先核对是否迟到的真实落实：毕业生近期签约、材料形成于改动之前不久，或整改时误改后予以更正。"),
    asks=N_("请逐人索取落实材料并核对形成日期，向毕业生本人和单位核实，属实的按迟到落实登记说明。"),
    evidence=("graduate", "employer", "original_document"),
)
