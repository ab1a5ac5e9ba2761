"""Employers that look alike: the pairs that wait, what was decided, deciding and taking back."""

from collections.abc import Sequence

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.employers import (
    DecidedQuery,
    DecisionOfPairIn,
    PairDecisionOut,
    PairDecisionPage,
    PairIn,
    PairOut,
    ProposalPage,
    ProposalQuery,
)
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.errors import N_, Invalid
from casework.intake.normal import credit_code
from casework.operations.decide_employer import ACTION, decide_employer, retract_employer
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.queries import get_round
from casework.screening.employers import employers_of, waiting
from casework.screening.identity import REASONS, Proposal, proposals
from casework.screening.models import EmployerDecision

employers = Resource("employers", "Employers that look alike: proposed by rule, decided by a person")


@employers.operation("GET", "/employers/proposals", query=ProposalQuery, out=ProposalPage)
def list_proposals(query: dict) -> object:
    """List the pairs that wait for a word, the most telling first."""
    organisation, round_ = _asked(query)
    found = waiting(round_.id, organisation.id)
    rest = _behind(query["after"], found, organisation, round_) if query["after"] else found
    shown = rest[: query["limit"]]
    return {
        "waiting": len(found),
        "items": [_proposal(each) for each in shown],
        "next": _name(shown[-1]) if len(rest) > len(shown) else None,
    }


@employers.operation("GET", "/employers/decisions", query=DecidedQuery, out=PairDecisionPage)
def list_decisions(query: dict) -> object:
    """List what was decided, the newest pair first."""
    organisation, round_ = _asked(query)
    known = select(EmployerDecision).filter_by(round_id=round_.id, organisation_id=organisation.id)
    found = page_of(
        known.options(joinedload(EmployerDecision.decided_by)),
        known=known,
        name=EmployerDecision.ref,
        after=query["after"],
        limit=query["limit"],
        newest_first=True,
    )
    return {"items": [_decision(each, organisation, round_) for each in found.items], "next": found.next}


@employers.operation("POST", "/employers/decisions", body=DecisionOfPairIn, out=PairDecisionOut, status=201)
def decide(body: dict) -> object:
    """Say whether two codes are one employer, or say it anew; rules that count employers believe it from now on."""
    organisation, round_ = _place(body)
    made = decide_employer(
        organisation=organisation,
        round_=round_,
        code_one=body["code_one"],
        code_other=body["code_other"],
        same=body["same"],
        reason=body["reason"],
        actor=current_actor(),
    )
    return _decision(made, organisation, round_)


@employers.operation("POST", "/employers/retractions", body=PairIn, out=PairOut)
def retract(body: dict) -> object:
    """Take a decision back; the pair waits again."""
    organisation, round_ = _place(body)
    retract_employer(
        organisation=organisation,
        round_=round_,
        code_one=body["code_one"],
        code_other=body["code_other"],
        reason=body["reason"],
        actor=current_actor(),
    )
    one, other = sorted((credit_code(body["code_one"]), credit_code(body["code_other"])))
    return {"organisation": organisation.code, "round": round_.code, "code_one": one, "code_other": other}


def _asked(query: dict) -> tuple[Organisation, Round]:
    return seen.organisation(query["organisation"], current_actor(), ACTION), seen.round_(query["round"])


def _place(body: dict) -> tuple[Organisation, Round]:
    return seen.organisation(body["organisation"], current_actor(), ACTION), get_round(body["round"])


def _behind(after: str, found: Sequence[Proposal], organisation: Organisation, round_: Round) -> list[Proposal]:
    """Return what still waits behind a pair, which itself may have been decided since it was listed."""
    order = {_name(each): place for place, each in enumerate(proposals(employers_of(round_.id, organisation.id)))}
    if after not in order:
        raise Invalid(N_("没有可以接续的这一页，请从第一页重新读取。"), fields={"after": N_("不是本列表中的名称。")})
    return [each for each in found if order[_name(each)] > order[after]]


def _name(proposal: Proposal) -> str:
    return f"{proposal.code_one}.{proposal.code_other}"


def _proposal(each: Proposal) -> dict[str, object]:
    names = ("code_one", "name_one", "graduates_one", "code_other", "name_other", "graduates_other", "likeness")
    why = [{"code": reason, "detail": gettext(REASONS[reason])} for reason in each.why]
    return {name: getattr(each, name) for name in names} | {"why": why}


def _decision(row: EmployerDecision, organisation: Organisation, round_: Round) -> dict[str, object]:
    names = ("ref", "code_one", "code_other", "same", "reason", "decided_at", "decided_by")
    own = {name: getattr(row, name) for name in names}
    return own | {"organisation": organisation.code, "round": round_.code}
