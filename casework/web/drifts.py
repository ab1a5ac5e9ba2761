"""What changed after conclusions (整改后变动): each drift a question with its diff, and the bursts of the rules.

Nothing here is a ranking: drifts stand in the order in which they were found,
bursts in the words of their rules. The owner answers with a reason and a paper,
somebody else accepts it.
"""

from collections.abc import Callable
from typing import Any

from flask import Response, request, stream_with_context, url_for
from flask_babel import gettext
from sqlalchemy import select

from casework.cases import drift_queries as queries
from casework.cases.drifts import Drift, JustifiedChange
from casework.cases.sealed_fields import DESTINATION, LABELS, PROOFS, SEAL
from casework.db import db
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Conflict, Forbidden, Invalid, NotFound
from casework.operations.export_events import Exported, export_events
from casework.operations.justify_change import decide_change, justify_drift
from casework.operations.permit import refusal_for_case
from casework.overview.bursts import bursts
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.rounds import queries as rounds
from casework.web import shell, words
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, settings, submitted
from casework.web.places import asked_universities
from casework.web.wording import said
from workflows.access import Actor, scope_of

HASH_SHOWN = 8
SAVED = N_("说明已保存，请另一位复核员认定。")
ACCEPTED = N_("已认可，封存的值已改为新值，旧值保留可查。")
FORMAT_WORDS = {"csv": N_("CSV（逐条事件）"), "ocel": N_("OCEL 2.0（JSON）")}


@signed_in
def drifts() -> Response:
    """List the drifts of this person's cases, the newest first, below the bursts."""
    actor, round_ = current_actor(), shell.current_round()
    if not scope_of(actor, queries.READ):
        raise Forbidden(N_("您的角色不能查看整改后变动。"))
    round_id = round_.id if round_ else 0
    reached, chosen = asked_universities(queries.READ)
    state = request.args.get("state", "")
    known = queries.visible_drifts(actor, round_id=round_id)
    wanted = known.where(queries.CONDITIONS[state]) if state in queries.CONDITIONS else known
    if len(chosen) < len(reached):
        wanted = wanted.where(Drift.organisation_id.in_([each.id for each in chosen]))
    found = page_of(
        queries.with_all(wanted),
        known=known,
        name=Drift.ref,
        after=request.args.get("after") or None,
        limit=PAGE_SIZE,
        newest_first=True,
    )
    return page(
        "drifts/page.html",
        drifts=found.items,
        next=found.next,
        waiting=queries.unanswered(actor),
        ahead=queries.undecided_ahead(actor, round_id=round_id),
        bursts=bursts(actor, round_id=round_id),
        state=state,
        states=queries.WORDS,
        at=request.args.get("at", ""),
        places=[(each.code, each.name) for each in reached],
        exports=_exporting(actor) if round_ else [],
        formats=FORMAT_WORDS,
        **shown(round_id),
    )


@signed_in
def drift(ref: str) -> Response:
    """Show one drift with its diff, what was said for it, and what this person can do."""
    return _one(ref, None)


@signed_in
def act(ref: str, verb: str) -> Response:
    """Give a reason for a drift, or decide about one."""
    actor = current_actor()
    deeds: dict[str, tuple[str, Callable[[Drift], object]]] = {
        "justify": (SAVED, lambda found: _justify(found.ref, actor)),
        "accept": (ACCEPTED, lambda found: _decide(found, actor, accept=True)),
        "refuse": (N_("未予认可，案件继续核查。"), lambda found: _decide(found, actor, accept=False)),
    }
    if verb not in deeds:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    done, deed = deeds[verb]
    queries.get_drift(ref, actor)
    return submitted(
        lambda: deed(queries.get_drift(ref, actor)),
        done=gettext(done),
        to=url_for("web.drift", ref=ref),
        again=lambda trouble: _one(ref, trouble),
    )


@signed_in
def events() -> Response:
    """Hand out the event log of an organisation's cases; read after the unit of work, piece by piece."""
    actor, round_ = current_actor(), shell.current_round()
    if round_ is None:
        raise Conflict(N_("还没有开启任何轮次，没有可以导出的办理过程。"))
    form, place = request.form.get("format", ""), request.form.get("organisation", "")
    outcome = attempt(
        lambda: export_events(organisation=get_organisation(place), round_=round_, form=form, actor=actor)
    )
    if not isinstance(outcome, Exported):
        return page("drifts/refused.html", status=outcome.status, trouble=outcome)
    answer = Response(stream_with_context(outcome.pieces()), mimetype=outcome.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{outcome.name}"'
    return answer


def _one(ref: str, trouble: Trouble | None) -> Response:
    actor = current_actor()
    found = queries.get_drift(ref, actor)
    reasons = queries.reasons_for(found)
    waiting = next((each for each in reasons if each.decided_at is None), None)
    return page(
        "drifts/drift.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        drift=found,
        reasons=reasons,
        waiting=waiting,
        may_justify=waiting is None and found.justified_at is None and found.asks.owner_id == actor.id,
        may_decide=waiting is not None and may_decide(waiting, actor),
        states=queries.WORDS,
        **shown(found.round_id),
    )


def may_decide(asked: JustifiedChange, actor: Actor) -> bool:
    """Say whether this person may decide about a reason: nobody about their own, or in their own case."""
    if actor.id in {asked.asked_by_id, asked.case.owner_id}:
        return False
    return refusal_for_case(actor, "case:accept", asked.case) is None


def chosen_paper() -> tuple[str, bytes]:
    """Return the name and the bytes of the paper that came with the form; raise `Invalid` where none did."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"file": N_("请选择一个文件。")})
    return upload.filename, upload.read()


def _justify(ref: str, actor: Actor) -> object:
    name, content = chosen_paper()
    return justify_drift(
        queries.get_drift(ref, actor, lock=True),
        reason=request.form.get("reason", ""),
        name=name,
        content=content,
        actor=actor,
        settings=settings(),
    )


def _decide(found: Drift, actor: Actor, *, accept: bool) -> None:
    asked = queries.get_change(request.form.get("change", ""), actor, lock=True)
    if asked.drift_id != found.id:
        raise NotFound(N_("没有找到这项变动说明，或不在您的权限范围内。"))
    decide_change(asked, accept=accept, actor=actor)


def _exporting(actor: Actor) -> list[tuple[str, str]]:
    """Return the organisations whose event log this person may hand out."""
    seats = [scope.organisation_id for scope in scope_of(actor, "export")]
    found = db.session.scalars(select(Organisation).where(Organisation.id.in_(seats)).order_by(Organisation.path))
    return [(each.code, each.name) for each in found]


def shown(round_id: int) -> dict[str, Any]:
    """Return what a template needs to show sealed values and their fields."""
    destinations = rounds.table(round_id, DESTINATION) if round_id else {}

    def value(field: str, text: str) -> str:
        """Return a sealed value as people read it: a destination with its name, a hash by its beginning."""
        if not text:
            return gettext("（空）")
        if field in {PROOFS, SEAL}:
            hashes = text.split()
            return gettext("%(n)s份（%(first)s…）", n=len(hashes), first=hashes[0][:HASH_SHOWN])
        known = destinations.get(text) if field == DESTINATION else None
        return f"{text} {known.name_zh}" if known else text

    return {"value": value, "labels": LABELS, "stood": lambda state: said(words.settled_label(state, None))}
