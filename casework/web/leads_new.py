"""The form on which staff write down what came by phone, mailbox or letter; what is wrong comes back as typed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from casework import clock
from casework.asking import reaching
from casework.db import db
from casework.doors.arriving import is_of_our_time
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.leads.models import Lead
from casework.leads.queries import in_lead_scope
from casework.leads.veiling import hidden_in
from casework.operations.take_lead import take_lead
from casework.operations.triage_lead import triage_lead
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry, Round
from casework.web import shell
from casework.web.handed_in import clean_files
from casework.web.leads_about import about_of, bodies_concerned, chosen_body, forbidden
from casework.web.leads_deeds import attach_files, megabytes
from casework.web.pages import Trouble, attempt, page, required
from workflows.access import SYSTEM, Actor, scope_of

INTAKE = "lead:intake"
OWN_ANSWERS = ("CONFIRM_DENY", "CONFIRM_ERR")
"""Channels that nobody types: what a graduate answers on the confirmation page comes in by itself."""
WRITTEN = {"channel": N_("来源渠道"), "received_at": N_("收到时间"), "title": N_("事由"), "content": N_("反映的内容")}
REPORTER = ("name", "phone", "email")


@signed_in
def new() -> Response:
    """Show the form, or take in what was written on it."""
    actor, round_ = current_actor(), shell.current_round()
    seats = seats_of(actor)
    if not seats:
        raise Forbidden(N_("线索由线索专员登记，您的角色不能登记。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次。"))
    if request.method == "GET":
        return _form(round_, seats, None)
    outcome = attempt(lambda: _take(round_, seats, actor), first=lambda: clean_files("files"))
    if isinstance(outcome, Trouble):
        return _form(round_, seats, outcome)
    lead, handling = outcome
    if lead is None:
        flash(gettext("已登记，并已交%(above)s办理。本单位不再显示这条线索。", above=handling))
        return redirect(url_for("web.leads"), 303)  # type: ignore[return-value] # Werkzeug's response is Flask's
    flash(gettext("已登记为线索 %(number)s。", number=lead))
    if hidden := _hidden():
        flash(gettext("文字中有%(n)s处身份证号或手机号，已隐去显示；查看完整原文须写明理由并写入日志。", n=hidden))
    return redirect(url_for("web.lead", number=lead), 303)  # type: ignore[return-value] # as above


def seats_of(actor: Actor) -> Sequence[Organisation]:
    """Return the bodies for which this person takes leads in."""
    ids = sorted({scope.organisation_id for scope in scope_of(actor, INTAKE)})
    return [db.session.get_one(Organisation, each) for each in ids]


@reaching("leads", why="a lead may go to the body above, out of the sight of whoever took it in", writes=True)
def _take(round_: Round, seats: Sequence[Organisation], actor: Actor) -> tuple[str | None, str]:
    """Take the lead in; return its number, None when it has left this person's sight, and who handles it."""
    form, written = request.form, required(WRITTEN)
    seat = chosen_body(seats, form["organisation"], field="organisation") if form.get("organisation") else seats[0]
    named = bool(form.get("named"))
    reporter = {name: form.get(f"reporter_{name}", "").strip() for name in REPORTER}
    reporter = {name: value for name, value in reporter.items() if value}
    if named and not reporter.get("name"):
        raise Invalid(
            N_("实名反映须登记反映人的姓名，没有保存。"), fields={"reporter_name": N_("请填写姓名，或改选匿名。")}
        )
    concerned = [body for body, _ in bodies_concerned(seat)]
    lead = take_lead(
        organisation=seat,
        round=round_,
        channel=written["channel"],
        received_at=moment_of(written["received_at"]),
        title=written["title"],
        content=written["content"],
        actor=actor,
        named=named,
        reporter=reporter if named else None,
        external_no=form.get("external_no", "").strip() or None,
        about=about_of(form),
        concerns=chosen_body(concerned, form["concerns"], field="concerns") if form.get("concerns") else None,
        reply_by=day_of(form.get("reply_by", "").strip()),
    )
    db.session.flush()
    seen = _still_seen(lead, actor)
    by = actor if seen else SYSTEM  # what has just gone up is no longer this person's to touch
    violations = form.getlist("violation")
    if violations:
        triage_lead(lead, actor=by, scope="conduct", violations=violations)
    attach_files(lead, by, from_reporter=True)
    return (lead.number if seen else None), lead.organisation.name


def moment_of(text: str) -> datetime:
    """Return the moment that a form's local time names, in Beijing."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not is_of_our_time(found.date()):
        raise Invalid(N_("收到时间填写有误，没有保存。"), fields={"received_at": N_("请填写年-月-日和时刻。")})
    return found if found.tzinfo else found.replace(tzinfo=clock.BEIJING)


def day_of(text: str) -> date | None:
    """Return the day that a form names, None for none."""
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not is_of_our_time(found):
        raise Invalid(N_("回复期限填写有误，没有保存。"), fields={"reply_by": N_("请填写年-月-日。")})
    return found


def _hidden() -> int:
    """Return how many numbers of persons stand in what was typed into the free texts."""
    return hidden_in(request.form.get("title"), request.form.get("content"))


def _still_seen(lead: Lead, actor: Actor) -> bool:
    return db.session.scalar(select(Lead.id).where(Lead.id == lead.id, in_lead_scope(actor))) is not None


def _form(round_: Round, seats: Sequence[Organisation], trouble: Trouble | None) -> Response:
    seat = next((each for each in seats if each.code == request.form.get("organisation")), seats[0])
    return page(
        "leads/new.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        given=request.form,
        hidden=_hidden(),
        seats=[(each.code, each.name) for each in seats],
        concerned=bodies_concerned(seat),
        violations=forbidden(round_.id),
        megabytes=megabytes(),
        channels=typed_channels(rounds.table(round_.id, "lead_channel")),
        now_local=f"{clock.now().astimezone(clock.BEIJING):%Y-%m-%dT%H:%M}",
    )


def typed_channels(channels: Mapping[str, CodeEntry]) -> dict[str, CodeEntry]:
    """Return the channels that staff may write down."""
    return {code: entry for code, entry in channels.items() if code not in OWN_ANSWERS}
