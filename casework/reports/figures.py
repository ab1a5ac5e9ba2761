"""Every figure of a report with what it means: its definition, its denominator, and the rows behind it.

The report, the sheet 数字来源 and the page that opens a figure read the same list,
so no number is printed whose rows cannot be shown. Figures about cases find their
rows in the snapshot itself; those about all graduates name the codes or the answer
by which `counted.py` finds them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from casework.errors import N_
from casework.reports.rates import NOT_GRADUATED, Definition, graduates, rates, shipped
from casework.reports.snapshot import OpenCase, Row, Snapshot
from casework.reports.statistics import problem_statistics

CONFIRMED = {
    "confirmed": "已确认",
    "unconfirmed": "未确认",
    "wrong_information": "信息有误",
    "never_signed": "从未签订",
}
UNCONFIRMED = "unconfirmed"
CASES, PEOPLE = N_("件"), N_("人")
EVERYBODY = "graduates"
ALL = N_("核查案件")
GROUPS = {"conclusion": N_("核查结论"), "suspicion": N_("疑点类型"), "destination": N_("登记去向")}
NO_GRADUATE = "不涉及毕业生"


@dataclass(frozen=True)
class Figure:
    """One number: `denominator` is 0 where it is no share; `families` or `answer` say how to find its graduates."""

    key: str
    group: str
    name: str
    number: int
    unit: str
    definition: str
    denominator: int = 0
    denominator_name: str = ""
    families: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    answer: str = ""

    @property
    def about_cases(self) -> bool:
        """Say whether the rows behind it are lines of the records, rather than registrations."""
        return not (self.families or self.without or self.answer)


def definitions_of(snapshot: Snapshot) -> tuple[Definition, ...]:
    """Return what each rate counted on the day of the snapshot."""
    return snapshot.definitions or shipped()


def figures(snapshot: Snapshot) -> tuple[Figure, ...]:
    """Return every figure in the order in which the report prints them."""
    return (*_of_cases(snapshot), *_of_rates(snapshot), *_of_answers(snapshot))


def find_figure(snapshot: Snapshot, key: str) -> Figure | None:
    """Return the figure of this key, or None."""
    return next((each for each in figures(snapshot) if each.key == key), None)


def rows_behind(snapshot: Snapshot, figure: Figure) -> tuple[Row, ...]:
    """Return the lines of the records that a figure about cases counts."""
    kind, _, word = figure.key.partition(":")
    if kind == "samples":
        return tuple(row for row in snapshot.rows if row.sample)
    real = [row for row in snapshot.rows if not row.sample]
    if kind in GROUPS:
        first = {row.case: row for row in reversed(real)}
        counted = {case for case, row in first.items() if _word(row, kind) == word}
        return tuple(row for row in real if row.case in counted)
    if kind == "case_graduates":
        return tuple(row for row in real if row.student_no)
    return tuple(real) if kind == "cases" else ()


def open_behind(snapshot: Snapshot, figure: Figure) -> tuple[OpenCase, ...]:
    """Return the open cases that a figure counts."""
    return snapshot.open_cases if figure.key == "open_cases" else ()


def counted_rows(snapshot: Snapshot, figure: Figure) -> int:
    """Return how many rows a figure about cases counts, each case or graduate once."""
    if figure.key == "open_cases":
        return len(snapshot.open_cases)
    rows = rows_behind(snapshot, figure)
    return len({row.student_no for row in rows} if figure.key == "case_graduates" else {row.case for row in rows})


def values_of(snapshot: Snapshot) -> dict[str, object]:
    """Return what stands behind each name in the words of a document."""
    found = problem_statistics(snapshot.rows)
    return {
        "organisation": snapshot.organisation,
        "cohort": snapshot.cohort,
        "supplement": "补充" if snapshot.supplementary_to else "",
        "recipients": "、".join(snapshot.recipients),
        "plan_version": snapshot.plan.version,
        "plan_issued_on": snapshot.plan.issued_on,
        "cases": found.cases,
        "case_graduates": found.graduates,
        "samples": found.samples,
        "open_cases": len(snapshot.open_cases),
        "graduates": graduates(snapshot.destinations),
    }


def _word(row: Row, kind: str) -> str:
    return str(getattr(row, kind)) or (NO_GRADUATE if kind == "destination" else "")


def _of_cases(snapshot: Snapshot) -> Iterator[Figure]:
    found = problem_statistics(snapshot.rows)
    yield Figure("cases", ALL, N_("核查案件"), found.cases, CASES, N_("列入本报告的案件，一案计一件；抽样核实的不计。"))
    yield Figure(
        "case_graduates", ALL, N_("涉及毕业生"), found.graduates, PEOPLE, N_("上述案件涉及的毕业生，一人计一次。")
    )
    yield Figure("samples", ALL, N_("抽样核实"), found.samples, CASES, N_("抽样产生的案件，不计入问题统计。"))
    left = len(snapshot.open_cases)
    yield Figure("open_cases", ALL, N_("定稿时未办结"), left, CASES, N_("未复核通过的案件，逐件写明原因。"))
    counted = {"conclusion": found.by_conclusion, "suspicion": found.by_suspicion, "destination": found.by_destination}
    for kind, counts in counted.items():
        for word, number in counts.items():
            said = N_("核查案件中此项相同的；一案涉及数人的，按第一行计一件。")
            yield Figure(f"{kind}:{word}", GROUPS[kind], word, number, CASES, said, found.cases, ALL)


def _of_rates(snapshot: Snapshot) -> Iterator[Figure]:
    everybody = graduates(snapshot.destinations)
    whole = N_("毕业生总数")
    yield Figure(
        EVERYBODY,
        whole,
        whole,
        everybody,
        PEOPLE,
        N_("本单位本届全部毕业生，留级、休学、续读的不计。"),
        without=NOT_GRADUATED,
    )
    held = sum(number for code, number in snapshot.destinations.items() if code[:2] in NOT_GRADUATED)
    yield Figure(
        "held",
        whole,
        N_("留级、休学、续读"),
        held,
        PEOPLE,
        N_("不是本届毕业生，不在任何分母里。"),
        families=NOT_GRADUATED,
    )
    for rate in rates(snapshot.destinations, definitions_of(snapshot)):
        yield Figure(
            f"rate:{rate.key}", rate.version, rate.name, rate.numerator, PEOPLE, N_("毕业去向属于所列代码的毕业生。"),
            rate.denominator, whole, families=rate.codes,
        )  # fmt: skip


def _of_answers(snapshot: Snapshot) -> Iterator[Figure]:
    group, said = N_("毕业生去向确认情况"), N_("按毕业生本人最后一次有效答复；没有有效答复的为未确认。")
    everybody, whole = sum(snapshot.confirmations.values()), N_("登记的全部毕业生")
    status = {word: code for code, word in CONFIRMED.items()}
    for word, number in snapshot.confirmations.items():
        code = status.get(word, word)
        yield Figure(f"answer:{code}", group, word, number, PEOPLE, said, everybody, whole, answer=code)
