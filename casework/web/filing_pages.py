"""Filing: which reports lie with whom, what a bundle still lacks, and what its recipients answer.

One page per report, the same for whoever delivers and whoever receives; what
somebody may do on it follows from their office with the recipient.
"""

from urllib.parse import quote

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.doors.arriving import whole_number
from casework.doors.sessions import current_actor, signed_in
from casework.doors.unit import unit_of_work
from casework.errors import N_, Forbidden, NotFound
from casework.filing.models import Filing
from casework.filing.queries import get_filing, uploads_of
from casework.filing.signing import told_root
from casework.operations.download_document import download_document
from casework.operations.note_disposal import note_disposal
from casework.operations.permit_report import refusal_for_report
from casework.operations.receipt import receipt
from casework.operations.report_package import Packaged, note_packed, pack_report, pieces_of, place_for_package
from casework.operations.return_filing import return_filing
from casework.operations.send_report import send_report
from casework.operations.withdraw_filing import withdraw_filing
from casework.overview import filing_sheet
from casework.overview.filing_sheet import Box
from casework.reports.models import Report
from casework.reports.queries import get_report, number_of
from casework.web import shell, words
from casework.web.case_deeds import day_of
from casework.web.case_page import downloaded
from casework.web.pages import PAGE_SIZE, Trouble, attempt, page, settings, submitted
from casework.web.proofs import proved, proved_when, wants_all
from casework.web.wording import said
from workflows.access import Actor

VERBS = {
    "receipt": ("filing:receipt", N_("回执已登记。")),
    "return": ("filing:return", N_("已退回，报送单位已收到理由。")),
    "dispose": ("filing:dispose", N_("处置意见已登记。")),
}


@signed_in
def listed() -> Response:
    """Show the reports that were signed or delivered, with what each recipient answered."""
    actor, round_ = current_actor(), shell.current_round()
    if not shell.may(actor, "filing:read"):
        raise Forbidden(N_("您的角色不查看备案。"))
    before = request.args.get("before", "")
    found = filing_sheet.lines(
        actor,
        round_id=round_.id if round_ else 0,
        limit=PAGE_SIZE + 1,
        before_id=whole_number(before),
    )
    shown = found[:PAGE_SIZE]
    return page(
        "filing/list.html",
        lines=shown,
        asks=sum(line.asks_me for line in shown),
        unsent=sum(line.unsent for line in shown),
        sends=shell.may(actor, "filing:deliver"),
        receives=shell.may(actor, "filing:receipt"),
        number_of=number_of,
        next=shown[-1].report.id if len(found) > PAGE_SIZE else 0,
    )


@signed_in
def show(ref: str) -> Answer:
    """Show one report on its way to its recipients; the ref of a delivery leads to its report."""
    actor = current_actor()
    try:
        return shown(ref, actor)
    except NotFound:
        return redirect(url_for("web.filing", ref=get_filing(ref, actor).report.ref))


@signed_in
def send(ref: str) -> Answer:
    """Deliver a signed report to every recipient that does not have it."""
    actor = current_actor()
    return submitted(
        lambda: send_report(get_report(ref, actor), actor=actor),
        done=gettext("已报送。对方登记回执后，报告即为备案。"),
        to=url_for("web.filing", ref=ref),
        again=lambda trouble: shown(ref, actor, trouble, "send"),
    )


@signed_in
def withdraw(ref: str) -> Answer:
    """Take a report back that nobody has receipted."""
    actor = current_actor()
    return submitted(
        lambda: withdraw_filing(get_report(ref, actor), reason=request.form.get("reason", ""), actor=actor),
        done=gettext("已撤回，全部签字和报送作废。请修改后重新定稿。"),
        to=url_for("web.filing", ref=ref),
        again=lambda trouble: shown(ref, actor, trouble, "withdraw"),
    )


@signed_in
def act(ref: str, delivery: str, verb: str) -> Answer:
    """Receipt or return what was delivered, or note what is done about it."""
    actor = current_actor()
    if verb not in VERBS:
        raise NotFound(N_("没有找到该页面，或不在您的权限范围内。"))
    return submitted(
        lambda: _do(verb, get_filing(delivery, actor), actor),
        done=said(VERBS[verb][1]),
        to=url_for("web.filing", ref=ref) if verb != "return" else url_for("web.filings"),
        again=lambda trouble: shown(ref, actor, trouble, verb),
    )


