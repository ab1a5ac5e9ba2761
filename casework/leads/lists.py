"""What whoever hands in a pushed-down list says of it: who sent it, under which number, by when to reply.

The list itself has only student numbers and words; without these terms nobody
could say where a finding comes from, or by when the sender waits for an answer.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from casework.errors import N_, Invalid

KIND = "pushed_list"
CHANNELS = ("MOE_PUSH", "PROV_PUSH", "SURVEY")
"""The channels by which lists come down: ministry, province, sample survey."""
FIELDS = ("channel", "external_no", "title", "received_on", "reply_by")
LONGEST_NUMBER, LONGEST_TITLE = 120, 200
OLDEST, LONGEST_TERM = timedelta(days=3 * 366), timedelta(days=366)

_WRONG = N_("下发清单的来源填写不完整或有误，没有保存。")
_NO_CHANNEL = N_("请选择清单由谁下发：教育部、省级或第三方抽样调查。")
_BAD_DAY = N_("请按“2024-08-20”这样填写日期。")
_FUTURE = N_("收到日期不能晚于今天。")
_TOO_OLD = N_("收到日期在三年以前，请核对。")
_TOO_EARLY = N_("回复期限不能早于收到日期。")
_TOO_LATE = N_("回复期限在收到一年以后，请核对。")
_LONG_NUMBER = N_("来件编号不超过120字，且不能有换行。")
_LONG_TITLE = N_("标题不超过200字。")


@dataclass(frozen=True, kw_only=True)
class ListTerms:
    """The terms of one list; no `reply_by`: the channel's own limit, or the earliest day in its rows."""

    channel: str
    received_on: date
    external_no: str = ""
    title: str = ""
    reply_by: date | None = None

    def plain(self) -> dict[str, str]:
        """Return the terms as they are stored with the file."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def read_terms(given: Mapping[str, str | None], *, today: date) -> ListTerms:
    """Return the terms that a person gave; `Invalid` with a sentence for each field that cannot stand."""
    texts = {name: (given.get(name) or "").strip() for name in FIELDS}
    wrong: dict[str, str] = {}
    received_on = _day(texts["received_on"], "received_on", wrong) or today
    reply_by = _day(texts["reply_by"], "reply_by", wrong)
    if texts["channel"] not in CHANNELS:
        wrong["channel"] = _NO_CHANNEL
    if received_on > today:
        wrong["received_on"] = _FUTURE
    elif received_on < today - OLDEST:
        wrong["received_on"] = _TOO_OLD
    if reply_by is not None and reply_by < received_on:
        wrong["reply_by"] = _TOO_EARLY
    elif reply_by is not None and reply_by - LONGEST_TERM > received_on:
        wrong["reply_by"] = _TOO_LATE
    if len(texts["external_no"]) > LONGEST_NUMBER or not texts["external_no"].isprintable():
        wrong["external_no"] = _LONG_NUMBER
    if len(texts["title"]) > LONGEST_TITLE or not texts["title"].isprintable():
        wrong["title"] = _LONG_TITLE
    if wrong:
        raise Invalid(_WRONG, fields=wrong)
    return ListTerms(
        channel=texts["channel"],
        received_on=received_on,
        external_no=texts["external_no"],
        title=texts["title"],
        reply_by=reply_by,
    )


def stored_terms(given: Mapping[str, str]) -> ListTerms:
    """Return the terms as they were stored, without judging them again."""
    reply_by = given.get("reply_by")
    return ListTerms(
        channel=given["channel"],
        received_on=date.fromisoformat(given["received_on"]),
        external_no=given.get("external_no", ""),
        title=given.get("title", ""),
        reply_by=date.fromisoformat(reply_by) if reply_by else None,
    )


def _day(text: str, field: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        wrong[field] = _BAD_DAY
        return None
