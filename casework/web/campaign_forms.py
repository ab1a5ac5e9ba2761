"""What the forms of a campaign send: its audience, its texts, its plan, as the operation takes them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from werkzeug.datastructures import MultiDict

from casework.campaigns import texts
from casework.campaigns.plan import moment
from casework.doors.arriving import is_of_our_time
from casework.errors import N_, Invalid
from casework.web import campaign_words

Form = MultiDict[str, str]


def read_audience(form: Form) -> dict[str, Any]:
    """Return whom the form names: boxes of colleges and degrees, a class a line."""
    classes = [line.strip() for line in form.get("classes", "").splitlines() if line.strip()]
    return {"audience": {"colleges": form.getlist("colleges"), "classes": classes, "degrees": form.getlist("degrees")}}


def read_texts(form: Form) -> dict[str, Any]:
    """Return the texts by channel and language, line ends as they are stored."""
    return {
        "texts": {
            channel: {
                language: form.get(f"{channel}_{language}", "").replace("\r\n", "\n") for language in texts.LANGUAGES
            }
            for channel in campaign_words.CHANNELS
        }
    }


def read_plan(form: Form) -> dict[str, Any]:
    """Return channels, waves, last day and hours; raise `Invalid` naming what is no date, time or number."""
    wrong: dict[str, str] = {}
    starts = []
    for line in form.get("starts", "").splitlines():
        if line.strip():
            start = _moment(line.strip())
            if start is None:
                wrong["starts"] = N_("每行一个时间，如 2024-08-08 10:00。")
            else:
                starts.append(start)
    stop = _day(form.get("stop_on", ""))
    if stop is None:
        wrong["stop_on"] = N_("请填写日期，如 2024-08-31。")
    numbers = {name: form.get(name, "").strip() for name in ("hour_from", "hour_to", "per_minute")}
    wrong |= {name: N_("请填写整数。") for name, value in numbers.items() if not (value.isascii() and value.isdigit())}
    if wrong:
        raise Invalid(N_("发送计划有内容不能保存，没有保存。请按各项提示修改后重新提交。"), fields=wrong)
    return {
        "channels": [name for name in (form.get("first", ""), form.get("second", "")) if name],
        "starts": starts,
        "stop_on": stop,
        **{name: int(value[:9]) for name, value in numbers.items()},
    }


def _moment(text: str) -> datetime | None:
    day, _, hour = text.replace("T", " ").partition(" ")
    on = _day(day)
    try:
        return None if on is None else moment(on, time.fromisoformat(hour.strip() or "10:00").replace(tzinfo=None))
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        on = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return on if is_of_our_time(on) else None


READERS: Mapping[str, Callable[[Form], dict[str, Any]]] = {
    "audience": read_audience,
    "texts": read_texts,
    "plan": read_plan,
}
