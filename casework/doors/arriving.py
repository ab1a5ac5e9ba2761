"""What may come in from outside at all: text that any database can hold, numbers that a row can have, days of our time.

SQLite stores almost everything, PostgreSQL refuses NUL, and a document cannot
be written with any control character. So that both engines give one answer,
and so that nothing is stored that no document could show, it is refused here,
before anything is looked for: an address with a sentence, a form with the
field that is meant.
"""

import re
from datetime import date

from flask import Flask, request
from werkzeug.datastructures import MultiDict

from casework.db import LARGEST_ID
from casework.errors import N_, Invalid, NotFound

UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
LONGEST = 100_000  # characters of one field: far more than any form asks for
FIRST_YEAR, LAST_YEAR = 1990, 2100


def attach(app: Flask) -> None:
    """Look at every address before a page is asked for."""
    app.before_request(refuse_address)


def refuse_address() -> None:
    """Raise `NotFound` for a path, `Invalid` for a question, that no database can be asked about.

    The API refuses a question itself, naming the parameter.
    """
    if any(UNSTORABLE.search(str(part)) for part in (request.view_args or {}).values()):
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    if request.path.startswith("/api/"):
        return
    if wrong := _wrong(request.args):
        raise Invalid(N_("地址中含有无法识别的字符。请从页面上的链接重新进入。"), fields=wrong, code="bad_address")


def refuse_form() -> None:
    """Raise `Invalid` naming each field of the form that holds what cannot be stored."""
    if wrong := _wrong(request.form):
        raise Invalid(N_("有内容不能保存，没有保存。请按各项提示修改后重新提交。"), fields=wrong)


def whole_number(text: str) -> int | None:
    """Return the number that an address names; None for what is no number, or none that a row could have."""
    if not re.fullmatch("[0-9]{1,10}", text):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None


def is_of_our_time(day: date) -> bool:
    """Say whether a day can be counted from: deadlines at the ends of the calendar have no day before or after."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _wrong(sent: MultiDict[str, str]) -> dict[str, str]:
    found = {}
    for name, value in sent.items(multi=True):
        if UNSTORABLE.search(value) or UNSTORABLE.search(name):
            found[UNSTORABLE.sub("", name)] = N_("含有不能保存的控制字符。")
        elif len(value) > LONGEST:
            found[name] = N_("内容过长。")
    return found
