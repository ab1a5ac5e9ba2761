"""The page of one case: whose it is and until when, what is needed, what can be done and what not, and why."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import Response, send_file
from sqlalchemy import select

from casework import clock
from casework.cases.facts import facts_of
from casework.cases.models import Case, Evidence
from casework.cases.queries import consequences_of, get_case
from casework.db import db
from casework.deadlines.reasons import recalled
from casework.deadlines.upcoming import next_said
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, NotFound
from casework.intake.fields import RECORD_FIELDS
from casework.notices.story_words import STATES
from casework.operations.choices_of import choices_of
from casework.operations.open_evidence import open_evidence
from casework.operations.permit import reads_sealed
from casework.operations.refer_above import open_referral
from casework.overview import case_sheet, deliveries
from casework.overview.case_sources import sources_of
from casework.overview.channels import LABELS
from casework.overview.doubts import suspicion_of
from casework.overview.sealed_statements import wrote_statements
from casework.rounds import queries as rounds
from casework.web import words
from casework.web.case_verbs import VERBS, offered
from casework.web.pages import page, settings
from casework.web.reprojections import ROLES
from notifications.kinds import KINDS

FIELD_LABELS = {field.name: field.label for field in RECORD_FIELDS}
CONFIRMED = {
    "confirmed": N_("已确认"),
    "unconfirmed": N_("未确认"),
    "wrong_information": N_("信息有误"),
    "wrong_info": N_("信息有误"),
    "never_signed": N_("从未签订"),
}
TOLD = 30
ORDER = ("flagged", "investigating", "corrected", "signed_off", "filed")
LATER = {
    "corrected": N_("提交核查结论以后"),
    "signed_off": N_("列入自查报告，全部签字人签字"),
    "filed": N_("两个备案单位出具回执"),
}


@dataclass(frozen=True)
class Stage:
    """One of the five steps of the bar: done, now or to come, with who and when, or what it waits for."""

    state: str
    label: str
    standing: str
    at: datetime | None = None
    who: str = ""
    waits_for: str = ""


@signed_in
def show(number: str) -> Response:
    """Show one case."""
    actor = current_actor()
    case = case_sheet.loaded(get_case(number, actor))
    facts = facts_of(case)
    able, unable = offered(case, actor, choices_of(case, actor=actor))
    return page(
        "case/page.html",
        case=case,
        stages=stages(case),
        needs=case_sheet.needs(case, facts, actor=actor),
        able=able,
        unable=unable + later(case),
        verbs=VERBS,
        suspicion=suspicion_of(case),
        answers=case_sheet.answers_of(case.records),
        confirmed=CONFIRMED,
        destinations=rounds.table(case.round_id, "destination_code"),
        consequences=consequences_of(case),
        consequence_names=rounds.table(case.round_id, "consequence"),
        violations=rounds.table(case.round_id, "violation"),
        field_labels=FIELD_LABELS,
        beside=case_sheet.beside(case, actor),
        sources=sources_of(case, actor),
        statements=wrote_statements(case),
        may_open_statements=reads_sealed(actor, "person:unmask", case),
        hold=case_sheet.standing_hold(case),
        why=recalled(case.due_why),
        next_said=next_said(case, clock.now()),
        role_names=ROLES,
        conflicts=facts.owner_conflicts,
        referral=open_referral(case),
        told=deliveries.told_about(case, limit=TOLD),
        told_names={code: kind.label for code, kind in KINDS.items()},
        told_states=STATES,
        told_channels=LABELS,
    )


@signed_in
def file(number: str, ref: str) -> Response:
    """Hand out a file of evidence; opening it is journalled."""
    actor = current_actor()
    case = get_case(number, actor)
    found = db.session.scalars(select(Evidence).filter_by(case_id=case.id, ref=ref)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到该材料，或不在您的权限范围内。"))
    with unit_of_work():
        content = open_evidence(case, found, actor=actor, settings=settings())
        name, media = found.name, found.file.media_type
    return downloaded(content, name=name, media_type=media)


def downloaded(content: bytes, *, name: str, media_type: str) -> Response:
    """Return content as a download: never opened inside the page, whatever it claims to be."""
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


def stages(case: Case) -> list[Stage]:
    """Return the five steps of the bar; who and when come from the case story."""
    arrived = {move.to_state: move for move in case.moves if move.to_state and move.to_state != move.from_state}
    place = ORDER.index(case.state) if case.state in ORDER else ORDER.index(case.merged_from_state or "flagged")
    found = []
    for index, state in enumerate(ORDER):
        standing = "done" if index < place or case.state == "filed" else "now" if index == place else ""
        move = arrived.get(state)
        label = words.settled_label(state, case.conclusion)
        if not standing:
            found.append(Stage(state, label, "", waits_for=LATER.get(state, "")))
            continue
        who = move.by.name if move is not None and move.by is not None else ""
        found.append(Stage(state, label, standing, move.at if move is not None else case.opened_at, who))
    return found


def later(case: Case) -> list[tuple[str, tuple[str, ...]]]:
    """Return the steps that nobody takes by hand and how they come about."""
    found: list[tuple[str, tuple[str, ...]]] = []
    if case.state in {"flagged", "investigating", "corrected"}:
        found.append((N_("签字"), (N_("不能单独办理：案件复核通过后列入自查报告，由全部签字人对报告共同签字。"),)))
    if case.state not in {"filed", "merged"}:
        found.append(
            (N_("备案"), (N_("不能单独办理：报告签字后分别报纪检监察部门和上级就业工作部门，回执齐全即为备案。"),))
        )
    return found
