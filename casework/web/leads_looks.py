"""Pages on which somebody looks at what a lead hides: a reason first, a trace in the journal, then for a minute."""

from collections.abc import Callable

from flask import Response, request

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_
from casework.leads.queries import get_lead
from casework.operations.look_at_reporter import look_at_reporter
from casework.operations.look_at_words import look_at_words
from casework.operations.permit_lead import permit_lead
from casework.web import leads_words as lead_words
from casework.web.pages import Trouble, attempt, page

REASONS = (N_("按号码与反映人联系"), N_("按号码查找所反映的登记"), N_("核对材料与原文是否一致"))


@signed_in
def reporter(number: str) -> Response:
    """Show who reported, after a reason was given; the look is journalled."""
    return _look(number, "leads/reporter.html", look_at_reporter, lead_words=lead_words)


@signed_in
def words(number: str) -> Response:
    """Show the words of a lead whole, after a reason was given; the look is journalled."""
    return _look(number, "leads/words.html", look_at_words, reasons=REASONS)


def _look(number: str, template: str, look: Callable[..., object], **values: object) -> Response:
    actor = current_actor()
    permit_lead(actor, "lead:reporter", get_lead(number, actor))
    outcome: object = None
    if request.method == "POST":
        reason = request.form.get("reason", "")
        outcome = attempt(lambda: look(get_lead(number, actor), actor=actor, reason=reason))
    trouble = outcome if isinstance(outcome, Trouble) else None
    return page(
        template,
        status=trouble.status if trouble else 200,
        lead=get_lead(number, actor),
        shown=None if trouble else outcome,
        trouble=trouble,
        **values,
    )
