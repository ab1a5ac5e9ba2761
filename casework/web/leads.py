"""The desk of the lead officer: what waits for an answer today, lists by need, and no names in any of them."""

from flask import Response, request

from casework import clock
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.overview import lead_desk
from casework.overview.lead_desk import LeadFilters
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry
from casework.web import leads_words as lead_words
from casework.web import shell
from casework.web.pages import PAGE_SIZE, page, settings
from workflows.access import scope_of

VIEWS = (
    ("all", N_("全部未办结"), "lead:read"),
    ("received", N_("待受理"), "lead:intake"),
    ("mine", N_("我承办"), "lead:intake"),
    ("confirm", N_("待确认不予受理"), "lead:intake"),
    ("ready", N_("可办结答复"), "lead:reply"),
    ("upward", N_("须回复上级"), "lead:reply"),
    ("asked", N_("等待反映人"), "lead:reply"),
    ("closed", N_("已办结"), "lead:read"),
)


@signed_in
def desk() -> Response:
    """Show the leads that this person may see, by what each of them needs."""
    actor, now = current_actor(), clock.now()
    views = [(name, label) for name, label, action in VIEWS if scope_of(actor, action)]
    if not views:
        raise Forbidden(N_("线索由线索专员受理，您的角色不能查看。如需反映问题，请使用公开的反映入口。"))
    chosen = request.args.get("view", "")
    chosen = chosen if chosen in {name for name, _ in views} else views[0][0]
    filters = _filters()
    round_only = LeadFilters(round_id=filters.round_id)
    after = request.args.get("after", "")
    return page(
        "leads/page.html",
        views=views,
        view=chosen,
        counted={name: lead_desk.total(lead_desk.view(name, actor), round_only) for name, _ in views},
        numbers=lead_desk.numbers(actor, round_only, now=now),
        sheet=lead_desk.sheet(lead_desk.view(chosen, actor), filters, after=after, limit=PAGE_SIZE),
        filters=filters,
        after=after,
        channels=table("lead_channel"),
        violations=table("violation"),
        show_organisation=any(held.organisation_kind in {"province", "ministry"} for held in actor.appointments),
        may_take=bool(scope_of(actor, "lead:intake")),
        has_mailbox=bool(settings().lead_mailbox.get("url")),
        lead_words=lead_words,
    )


def table(name: str) -> dict[str, CodeEntry]:
    """Return a code table of the round that is looked at."""
    round_ = shell.current_round()
    return rounds.table(round_.id, name) if round_ else {}


def _filters() -> LeadFilters:
    round_ = shell.current_round()
    names = ("channel", "state")
    return LeadFilters(
        **{name: request.args.get(name, "").strip() for name in names}, round_id=round_.id if round_ else None
    )
