"""Who looked, took along, was refused, changed a right: for auditors and whoever answers for an office.

Sentences and no codes; days and not everything; nobody is ranked. Taking the
list along asks what for, and is itself in the list. Everybody has a page of
their own: what they looked at, and what was changed about their account.
"""

from datetime import date

from flask import Response, g, request
from flask_babel import gettext

from casework.clock import BEIJING
from casework.doors.arriving import is_of_our_time
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Invalid
from casework.operations.export_audit import Exported
from casework.operations.export_audit import export_audit as take_along
from casework.overview import audit, reading_questions
from casework.overview.audit_lines import Line
from casework.overview.audit_page import Wanted, about_account, asked_of, audit_page, own_page, people_counted
from casework.web import csv_file
from casework.web.pages import Trouble, attempt, page
from casework.web.wording import said

NAMES = ("group", "who", "subject", "at")
HEAD = (
    N_("时间"),
    N_("单位"),
    N_("账号"),
    N_("姓名"),
    N_("类别"),
    N_("内容"),
    N_("理由"),
    N_("入口"),
    N_("网段"),
    N_("校验值"),
)


@signed_in
def shown() -> Response:
    """Show a page of the audit, or what each person has of it."""
    return _page(None)


@signed_in
def file() -> Response:
    """Hand out what is filtered as a table; without a reason the page comes again and says so."""
    wanted = _wanted()
    outcome = attempt(lambda: take_along(wanted, reason=request.form.get("reason", ""), actor=current_actor()))
    if isinstance(outcome, Trouble):
        return _page(outcome)
    return _table(outcome)


@signed_in
def own() -> Response:
    """Show somebody what they looked at themselves, and what was changed about their account."""
    actor = current_actor()
    found = own_page(actor, before=request.args.get("before", ""))
    return page("journal/own.html", found=found, about=about_account(g.person, reader=actor), told=told)


def told(line: Line) -> str:
    """Return what an entry says, in the reader's language."""
    return said(line.sentence, line.params)


def _page(trouble: Trouble | None) -> Response:
    actor = current_actor()
    wanted = _wanted()
    by_person = request.args.get("by") == "person"
    asked, _ = asked_of(wanted, actor)
    found = None if by_person else audit_page(wanted, actor, before=request.args.get("before", ""))
    return page(
        "journal/audit.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        asked=asked,
        found=found,
        people=people_counted(asked, actor) if by_person else (),
        groups=[(group.value, said(group.label)) for group in asked.groups],
        bodies=[(each.code, each.name) for each in audit.bodies_of(actor)],
        given={name: request.values.get(name, "").strip() for name in (*NAMES, "by")},
        filtered=any(request.values.get(name) for name in NAMES),
        questions=reading_questions.reads_any(actor),
        waiting=reading_questions.count_waiting(actor),
        told=told,
    )


def _wanted() -> Wanted:
    """Return what the address or the form asks for; raise `Invalid` for a day that is none."""
    given = {name: request.values.get(name, "").strip() for name in NAMES}
    return Wanted(**given, since=_day("since"), until=_day("until"))


def _day(name: str) -> date | None:
    text = request.values.get(name, "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not is_of_our_time(day):
        raise Invalid(N_("日期有误，请按年-月-日填写。"), fields={name: N_("请填写日期。")})
    return day


def _table(taken: Exported) -> Response:
    body = [
        [
            *(f"{line.at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}", line.body, line.login, _name(line)),
            *(said(line.group.label), told(line), line.reason, _door(line)),
            *(line.whence.network if line.whence else "", line.hash),
        ]
        for line in taken.lines
    ]
    return csv_file.download([gettext(word) for word in HEAD], body, name="audit.csv", mark=taken.mark)


def _name(line: Line) -> str:
    return line.who if line.login else said(line.who)


def _door(line: Line) -> str:
    if line.whence is None:
        return ""
    return f"{said(line.whence.door.label)} {line.whence.token}".strip()
