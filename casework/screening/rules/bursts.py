"""Destinations that need little proof, entered by staff in a crowd just before a date that counts.

Every date brings work: the season and the same people's own pace are what a
crowd is compared with. Admissions and enlistments entered from a list are many
in an hour too, and right; they are other classes and are not looked at. What is
found is work to check. It is never a ranking of the people who do it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from scipy.special import pdtrc

from casework.errors import N_
from casework.screening.rule import STANDING_NOTE, Found, Judgement, Level, Row, Rule, Sentence, Setting, Value, number
from casework.screening.rules.hands import OWN_HANDS, college_of
from casework.screening.statistics.many import benjamini_hochberg

_MEASURED = N_("模拟人群实测：42 次突增命中 40 次，未误及其他")
_PEERS = 3  # without so many other colleges no season is seen


@dataclass(frozen=True)
class Crowd:
    """What one operator or college entered in the last days before a date, and what was to be expected."""

    subject: str
    college: str
    cut_off: date
    students: tuple[str, ...]
    own: int
    expected: float
    tail: float


def judge(rows: Sequence[Row], settings: Mapping[str, Value]) -> Judgement:
    """Find the operators, and then the colleges without those operators' entries, who exceed pace and season."""
    operators = _crowds(rows, "operator", settings)
    found = _surprising(operators, settings)
    explained = {(crowd.subject.removeprefix("operator:"), crowd.cut_off) for crowd in found}
    rest = [row for row in rows if (row["operator"], row["cut_off"]) not in explained]
    colleges = _crowds(rest, "college", settings)
    found += _surprising(colleges, settings)
    return Judgement(tuple(_found(crowd, settings) for crowd in found), len(operators) + len(colleges))


def _crowds(rows: Iterable[Row], unit: str, settings: Mapping[str, Value]) -> list[Crowd]:
    last, before = (int(number(settings, name)) for name in ("days", "days_before"))
    windows: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row[unit]:
            windows[row["cut_off"], row[unit]].append(row)
    recent = {key: {row["student_no"] for row in group if row["recent"]} for key, group in windows.items()}
    own = {key: sum(not row["recent"] for row in group) for key, group in windows.items()}
    everybody: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for (cut_off, name), students in recent.items():
        sums = everybody[cut_off]
        sums[0], sums[1], sums[2] = sums[0] + len(students), sums[1] + own[cut_off, name], sums[2] + 1
    crowds = []
    for (cut_off, name), students in sorted(recent.items()):
        now, earlier, peers = everybody[cut_off]
        now, earlier, peers = now - len(students), earlier - own[cut_off, name], peers - 1
        if unit == "college" and peers < _PEERS:
            continue
        # A log that begins late says nothing about the days before it.
        covered = max(1, min(before, (cut_off - windows[cut_off, name][0]["log_from"]).days - last + 1))
        pace = own[cut_off, name] * last / covered
        # The season: what the date brings to everybody else, by this unit's own share of the work before.
        season = own[cut_off, name] * now / earlier if earlier else 0.0
        expected = max(pace, season, now / peers if peers else 0.0, last / before)
        tail = float(pdtrc(len(students) - 1, expected)) if students else 1.0
        college = college_of(windows[cut_off, name])
        crowds.append(
            Crowd(f"{unit}:{name}", college, cut_off, tuple(sorted(students)), own[cut_off, name], expected, tail)
        )
    return crowds


def _surprising(crowds: list[Crowd], settings: Mapping[str, Value]) -> list[Crowd]:
    believed = benjamini_hochberg([crowd.tail for crowd in crowds])
    return [
        crowd
        for crowd, q in zip(crowds, believed, strict=True)
        if q < number(settings, "q") and len(crowd.students) >= number(settings, "entries")
    ]


