"""After a report was sent: its receipt code, shown once, and the receipt as a picture while that page is open.

The page that shows the code is asked for anew after the form was sent, so that
loading it again asks for a page and sends nothing. Between the two the code
travels in a sealed cookie; with the picture it comes sealed in the form. We keep
neither.
"""

from flask import Response, redirect, request, url_for
from flask_babel import gettext

from casework import clock
from casework.leads import receipt_image, receipts
from casework.leads.models import Lead
from casework.operations.show_code import show_code
from casework.web import public_lead_visit as visit
from casework.web.pages import attempt, page, settings
from casework.web.public_lead_visit import DRAFT, SENT
from casework.web.wording import moment

IMAGE = "image"
CODE_SHOWN = 3600
"""So many seconds a code may be asked for by whoever has just sent the report, and its picture be drawn."""


def went(code: str) -> Response:
    """Lead to the page that shows the code; what was written is forgotten."""
    return visit.remember(visit.forget(_back(), DRAFT), SENT, visit.sealed(SENT, code=code))


def shown_once() -> Response:
    """Show the code of a report that was just sent, once; afterwards say that it was, and what to do."""
    ticket = visit.opened(SENT, request.cookies.get(SENT, ""), seconds=CODE_SHOWN)
    lead = receipts.find_lead(receipts.hash_of(ticket["code"])) if ticket else None
    if ticket is None or lead is None or attempt(lambda: show_code(lead)) is not True:
        return visit.forget(page("public/sent_before.html"), SENT)
    return visit.forget(_with_code(lead, ticket["code"]), SENT)


def image() -> Response:
    """Hand out the receipt as a picture, drawn from the code that the open page holds."""
    ticket = visit.opened(IMAGE, request.form.get("code", ""), seconds=CODE_SHOWN)
    if ticket is None:
        return _back()
    lines = (
        gettext("%(at)s收到您的反映。", at=ticket["moment"]),
        gettext("查询进展、补充情况，请打开下面的网址并输入回执码。"),
        settings().base_url + url_for("web.receipt_public"),
        gettext("请妥善保存，不要交给别人；丢失后无法找回。"),
    )
    answer = Response(receipt_image.draw(ticket["code"], title=gettext("回执码"), lines=lines), mimetype="image/png")
    answer.headers["Content-Disposition"] = "attachment; filename=receipt.png"
    return answer


def _with_code(lead: Lead, code: str) -> Response:
    sealed = visit.sealed(IMAGE, code=code, moment=moment(clock.now()))
    return page("public/sent.html", lead=lead, code=code, body=lead.organisation, picture=sealed)


def _back() -> Response:
    return redirect(url_for("web.report_step", name=SENT), 303)  # type: ignore[return-value] # Werkzeug's response is Flask's
