"""The words of an office's documents: headings and sentences around the figures, which nobody can edit."""

from flask import Response, request, url_for
from flask_babel import gettext

from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_
from casework.operations.change_wording import change_wording
from casework.reports import queries
from casework.reports.wording import DEFAULTS, NAMES, PARTS, PLAN, REPORT
from casework.web import shell
from casework.web.pages import Trouble, page, submitted
from casework.web.reports import own_seat, round_now

DOCUMENTS = {PLAN: N_("自查通知（方案）"), REPORT: N_("自查报告")}


@signed_in
def wording() -> Response:
    """Show the words in force and take new ones."""
    if request.method == "GET":
        return _form(None)
    seat, round_, actor = own_seat(current_actor()), round_now(), current_actor()
    return submitted(
        lambda: change_wording(
            organisation=seat,
            round_=round_,
            texts={key: request.form[key] for key in PARTS if key in request.form},
            version=whole_number(request.form.get("version", "")) or 0,
            actor=actor,
        ),
        done=gettext("文书用语已保存，今后印发的方案和固定的报告按新用语。"),
        to=url_for("web.report_wording"),
        again=_form,
    )


def _form(trouble: Trouble | None) -> Response:
    seat, round_ = own_seat(current_actor()), round_now()
    own = queries.wording(seat.id, round_.id)
    texts = {**DEFAULTS, **(own.texts if own else {})}
    return page(
        "reports/wording.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        own=own,
        texts={key: request.form.get(key, text) for key, text in texts.items()} if trouble else texts,
        groups={
            label: {key: part for key, part in PARTS.items() if key.startswith(f"{document}.")}
            for document, label in DOCUMENTS.items()
        },
        names=NAMES,
        defaults=DEFAULTS,
        may_change=shell.may(current_actor(), "report:freeze"),
    )
