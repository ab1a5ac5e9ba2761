"""From findings to work: what opens a case, what joins one, what waits.

Findings of one matter make one case (`matters`). What is already being worked
gets the new evidence instead of a second case. Running this twice opens nothing
twice.

What is found about a matter that is already concluded opens no second case and
changes nothing in the first: an accepted dossier is what two leaders sign, and
a second case beside it would let both be believed. The finding is shown on the
concluded case, its owner and reviewer are told, and reopening it (with a reason,
by a supervisor, into a supplementary report where it was filed) takes the
evidence in. Cases of a sample are no home for findings: whoever checks a sample
must not be led by the rules, and samples stay out of problem figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from casework import journal
from casework.cases.models import Case
from casework.cases.suspicion import LATE, told, weights_of
from casework.db import db
from casework.errors import N_, Invalid
from casework.intake.models import Operator
from casework.leads.models import Lead
from casework.operations.announce import announce
from casework.operations.extend_case import extend_case
from casework.operations.homes import Found, plan
from casework.operations.matters import Matter, college_name, headline
from casework.operations.open_case import leading, new_case, next_numbers
from casework.operations.permit import permit
from casework.operations.retime import retime_cases
from casework.operations.story import tell
from casework.operations.tie_leads import leads_named, origin_from, tie_leads
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.screening.models import Finding, Run
from workflows.access import Actor

FROM_ANSWERS = frozenset({"graduate_denies", "wrong_info_not_updated"})


@dataclass(frozen=True)
class Opened:
    """What became of the findings of a run; `late` are concluded cases about which something new was found."""

    opened: tuple[Case, ...]
    extended: tuple[Case, ...]
    waiting: int  # findings that alone open nothing and stay with their record
    late: tuple[Case, ...] = ()


def open_cases(run: Run, *, actor: Actor, without_rules: Iterable[str] = (), reason: str = "") -> Opened:
    """Open and extend cases from the findings of a run; `without_rules` are left out this time, for a reason.

    Raises `Invalid` for rules left out without a reason, or that the run did not ask.
    """
    organisation = db.session.get_one(Organisation, run.organisation_id)
    round_ = db.session.get_one(Round, run.round_id)
    permit(actor, "screening:run", organisation=organisation)
    left_out = sorted(set(without_rules))
    if left_out:
        _remember(run, left_out, reason.strip(), actor=actor)
    # Two at once would open two cases about one matter.
    lock_organisation(organisation.id)
    weights = weights_of(organisation.id, round_.id)
    planned = plan(run, without_rules=frozenset(left_out))
    leads = leads_named(organisation, (*planned.opening, *(matter for _, matter in planned.extending)))
    for case, matter in planned.extending:
        extend_case(case, matter.findings, weights=weights, actor=actor)
    for case, matter in planned.late:
        _tell_late(case, matter.findings, actor=actor)
    numbers = next_numbers(organisation, round_, len(planned.opening)) if planned.opening else []
    colleges = _Colleges(organisation)
    opened = [
        new_case(
            number=number,
            organisation=organisation,
            round_=round_,
            weights=weights,
            actor=actor,
            **_described(matter, colleges, leads),
        )
        for matter, number in zip(planned.opening, numbers, strict=True)
    ]
    if leads:
        tie_leads([*zip(opened, planned.opening, strict=True), *planned.extending], leads, actor=actor)
    extended = _once(planned.extending)
    if opened or extended:
        retime_cases([*opened, *extended])
    return Opened(tuple(opened), extended, planned.waiting, _once(planned.late))


def _once(found: Iterable[Found]) -> tuple[Case, ...]:
    return tuple(dict.fromkeys(case for case, _ in found))


class _Colleges:
    """The colleges of an organisation by name, and the accounts that belong to them."""

    def __init__(self, organisation: Organisation) -> None:
        rows = db.session.execute(
            select(Organisation.name, Organisation.id).filter_by(parent_id=organisation.id, kind="college")
        )
        self._ids = {row.name: row.id for row in rows}
        accounts = select(Operator.code, Operator.college).filter_by(organisation_id=organisation.id)
        self._of_account = {row.code: row.college for row in db.session.execute(accounts)}

    def of(self, matter: Matter) -> int | None:
        """Return the college to which a unit's case belongs; None when its people decide, as for every other kind."""
        if matter.kind != "unit":
            return None
        level, _, key = matter.subject_key.partition(":")
        name = self._of_account.get(key, "") if level == "operator" else college_name(matter.subject_key)
        return self._ids.get(name)


def _described(matter: Matter, colleges: _Colleges, leads: Mapping[str, Lead]) -> dict[str, Any]:
    """Return what a new case says of its matter."""
    title, params = headline(matter)
    return {
        "kind": matter.kind,
        "subject_key": matter.subject_key,
        "title": title,
        "title_params": params,
        "findings": matter.findings,
        "records": sorted(matter.records.values(), key=lambda record: record.student_no),
        "origin": _origin(matter, leads),
        "college_id": colleges.of(matter),
    }


def _origin(matter: Matter, leads: Mapping[str, Lead]) -> str:
    if leading(matter.findings).rule in FROM_ANSWERS:
        return "confirmation"
    return origin_from(matter, leads) or "screening"


def _remember(run: Run, left_out: list[str], reason: str, *, actor: Actor) -> None:
    if not reason:
        raise Invalid(N_("暂不采用规则须写明理由，没有建案。"), fields={"reason": N_("请写明理由。")})
    for rule in left_out:
        if rule not in run.rules:
            raise Invalid(N_("没有代码为 %(rule)s 的筛查规则。"), code="rule_unknown", params={"rule": rule})
    journal.record(
        organisation_id=run.organisation_id,
        action="screening:leave_out",
        actor=str(actor.id),
        subject=run.ref,
        facts={"rules": left_out},
        personal={"reason": reason},
    )


def _tell_late(case: Case, findings: Iterable[Finding], *, actor: Actor) -> None:
    """Say once on a concluded case, to its owner and to its reviewer, what was found since."""
    _, known = told(case.moves)
    fresh = [finding for finding in findings if finding.ref not in known]
    if not fresh:
        return
    refs = [finding.ref for finding in fresh]
    tell(case, LATE, actor=actor, params={"rules": sorted({finding.rule for finding in fresh}), "findings": refs})
    announce(
        "case_found_late",
        to=[case.owner, case.accepted_by],
        subject=case,
        params={"case": case.number},
        dedup=f"case:{case.id}:late:{min(refs)}",
    )