def _found(crowd: Crowd, settings: Mapping[str, Value]) -> Found:
    last, before = (int(number(settings, name)) for name in ("days", "days_before"))
    unit, _, name = crowd.subject.partition(":")
    observed = {
        "operator": name if unit == "operator" else None,
        "college": crowd.college if unit == "operator" else name,
        "by_operator": unit == "operator",
        "by_college": unit == "college",
        "entries": len(crowd.students),
        "first_day": str(crowd.cut_off - timedelta(days=last - 1)),
        "cut_off": str(crowd.cut_off),
        "own": crowd.own,
        "days_before": before,
        "expected": f"{crowd.expected:.1f}",
        "tail": f"{crowd.tail:.1e}",
    }
    level: Level = "operator" if unit == "operator" else "unit"
    return Found(crowd.subject, crowd.students, (str(crowd.cut_off),), observed, level)


ENTRY_BURST = Rule(
    code="entry_burst",
    name=N_("截止日前突增"),
    level="operator",
    family="time",
    mixed=True,
    needs=("changes", "changes.operator", "changes.operator_role", "records.college", "codes"),
    output="V",
    strength="s",
    violation="P6",
    settings=(
        Setting("weak", ("12", "75", "76"), N_("通知 N1.3：其他录用形式、自主创业、自由职业佐证要求低，须重点核查")),
        OWN_HANDS,
        Setting("cut_offs", ("08-05", "08-15", "08-31"), N_("通知规定的高校、省级、确认截止日；导出日另计")),
        Setting("days", 5, _MEASURED),
        Setting("days_before", 57, _MEASURED),
        Setting("entries", 8, _MEASURED),
        Setting("q", Decimal("0.01"), _MEASURED),
    ),
    # A student whom one operator enters twice counts once; a change within a weak class is no new entry.
    sql="""
    WITH dates AS (
        SELECT DISTINCT cut_off FROM (
            SELECT TRY_CAST($cohort_year || '-' || unnest($cut_offs) AS DATE) AS cut_off
            UNION ALL SELECT CAST($exported_at AS DATE))
        WHERE cut_off <= CAST($as_of AS DATE)),
    entered AS (
        SELECT student_no, operator, CAST(changed_at AS DATE) AS day
        FROM changes LEFT JOIN destinations AS earlier ON earlier.code = old_code
        LEFT JOIN destinations AS later ON later.code = new_code
        WHERE operator IS NOT NULL AND operator_role IS NOT NULL AND changed_at <= $as_of
          AND NOT list_contains($own_hands, operator_role)
          AND list_contains($weak, coalesce(later.family, new_code[1:2]))
          AND NOT coalesce(list_contains($weak, coalesce(earlier.family, old_code[1:2])), FALSE))
    SELECT cut_off, entered.student_no, entered.operator, max(records.college) AS college,
           bool_or(day > cut_off - CAST($days AS INTEGER)) AS recent,
           (SELECT CAST(min(changed_at) AS DATE) FROM changes) AS log_from
    FROM entered JOIN dates
      ON day <= cut_off AND day > cut_off - CAST($days AS INTEGER) - CAST($days_before AS INTEGER)
    LEFT JOIN records ON records.student_no = entered.student_no
    GROUP BY ALL
    """,
    judge=judge,
    tells=(
        Sentence(
            N_(
                "操作员 %(operator)s（%(college)s）在 %(first_day)s 至 %(cut_off)s 的截止日前，"
                "将 %(entries)s 名毕业生登记为其他录用形式、自主创业或自由职业。"
            ),
            when="by_operator",
        ),
        Sentence(
            N_(
                "%(college)s在 %(first_day)s 至 %(cut_off)s 的截止日前，由教师代为登记其他录用形式、自主创业或自由职业"
                "共 %(entries)s 人。"
            ),
            when="by_college",
        ),
        Sentence(
            N_(
                "此前 %(days_before)s 天共登记 %(own)s 人；按自身进度和同期各方进度中较高者，预期为 %(expected)s 人，"
                "偶然达到这一人数的概率约为 %(tail)s。"
            )
        ),
        Sentence(N_("这是待核查的工作量，不用于对人员或学院排名。")),
        Sentence(STANDING_NOTE),
    ),
    innocent=N_("请先核对是否集中补录已收齐的材料、系统故障后补报，或受其他老师委托代为录入。"),
    asks=N_("请逐人核对佐证材料的形成日期，向毕业生本人核实去向，并请操作员说明集中录入的原因。"),
    evidence=("graduate", "original_document", "employer"),
)
