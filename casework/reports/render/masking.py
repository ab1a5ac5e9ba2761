"""How a person is shown when the full data is not needed: enough to tell rows apart, not enough to find the person.

First character of the name (both of a double surname, the first of each part of
a name with 「·」), first three and last four digits of a telephone number, and
never an identity number.
"""

from dataclasses import replace

from casework.reports.snapshot import Row

DOUBLE_SURNAMES = (
    *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"),
    *("司徒", "司空", "夏侯", "长孙", "宇文", "端木", "南宫", "独孤", "轩辕", "申屠"),
)
_STAR = "*"


def masked(row: Row) -> Row:
    """Return the row with name, telephone, student number and identity number masked."""
    return replace(
        row,
        name=mask_name(row.name),
        phone=_ends(row.phone, first=3, last=4),
        student_no=_ends(row.student_no, first=4, last=2),
        id_number=_STAR * 6 if row.id_number else "",
    )


def mask_name(name: str) -> str:
    """Return 张* , 欧阳* or 阿***·买**; an empty name stays empty."""
    if "·" in name:
        return "·".join(_ends(part, first=1, last=0) for part in name.split("·"))
    kept = 2 if name[:2] in DOUBLE_SURNAMES and len(name) > 2 else 1  # noqa: PLR2004 - a double surname has two characters
    return _ends(name, first=kept, last=0)


def _ends(text: str, *, first: int, last: int) -> str:
    if len(text) <= first + last:
        return text[:1] + _STAR * (len(text) - 1) if text else ""
    return text[:first] + _STAR * (len(text) - first - last) + (text[-last:] if last else "")
