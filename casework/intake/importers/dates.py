"""Readers for dates, months, years and moments.

A date that does not exist stays open and is said: nobody guesses the day that
was meant. Moments in the files are Beijing time; they leave as aware UTC.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa

from casework.errors import N_
from casework.intake.importers.shapes import Flaw, Reader
from casework.intake.importers.texts import trimmed

BEIJING = timezone(timedelta(hours=8))
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:\.0+)?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH = re.compile(r"(\d{4})(?:[-/.]?(\d{1,2})|年(\d{1,2})月?)(?:\.0+)?")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:\.0+)?\s*[届年级]?")
_SERIAL = re.compile(r"([2-5]\d{4})(?:\.\d+)?")  # 1954 to 2064
_SERIAL_EPOCH = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100

_NO_DATE = N_("日期无法识别，此项留空；请改为“2024-06-20”这样的写法后重新导入，或在系统内补填。")
_NO_MONTH = N_("年月无法识别，此项留空；请改为“2020-09”或“202009”。")
_NO_YEAR = N_("年份无法识别，此项留空；请改为“2024”。")
_NO_MOMENT = N_("时间无法识别，此项留空；请改为“2024-07-19 22:39:14”这样的写法。")
_FROM_SERIAL = N_("日期写成了表格序号，已换算为%(date)s；请核对。")


def _plain(text: str) -> str:
    return trimmed(unicodedata.normalize("NFKC", text).replace("\x00", "")).lstrip("'")


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def read_date(text: str) -> date | Flaw | None:
    """Read a day in any of the styles that exports use."""
    value = _plain(text)
    if not value:
        return None
    serial = _SERIAL.fullmatch(value)
    if serial:
        found = _SERIAL_EPOCH + timedelta(days=int(serial.group(1)))
        return Flaw(found, "date_from_serial", _FROM_SERIAL, params=(("date", found.isoformat()),))
    match = _DAY.fullmatch(value)
    parts = [part for part in match.groups() if part is not None] if match else []
    found_day = _day(*parts) if parts else None
    return found_day or Flaw(None, "unreadable_date", _NO_DATE)


def read_month(text: str) -> str | Flaw | None:
    """Read a month as `YYYY-MM`; a full date gives its month."""
    value = _plain(text)
    if not value:
        return None
    match = _MONTH.fullmatch(value)
    if match and _day(match.group(1), match.group(2) or match.group(3), "1"):
        return f"{match.group(1)}-{int(match.group(2) or match.group(3)):02d}"
    found = read_date(value)
    if isinstance(found, date):
        return f"{found:%Y-%m}"
    if isinstance(found, Flaw) and found.value is not None:
        return found._replace(value=f"{found.value:%Y-%m}")
    return Flaw(None, "unreadable_month", _NO_MONTH)


def read_year(text: str) -> int | Flaw | None:
    """Read a cohort: 2024, 2024.0, 2024届."""
    value = _plain(text)
    if not value:
        return None
    match = _YEAR.fullmatch(value)
    return int(match.group(1)) if match else Flaw(None, "unreadable_year", _NO_YEAR)


def read_moment(text: str) -> datetime | Flaw | None:
    """Read a moment of Beijing time; a bare date is its midnight."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _other_moment(text)
    return _utc(found)


def _other_moment(text: str) -> datetime | Flaw | None:
    value = _plain(text).replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    if not value:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        day = read_date(text)
        if not isinstance(day, date):
            return Flaw(None, "unreadable_moment", _NO_MOMENT)
        hours = re.search(r"[ T](\d{1,2}):(\d{2})(?::(\d{2}))?", value)
        hour, minute, second = (int(part or 0) for part in hours.groups()) if hours else (0, 0, 0)
        try:
            found = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 - _utc adds the zone
        except ValueError:
            return Flaw(None, "unreadable_moment", _NO_MOMENT)
    return _utc(found)


def _utc(found: datetime) -> datetime | Flaw:
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return Flaw(None, "unreadable_moment", _NO_MOMENT)
    return (found if found.tzinfo else found.replace(tzinfo=BEIJING)).astimezone(UTC)


DATE = Reader(read_date, pa.date32())
MONTH = Reader(read_month, pa.string())
YEAR = Reader(read_year, pa.int16())
MOMENT = Reader(read_moment, pa.timestamp("us", tz="UTC"))
