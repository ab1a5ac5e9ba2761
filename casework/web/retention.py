"""保存与清除: what is over its time, confirmed by a person and then gone; what must stay, held with a reason.

The same operations as `casework erase`. Lifting a hold asks who sits there when the
last proof is old; erasing asks it every time, and names first what goes.
"""

from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid
from casework.operations import legal_holds
from casework.operations.erase_round import erase_round, erasures, foresee, forget_free_pages
from casework.operations.erasure_paper import LABELS, erasure_paper
from casework.operations.permit import permit_named
from casework.overview import keeping
from casework.overview.keeping import HOLD
from casework.people.queries import get_organisation
from casework.web import shell
from casework.web.case_page import downloaded
from casework.web.pages import Trouble, attempt, page, required, settings, submitted
from casework.web.proofs import proved, proved_anew
from casework.web.wording import said
from workflows.access import Actor

NEEDED = {"subject": N_("编号"), "reason": N_("理由")}


@signed_in
def shown() -> Response:
    """Show what waits to be erased, how long rounds are kept, the holds, and what was erased."""
    return _page(_holder(), None)


@signed_in
def one(ref: str) -> Response:
    """Show one proposal: what would go, what stays, and what stands against it."""
    return _one(ref, current_actor(), None)


@signed_in
@proved_anew
def erase(ref: str) -> Answer:
    """Erase what the page before has named; it asks who sits there every time."""
    actor = current_actor()
    outcome = attempt(lambda: _erase(ref, actor))
    if isinstance(outcome, Trouble):
        return _one(ref, actor, outcome)
    flash(gettext("已清除，不能恢复。请下载清除证明存档；此前的备份仍含这些内容，须一并销毁。"))
    forget_free_pages()
    return redirect(url_for("web.retention_one", ref=ref), 303)


@signed_in
def paper(ref: str) -> Response:
    """Hand out the proof of an erasure: it counts and names nobody whose data went."""
    text = erasure_paper(ref, actor=current_actor())
    return downloaded(text.encode(), name=f"erasure-{ref}.txt", media_type="text/plain; charset=utf-8")


@signed_in
def hold() -> Answer:
    """Place a legal hold."""
    actor = _holder()
    return submitted(
        lambda: legal_holds.place_hold(**_meant(actor), actor=actor),
        done=gettext("已依法保全，解除之前不能清除。"),
        to=url_for("web.retention"),
        again=lambda trouble: _page(actor, trouble, about="hold"),
    )


@signed_in
@proved
def lift() -> Answer:
    """Lift a legal hold."""
    actor = _holder()
    return submitted(
        lambda: legal_holds.lift_hold(**_meant(actor), actor=actor),
        done=gettext("保全已解除，记录保留。"),
        to=url_for("web.retention"),
        again=lambda trouble: _page(actor, trouble, about=request.form.get("subject", "").strip()),
    )


def _holder() -> Actor:
    actor = current_actor()
    if not shell.may(actor, HOLD):
        raise Forbidden(N_("只有就业部门负责人可以办理保存期限、依法保全和到期清除。"))
    return actor


def _meant(actor: Actor) -> dict[str, Any]:
    """Return which matter of which office is meant, and why; the office is one's own unless one has several."""
    code = request.form.get("organisation", "")
    place = get_organisation(code) if code else keeping.seats_of(actor)[0]
    permit_named(actor, HOLD, organisation=place)
    given = required(NEEDED)
    return {"organisation": place, "subject": given["subject"], "reason": given["reason"]}


def _erase(ref: str, actor: Actor) -> None:
    if request.form.get("agree") != "yes":
        raise Invalid(N_("还没有勾选声明，没有清除任何内容。"), fields={"agree": N_("请阅读并勾选声明。")})
    erase_round(ref=ref, reason=request.form.get("reason", ""), actor=actor, settings=settings(), proved=True)


def _one(ref: str, actor: Actor, trouble: Trouble | None) -> Response:
    found = foresee(ref, actor=actor)
    return page(
        "retention/one.html",
        status=trouble.status if trouble else 200,
        found=found,
        amounts=[(said(label), found.counts[name]) for name, label in LABELS.items() if name in found.counts],
        trouble=trouble,
        given=request.form,
    )


def _page(actor: Actor, trouble: Trouble | None, *, about: str = "") -> Response:
    every = erasures(actor)
    return page(
        "retention/page.html",
        status=trouble.status if trouble else 200,
        waiting=[each for each in every if each.done_at is None],
        done=[each for each in every if each.done_at is not None],
        rounds=keeping.rounds_kept(),
        holds=keeping.holds_of(actor),
        seats=[(each.code, each.name) for each in keeping.seats_of(actor)],
        sorts={name: said(label) for name, label in LABELS.items()},
        trouble=trouble,
        about=about,
        given=request.form if trouble else {},
    )
