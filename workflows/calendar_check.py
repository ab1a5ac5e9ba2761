"""Whether a yearly file is fit to count with: looked at before it is loaded, every fault named at once.

A slip in this file moves deadlines of everybody, so it is read like a form:
what the notice always has must be there, and what it never has must not.
"""

import json
import re
from collections import Counter
from datetime import timedelta
from itertools import chain

from workflows.calendars import Year, days, read_year
from workflows.errors import N_, Refusal, Refused

STATUTORY = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
LONGEST = 12
NEAR = timedelta(days=30)
_SATURDAY = 5
_UNREADABLE = N_("文件不是年度节假日安排：须为 JSON，写明年份、版本、依据和各节日的起止与补班日期。")


def checked_year(text: str) -> Year:
    """Return the year that a file describes; raise `Refused` with every fault that it has."""
    try:
        year = read_year(text)
        stretches = [
            (str(row["name"]), row["from"], row["to"], tuple(row["make_up"])) for row in json.loads(text)["holidays"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise Refused(_refusal("calendar_unreadable", _UNREADABLE, reason=type(fault).__name__)) from fault
    faults = [*_form(year), *_names(year), *_stretches(year, stretches), *_make_up(year)]
    if faults:
        raise Refused(*faults)
    return year


def _form(year: Year) -> list[Refusal]:
    found = []
    if not re.fullmatch(rf"{year.year}\.[1-9][0-9]{{0,3}}", str(year.version)):
        found.append(_refusal("calendar_version", N_("版本须写作“%(year)s.1”这样的年份加序号。"), year=str(year.year)))
    if not str(year.source).strip():
        found.append(_refusal("calendar_source", N_("没有写明依据的通知和文号。")))
    return found


def _names(year: Year) -> list[Refusal]:
    given = "、".join(year.rest.values())
    missing = [name for name in STATUTORY if name not in given]
    if not missing:
        return []
    return [_refusal("calendar_incomplete", N_("缺少法定节日：%(names)s。"), names="、".join(missing))]


def _stretches(year: Year, stretches: list) -> list[Refusal]:
    found = []
    for name, first, last, _ in stretches:
        length = sum(1 for day in year.rest if str(first) <= day.isoformat() <= str(last))
        if not 1 <= length <= LONGEST:
            found.append(
                _refusal(
                    "calendar_stretch",
                    N_("“%(name)s”%(first)s至%(last)s的天数有误。"),
                    name=name,
                    first=first,
                    last=last,
                )
            )
    covered = Counter(chain.from_iterable(_days_of(first, last, year) for _, first, last, _ in stretches))
    twice = sorted(day for day, times in covered.items() if times > 1)
    if twice:
        found.append(_refusal("calendar_twice", N_("%(on)s列在两个节日里。"), on=twice[0]))
    return found


def _days_of(first: str, last: str, year: Year) -> list[str]:
    return [day.isoformat() for day in year.rest if first <= day.isoformat() <= last]


def _make_up(year: Year) -> list[Refusal]:
    found = []
    for day, name in sorted(year.make_up.items()):
        if day.weekday() < _SATURDAY:
            found.append(_refusal("calendar_make_up", N_("补班日%(on)s不是周六或周日。"), on=day))
        elif not any(each in year.rest for each in days(day - NEAR, day + NEAR)):
            found.append(_refusal("calendar_make_up_far", N_("补班日%(on)s附近没有“%(name)s”。"), on=day, name=name))
    return found


def _refusal(code: str, message: str, **params: object) -> Refusal:
    return Refusal(code, message, params)
