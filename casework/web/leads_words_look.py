"""The page on which somebody reads a lead's words whole: a reason first, a trace in the journal, then for a minute."""

from flask import Response, request

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_
from casework.leads.queries import get_lead
from casework.operations.look_at_words import look_at_words
from casework.operations.permit_lead import permit_lead
from casework.web.pages import Trouble, attempt, page

REASONS = (N_("按号码与反映人联系"), N_("按号码查找所反映的登记"), N_("核对材料与原文是否一致"))


@signed_in
def words(number: str) -> Response:
    """Show the words of a lead whole, after a reason was given; the look is journalled."""
    actor = current_actor()
    permit_lead(actor, "lead:reporter", get_lead(number, actor))
    outcome: Trouble | tuple[str, ...] | None = None
    if request.method == "POST":
        reason = request.form.get("reason", "")
        outcome = attempt(lambda: look_at_words(get_lead(number, actor), actor=actor, reason=reason))
    trouble = outcome if isinstance(outcome, Trouble) else None
    return page(
        "leads/words.html",
        status=trouble.status if trouble else 200,
        lead=get_lead(number, actor),
        shown=None if trouble else outcome,
        trouble=trouble,
        reasons=REASONS,
    )
