"""What each form of a lead offers to choose from, and which operation it becomes; the pages are `leads_actions`."""

from collections.abc import Callable, Mapping

from flask import request
from sqlalchemy import select

from casework.cases.lead_facts import lead_facts
from casework.db import db
from casework.errors import N_, Invalid
from casework.leads.models import Lead
from casework.leads.queries import INTERIM, merged_count, open_lead_load
from casework.leads.queries import UPWARD as FINAL
from casework.operations.add_lead_file import LARGEST, add_lead_file
from casework.operations.assign_lead import assign_lead
from casework.operations.find_officer import ROLE, may_have
from casework.operations.move_lead import move_lead
from casework.operations.reply_lead import answer_reporter, ask_reporter, reply_upward, report_upward
from casework.operations.triage_lead import triage_lead
from casework.people.models import Organisation
from casework.people.queries import get_organisation, holders
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry
from casework.web import leads_links
from casework.web import leads_words as lead_words
from casework.web.case_deeds import chosen_person
from casework.web.handed_in import cleaned_files
from casework.web.leads_about import about_of, bodies_concerned, chosen_body, forbidden
from casework.web.leads_links import choosing, opening
from casework.web.leads_verbs import Verb
from casework.web.leads_waiting import before_declining
from casework.web.pages import settings
from casework.web.wording import labels, said
from workflows.access import Actor
from workflows.lead import final_reply_refusals
from workflows.lead_guards import HANDLING

UPWARD = {INTERIM: report_upward, FINAL: reply_upward}
MEGABYTE = 1024 * 1024
Deed = Callable[[Lead, Actor], object]


def megabytes() -> int:
    """Return how large a file may be."""
    return min(LARGEST, settings().max_upload_bytes) // MEGABYTE


def options_of(lead: Lead, verb: Verb, actor: Actor) -> Mapping[str, object]:
    """Return what the form of one action offers to choose from."""
    offers = _OPTIONS.get(verb.code)
    return offers(lead, actor) if offers else {}


def _sorting(lead: Lead, _actor: Actor) -> Mapping[str, object]:
    kinds = labels({code: label for code, label in lead_words.SCOPES.items() if code})
    return {
        "scopes": [(code, label, "") for code, label in kinds],
        "violations": _catalogue(lead),
        "concerned": bodies_concerned(lead.organisation),
    }


def _colleagues(lead: Lead, _actor: Actor) -> Mapping[str, object]:
    people = [each for each in holders(ROLE, lead.organisation_id) if may_have(lead, each)]
    return {"people": people, "load": open_lead_load([each.id for each in people])}


def _catalogue(lead: Lead) -> dict[str, CodeEntry]:
    """Return what the notice forbids, and what else somebody has said of this lead."""
    named = {code: each for code, each in rounds.table(lead.round_id, "violation").items() if code in lead.violations}
    return forbidden(lead.round_id) | named


def targets(lead: Lead) -> list[Organisation]:
    """Return the bodies near a lead's own to which it may go: those above, those beside and those below it."""
    here = lead.organisation
    above = [int(part) for part in here.path.split("/") if part and int(part) != here.id]
    wanted = select(Organisation).where(
        Organisation.kind.in_(sorted(HANDLING)),
        Organisation.id != here.id,
        Organisation.id.in_(above)
        | (Organisation.parent_id == here.parent_id)
        | Organisation.path.startswith(here.path, autoescape=True),
    )
    found = db.session.scalars(wanted.order_by(Organisation.path)).all()
    return [each for each in found if lead.concerns_id is None or f"/{lead.concerns_id}/" not in each.path]


def _step(action: str) -> Deed:
    def take(lead: Lead, actor: Actor) -> object:
        form = request.form
        return move_lead(lead, action, actor=actor, reason=form.get("reason", ""), words=form.get("words", ""))

    return take


def _answer(lead: Lead, actor: Actor) -> object:
    form = request.form
    return move_lead(
        lead,
        "answer",
        actor=actor,
        outcome=form.get("outcome", ""),
        words=form.get("words", ""),
        reason=form.get("reason", ""),
    )


