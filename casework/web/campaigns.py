"""Campaigns on the page: drafted, looked over, approved by another person, watched and stopped.

The first sentence says how the campaign stands and what to do. Whom it names is a
rule in a sentence with its count, never a list to be ticked; who approves sees the
hash of the list and of the texts beside the texts themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from casework.campaigns import queries
from casework.campaigns.audience import REASONS
from casework.campaigns.facts import facts_of, faults_of, plan_hash
from casework.campaigns.models import Campaign
from casework.campaigns.rule import Rule, within
from casework.clock import BEIJING
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.intake.models import Record, Revision
from casework.operations.approve_campaign import approve_campaign
from casework.operations.draft_campaign import change_campaign, draft_campaign
from casework.operations.fan_out import LEFT_OUT
from casework.operations.freeze_campaign import freeze_campaign
from casework.operations.permit_campaign import permit_campaign
from casework.operations.preview_audience import preview_audience, sample_audience
from casework.operations.steer_campaign import cancel_campaign, pause_campaign, resume_campaign, revise_campaign
from casework.operations.tell_campaign import approvers_of
from casework.operations.try_campaign import WHO, try_campaign
from casework.overview.campaign_sheet import progress_of, sheet_of
from casework.people.models import Organisation
from casework.web import campaign_words, shell
from casework.web.campaign_forms import READERS, read_audience, read_plan, read_texts
from casework.web.campaign_looks import Start, at_fields, close_waves, degree_names, paused_because, previews, starts_of
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, submitted
from workflows.access import Actor, scope_of
from workflows.campaign import CAMPAIGN, choices

EDITS = ("audience", "texts", "plan")
MOST_NAMES = 200
AT_WORK = ("approved", "running", "paused")


@signed_in
def campaigns() -> Response:
    """List the campaigns within sight, with the form for the next one; draft it."""
    refuse_who_reads_none()
    if request.method == "GET":
        return _listed(None)
    outcome = attempt(_drafted)
    if isinstance(outcome, Trouble):
        return _listed(outcome)
    return submitted(lambda: None, done=gettext("已建立，请先核对范围和内容。"), to=outcome, again=_listed)


def refuse_who_reads_none() -> None:
    """Raise `Forbidden` for whoever reads no campaign anywhere: an empty list would say that there is none."""
    if not scope_of(current_actor(), "campaign:read"):
        raise Forbidden(N_("提醒活动由就业部门办理，您的角色不能查看。"))


@signed_in
def campaign(ref: str) -> Response:
    """Show one campaign: how it stands, whom it is for, what it says, what became of it."""
    return _shown(queries.get_campaign(ref, current_actor()))


@signed_in
def progress(ref: str) -> Response:
    """Return how far the sending is, alone; 286 tells htmx that there is nothing more to ask."""
    found = queries.get_campaign(ref, current_actor())
    answer = page("campaigns/_progress.html", campaign=found, fate=progress_of(found))
    if found.state not in AT_WORK:
        answer.status_code = 286
    return answer


@signed_in
def edit(ref: str, what: str) -> Response:
    """Show the form for the audience, the texts or the plan; save it."""
    if what not in EDITS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    if request.method == "GET":
        return _form(queries.get_campaign(ref, current_actor()), what, None)
    outcome = attempt(lambda: change_campaign(_locked(ref), actor=current_actor(), **READERS[what](request.form)))
    if isinstance(outcome, Trouble):
        return _form(queries.get_campaign(ref, current_actor()), what, outcome)
    if what == "texts" and faults_of(outcome):
        # Saved all the same, so that nobody loses what they wrote; the form says at each field what is wrong.
        return redirect(url_for("web.campaign_edit", ref=ref, what=what), 303)  # type: ignore[return-value] # Flask's
    flash(gettext("已保存。"))
    return redirect(url_for("web.campaign", ref=ref), 303)  # type: ignore[return-value] # Werkzeug's is Flask's


@signed_in
def look(ref: str, what: str) -> Response:
    """Return what would come of an unsaved form: the count of an audience, texts as they would arrive, the waves."""
    found = queries.get_campaign(ref, current_actor())
    permit_campaign(current_actor(), "campaign:read", found)
    if what == "audience":
        outcome = attempt(
            lambda: preview_audience(
                found, actor=current_actor(), rule=Rule.read(read_audience(request.form)["audience"])
            )
        )
        trouble = outcome if isinstance(outcome, Trouble) else None
        return page("campaigns/_count.html", count=None if trouble else outcome, trouble=trouble, reasons=REASONS)
    if what == "texts":
        given = read_texts(request.form)["texts"]
        return page("campaigns/_previews.html", **previews(found, given))
    if what == "plan":
        plan = attempt(lambda: read_plan(request.form))
        if isinstance(plan, Trouble):
            return page("campaigns/_starts.html", trouble=plan, starts=())
        return page("campaigns/_starts.html", starts=_starts(found, plan["starts"]))
    raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))


@signed_in
def act(ref: str, verb: str) -> Response:
    """Take a step: freeze, approve, pause, resume, cancel, go back, or try the words on oneself."""
    if verb not in ACTS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return submitted(
        lambda: ACTS[verb](_locked(ref), current_actor()),
        done=gettext(campaign_words.DONE[verb]),
        to=url_for("web.campaign", ref=ref),
        again=lambda trouble: _shown(queries.get_campaign(ref, current_actor()), trouble),
    )


def _listed(trouble: Trouble | None) -> Response:
    actor = current_actor()
    listed = db.session.scalars(queries.visible_campaigns(actor).limit(PAGE_SIZE)).all()
    return page(
        "campaigns/page.html",
        status=trouble.status if trouble else 200,
        listed=listed,
        states=CAMPAIGN.states,
        paused_because=paused_because,
        places=_places(actor),
        round=shell.current_round(),
        trouble=trouble,
        given=request.form,
    )


def _drafted() -> str:
    round_ = shell.current_round()
    places = {place.code: place for place in _places(current_actor())}
    if not places:
        raise Forbidden(N_("提醒活动由就业部门负责人建立，您的角色不能建立。"))
    place = places.get(request.form.get("organisation", ""))
    if round_ is None or place is None:
        raise Invalid(N_("请选择由哪个单位提醒，没有建立。"), fields={"organisation": N_("请选择一项。")})
    made = draft_campaign(organisation=place, round_=round_, name=request.form.get("name", ""), actor=current_actor())
    db.session.flush()  # the address needs its ref
    return url_for("web.campaign", ref=made.ref)


def _places(actor: Actor) -> list[Organisation]:
    seats = [scope.organisation_id for scope in scope_of(actor, "campaign:draft")]
    wanted = select(Organisation).where(Organisation.id.in_(seats)).order_by(Organisation.code)
    return list(db.session.scalars(wanted))


def _locked(ref: str) -> Campaign:
    return queries.get_campaign(ref, current_actor(), lock=True)


def _shown(found: Campaign, trouble: Trouble | None = None) -> Response:
    actor = current_actor()
    facts = facts_of(found)
    counted = preview_audience(found, actor=actor) if found.state == "draft" else None
    facts.audience_count = counted.listed if counted else found.audience_count
    return page(
        "campaigns/campaign.html",
        status=trouble.status if trouble else 200,
        campaign=found,
        state=CAMPAIGN.state_of(found),
        choices={choice.action: choice for choice in choices(facts, actor=actor)},
        sheet=sheet_of(found),
        fate=progress_of(found),
        count=counted,
        sample=sample_audience(found, actor=actor) if counted else (),
        rule=Rule.read(found.audience),
        reasons=REASONS,
        left_out=LEFT_OUT,
        may_draft=shell.may(actor, "campaign:draft"),
        may_try=shell.may(actor, *WHO),
        may_export=shell.may(actor, "export"),
        hash_now=plan_hash(found),
        close=close_waves(found),
        degree_names=degree_names(found),
        paused_because=paused_because(found),
        approvers=approvers_of(found) if found.state == "frozen" else (),
        trouble=trouble,
        given=request.form,
        **previews(found, found.texts),
    )


def _form(found: Campaign, what: str, trouble: Trouble | None) -> Response:
    permit_campaign(current_actor(), "campaign:draft", found)
    rule = Rule.read(found.audience)
    counted = preview_audience(found, actor=current_actor()) if what == "audience" else None
    looks = previews(found, read_texts(request.form)["texts"] if trouble and what == "texts" else found.texts)
    return page(
        "campaigns/edit.html",
        status=trouble.status if trouble else 200,
        campaign=found,
        what=what,
        rule=rule,
        names=_names(found) if what == "audience" else {},
        count=counted,
        lines={wave.number: f"{wave.starts_at.astimezone(BEIJING):%Y-%m-%d %H:%M}" for wave in found.waves},
        starts=_starts(found, [wave.starts_at for wave in found.waves if wave.state == "planned"]),
        degree_names=degree_names(found),
        reasons=REASONS,
        given=request.form if request.method == "POST" else None,
        trouble=trouble,
        wrong=trouble or at_fields(looks["faults"]),
        **looks,
    )


def _starts(found: Campaign, planned: Sequence[datetime]) -> list[Start]:
    """Return the waves to come as they would stand after those that have begun or were passed over."""
    ended = [wave for wave in found.waves if wave.state != "planned"]
    spoken = [wave.started_at or wave.starts_at for wave in ended if wave.state != "skipped"]
    return starts_of(planned, first=max((wave.number for wave in ended), default=0) + 1, before=spoken)


def _names(found: Campaign) -> dict[str, list[str]]:
    """Return the colleges and degree levels that occur, for the boxes of the form."""
    return {
        name: list(
            db.session.scalars(
                select(column)
                .join(Record, Record.revision_id == Revision.id)
                .where(Record.round_id == found.round_id, within(found.organisation), column != "")
                .distinct()
                .order_by(column)
                .limit(MOST_NAMES)
            )
        )
        for name, column in (("colleges", Revision.college), ("degrees", Revision.degree_level))
    }


ACTS: Mapping[str, Callable[[Campaign, Actor], object]] = {
    "freeze": lambda found, actor: freeze_campaign(found, actor=actor),
    "approve": lambda found, actor: approve_campaign(
        found,
        audience_hash=request.form.get("audience_hash", ""),
        text_hash=request.form.get("text_hash", ""),
        actor=actor,
    ),
    "pause": lambda found, actor: pause_campaign(found, reason=request.form.get("reason", ""), actor=actor),
    "resume": lambda found, actor: resume_campaign(found, actor=actor),
    "cancel": lambda found, actor: cancel_campaign(found, reason=request.form.get("reason", ""), actor=actor),
    "try": lambda found, actor: try_campaign(found, actor=actor),
    "revise": lambda found, actor: revise_campaign(found, actor=actor),
}
