"""What may be put into a message: each parameter's type, checked, then worded.

The types are the protection of graduates: numbers of cases, dates, counts, roles
from a fixed list, the name of an organisation, a link. There is no free text, so
a name, a student number or a telephone number has no way in. Values are plain
JSON (dates as ISO text) or the Python objects, whichever the caller has stored.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from notifications.errors import ComposeRefused
from notifications.wording import Wording

_NUMBER = re.compile(r"[A-Z][A-Z0-9]{0,11}-[A-Z]{0,3}[0-9]{1,6}")
_LINK = re.compile(r"https?://[^\s<>\"]{1,500}")
_ORGANISATION = re.compile(r"[^\W\d_][\w（）()·\- ]{1,59}")
_INSTITUTION = re.compile(
    r"大学|学院|学校|教育|人社|人力资源|纪检|纪委|监察|兵团|[厅局处部委]$|办公室|委员会|中心"
    r"|University|College|School|Academy|Institute|Department|Ministry|Office|Commission|Authority"
)
_ABOUT = re.compile(r"[A-Za-z0-9_.:/ -]{0,60}")
_PLACE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[0-9]{6}|\*{6}")
_LONG_DIGITS = re.compile(r"\d{6}")
_TOO_MANY = 1_000_000


def _number(value: object, _wording: Wording) -> str:
    """Accept the number of a case, lead or report, like LC24-0417."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return value
    raise ValueError("is not the number of a case, lead or report")


def _link(value: object, _wording: Wording) -> str:
    if isinstance(value, str) and _LINK.fullmatch(value):
        return value
    raise ValueError("is not an absolute web address")


def _organisation(value: object, _wording: Wording) -> str:
    """Accept a name that calls itself an institution, so that no person's name fits."""
    if isinstance(value, str) and _ORGANISATION.fullmatch(value) and _INSTITUTION.search(value):
        if _LONG_DIGITS.search(value):
            raise ValueError("holds a number of six digits or more")
        return value
    raise ValueError("is not the name of an organisation")


def _count(value: object, _wording: Wording) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _TOO_MANY:
        return str(value)
    raise ValueError("is not a count")


def _code(value: object, _wording: Wording) -> str:
    """Accept six digits that were made for this one letter, or the stars that stand for them afterwards."""
    if isinstance(value, str) and _CODE.fullmatch(value):
        return value
    raise ValueError("is not a code of six digits")


def _pace(value: object, _wording: Wording) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < _TOO_MANY:
        return f"{value:g}"
    raise ValueError("is not a number a day")


def _parsed(value: object, parse: Callable[[str], object]) -> object:
    """Return text as what it stands for; a failure does not repeat the text, which may be anything."""
    try:
        return parse(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("is not a date or moment in ISO form") from None


def _moment(value: object, wording: Wording) -> str:
    moment = _parsed(value, datetime.fromisoformat)
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return wording.moment(moment)
    raise ValueError("is not a moment with its zone")


def _due(value: object, wording: Wording) -> str:
    """Accept the moment by which something is to be done, or None where no date is set."""
    return wording.no_date if value is None else _moment(value, wording)


def _day(value: object, wording: Wording) -> str:
    return wording.day(_date(value))


def _date(value: object) -> date:
    day = _parsed(value, date.fromisoformat)
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    raise ValueError("is not a date")


def _codes(value: object, known: Mapping[str, str]) -> tuple[str, ...]:
    codes = (value,) if isinstance(value, str) else value
    if isinstance(codes, Sequence) and codes and all(code in known for code in codes):
        return tuple(codes)
    raise ValueError("is not a known role")


def _role(value: object, wording: Wording) -> str:
    return wording.role(_codes(value, wording.roles))


def _step(value: object, wording: Wording) -> str:
    if isinstance(value, str) and value in wording.steps:
        return wording.steps[value]
    raise ValueError("is not a known step")


def _next(value: object, wording: Wording) -> str:
    """Accept (role or roles, date) of the next rung, or None after the last."""
    if value is None:
        return wording.next(None)
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:  # noqa: PLR2004 - a pair
        raise ValueError("is not a pair of role and date")
    return wording.next((_codes(value[0], wording.roles), _date(value[1])))


def _missed(value: object, wording: Wording) -> str:
    return wording.missed(int(_count(value, wording)))


def _alarm(value: object, wording: Wording) -> str:
    """Accept the code of an alarm, and name it."""
    return wording.alarm(_alarm_code(value, wording))


def _advice(value: object, wording: Wording) -> str:
    """Accept the code of an alarm, and say what to do about it."""
    return wording.advice(_alarm_code(value, wording))


def _alarm_code(value: object, wording: Wording) -> str:
    if isinstance(value, str) and value in wording.alarms:
        return value
    raise ValueError("is not a known alarm")


def _because(value: object, wording: Wording) -> str:
    """Accept the code of why a campaign stands still: what a person wrote is read behind the link."""
    if isinstance(value, str) and value in wording.pauses:
        return wording.pauses[value]
    raise ValueError("is not a known reason")


def _about(value: object, wording: Wording) -> str:
    """Accept a code that says which channel, task or rule is meant; nothing where there is only one."""
    if isinstance(value, str) and _ABOUT.fullmatch(value) and not _LONG_DIGITS.search(value):
        return wording.about.format(about=value) if value else ""
    raise ValueError("is not the code of a channel, task or rule")


def _heads(value: object, wording: Wording) -> str:
    """Accept journal heads, each (organisation's code, number, hash), written so that they can be checked as they are.

    None where no journal has begun.
    """
    if isinstance(value, list | tuple):
        return "\n".join(_head(each, wording) for each in value) or wording.no_head
    raise ValueError("is not a list of journal heads")


def _head(value: object, wording: Wording) -> str:
    match value:
        case [str(code), int(seq), str(link)] if _PLACE.fullmatch(code) and _HASH.fullmatch(link):
            return wording.head.format(seq=seq, short=link[:16], whole=f"{code}:{seq}:{link}")
    raise ValueError("is not the head of a journal")


PARAMETERS: Mapping[str, Callable[[object, Wording], str]] = MappingProxyType(
    {
        "about": _about,
        "advice": _advice,
        "alarm": _alarm,
        "assigned": _count,
        "because": _because,
        "at": _moment,
        "case": _number,
        "cases": _count,
        "cited": _number,
        "code": _code,
        "due": _due,
        "due_soon": _count,
        "escalated": _count,
        "graduates": _count,
        "heads": _heads,
        "lead": _number,
        "leads": _count,
        "link": _link,
        "minutes": _count,
        "missed": _missed,
        "next": _next,
        "on": _day,
        "open": _count,
        "organisation": _organisation,
        "others": _count,
        "overdue": _count,
        "pace": _pace,
        "recipient_body": _organisation,
        "report": _number,
        "role": _role,
        "step": _step,
    }
)


def worded(name: str, value: object, wording: Wording) -> str:
    """Return a parameter as the words of one language; refuse, without repeating it, a value it may not hold."""
    try:
        return PARAMETERS[name](value, wording)
    except ValueError as wrong:
        raise ComposeRefused(f"The parameter {name!r} {wrong}; a message may not hold it.") from None
