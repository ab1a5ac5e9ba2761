"""Employers that look alike: pairs side by side, a person says whether they are one, and may take it back."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from flask import Response, request, url_for
from flask_babel import gettext

from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden, Invalid, NotFound
from casework.operations.decide_employer import ACTION, decide_employer, retract_employer
from casework.operations.permit import permit_named
from casework.overview.unit_counts import universities
from casework.people.models import Organisation
from casework.people.queries import get_organisation
from casework.rounds.models import Round
from casework.screening.employers import decisions, waiting
from casework.screening.identity import REASONS, Proposal
from casework.web import shell
from casework.web.pages import Trouble, page, submitted
from workflows.access import scope_of

MOST = 50
Marked = list[tuple[str, bool]]


@dataclass(frozen=True)
class Pair:
    """A proposal as it is shown: both names and codes cut where they differ."""

    proposal: Proposal
    names: tuple[Marked, Marked]
    codes: tuple[Marked, Marked]


@signed_in
def employers() -> Response:
    """Show the pairs of one organisation that wait for a word, and what was said; decide one on a POST."""
    organisation, round_ = _place()
    if request.method == "GET":
        return _page(organisation, round_, None)
    done, verdict = _done(), request.form.get("verdict", "")
    return submitted(
        lambda: _change(organisation, round_, verdict),
        done=done,
        to=url_for("web.employers", organisation=organisation.code),
        again=lambda trouble: _page(organisation, round_, trouble),
    )


def cut(one: str, other: str) -> tuple[Marked, Marked]:
    """Cut two texts into pieces, each with whether it differs."""
    first: Marked = []
    second: Marked = []
    for what, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        first += [(one[a:b], what != "equal")] if b > a else []
        second += [(other[c:d], what != "equal")] if d > c else []
    return first, second


def _change(organisation: Organisation, round_: Round, verdict: str) -> None:
    about = {
        "organisation": organisation,
        "round_": round_,
        "code_one": request.form.get("one", ""),
        "code_other": request.form.get("other", ""),
        "reason": request.form.get("reason", ""),
        "actor": current_actor(),
    }
    if verdict == "retract":
        retract_employer(**about)  # type: ignore[arg-type]
    elif verdict in {"same", "different"}:
        decide_employer(**about, same=verdict == "same")  # type: ignore[arg-type]
    else:
        raise Invalid(N_("请选择“同一单位”或“不是同一单位”。"))


def _done() -> str:
    if request.form.get("verdict") == "retract":
        return gettext("已撤销认定，这两个单位重新列入待认定。")
    return gettext("已认定，下次筛查起按此合计人数；登记内容没有改动。")


def _page(organisation: Organisation, round_: Round, trouble: Trouble | None) -> Response:
    decided = decisions(round_.id, [organisation.id])
    found = waiting(round_.id, organisation.id)
    places = universities(current_actor(), ACTION)
    return page(
        "employers/page.html",
        status=trouble.status if trouble else 200,
        trouble=trouble,
        organisation=organisation,
        round=round_,
        place_options=[(each.code, each.name) for each in places],
        total=len(found),
        pairs=[_pair(each) for each in found[:MOST]],
        decided=decided,
        reasons=REASONS,
        tried=(request.form.get("one"), request.form.get("other")) if trouble else None,
    )


def _pair(proposal: Proposal) -> Pair:
    return Pair(proposal, cut(proposal.name_one, proposal.name_other), cut(proposal.code_one, proposal.code_other))


def _place() -> tuple[Organisation, Round]:
    """Return the organisation that the address names, else the first in this person's scope, and the round."""
    actor, round_ = current_actor(), shell.current_round()
    if not scope_of(actor, ACTION):
        raise Forbidden(N_("您的角色不能认定用人单位。"))
    if round_ is None:
        raise NotFound(N_("还没有开启任何轮次。"))
    code = request.values.get("organisation", "")
    places = () if code else universities(actor, ACTION)
    if not code and not places:
        raise NotFound(N_("没有找到机构，或不在您的权限范围内。"))
    organisation = get_organisation(code) if code else places[0]
    permit_named(actor, ACTION, organisation=organisation)
    return organisation, round_
