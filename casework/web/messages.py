"""The inbox: what the service has told this person, newest first, each with its way to the matter."""

from flask import Response, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.cases.models import Case
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.notices import queries, words
from casework.notices.campaign_words import ABOUT_CAMPAIGNS
from casework.notices.models import Message
from casework.reports.models import Report
from casework.web.pages import page, settings, submitted

PAGE = 40


@signed_in
def messages() -> Response:
    """Show a page of the inbox; on a POST, mark all of it as read."""
    actor = current_actor()
    if request.method == "POST":
        return submitted(
            lambda: queries.mark_read(actor.id),
            done=gettext("全部消息已标为已读。"),
            to=url_for("web.messages"),
            again=lambda _: _page(actor.id),
        )
    return _page(actor.id)


@signed_in
def opened(ref: str) -> Answer:
    """Mark one message as read and go where it leads."""
    actor = current_actor()
    message = queries.get_message(ref, person_id=actor.id)
    where = _leads_to(message)
    with unit_of_work():
        queries.mark_read(actor.id, ref=ref)
    return redirect(where, 303)


def _page(person_id: int) -> Response:
    before = request.args.get("before", "")
    found = queries.inbox(person_id, before_id=whole_number(before), limit=PAGE + 1)
    shown = [(row, words.text(row, base_url=settings().base_url)) for row in found[:PAGE]]
    return page(
        "messages.html",
        shown=shown,
        unread=queries.unread(person_id),
        next=found[PAGE - 1].id if len(found) > PAGE else 0,
    )


def _leads_to(message: Message) -> str:
    if message.case_id is not None:
        return url_for("web.case", number=db.session.get_one(Case, message.case_id).number)
    if message.report_id is not None:
        return url_for("web.report", ref=db.session.get_one(Report, message.report_id).ref)
    if message.lead_id is not None or message.kind in ABOUT_CAMPAIGNS:
        return words.path_of(message)
    return url_for("web.notices") if message.kind == words.STAND_IN_NAMED else url_for("web.queue")
