"""The sentences that answer “why this date”.

They stand apart from the arithmetic in `clocks.py` so that the wording can be
read, corrected and translated in one place.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from workflows.calendars import Skipped
from workflows.errors import N_, Refusal
from workflows.reasons import Reason
from workflows.severity import Severity

_SET_BY: Mapping[str, str] = MappingProxyType(
    {
        "national": N_("通知规定须于%(on)s前完成（%(clause)s）；该日期不因休息日或暂停计时顺延。"),
        "province": N_("省级规定须于%(on)s前完成（%(clause)s）；该日期不因休息日或暂停计时顺延。"),
        "university": N_("学校规定须于%(on)s前完成（%(clause)s）；该日期不因休息日或暂停计时顺延。"),
    }
)
_STAGES: Mapping[str, str] = MappingProxyType(
    {
        "begin": N_("待核实阶段自%(on)s起算，起算当日不计入。"),
        "conclude": N_("核查阶段自%(on)s起算，起算当日不计入。"),
        "accept": N_("复核阶段自%(on)s起算，起算当日不计入。"),
    }
)
_LATER: Mapping[str, str] = MappingProxyType(
    {
        "statutory": N_("规定的日期为%(on)s，晚于本期限，不另起作用。"),
        "limit": N_("工作日期限到%(on)s，晚于本期限，不另起作用。"),
        "own": N_("本案件另定的时间为%(on)s，晚于本期限，不另起作用。"),
    }
)


def set_by(origin: str, *, clause: str, on: date) -> Reason:
    """Say who fixed a statutory date and by which clause."""
    return Reason("statutory", _SET_BY[origin], {"clause": clause, "on": on})


def aimed_at(target: date, *, on: date, lead: int) -> Reason:
    """Say why the working target lies before the date itself."""
    if lead:
        sentence = N_("内部目标比%(on)s提前%(lead)s个工作日，即%(target)s。")
        return Reason("target", sentence, {"on": on, "target": target, "lead": lead})
    sentence = N_("%(on)s不是工作日，工作目标为此前最后一个工作日%(target)s。")
    return Reason("target", sentence, {"on": on, "target": target})


def started(on: date, *, stage: str | None = None) -> Reason:
    """Say from which day a limit is counted."""
    return Reason("start", _STAGES[stage] if stage else N_("自%(on)s起算，起算当日不计入。"), {"on": on})


def limited(days: int, *, severity: str | None = None) -> Reason:
    """Say how long a limit is, and by which severity."""
    if severity is None:
        return Reason("limit", N_("期限为%(days)s个工作日。"), {"days": days})
    sentence = N_("严重程度为“%(severity)s”，期限为%(days)s个工作日。")
    return Reason("limit", sentence, {"days": days, "severity": Severity(severity).label}, frozenset({"severity"}))


def passed_over(stretch: Skipped) -> Reason:
    """Say which days were not counted, by name."""
    words = frozenset({"name"})
    if stretch.first == stretch.last:
        return Reason("skipped", N_("%(on)s（%(name)s）不计入。"), {"on": stretch.first, "name": stretch.name}, words)
    sentence = N_("%(first)s至%(last)s（%(name)s）不计入。")
    return Reason("skipped", sentence, {"first": stretch.first, "last": stretch.last, "name": stretch.name}, words)


def held(start: datetime, end: datetime, *, approved_by: str) -> Reason:
    """Say which hold stopped the clock and who granted it."""
    sentence = N_("%(start)s至%(end)s暂停计时，由%(approved_by)s批准；只扣除完整的一天。")
    return Reason("hold", sentence, {"start": start, "end": end, "approved_by": approved_by})


def extended(days: int, *, approved_by: str) -> Reason:
    """Say by how much a limit was extended and by whom."""
    sentence = N_("延长%(days)s个工作日，由%(approved_by)s批准。")
    return Reason("extension", sentence, {"days": days, "approved_by": approved_by})


def set_for_this_case(at: datetime) -> Reason:
    """Say that the case has a time of its own."""
    return Reason("own", N_("本案件另定于%(at)s前完成。"), {"at": at})


def set_by_letter(on: date) -> Reason:
    """Say that a letter names the day by which it wants an answer."""
    return Reason("letter", N_("来函要求于%(on)s前回复；该日期不因休息日顺延。"), {"on": on})


def already_ended(on: date, *, clause: str) -> Reason:
    """Say why an earlier statutory date does not bind."""
    sentence = N_("%(on)s的期限（%(clause)s）在立案前已经截止，不约束本案件；本案件列入补充报告。")
    return Reason("ended_before", sentence, {"on": on, "clause": clause})


def comes_later(rests_on: str, on: date) -> Reason:
    """Say which other deadline exists and gives way."""
    return Reason("later", _LATER[rests_on], {"on": on})


def counted_with(version: str) -> Reason:
    """Name the calendar files that a count rests on."""
    return Reason("calendar", N_("工作日按国务院节假日安排计算（日历版本 %(version)s）。"), {"version": version})


def refused(refusal: Refusal) -> Reason:
    """Turn a refusal to compute into a remark beside a date that stands without it."""
    return Reason(refusal.code, refusal.message, refusal.params)
