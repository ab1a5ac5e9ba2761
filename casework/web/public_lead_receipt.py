"""The page behind a receipt code: how far it has come, what was asked and answered, and room to add.

The code is typed into a form and stands in no address. What is wrong, what never
was and what is nobody's goes one way: hashed, looked up once, answered with the
same page; only an empty field is told apart, which is no code at all. A code that
is right opens the page for half an hour, by a cookie that holds the sealed hash and
goes nowhere else. After an addition it holds what was received until the page has
said so.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response, redirect, request, url_for
from flask_babel import gettext

from casework import errors
from casework.asking import reaching
from casework.doors import limits
from casework.doors.sessions import open_to_all
from casework.errors import N_, NotFound
from casework.filing.inclusion import covered, inclusion_of
from casework.leads import receipts, statements
from casework.leads.models import Lead, LeadTalk
from casework.leads.queries import TO_SENDER
from casework.operations import reporter_adds
from casework.web import public_lead_visit as visit
from casework.web.handed_in import clean_files, cleaned_files
from casework.web.pages import Trouble, attempt, page, settings
from casework.web.public_lead_progress import told_steps
from casework.web.public_lead_visit import RECEIPT
from casework.web.public_lead_words import PROGRESS, TALKERS
from casework.web.wording import said
from workflows.lead import OUTCOME_LABELS

OPEN_FOR = 1800
_UNDECIDED = "declining"
_ENDED = "merged"


@open_to_all
@reaching("leads", "reports", why="who reports leaves a lead, and finds it again by their code alone")
def receipt() -> Response:
    """Ask for a code, or show what the receipt that was opened stands for."""
    ticket = _ticket()
    lead = receipts.find_lead(ticket["hash"]) if ticket else None
    if ticket is None or lead is None:
        return visit.same_for_all(lambda: page("public/receipt_code.html", trouble=None))
    if reporter_adds.unread(lead):
        attempt(lambda: reporter_adds.note_read(_again(lead)))  # read or not, what is there is shown
    if "got" not in ticket:
        return _shown(lead, None)
    got = ticket["got"] | {"at": datetime.fromtimestamp(ticket["at"], UTC)}
    return _open_for(_shown(lead, None, got=got), ticket["hash"])  # said once


@open_to_all
def again(verb: str) -> Response:  # noqa: ARG001 - named by the address
    """Lead back whoever asks anew for what was the answer to a form."""
    return _back()


@open_to_all
@reaching("leads", "reports", why="who reports leaves a lead, and finds it again by their code alone")
def act(verb: str) -> Response:
    """Open a receipt by its code; add words or a file; hand out the statement; close the receipt."""
    visit.refuse_foreign_form()
    if verb not in {"open", "add", "file", "statement", "inclusion", "close"}:
        raise NotFound(N_("没有这一页。请从查询页重新进入。"))
    if verb != "file":
        request.max_content_length = visit.LARGEST_FORM
    if verb == "open":
        return _open()
    if verb == "close":
        return visit.forget(_back(), RECEIPT)
    lead = _lead()
    if lead is None:
        return _back()
    if verb in {"statement", "inclusion"}:
        return _statement(lead) if verb == "statement" else _inclusion(lead)
    return _add(lead, verb)


@open_to_all
def key() -> Response:
    """Publish the key with which statements are checked."""
    said = statements.public_key(settings().index_key) | {
        "signed": gettext("受理凭证中除 signature 以外的全部内容，按 RFC 8785 规范化为 JSON 后，用 Ed25519 签名。")
    }
    return _json(said)


def _open() -> Response:
    typed = request.form.get("code", "")
    if not typed.strip():
        sentence = gettext("还没有输入回执码。请输入提交时得到的16位回执码，再按“查看”。")
        return page("public/receipt_code.html", status=422, trouble=Trouble(422, sentence))
    receipt_hash = receipts.hash_of(typed)
    waiting = visit.held_up(limits.LOOKS) or visit.held_up(limits.TRIES_OF_ONE, whom=receipt_hash)
    if waiting is not None:
        return waiting
    if receipts.find_lead(receipt_hash) is None:
        sentence = gettext("没有找到这个回执码对应的反映。请核对后重新输入；回执码有16个字符，没有数字0、1和字母I、O。")
        return page("public/receipt_code.html", status=422, trouble=Trouble(422, sentence))
    return _open_for(_back(), receipt_hash)


def _add(lead: Lead, verb: str) -> Response:
    waiting = visit.held_up(limits.FILES if verb == "file" else limits.WORDS)
    if waiting is not None:
        return waiting
    beside = [row.size for row in lead.files]
    first = (lambda: clean_files("file", beside=beside)) if verb == "file" else None
    try:
        outcome = attempt(lambda: _added(_again(lead), verb), first=first)
    except errors.Unavailable as away:
        outcome = Trouble(503, said(away.message, away.params))
    if isinstance(outcome, Trouble):
        return _shown(lead, outcome)
    return _open_for(_back(), str(lead.receipt_hash), got=outcome)


def _added(lead: Lead, verb: str) -> dict[str, int]:
    """Return how many files were received, and how many of them were there before; words count as none."""
    if verb == "add":
        reporter_adds.add_words(lead, words=request.form.get("words", ""))
        return {"files": 0, "again": 0}
    sent = cleaned_files()
    if not sent:
        raise errors.Invalid(N_("请先选择文件，再按“添加文件”。"), fields={"file": N_("请选择文件。")})
    before = len(lead.files)
    for file in sent:
        reporter_adds.add_file(lead, file, settings=settings())
    return {"files": len(sent), "again": len(sent) - (len(lead.files) - before)}


def _again(lead: Lead) -> Lead:
    """Return the same lead inside the unit of work that is open now, locked."""
    return receipts.get_locked(str(lead.receipt_hash))


def _ticket() -> dict[str, Any] | None:
    return visit.opened(RECEIPT, request.cookies.get(RECEIPT, ""), seconds=OPEN_FOR)


def _lead() -> Lead | None:
    ticket = _ticket()
    return receipts.find_lead(ticket["hash"]) if ticket else None


def _open_for(answer: Response, receipt_hash: str, **said: object) -> Response:
    """Let the browser open this receipt from now on, with what its page has to say first."""
    return visit.remember(answer, RECEIPT, visit.sealed(RECEIPT, hash=receipt_hash, **said))


def _statement(lead: Lead) -> Response:
    answer = _json(lead.statement or {})
    answer.headers["Content-Disposition"] = "attachment; filename=statement.json"
    return answer


def _inclusion(lead: Lead) -> Response:
    proof = inclusion_of(lead.statement)
    if proof is None:
        return _shown(lead, Trouble(404, gettext("包含证明还不能下载：日志检查点每天写入一次，请明天再来。")))
    answer = _json(proof.to_dict())
    answer.headers["Content-Disposition"] = "attachment; filename=inclusion.json"
    return answer


def _json(said: dict) -> Response:
    return Response(json.dumps(said, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")


def _shown(lead: Lead, trouble: Trouble | None, *, got: Mapping[str, object] | None = None) -> Response:
    standing = lead.same_as if lead.state == _ENDED and lead.same_as is not None else lead
    state = "accepted" if standing.state == _UNDECIDED else standing.state
    talks: list[LeadTalk] = [talk for talk in lead.talks if talk.kind not in TO_SENDER]
    return page(
        "public/receipt.html",
        status=trouble.status if trouble else 200,
        lead=lead,
        standing=standing,
        progress=PROGRESS[state],
        covered=covered(lead.statement),
        talks=talks,
        steps=[(at, PROGRESS[state][0]) for at, state in told_steps(lead)],
        trouble=trouble,
        got=got,
        talkers=TALKERS,
        outcomes=OUTCOME_LABELS,
    )


def _back() -> Response:
    return redirect(url_for("web.receipt_public"), 303)  # type: ignore[return-value] # Werkzeug's response is Flask's