def _upward(lead: Lead, actor: Actor) -> object:
    kind = request.form.get("kind", "")
    if kind not in UPWARD:
        raise Invalid(
            N_("请选择是阶段性答复还是办结答复，没有保存。"), fields={"kind": N_("请选择阶段性答复或办结答复。")}
        )
    return UPWARD[kind](lead, words=request.form.get("words", ""), actor=actor)


def _replies_upward(lead: Lead, _actor: Actor) -> Mapping[str, object]:
    """Offer the kinds of a reply upward; why the last word cannot be given yet is said beside them."""
    return {
        "kinds": [(code, said(label), said(small)) for code, (label, small) in lead_words.UPWARD_KINDS.items()],
        "not_final": [said(each.message, each.params) for each in final_reply_refusals(lead_facts(lead))],
    }


def _transfer(lead: Lead, actor: Actor) -> object:
    code = request.form.get("target", "")
    if not code:
        raise Invalid(N_("请选择转往的单位，没有保存。"), fields={"target": N_("请从列表中选择。")})
    return move_lead(
        lead, "transfer", actor=actor, target=get_organisation(code), reason=request.form.get("reason", "")
    )


def _triage(lead: Lead, actor: Actor) -> None:
    form = request.form
    concerned = [body for body, _ in bodies_concerned(lead.organisation)]
    triage_lead(
        lead,
        actor=actor,
        scope=form.get("scope", ""),
        about=about_of(form),
        violations=form.getlist("violation"),
        concerns=chosen_body(concerned, form["concerns"], field="concerns") if form.get("concerns") else None,
    )


def _assign(lead: Lead, actor: Actor) -> None:
    assign_lead(lead, to=chosen_person("to"), actor=actor, reason=request.form.get("reason", ""))


def _file(lead: Lead, actor: Actor) -> None:
    if not any(each.filename for each in request.files.getlist("files")):
        raise Invalid(N_("没有选择文件，没有保存。"), fields={"files": N_("请至少选择一个文件。")})
    attach_files(lead, actor, from_reporter=False)


def attach_files(lead: Lead, actor: Actor, *, from_reporter: bool) -> None:
    """Add the files that came with the form, and were cleaned before, to the lead."""
    for each in cleaned_files():
        add_lead_file(lead, each, actor=actor, settings=settings(), from_reporter=from_reporter)


_OPTIONS: dict[str, Callable[[Lead, Actor], Mapping[str, object]]] = {
    "transfer": lambda lead, _: {"targets": [(each.code, each.name) for each in targets(lead)]},
    "answer": lambda lead, _: {
        "outcomes": [(code, label, "") for code, label in labels(lead_words.OUTCOMES)],
        "others": merged_count(lead),
    },
    "decline": lambda lead, actor: {"note": before_declining(lead, actor)},
    "confirm_decline": lambda lead, _: {"must_tell": lead_facts(lead).has_receipt},
    "triage": _sorting,
    "open": lambda lead, _: {"violations": _catalogue(lead), **opening(lead)},
    "link": choosing,
    "assign": _colleagues,
    "upward": _replies_upward,
    "tell": lambda lead, _: {"others": merged_count(lead)},
    "file": lambda *_: {"megabytes": megabytes()},
}
DEEDS: dict[str, Deed] = {
    **{action: _step(action) for action in ("accept", "decline", "confirm_decline", "refuse_decline", "reopen")},
    "transfer": _transfer,
    "answer": _answer,
    "file": _file,
    "link": leads_links.link,
    "open": leads_links.open_case,
    "part": leads_links.part,
    "triage": _triage,
    "assign": _assign,
    "ask": lambda lead, actor: ask_reporter(lead, words=request.form.get("words", ""), actor=actor),
    "tell": lambda lead, actor: answer_reporter(lead, words=request.form.get("words", ""), actor=actor),
    "upward": _upward,
}
