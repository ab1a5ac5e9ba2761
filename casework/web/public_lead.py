"""The public form: what happened, in a few screens, without an account and without script.

Each screen is a page of its own that was asked for, so that reloading and going
back work as everywhere. What was written lies sealed on our side until it is sent.
The page before the last carries the receipt code that the report will have,
sealed: sent twice, by an impatient finger or a lost connection, it is one report
and the same code, which is shown once (`public_lead_sent`).
"""

from collections.abc import Callable
from typing import TypeVar

from flask import Response, redirect, request, url_for

from casework import errors
from casework.asking import reaching
from casework.doors import limits
from casework.doors.sessions import open_to_all
from casework.errors import N_, Conflict, Invalid, NotFound
from casework.leads import bodies, drafts, receipts
from casework.leads.channels import get_channel
from casework.leads.models import LeadDraft
from casework.operations import keep_draft
from casework.operations.report_lead import CHANNEL, Reported, report_lead
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import Round
from casework.web import public_lead_screens as screens
from casework.web import public_lead_sent as sent
from casework.web import public_lead_visit as visit
from casework.web.handed_in import clean_files, cleaned_files
from casework.web.pages import Trouble, attempt, page, settings
from casework.web.public_lead_report import report_of
from casework.web.public_lead_visit import DRAFT, SENT
from casework.web.public_lead_words import REPORT_CONCERNS, REPORT_KINDS
from casework.web.wording import said

T = TypeVar("T")
SEND, DROP = "send", "drop"
QUICKEST = 3.0
"""Nobody fills in the form in fewer seconds."""
READERS: dict[str, Callable[..., dict]] = {screen.name: screen.read for screen in screens.SCREENS}


@open_to_all
def report() -> Response:
    """Show the first screen."""
    draft = _draft()
    if draft is None:
        return visit.same_for_all(lambda: _shown("about", {}))
    return _shown("about", draft.answers, begun=True)


@open_to_all
@reaching("leads", why="who reports leaves a lead, and finds it again by their code alone")
def step(name: str) -> Response:
    """Show one screen with what was answered before; what comes too early leads to what is missing."""
    draft = _draft()
    answers = draft.answers if draft else {}
    if name == SENT:
        return sent.shown_once()
    if name in {SEND, DROP}:
        return _to(screens.CHECK)  # asked for anew after a refusal
    if name == sent.IMAGE:
        return _to(SENT)
    if name != screens.CHECK and name not in READERS:
        raise NotFound(N_("没有这一页。请从第一步重新开始。"))
    missing = screens.missing_before(name, answers)
    asked = {screen.name for screen in screens.asked(answers)} | {screens.CHECK}
    if missing or name not in asked:
        return _to(missing or "about")
    return _shown(name, answers, draft=draft)


@open_to_all
@reaching("leads", why="who reports leaves a lead, and finds it again by their code alone")
def answer(name: str) -> Response:
    """Keep the answer of one screen and go on; or send, or forget everything."""
    visit.refuse_foreign_form()
    if name != "files":
        request.max_content_length = visit.LARGEST_FORM
    if name in {SEND, DROP}:
        return _send() if name == SEND else _drop()
    if name == sent.IMAGE:
        return sent.image()
    if name not in READERS:
        raise NotFound(N_("没有这一页。请从第一步重新开始。"))
    draft = _draft()
    known = draft is not None
    limit = limits.FILES if any(file.filename for file in request.files.getlist("file")) else limits.DRAFTS
    waiting = None if known and limit is limits.DRAFTS else visit.held_up(limit)
    if waiting is not None:
        return waiting
    outcome = _attempted(lambda: _keep(name), first=_clean_files(draft) if name == "files" else None)
    draft = _draft(fresh=outcome if isinstance(outcome, str) else "")
    if isinstance(outcome, Trouble):
        given = request.form.to_dict() | {"violations": request.form.getlist("violations")}
        return _shown(name, {**(draft.answers if draft else {}), **given}, trouble=outcome, draft=draft)
    went = _to(name if _stays() else screens.neighbours(name, draft.answers if draft else {})[1])
    return visit.remember(went, DRAFT, outcome) if outcome else went


def _keep(name: str) -> str:
    draft = _draft(lock=True)
    key = ""
    answers = READERS[name](request.form)
    if draft is None:
        key = keep_draft.keep_draft(None, answers)
        draft = drafts.find_draft(key)
    else:
        keep_draft.keep_draft(draft, answers)
    if name == "files" and draft is not None:
        _keep_files(draft)
    return key


def _keep_files(draft: LeadDraft) -> None:
    for ref in request.form.getlist("remove"):
        keep_draft.drop_draft_file(draft, ref, settings=settings())
    added = [keep_draft.add_draft_file(draft, file, settings=settings()) for file in cleaned_files()]
    keep_draft.keep_draft(draft, {"files_again": added.count(False)})


