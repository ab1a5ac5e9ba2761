"""Samples on the page: how exact should it be, what would be drawn, draw it, and read what it says (N2.5).

Before a draw the page shows how many each stratum gives and how exact that is, never
who: the seed does not exist yet. A result is a sentence first; the figures by stratum
and the cases stand below it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext

from casework.cases import sample_queries as queries
from casework.cases.queries import in_scope
from casework.cases.sample_population import population_of
from casework.cases.sample_results import OUTCOMES, SURVEY, members_of, result_of
from casework.cases.samples import AUDIT, PURPOSES, WATCH, Sample
from casework.db import db
from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Conflict, Forbidden
from casework.intake import normal
from casework.operations.draw_sample import draw_sample
from casework.operations.draw_watch_sample import SHARE, draw_watch_sample
from casework.operations.mark_export import Mark, mark_of, note_export
from casework.operations.open_sample import Drawn
from casework.operations.permit import permit
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.rounds.models import Round
from casework.web import csv_file, sample_words, shell, words
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page
from casework.web.sample_form import BEGINS, places_for, previewed, read_design
from casework.web.wording import said
from workflows.access import Actor

MOST_LISTED = 50
LARGEST_SURVEY = 100_000


@signed_in
def samples() -> Response:
    """List the samples of the round with the form for the next one and, when asked, what it would draw; draw it."""
    if request.method == "GET":
        return _overview(request.args, None)
    outcome = attempt(lambda: _draw(request.form))
    return _overview(request.form, outcome) if isinstance(outcome, Trouble) else _drawn(outcome)


@signed_in
def watch() -> Response:
    """Draw what is missing of the records that no rule flagged."""
    outcome = attempt(
        lambda: draw_watch_sample(organisation=_organisation(request.form), round_=_round(), actor=current_actor())
    )
    return _overview(request.form, outcome, about=WATCH) if isinstance(outcome, Trouble) else _drawn(outcome)


@signed_in
def sample(ref: str) -> Response:
    """Show what a sample says, by stratum and over all, and the cases that check it."""
    found = queries.get_sample(ref, current_actor())
    survey = _survey()
    members = members_of(found, visible=in_scope(current_actor()))
    after = whole_number(request.args.get("after", "")) or 0
    return page(
        "samples/sample.html",
        sample=found,
        result=result_of(found, survey=survey),
        survey=survey,
        members=members[after : after + PAGE_SIZE],
        after=after,
        next=after + PAGE_SIZE if len(members) > after + PAGE_SIZE else 0,
        among=len(members),
        asked=sample_words.design_of(found),
        others=[
            each
            for each in queries.samples_of(found.organisation_id, found.round_id, purpose=found.purpose)
            if each.id != found.id
        ],
        may_export=_may_export(found),
        outcomes=OUTCOMES,
        **_said(found.round_id),
    )


@signed_in
def strata_file(ref: str) -> Response:
    """Hand out the figures by stratum as a table."""
    found = queries.get_sample(ref, current_actor())
    classes = sample_words.classes_of(found.round_id)
    head = (N_("层"), N_("总数"), N_("抽取"), N_("核实无误"), N_("查实有误"), N_("无法核实"), N_("未办结"), N_("有误比例"), N_("下限"), N_("上限"))  # fmt: skip  # noqa: E501
    body = [
        [sample_words.stratum_label(each.name, classes), each.size, each.drawn, each.right, each.wrong,
         each.unverifiable, each.open, sample_words.percent(each.share), sample_words.percent(each.low),
         sample_words.percent(each.high)]
        for each in result_of(found).strata
    ]  # fmt: skip
    mark = _remember(found, "strata", len(body))
    return csv_file.download([gettext(each) for each in head], body, name=f"sample-{found.ref}.csv", mark=mark)


@signed_in
def cases_file(ref: str) -> Response:
    """Hand out the cases of a sample, students masked, to whoever may export."""
    found = queries.get_sample(ref, current_actor())
    classes = sample_words.classes_of(found.round_id)
    head = (N_("案件编号"), N_("层"), N_("学号"), N_("阶段"), N_("核查结果"))
    body = [
        [each.case.number, sample_words.stratum_label(each.stratum, classes), normal.masked_student_no(each.student_no),
         said(words.settled_label(each.case.state, each.case.conclusion)), said(OUTCOMES[each.outcome])]
        for each in members_of(found, visible=in_scope(current_actor()))
    ]  # fmt: skip
    mark = _remember(found, "cases", len(body))
    return csv_file.download([gettext(each) for each in head], body, name=f"sample-cases-{found.ref}.csv", mark=mark)


def _overview(given: Mapping[str, str], trouble: Trouble | None, *, about: str = AUDIT) -> Response:
    actor, round_ = current_actor(), shell.current_round()
    if not queries.may_see_samples(actor):
        raise Forbidden(N_("抽样结果说的是全校的登记，您的角色不能查看。"))
    places = places_for(actor)
    chosen = next((each for each in places if each.code == given.get("organisation")), None)
    if chosen is None and len(places) == 1:
        chosen = places[0]
    listed = _listed(actor, round_)
    preview, wrong = None, trouble
    if chosen and round_ and given.get("kind") and not trouble:
        preview, wrong = previewed(chosen, round_, given)
    return page(
        "samples/page.html",
        status=wrong.status if wrong else 200,
        trouble=wrong,
        about=about,
        places=places,
        place=chosen,
        population=population_of(chosen, round_) if chosen and round_ else None,
        listed=listed,
        progress=queries.progress_of([each.id for each in listed]),
        preview=preview,
        given={**BEGINS, **given},
        again=bool(chosen and round_ and queries.samples_of(chosen.id, round_.id, purpose=AUDIT)),
        watch=_watch(chosen, round_) if chosen and round_ else None,
        asked=sample_words.design_of,
        purposes=PURPOSES,
        round=round_,
        **_said(round_.id if round_ else 0),
    )


def _draw(form: Mapping[str, str]) -> Drawn:
    return draw_sample(
        organisation=_organisation(form),
        round_=_round(),
        design=read_design(form),
        whole=bool(form.get("whole")),
        reason=form.get("reason", ""),
        actor=current_actor(),
    )


def _drawn(done: Drawn) -> Response:
    flash(gettext("已抽取，新立案%(n)s件，请派发。", n=len(done.opened)))
    return redirect(url_for("web.sample", ref=done.sample.ref), 303)  # type: ignore[return-value]


def _organisation(form: Mapping[str, str]) -> Organisation:
    return get_organisation(form.get("organisation", ""))


def _round() -> Round:
    round_ = shell.current_round()
    if round_ is None:
        raise Conflict(N_("还没有开启任何轮次，不能抽样。请系统管理员先开启轮次。"))
    return round_


def _survey() -> int:
    asked = whole_number(request.args.get("survey", ""))
    return min(asked, LARGEST_SURVEY) if asked else SURVEY


def _listed(actor: Actor, round_: Round | None) -> Sequence[Sample]:
    wanted = queries.visible_samples(actor).where(Sample.round_id == (round_.id if round_ else 0))
    return db.session.scalars(wanted.limit(MOST_LISTED)).all()


def _watch(place: Organisation, round_: Round) -> dict[str, object]:
    drawn = queries.progress_of([each.id for each in queries.samples_of(place.id, round_.id, purpose=WATCH)])
    return {
        "cases": queries.screening_cases(place.id, round_.id),
        "drawn": sum(n for n, _ in drawn.values()),
        "share": sample_words.percent(float(str(SHARE.default))),
        "origin": said(SHARE.origin),
    }


def _said(round_id: int) -> dict[str, Any]:
    classes = sample_words.classes_of(round_id)
    return {
        "stratum": lambda name: sample_words.stratum_label(name, classes),
        "percent": sample_words.percent,
        "points": sample_words.points,
    }


def _may_export(found: Sample) -> bool:
    try:
        permit(current_actor(), "export", organisation=found.organisation)
    except Forbidden:
        return False
    return True


def _remember(found: Sample, what: str, rows: int) -> Mark:
    """Write an export into the chain of looks and return its mark, or refuse it."""
    actor = current_actor()
    permit(actor, "export", organisation=found.organisation)
    mark = mark_of(actor, purpose="抽样核实")
    with unit_of_work():
        note_export(
            mark,
            action="sample:export",
            organisation_id=found.organisation_id,
            subject=found.ref,
            actor=actor,
            facts={"what": what, "rows": rows},
        )
    return mark
