"""The words of the funnel page: its choices, its verdicts, and what a peer group is called."""

from casework.errors import N_
from casework.web.wording import said

METRICS = {
    "flexible": N_("灵活就业率"),
    "freelance": N_("自由职业率"),
    "startup": N_("自主创业率"),
    "other_form": N_("其他录用形式占比"),
}
SCOPES = {"university": N_("高校"), "college": N_("学院"), "major": N_("专业"), "class": N_("班级")}
UNITS = {
    "university": N_("%(n)s所高校"),
    "college": N_("%(n)s个学院"),
    "major": N_("%(n)s个专业"),
    "class": N_("%(n)s个班级"),
}
DENOMINATORS = {"graduates": N_("毕业生总数"), "settled": N_("已落实去向的毕业生")}
VERDICTS = {
    "beyond": N_("超出同类预期"),
    "warning": N_("警戒区"),
    "inside": N_("正常波动"),
    "small": N_("人数少，不判定"),
    "alone": N_("同类单位不足，不判定"),
}


def units(level: str, number: int) -> str:
    """Return a number of units in words: 3个学院."""
    return said(UNITS[level], {"n": f"{number:,}"})


def peer(name: str) -> str:
    """Return what a peer group is called, its parts in the reader's language: 工学·本科."""
    return "·".join(said(part) for part in name.split("·"))
