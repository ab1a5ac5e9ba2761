"""How far the bodies below have come: what each still lacks, what is due first on top, and nobody ranked."""

from collections.abc import Sequence

from flask import Response, request

from casework import clock
from casework.cases.above_queries import ACTION, count_waiting
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.overview.below import Below, progress_below
from casework.web import shell
from casework.web.pages import PAGE_SIZE, page

LACKS = {
    "plan": N_("自查通知（方案）"),
    "checklist": N_("自查内容"),
    "report": N_("定稿"),
    "signatures": N_("签字"),
    "delivery": N_("报送"),
    "receipts": N_("备案回执"),
}


@signed_in
def below() -> Response:
    """Show every body directly below with what it lacks."""
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, "below:read"):
        raise Forbidden(N_("只有省级和国家级主管部门查看下级自查进展。"))
    found = progress_below(actor, round_, today=clock.today()) if round_ else []
    shown = _after(found, request.args.get("after", ""))
    return page(
        "below/page.html",
        bodies=shown[:PAGE_SIZE],
        total=len(found),
        unfinished=sum(bool(each.lacks) for each in found),
        late=sum(each.days is not None and each.days < 0 for each in found),
        waiting=sum(each.report is not None and each.report.state == "signed" and each.sent for each in found),
        words_of=LACKS,
        next=shown[PAGE_SIZE - 1].organisation.code if len(shown) > PAGE_SIZE else "",
        checks=shell.may(actor, "case:spot_check"),
        asked=count_waiting(actor) if shell.may(actor, ACTION) else None,
    )


def _after(found: Sequence[Below], code: str) -> Sequence[Below]:
    """Return what follows a body in the order; from the beginning where it is none of them."""
    place = next((index for index, each in enumerate(found) if each.organisation.code == code), -1)
    return found[place + 1 :]
