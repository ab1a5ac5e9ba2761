"""The lists of cases: one's own queue by urgency, all cases with filters, a search that keeps names out of URLs."""

from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, false, or_, select
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from casework import clock
from casework.cases.models import Case, CaseRecord
from casework.cases.queries import in_scope
from casework.db import db
from casework.doors.arriving import UNSTORABLE
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.intake.models import Record, Revision
from casework.overview import desk, lead_desk, orders
from casework.overview.desk import Filters
from casework.screening.rules import RULES
from casework.web import leads_words as lead_words
from casework.web import shell
from casework.web.pages import PAGE_SIZE, page
from workflows.access import Actor, scope_of

VIEWS = (
    ("mine", N_("待我办"), "case:conclude"),
    ("review", N_("待我复核"), "case:accept"),
    ("unassigned", N_("未派发"), "case:assign"),
    ("waiting", N_("等待他人"), "case:conclude"),
    ("closed", N_("近7天办结"), "case:conclude"),
)
FOUND_AT_MOST, LEADS_AT_MOST = 100, 20
LONGEST = 200


@signed_in
def queue() -> Response:
    """Show the cases that need something from this person, by urgency."""
    actor, now = _reader(), clock.now()
    views = [(name, label) for name, label, action in VIEWS if scope_of(actor, action)]
    chosen = request.args.get("view", "")
    if chosen not in {name for name, _ in views}:
        chosen = views[0][0] if views else "mine"
    filters = _filters()
    counted = desk.list_totals({name: desk.view(name, actor, now=now) for name, _ in views}, _round_only(), now=now)
    condition = desk.view(chosen, actor, now=now)
    return page(
        "queue/page.html",
        views=views,
        view=chosen,
        counted=counted,
        numbers=desk.list_numbers(condition, filters, now=now),
        # One's own cases are few, so that suspicion can order those of one deadline.
        **_list(condition, filters, usual=orders.DUE if chosen == "mine" else ""),
    )


@signed_in
def cases() -> Response:
    """Show every case within sight, filtered, in the order of deadlines."""
    actor, now = _reader(), clock.now()
    condition, filters = in_scope(actor), _filters()
    return page("cases/page.html", numbers=desk.list_numbers(condition, filters, now=now), **_list(condition, filters))


def _reader() -> Actor:
    """Return whoever asks, once it is clear that they read cases at all: an empty list would invite to import."""
    actor = current_actor()
    if not scope_of(actor, "case:read"):
        raise Forbidden(N_("案件由核查和督办人员办理，您的角色不查看案件。"))
    return actor


@signed_in
def search() -> Response:
    """Find cases by number, student number, name, employer or code, and leads by number alone.

    The words travel in the body, not in a URL.
    """
    words = request.form.get("words", "").strip()
    actor, now = current_actor(), clock.now()
    if searched_for(words):
        exact = select(Case.number).where(in_scope(actor), Case.number == words.upper())
        number = db.session.scalar(exact)
        if number:
            return redirect(url_for("web.case", number=number), 303)
    leads = lead_desk.numbered(words, actor, limit=LEADS_AT_MOST) if searched_for(words) else ()
    if leads and leads[0].number == words.upper():
        return redirect(url_for("web.lead", number=leads[0].number), 303)
    condition = in_scope(actor) & (_matching(words) if searched_for(words) else false())
    found = desk.sheet(condition, Filters(), now=now, limit=FOUND_AT_MOST)
    return page(
        "cases/found.html",
        words_sought=bool(words),
        sheet=found,
        leads=leads,
        leads_at_most=LEADS_AT_MOST,
        lead_states=lead_words.STATES,
        filters=Filters(),
        at_most=FOUND_AT_MOST,
    )


def searched_for(words: str) -> bool:
    """Say whether anything could bear these words: no name is that long, and none holds a control character."""
    return 0 < len(words) <= LONGEST and not UNSTORABLE.search(words)


def _list(condition: ColumnElement[bool], filters: Filters, *, usual: str = "") -> dict[str, Any]:
    sort = request.args.get("sort", "")
    sort = sort if sort in orders.CHOICES else ""
    given: dict[str, Any] = {"now": clock.now(), "after": request.args.get("after", ""), "limit": PAGE_SIZE}
    order = sort or usual
    sheet = orders.sheet(condition, filters, order, **given) if order else desk.sheet(condition, filters, **given)
    return {
        "sort": sort,
        "orders": orders.CHOICES,
        "sheet": sheet,
        "filters": filters,
        "rules": [rule.code for rule in RULES],
        "colleges": desk.colleges(current_actor()),
        "after": request.args.get("after", ""),
        "may_assign": shell.may(current_actor(), "case:assign"),
        "may_note": shell.may(current_actor(), "case:note"),
    }


def _filters() -> Filters:
    names = ("kind", "rule", "origin", "state", "college", "severity", "urgency", "owner", "organisation", "q")
    given = {name: request.args.get(name, "").strip() for name in names}
    return Filters(**given, round_id=_round_only().round_id)


def _round_only() -> Filters:
    round_ = shell.current_round()
    return Filters(round_id=round_.id if round_ else None)


def _matching(words: str) -> ColumnElement[bool]:
    people = (
        select(CaseRecord.case_id)
        .join(Record, Record.id == CaseRecord.record_id)
        .outerjoin(Revision, Revision.id == Record.revision_id)
        .where(
            or_(
                Record.student_no == words,
                Record.name == words,
                Revision.credit_code == words.upper(),
                Revision.employer_name == words,
            )
        )
    )
    return or_(Case.subject_key == words, Case.number.istartswith(words.upper(), autoescape=True), Case.id.in_(people))