def _clean_files(draft: LeadDraft | None) -> Callable[[], None]:
    beside = keep_draft.sizes_of(draft, without=request.form.getlist("remove")) if draft else []
    most, largest = keep_draft.MOST_FILES, keep_draft.LARGEST_TOGETHER
    return lambda: clean_files("file", beside=beside, most=most, largest=largest)


def _stays() -> bool:
    """Say whether the button that was pressed belongs to the screen itself: search, add, remove."""
    return request.form.get("act") in {"find", "add"} or "remove" in request.form


def _drop() -> Response:
    def forget() -> None:
        draft = _draft(lock=True)
        if draft is not None:
            keep_draft.drop_draft(draft, settings=settings())

    outcome = attempt(forget)
    if isinstance(outcome, Trouble):
        return _shown("about", {}, trouble=outcome)
    return visit.forget(_to("about"), DRAFT)


def _send() -> Response:
    ticket = visit.opened(SEND, request.form.get("code", ""), seconds=sent.CODE_SHOWN)
    if ticket is None:
        return _to(screens.CHECK)
    if receipts.find_lead(receipts.hash_of(ticket["code"])) is not None:
        return sent.went(ticket["code"])
    waiting = visit.held_up(limits.REPORTS)
    if waiting is not None:
        return waiting
    outcome = _attempted(lambda: _report(ticket))
    if not isinstance(outcome, Trouble):
        return sent.went(outcome.code)
    if receipts.find_lead(receipts.hash_of(ticket["code"])) is not None:  # the same report was sent twice at once
        return sent.went(ticket["code"])
    draft = _draft()
    return _shown(screens.CHECK, draft.answers, trouble=outcome, draft=draft) if draft else _to("about")


def _report(ticket: dict) -> Reported:
    draft = _draft(lock=True)
    if draft is None or draft.key_hash != ticket["draft"]:
        raise Conflict(N_("这份反映已经提交，或者已经清除，没有重复提交。"), code="no_draft")
    missing = screens.missing_before(screens.CHECK, draft.answers)
    if missing:
        raise Invalid(
            N_("还有必须回答的问题没有回答，没有提交。请按“上一步”补充。"), fields={missing: N_("请填写此项。")}
        )
    if request.form.get("website") or visit.age_of(draft) < QUICKEST:
        raise Invalid(N_("提交得太快，像是程序自动填写，没有提交。请核对一遍，再按“提交”。"), code="too_fast")
    body, round_ = body_of(draft.answers), open_round()
    reported = report_lead(
        organisation=body,
        round=round_,
        files=keep_draft.files_of(draft, settings=settings()),
        settings=settings(),
        code=ticket["code"],
        **report_of(draft.answers, body),
    )
    keep_draft.drop_draft(draft, settings=settings())
    return reported


def body_of(answers: screens.Answers) -> Organisation:
    """Return to which body a report is brought: the school itself, or the highest one when we do not know it."""
    return bodies.find_body(str(answers.get("school", ""))) or bodies.top_body()


def open_round() -> Round:
    """Return the round that takes reports; raises `Conflict` when none is open."""
    found = next(iter(rounds.open_rounds()), None)
    if found is None:
        raise Conflict(
            N_("现在没有进行中的核查轮次，没有提交，已填内容保留一天。请拨打公布的举报电话。"), code="no_round"
        )
    return found


def _shown(
    name: str,
    answers: screens.Answers,
    *,
    trouble: Trouble | None = None,
    draft: LeadDraft | None = None,
    begun: bool = False,
) -> Response:
    order = [screen.name for screen in screens.asked(answers)]
    context: dict[str, object] = {
        "answers": answers,
        "trouble": trouble,
        "before": screens.neighbours(name, answers)[0] if name in {*order, screens.CHECK} else "",
        "number": (order.index(name) if name in order else len(order)) + 1,
        "total": len(order) + 1,
        "begun": begun,
        "name": name,
        "report_kinds": REPORT_KINDS,
        "report_concerns": REPORT_CONCERNS,
    }
    if name == "school":
        context["found"] = bodies.bodies_named(str(answers.get("search", "")))
    if name in {"conduct", screens.CHECK}:
        context["catalogue"] = rounds.table(open_round().id, "violation")
    if name == screens.CHECK and draft is not None:
        context["days"] = get_channel(open_round().id, CHANNEL).response_days
        context["ticket"] = visit.sealed(SEND, code=receipts.new_code(), draft=draft.key_hash)
    return page(f"public/report_{name}.html", status=trouble.status if trouble else 200, **context)


def _attempted(change: Callable[[], T], *, first: Callable[[], object] | None = None) -> T | Trouble:
    try:
        return attempt(change, first=first)
    except errors.Unavailable as away:
        return Trouble(503, said(away.message, away.params))


def _draft(*, lock: bool = False, fresh: str = "") -> LeadDraft | None:
    return drafts.find_draft(fresh or request.cookies.get(DRAFT, ""), lock=lock)


def _to(name: str) -> Response:
    where = url_for("web.report_public") if name == "about" else url_for("web.report_step", name=name)
    return redirect(where, 303)  # type: ignore[return-value] # Werkzeug's response is Flask's
