"""Forms of a lead: each action has a page that asks, and a post that calls one operation.

A file is opened for whoever reads the lead, and opening it leaves a trace. What a
lead hides has pages of its own (`leads_looks`).
"""

from collections.abc import Callable
from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound, Stale
from casework.leads.models import Lead, LeadFile
from casework.leads.queries import get_lead
from casework.operations.open_from_lead import lock_to_open
from casework.operations.open_lead_file import open_lead_file
from casework.operations.permit_lead import permit_lead
from casework.rounds import queries as rounds
from casework.web import leads_words as lead_words
from casework.web.case_page import downloaded
from casework.web.handed_in import clean_files
from casework.web.leads_deeds import DEEDS, options_of
from casework.web.leads_verbs import VERBS, Verb, action_of
from casework.web.pages import Trouble, page, settings, submitted
from casework.web.wording import moment, said
from workflows.access import Actor

NO_PAGE = N_("没有找到该页面，或不在您的权限范围内。")


@signed_in
def act(number: str, verb: str) -> Response:
    """Ask for what an action needs, or do it."""
    actor = current_actor()
    if verb not in VERBS:
        raise NotFound(NO_PAGE)
    asked = VERBS[verb]
    permit_lead(actor, action_of(asked), get_lead(number, actor))
    if request.method == "GET" or (asked.code == "link" and "find" in request.form):
        return _form(number, asked, actor, None)  # a search is part of the form; what is sought stays out of URLs
    return submitted(
        lambda: DEEDS[asked.code](_fresh(number, asked, actor), actor),
        done=gettext("已办理：%(what)s。", what=said(asked.label)),
        to=url_for("web.lead_after", number=number),
        again=lambda trouble: _form(number, asked, actor, trouble),
        first=_clean_files(number, actor) if asked.code == "file" else None,
    )


def _clean_files(number: str, actor: Actor) -> Callable[[], None]:
    beside = [row.size for row in get_lead(number, actor).files]
    return lambda: clean_files("files", beside=beside)


@signed_in
def after(number: str) -> AnyResponse:
    """Go on to the lead, or to the desk when what was done has taken it out of this person's sight."""
    try:
        get_lead(number, current_actor())
    except NotFound:
        return redirect(url_for("web.leads"), 303)
    return redirect(url_for("web.lead", number=number), 303)


@signed_in
def file(number: str, ref: str) -> Response:
    """Hand out a file of a lead; opening it is journalled."""
    actor = current_actor()
    lead = get_lead(number, actor)
    found = db.session.scalars(select(LeadFile).filter_by(lead_id=lead.id, ref=ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到该材料，或不在您的权限范围内。"))
    with unit_of_work():
        content = open_lead_file(lead, found, actor=actor, settings=settings())
        name, media = found.name, found.file.media_type
    return downloaded(content, name=name, media_type=media)


def _fresh(number: str, verb: Verb, actor: Actor) -> Lead:
    """Return the locked lead; raise `Stale` with what it says now when the form was shown for an older version."""
    lead = lock_to_open(number, actor) if verb.code == "open" else get_lead(number, actor, lock=True)
    if verb.versioned and request.form.get("version", "") != str(lead.version):
        now = {
            N_("状态"): said(lead_words.STATES[lead.state]),
            N_("承办人"): lead.officer.name if lead.officer else gettext("未受理"),
            N_("归类"): said(lead_words.SCOPES.get(lead.scope, lead.scope)),
            N_("期限"): moment(lead.due_at),
        }
        raise Stale(N_("您填写期间，这条线索已被改动，没有保存。请对照后决定是否仍要提交。"), current=now)
    return lead


def _form(number: str, verb: Verb, actor: Actor, trouble: Trouble | None) -> Response:
    lead = get_lead(number, actor)
    given: dict[str, Any] = {"verb": verb, "lead": lead, "trouble": trouble, "given": request.form}
    channels = rounds.table(lead.round_id, "lead_channel")
    return page(
        "leads/action.html",
        status=trouble.status if trouble else 200,
        channel=channels.get(lead.channel),
        lead_words=lead_words,
        **given,
        **options_of(lead, verb, actor),
    )
