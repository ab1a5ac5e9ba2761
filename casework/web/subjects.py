"""本人查询: whoever asks what is held about them is found, answered on paper, and the look is journalled.

Everything travels in forms: no number of a person stands in an address. The page
says what there is and who looked, and shows nothing of what it says: that stands in
the file alone, which asks first who sits there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request
from werkzeug.wrappers import Response as Answer

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, NotFound
from casework.intake.normal import masked_name, masked_student_no
from casework.operations import subject_report
from casework.operations.find_subject import (
    ADMINISTERS,
    AT_MOST,
    UNMASK,
    Subject,
    get_graduate,
    get_member,
    graduates_named,
    member_named,
)
from casework.operations.held_parts import Section
from casework.operations.refuse_blank import refuse_blank
from casework.operations.subject_report import Held, SubjectReport
from casework.overview.audit_lines import lines_of
from casework.overview.looked_at import readable_looks
from casework.reports.render.held import held_docx
from casework.web import shell
from casework.web.audit_pages import told
from casework.web.case_page import downloaded
from casework.web.pages import Trouble, attempt, page
from casework.web.proofs import proved
from casework.web.wording import said
from workflows.access import Actor

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_LOOKS, MOST_NAMES = 100, 30
PLACES = ("export", ADMINISTERS)
"""Whoever may export answers for more than a college; a college unmasks within its cases alone."""


@dataclass(frozen=True)
class Kind:
    """Graduates, or members of staff: who may ask, how they are found by ref, and what makes page and file."""

    needs: str
    outline: Callable[[str, str, Actor], Held]
    report: Callable[[str, str, Actor], SubjectReport]


def _graduate_outline(ref: str, reason: str, actor: Actor) -> Held:
    found = get_graduate(ref, actor=actor)
    return subject_report.outline_of_graduate(
        student_no=found.student_no, organisation=found.organisation, reason=reason, actor=actor
    )


def _graduate_report(ref: str, reason: str, actor: Actor) -> SubjectReport:
    found = get_graduate(ref, actor=actor)
    return subject_report.report_on_graduate(
        student_no=found.student_no, organisation=found.organisation, reason=reason, actor=actor
    )


def _member_outline(ref: str, reason: str, actor: Actor) -> Held:
    person, place = get_member(ref, actor=actor)
    return subject_report.outline_of_member(person=person, organisation=place, reason=reason, actor=actor)


def _member_report(ref: str, reason: str, actor: Actor) -> SubjectReport:
    person, place = get_member(ref, actor=actor)
    return subject_report.report_on_member(person=person, organisation=place, reason=reason, actor=actor)


KINDS = {
    "graduate": Kind(UNMASK, _graduate_outline, _graduate_report),
    "member": Kind(ADMINISTERS, _member_outline, _member_report),
}


@signed_in
def subjects() -> Answer:
    """Ask who it is; on a POST, show whom the number means, or what there is about the only one."""
    actor = current_actor()
    if not shell.may(actor, *PLACES):
        raise Forbidden(N_("您的角色不能办理本人查询，请由学校就业部门或系统管理员办理。"))
    if request.method == "GET":
        return _asked(actor, None)
    outcome = attempt(lambda: _found(actor))
    if isinstance(outcome, Trouble):
        return _asked(actor, outcome)
    kind, refs = outcome
    return _outline(kind, refs[0].ref, actor) if len(refs) == 1 else _asked(actor, None, found=refs)


@signed_in
def outline(kind: str) -> Answer:
    """Show what there is about one of those who were found."""
    actor = _permitted(kind)
    return _outline(kind, request.form.get("ref", ""), actor)


@signed_in
@proved
def file(kind: str) -> Answer:
    """Hand out the whole, for the person themself."""
    actor = _permitted(kind)
    ref, reason = request.form.get("ref", ""), request.form.get("reason", "")
    made = attempt(lambda: KINDS[kind].report(ref, reason, actor))
    if isinstance(made, Trouble):
        return _asked(actor, made)
    parts = [(each.heading, each.source, each.lines) for each in made.sections]
    content = held_docx(about=made.about, mark=made.mark.words, parts=parts, left_out=made.left_out)
    return downloaded(content, name=f"held-{made.mark.ref}.docx", media_type=DOCX)


def _permitted(kind: str) -> Actor:
    actor = current_actor()
    if kind not in KINDS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    if not shell.may(actor, KINDS[kind].needs):
        raise Forbidden(N_("您的角色不能办理本人查询，请由学校就业部门或系统管理员办理。"))
    return actor


def _found(actor: Actor) -> tuple[str, list[Subject]]:
    """Return whom the form means; a member of staff is one person, who is found by the account."""
    reason, login = request.form.get("reason", ""), request.form.get("login", "")
    refuse_blank({"reason": reason})
    if login or not shell.may(actor, UNMASK):
        person, place = member_named(login, actor=actor)
        return "member", [Subject(person.ref, person.name, "", place)]
    return "graduate", graduates_named(request.form.get("number", ""), actor=actor)


def _outline(kind: str, ref: str, actor: Actor) -> Answer:
    reason = request.form.get("reason", "")
    held = attempt(lambda: KINDS[kind].outline(ref, reason, actor))
    if isinstance(held, Trouble):
        return _asked(actor, held)
    looks = readable_looks(held.refs, actor)
    return page(
        "subjects/held.html",
        kind=kind,
        ref=ref,
        held=held,
        reason=reason,
        parts=[_part(each) for each in held.sections],
        name=masked_name(held.about) if kind == "graduate" else held.about,
        looks=lines_of(looks[:MOST_LOOKS], reader=actor),
        more=max(len(looks) - MOST_LOOKS, 0),
        audits=shell.may(actor, "audit:looks"),
        told=told,
        left_out=subject_report.LEFT_OUT,
    )


def _part(section: Section) -> tuple[str, str, int, list[str]]:
    """Return heading, source, how much there is, and what it is about: never what it says."""
    names = list(dict.fromkeys(said(name) for name, _ in section.lines))
    return said(section.heading), said(section.source), len(section.lines), names[:MOST_NAMES]


def _asked(actor: Actor, trouble: Trouble | None, *, found: list[Subject] | None = None) -> Response:
    people = [
        (each.ref, masked_name(each.name), masked_student_no(each.student_no), each.organisation.name)
        for each in found or ()
    ]
    return page(
        "subjects/page.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        found=people,
        cut=len(people) >= AT_MOST,
        graduates=shell.may(actor, UNMASK) and shell.may(actor, "export"),
        members=shell.may(actor, ADMINISTERS),
        given=request.form,
    )
