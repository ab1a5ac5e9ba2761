"""Signing: what is signed, what is still open, one tick, one's own name, the password once more. Works on a phone."""

from flask import Response, g, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import undefer

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid
from casework.operations.refuse_report import refuse_report
from casework.operations.second_factor import factors_of
from casework.operations.sign_report import sign_report
from casework.overview import navigation
from casework.reports import queries
from casework.reports.facts import signing_of
from casework.reports.models import Report, Signature
from casework.reports.papers import grade_of, pdf_to_sign, standing_paper
from casework.web import shell
from casework.web.pages import Trouble, page, settings, submitted
from casework.web.proofs import stands_for_password
from casework.web.reports import named
from casework.web.wording import said
from workflows import signoff
from workflows.access import Actor, scope_of


@signed_in
def cosign_list() -> Response:
    """Show what waits for this person's signature, and what they have signed."""
    actor = current_actor()
    if not scope_of(actor, "report:sign"):
        raise Forbidden(N_("您的角色不在报告上签字。"))
    waiting = navigation.awaiting_signature(actor)
    signed = db.session.scalars(
        select(Signature).filter_by(person_id=actor.id).order_by(Signature.id.desc()).limit(30)
    ).all()
    listed = queries.visible_reports(actor).where(Report.id.in_(waiting)).options(undefer(Report.manifest))
    reports = db.session.scalars(listed).all()
    return page("cosign/page.html", reports=reports, signed=signed, number_of=queries.number_of)


@signed_in
def cosign(ref: str) -> Response:
    """Show the statement and take the signature."""
    if request.method == "GET":
        return form(ref, None)
    return submitted(
        lambda: _sign(ref, current_actor()),
        done=gettext("签字已记录。"),
        to=url_for("web.report", ref=ref),
        again=lambda trouble: form(ref, trouble),
    )


@signed_in
def refuse(ref: str) -> Response:
    """Send the report back unsigned, with the reason."""
    return submitted(
        lambda: refuse_report(named(ref), reason=request.form.get("reason", ""), actor=current_actor()),
        done=gettext("已退回起草单位，其他签字同时失效。"),
        to=url_for("web.report", ref=ref),
        again=lambda trouble: form(ref, trouble),
    )


def _sign(ref: str, actor: Actor) -> object:
    form = request.form
    if form.get("agree") != "yes":
        raise Invalid(N_("还没有勾选声明，没有签字。"), fields={"agree": N_("请阅读并勾选声明。")})
    return sign_report(
        named(ref),
        slot=form.get("slot", ""),
        typed_name=form.get("typed_name", ""),
        password=form.get("password", ""),
        seen_hash=form.get("seen_hash", ""),
        open_cases_confirmed=form.get("open_confirmed") == "yes",
        paper=form.get(f"paper-{form.get('slot', '')}", ""),
        proved=stands_for_password(),
        actor=actor,
        settings=settings(),
    )


def form(ref: str, trouble: Trouble | None) -> Response:
    """Return the page on which a report is signed, with what went wrong last."""
    actor, found = current_actor(), named(ref)
    signing = signing_of(found)
    slots, refusals = _slots(signing, actor)
    manifest = found.manifest or {}
    numbers = [line["number"] for line in manifest.get("open_cases", ())]
    titles = db.session.execute(
        select(Case.number, Case.title, Case.title_params).where(Case.number.in_(numbers))
    ).all()
    return page(
        "cosign/sign.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        report=found,
        number=queries.number_of(found),
        signing=signing,
        signatures=[each for each in found.signatures if each.lapsed_at is None],
        slots=slots,
        refusals=refusals,
        manifest=manifest,
        grade=grade_of(found),
        papers={slot.name: standing_paper(found, slot.name) for slot in signing.waiting_slots},
        given_out=pdf_to_sign(found),
        hands_in=shell.may(actor, "report:sign") or shell.may(actor, "report:draft"),
        demonstrates=settings().demo,
        proved=stands_for_password(),
        other_proofs=bool(factors_of(g.person)) or not g.person.password_hash,
        titles={row.number: row for row in titles},
        given=request.form,
    )


def _slots(signing: signoff.Signing, actor: Actor) -> tuple[list[signoff.Slot], list[str]]:
    """Return the waiting slots that this person may fill, or why none."""
    open_to_me, reasons = [], []
    for slot in signing.waiting_slots:
        refusals = signoff.person_refusals(signing, slot.name, actor, today=clock.today())
        if refusals:
            reasons += [said(each.message, each.params) for each in refusals]
        else:
            open_to_me.append(slot)
    return open_to_me, list(dict.fromkeys(reasons))