@signed_in
@proved_when(wants_all)
def document(ref: str, kind: str) -> Response:
    """Hand out a document of the report: masked unless asked for in full, which the journal remembers."""
    actor = current_actor()
    with unit_of_work():
        made = download_document(
            get_report(ref, actor),
            kind=kind,
            masked=request.args.get("full") != "1",
            actor=actor,
            settings=settings(),
            purpose=request.args.get("for", ""),
        )
    return downloaded(made.content, name=made.file_name, media_type=made.media_type)


@signed_in
@proved
def package(ref: str) -> Answer:
    """Build the package that proves the report offline, and hand it out."""
    actor = current_actor()

    packed: list[Packaged] = []
    with place_for_package(settings()) as target:

        def pack() -> None:
            packed.append(pack_report(get_report(ref, actor), target=target, actor=actor, settings=settings()))

        trouble = attempt(lambda: note_packed(get_report(ref, actor), packed[0], actor=actor), first=pack)
        if isinstance(trouble, Trouble):
            flash(trouble.sentence)
            return redirect(url_for("web.filing", ref=ref), 303)
        content = target.open("rb")  # the name goes with the folder, the content stays until it is sent
    answer = Response(pieces_of(content), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(packed[0].file_name)}"
    return answer


def _do(verb: str, delivery: Filing, actor: Actor) -> object:
    form = request.form
    if verb == "receipt":
        received_on = day_of("received_on")
        return receipt(
            delivery,
            number=form.get("number", ""),
            received_on=received_on,
            receiver=form.get("receiver", ""),
            actor=actor,
        )
    if verb == "return":
        return return_filing(delivery, reason=form.get("reason", ""), actor=actor)
    return note_disposal(delivery, words=form.get("words", ""), actor=actor)


def shown(ref: str, actor: Actor, trouble: Trouble | None = None, about: str = "") -> Response:
    """Return the page of one report, with the trouble beside the form that it is about."""
    report = get_report(ref, actor)
    found = filing_sheet.boxes(report)
    after = whole_number(request.args.get("after", "")) or 0
    cases = filing_sheet.cases_of(report, actor, after=after, limit=PAGE_SIZE + 1)
    parts = filing_sheet.parts(report, found, {slot: said(label) for slot, label in words.SLOTS.items()})
    return page(
        "filing/page.html",
        status=trouble.status if trouble else 200,
        report=report,
        number=number_of(report),
        boxes=found,
        parts=parts,
        lacking=[part for part in parts if part.standing != "done"],
        mine=_mine(report, found, actor),
        earlier=filing_sheet.earlier(report),
        may_send=_may(report, actor, "filing:deliver")
        and report.state == "signed"
        and any(box.standing in filing_sheet.UNSENT for box in found),
        may_withdraw=_may(report, actor, "filing:withdraw") and filing_sheet.may_be_withdrawn(report, found),
        held=filing_sheet.held_by(found),
        told=told_root(report),
        uploads=uploads_of(report) if report.state == "filed" else (),
        may_upload=_may(report, actor, "report:upload") and report.state == "filed",
        cases=cases[:PAGE_SIZE],
        next_case=cases[PAGE_SIZE - 1].position if len(cases) > PAGE_SIZE else 0,
        may_package=_may(report, actor, "report:package") and report.state in ("frozen", "signed", "filed"),
        may_export=_may(report, actor, "report:package") or _may(report, actor, "export"),
        conclusions=[
            (words.CONCLUSIONS.get(code, code), number)
            for code, number in ((report.manifest or {}).get("counts", {}).get("by_conclusion", {})).items()
        ],
        trouble=trouble,
        about=about,
        given=request.form,
    )


def _mine(report: Report, found: tuple[Box, ...], actor: Actor) -> dict[str, dict[str, bool]]:
    """Return, by delivery, what this person may do for its recipient; only offices with the recipient count."""
    offices = {held.organisation_id for held in actor.appointments}
    return {
        box.delivery.ref: {verb: _may(report, actor, action) for verb, (action, _) in VERBS.items()}
        for box in found
        if box.delivery is not None and box.delivery.recipient_id in offices
    }


def _may(report: Report, actor: Actor, action: str) -> bool:
    return refusal_for_report(actor, action, report) is None
