"""Jinja filters: dates, deadlines, masked names and marked sentences in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import Flask
from flask_babel import get_locale

from casework import clock
from casework.cases.queries import COUNTED_AT_MOST
from casework.doors.languages import enumeration, gettext
from casework.intake import normal
from casework.leads.veiling import veiled
from casework.overview.urgency import Urgency, urgency
from casework.web.words import RULES
from workflows.access import scope_of
from workflows.engine import Words

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = {"zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}  # fmt: skip  # noqa: E501
UNITS = ("B", "KB", "MB", "GB")
STEP = 1024


def attach(app: Flask) -> None:
    """Offer the filters to every template."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        weekday=weekday,
        said=said,
        urgency=urgent,
        due_words=due_words,
        due_rest=due_rest,
        masked_name=normal.masked_name,
        masked_student_no=normal.masked_student_no,
        veiled=veiled,
        count=count,
        at_most=at_most,
        size=size,
        labels=labels,
        reason_words=lambda reason: reason.said(gettext, _shown),
        pairs=lambda values: [(value, value) for value in values],
        rule_names=lambda codes: [(code, said(RULES.get(code, code))) for code in codes],
        may=lambda actor, *actions: any(scope_of(actor, action) for action in actions),
    )


def english() -> bool:
    """Say whether this request speaks English."""
    return str(get_locale()) == "en"


def day(value: date | datetime | str | None) -> str:
    """Return 8月5日, or 5 Aug; the year only when it is not the present one."""
    on = _date(value)
    if on is None:
        return "—"
    other_year = on.year != clock.today().year
    if english():
        return f"{on.day} {MONTHS[on.month - 1]}" + (f" {on.year}" if other_year else "")
    return (f"{on.year}年" if other_year else "") + f"{on.month}月{on.day}日"


def moment(value: datetime | None) -> str:
    """Return 8月5日 18:00; the end of a day is its date alone."""
    if value is None:
        return "—"
    local = value.astimezone(clock.BEIJING)
    return day(local) if f"{local:%H%M}" == "2359" else f"{day(local)} {local:%H:%M}"


def weekday(value: date | datetime) -> str:
    """Return 周二, or Tue."""
    return WEEKDAYS["en" if english() else "zh"][_date(value).weekday()]  # type: ignore[union-attr]


def said(message: str, params: Mapping[str, object] | None = None) -> str:
    """Return a marked sentence in the reader's language; labels and dates among its parameters follow."""
    return gettext(message) % {name: _shown(value) for name, value in (params or {}).items()}


def urgent(due_at: datetime | None, *, waits: bool = False) -> Urgency:
    """Return how urgent a deadline is now."""
    return urgency(due_at, clock.now(), waits=waits)


def due_words(found: Urgency) -> str:
    """Return the words of a deadline: never a colour alone."""
    if found.kind == "od":
        return gettext("逾期%(n)s天", n=found.days) if found.days else gettext("逾期%(n)s小时", n=max(found.hours, 1))
    if found.kind == "td" and found.whole_day:
        return gettext("今天内")
    if found.kind == "td" and found.due_at:
        return gettext("今天%(hour)s前", hour=f"{found.due_at.astimezone(clock.BEIJING):%H:%M}")
    if found.due_at is None:
        return gettext("等待") if found.kind == "pz" else gettext("无期限")
    return gettext("剩%(n)s天", n=found.days)


def due_rest(found: Urgency) -> str:
    """Return the second line of a deadline: its date, or what is left of today."""
    if found.kind == "td":
        return gettext("剩%(hours)s小时%(minutes)s分", hours=found.hours, minutes=found.minutes)
    return moment(found.due_at) if found.due_at else ""


def count(value: int) -> str:
    """Return a number with separators of thousands."""
    return f"{value:,}"


def at_most(value: int) -> str:
    """Return a number that was counted no further than `COUNTED_AT_MOST`: 999+ says that there are more."""
    return count(value) if value < COUNTED_AT_MOST else f"{COUNTED_AT_MOST - 1}+"


def size(value: float) -> str:
    """Return a file's size as people say it."""
    for unit in UNITS:
        if value < STEP or unit == UNITS[-1]:
            return f"{value:.0f} {unit}" if unit in UNITS[:2] else f"{value:.1f} {unit}"
        value /= STEP
    raise AssertionError


def labels(table: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a table of labels as the options of a choice, in the reader's language."""
    return [(code, said(label)) for code, label in table.items()]


def _date(value: date | datetime | str | None) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value[:10]) if value else None
    if isinstance(value, datetime):
        return value.astimezone(clock.BEIJING).date()
    return value


def _shown(value: object) -> object:
    if isinstance(value, (Words, list)):  # one that was stored comes back as a list
        return enumeration(map(str, value))
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str) and value:
        return gettext(value)  # a label, or somebody's words that no catalogue knows and that stay as they are
    return value
