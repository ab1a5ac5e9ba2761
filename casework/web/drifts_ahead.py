"""A change that is known before it is registered: its reason is given, and decided, before the import that shows it.

One page for each concluded case. The form holds what is sealed; whoever owns
the case writes what it will be, with the paper that shows it.
"""

from flask import Response, request, url_for
from flask_babel import gettext

from casework.cases import drift_queries as queries
from casework.cases.drifts import RecordSeal
from casework.cases.models import Case
from casework.cases.queries import get_case
from casework.cases.sealed_fields import DESTINATION, PLAIN
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, NotFound
from casework.operations.justify_change import decide_change, justify_change
from casework.operations.permit import refusal_for_case
from casework.rounds import queries as rounds
from casework.web.drifts import ACCEPTED, SAVED, chosen_paper, may_decide, shown
from casework.web.pages import Trouble, page, settings, submitted
from workflows.access import Actor
from workflows.case import CONCLUDED

VERBS = {"accept": ACCEPTED, "refuse": N_("未予认可，导入该变动时仍会提示。")}


@signed_in
def ahead(number: str) -> Response:
    """Show what was said ahead for a case, and take a new reason."""
    if request.method == "GET":
        return _one(number, None)
    actor = current_actor()
    get_case(number, actor)
    return submitted(
        lambda: _ask(number, actor),
        done=gettext(SAVED),
        to=url_for("web.changes_ahead", number=number),
        again=lambda trouble: _one(number, trouble),
    )


@signed_in
def decide(number: str, ref: str, verb: str) -> Response:
    """Accept a reason, or do not."""
    if verb not in VERBS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    actor = current_actor()
    get_case(number, actor)
    return submitted(
        lambda: _decide(number, ref, actor, accept=verb == "accept"),
        done=gettext(VERBS[verb]),
        to=url_for("web.changes_ahead", number=number),
        again=lambda trouble: _one(number, trouble),
    )


def _one(number: str, trouble: Trouble | None) -> Response:
    actor = current_actor()
    case = get_case(number, actor)
    seals, reasons = queries.seals_of(case), queries.changes_ahead(case)
    may_ask = (
        case.state in CONCLUDED and case.owner_id == actor.id and refusal_for_case(actor, "case:correct", case) is None
    )
    return page(
        "drifts/ahead.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        case=case,
        seals=seals if may_ask else [],
        chosen=_chosen(seals) if may_ask else None,
        reasons=reasons,
        decides={each.ref for each in reasons if each.decided_at is None and may_decide(each, actor)},
        destinations=_destinations(case, seals),
        **shown(case.round_id),
    )


def _destinations(case: Case, seals: list[RecordSeal]) -> list[tuple[str, str]]:
    """Return what a destination can be; a sealed code that the round does not list stands for itself."""
    listed = {code: f"{code} {entry.name_zh}" for code, entry in rounds.table(case.round_id, DESTINATION).items()}
    sealed = {str(each.values[DESTINATION]) for each in seals} - {""}
    return sorted(({code: code for code in sealed} | listed).items())


def _chosen(seals: list[RecordSeal]) -> RecordSeal | None:
    """Return the registration that the page is about: the one that was chosen, or the only one."""
    ref = request.values.get("record", "")
    return next((each for each in seals if each.record.ref == ref), seals[0] if len(seals) == 1 else None)


def _ask(number: str, actor: Actor) -> object:
    case = get_case(number, actor, lock=True)
    ref = request.form.get("record", "")
    seal = next((each for each in queries.seals_of(case) if each.record.ref == ref), None)
    if seal is None:
        raise NotFound(N_("该毕业生不在本案之中。"))
    name, content = chosen_paper()
    return justify_change(
        case,
        record=seal.record,
        values={field: request.form[field] for field in PLAIN if field in request.form},
        reason=request.form.get("reason", ""),
        name=name,
        content=content,
        actor=actor,
        settings=settings(),
    )


def _decide(number: str, ref: str, actor: Actor, *, accept: bool) -> None:
    asked = queries.get_change(ref, actor, lock=True)
    if asked.case.number != number or asked.drift_id is not None:
        raise NotFound(N_("没有找到这项变动说明，或不在您的权限范围内。"))
    decide_change(asked, accept=accept, actor=actor)
