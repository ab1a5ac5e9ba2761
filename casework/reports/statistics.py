"""Problem statistics of a report (N2.2): how many cases, by what was concluded, suspected, and registered.

A case about an employer has a row for each graduate it concerns and still counts
once. Sample cases are counted apart: they were drawn, not suspected.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casework.reports.snapshot import Row


@dataclass(frozen=True)
class Statistics:
    """Numbers of cases in a report; `graduates` counts the people in the problem cases, each once."""

    cases: int
    samples: int
    graduates: int
    by_conclusion: Mapping[str, int]
    by_suspicion: Mapping[str, int]
    by_destination: Mapping[str, int]

    def groups(self) -> tuple[tuple[str, Mapping[str, int]], ...]:
        """Return the groups in the order in which they are printed, each with its name."""
        return (
            ("核查结论", self.by_conclusion),
            ("疑点类型", self.by_suspicion),
            ("登记去向", self.by_destination),
        )


def problem_statistics(rows: Iterable[Row]) -> Statistics:
    """Count the cases behind these rows."""
    rows = tuple(rows)
    real = [row for row in rows if not row.sample]
    first = {row.case: row for row in reversed(real)}
    return Statistics(
        cases=len(first),
        samples=len({row.case for row in rows if row.sample}),
        graduates=len({row.student_no for row in real if row.student_no}),
        by_conclusion=_counted(row.conclusion for row in first.values()),
        by_suspicion=_counted(row.suspicion for row in first.values()),
        by_destination=_counted(row.destination or "不涉及毕业生" for row in first.values()),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))
