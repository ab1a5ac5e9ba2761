"""Who was told, when, by which attempt: looked up by student number, listed, handed out; and who is left to reach."""

from flask import Response, request, stream_with_context, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.campaigns import queries
from casework.campaigns.models import ContactTask
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.intake.models import Record
from casework.notices.story_words import STATES
from casework.operations.contact_tasks import OUTCOMES, end_task
from casework.operations.export_told import export_told
from casework.overview import told_graduates, unconfirmed
from casework.web import campaign_words, shell
from casework.web.campaigns import refuse_who_reads_none
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, submitted

LONGEST = 64


@signed_in
def told(ref: str) -> Response:
    """List the letters of a campaign, or say what one graduate was told; their number travels in the form only."""
    found = queries.get_campaign(ref, current_actor())
    number = request.form.get("student_no", "").strip()[:LONGEST]
    if number:
        letters, after = told_graduates.told_of(found, student_no=number), None
    else:
        letters, after = told_graduates.told_page(found, after=whole_number(request.args.get("after", "")) or 0)
    return page(
        "campaigns/told.html",
        campaign=found,
        letters=letters,
        next=after,
        number=number,
        listed=bool(number) and told_graduates.on_the_list(found, student_no=number),
        states=STATES,
        may_export=shell.may(current_actor(), "export"),
        w=campaign_words,
    )


@signed_in
def file(ref: str) -> Response:
    """Hand out the letters of a campaign as a table; the reason is written among the looks."""
    found = queries.get_campaign(ref, current_actor())
    outcome = attempt(lambda: export_told(found, reason=request.form.get("reason", ""), actor=current_actor()))
    if isinstance(outcome, Trouble):
        letters, after = told_graduates.told_page(found)
        return page(
            "campaigns/told.html",
            status=outcome.status,
            campaign=found,
            letters=letters,
            next=after,
            number="",
            listed=False,
            states=STATES,
            may_export=True,
            trouble=outcome,
            w=campaign_words,
        )
    answer = Response(stream_with_context(outcome), mimetype="text/csv")  # read after the unit of work, piece by piece
    answer.headers["Content-Disposition"] = f'attachment; filename="campaign-{found.ref}.csv"'
    return answer


@signed_in
def tasks() -> Response:
    """List the graduates whom no message could reach."""
    refuse_who_reads_none()
    return _tasks(None)


@signed_in
def end(ref: str) -> Response:
    """Say what came of reaching one of them."""
    return submitted(
        lambda: end_task(
            queries.get_task(ref, current_actor()),
            outcome=request.form.get("outcome", ""),
            words=request.form.get("words", ""),
            actor=current_actor(),
        ),
        done=gettext("已登记联系结果。"),
        to=url_for("web.contact_tasks"),
        again=lambda trouble: _tasks(trouble, ref),
    )


@signed_in
def open_ones() -> Response:
    """Show who has not confirmed: colleges, the classes of one, the graduates of a class; by name, as work to do."""
    actor, round_ = current_actor(), shell.current_round()
    if not unconfirmed.reads_any(actor):
        raise Forbidden(N_("未确认名单由就业部门和院系办理，您的角色不能查看。"))
    college, class_name = request.args.get("college"), request.args.get("class")
    groups = unconfirmed.groups(actor, round_id=round_.id, college=college) if round_ else ()
    people = (
        unconfirmed.graduates(
            actor,
            round_id=round_.id,
            college=college,
            class_name=class_name,
            after=_place(request.args.get("after", "")),
        )
        if round_ and college is not None and class_name is not None
        else ()
    )
    return page(
        "campaigns/unconfirmed.html",
        round=round_,
        college=college,
        class_name=class_name,
        groups=groups,
        people=people[: unconfirmed.PAGE],
        next=people[unconfirmed.PAGE - 1].place if len(people) > unconfirmed.PAGE else None,
        total=sum(group.number for group in groups),
        tasks=sum(group.tasks for group in groups),
        may_campaign=shell.may(actor, "campaign:read"),
    )


def _place(text: str) -> tuple[str, int]:
    """Return where a page begins from the row's number in the address: a student number never stands there."""
    number = whole_number(text) or 0
    student_no = db.session.scalar(select(Record.student_no).where(Record.id == number))
    return ("", 0) if student_no is None else (student_no, number)


def _tasks(trouble: Trouble | None, about: str = "") -> Response:
    after = whole_number(request.args.get("after", "")) or 0
    wanted = (
        select(ContactTask)
        .options(joinedload(ContactTask.record).joinedload(Record.revision))
        .where(queries.in_task_scope(current_actor()), ContactTask.state == "open", ContactTask.id > after)
        .order_by(ContactTask.id)
        .limit(PAGE_SIZE + 1)
    )
    listed = db.session.scalars(wanted).all()
    return page(
        "campaigns/tasks.html",
        status=trouble.status if trouble else 200,
        listed=listed[:PAGE_SIZE],
        next=listed[PAGE_SIZE - 1].id if len(listed) > PAGE_SIZE else None,
        may_end=shell.may(current_actor(), "campaign:draft"),
        outcomes=[(outcome, campaign_words.TASK_STATES[outcome]) for outcome in OUTCOMES],
        trouble=trouble,
        about=about,
        given=request.form,
        w=campaign_words,
    )
