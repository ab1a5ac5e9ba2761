"""What the rules about those who enter must agree on: whose entries are their own, and which college they are of."""

from collections import Counter
from collections.abc import Iterable

from casework.errors import N_
from casework.screening.rule import Row, Setting

OWN_HANDS = Setting("own_hands", ("学生本人",), N_("登记系统的操作人角色：毕业生本人填报不在此列"))


def college_of(rows: Iterable[Row]) -> str:
    """Return the college of most of these entries; of several as many, the first by name."""
    colleges = Counter(row["college"] or "" for row in rows)
    return max(sorted(colleges), key=colleges.__getitem__)
