"""Change the dates of a round: those of the notice, or an earlier one that an organisation sets for itself.

Every running deadline of the round is computed again in the same transaction
(by a job where there are very many), and what moved is journalled. A filed
report and a closed case keep their dates. A dry run asks the same computation
what would move and be said, and writes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from casework import journal, promises
from casework.db import db
from casework.deadlines.terms import SetDate, terms_of
from casework.errors import N_, Conflict, Invalid
from casework.operations.permit import permit_named
from casework.operations.permit_round import permit_round
from casework.operations.reproject import LARGE, look, reproject, running
from casework.operations.reprojection import Reprojection
from casework.people.models import Organisation
from casework.rounds.models import Round, StatutoryDate
from workflows.access import Actor
from workflows.engine import Words

OWN_CLAUSE = "own"
RETIME = "retime_all"
"""The job that computes the deadlines of a round anew, slice by slice."""

Progress = Callable[[int], object]


def quietly(_done: int) -> None:
    """Say nothing about how far it is."""


@dataclass(frozen=True)
class DatesChanged:
    """What was changed, from what to what, and what came of it; `job` computes it where there is too much."""

    before: dict[str, date | None]
    after: dict[str, date | None]
    plan: Reprojection | None
    job: str = ""


def change_dates(
    round_: Round,
    *,
    dates: Mapping[str, date],
    reason: str,
    actor: Actor,
    dry_run: bool = False,
    on_progress: Progress = quietly,
) -> DatesChanged:
    """Give levels of a round new national dates; a level that is not named keeps its own."""
    permit_round(actor, round_)
    _refuse_without_reason(reason, dry_run=dry_run)
    rows = {row.level: row for row in round_.dates if row.organisation_id is None}
    unknown = [level for level in dates if level not in rows]
    if unknown:
        raise Invalid(N_("轮次没有这些期限：%(levels)s。没有保存。"), params={"levels": Words(unknown)})
    changing = {level: on for level, on in dates.items() if rows[level].on != on}
    if not changing:
        raise Conflict(N_("日期与现在的相同，没有改动。"), code="nothing_changed")
    before: dict[str, date | None] = {level: rows[level].on for level in changing}
    if dry_run:
        terms = terms_of(round_)
        moved = tuple(
            SetDate(each.level, changing[each.level], each.clause)
            if each.organisation_id is None and each.level in changing
            else each
            for each in terms.dates
        )
        plan = look(round_, terms=terms.but(dates=moved), on_progress=on_progress)
        return DatesChanged(before, dict(changing), plan)
    for level, on in changing.items():
        rows[level].on = on
    return _carry_out(round_, before=before, after=dict(changing), reason=reason, actor=actor, organisation=None)


def change_own_date(
    round_: Round,
    *,
    organisation: Organisation,
    on: date | None,
    reason: str,
    actor: Actor,
    dry_run: bool = False,
    on_progress: Progress = quietly,
) -> DatesChanged:
    """Set, move or (with None) drop the date that an organisation has set for itself; it may only be earlier."""
    permit_named(actor, "round:settings", organisation=organisation)
    _refuse_without_reason(reason, dry_run=dry_run)
    national = next(
        (row for row in round_.dates if row.level == organisation.kind and row.organisation_id is None), None
    )
    if national is None:
        raise Conflict(
            N_("轮次没有%(organisation)s这一级的期限，不能另设。"), params={"organisation": organisation.name}
        )
    if on is not None and on > national.on:
        raise Invalid(
            N_("自定期限只能早于通知的期限%(national)s，没有保存。"),
            fields={"on": N_("请填%(national)s或之前的日期。")},
            params={"national": national.on},
        )
    own = next((row for row in round_.dates if row.organisation_id == organisation.id), None)
    before = own.on if own else None
    if before == on:
        raise Conflict(N_("日期与现在的相同，没有改动。"), code="nothing_changed")
    level = organisation.kind
    if dry_run:
        terms = terms_of(round_)
        others = tuple(each for each in terms.dates if each.organisation_id != organisation.id)
        own_date = (SetDate(level, on, OWN_CLAUSE, organisation.id),) if on else ()
        plan = look(round_, terms=terms.but(dates=(*others, *own_date)), on_progress=on_progress)
        return DatesChanged({level: before}, {level: on}, plan)
    if on is None:
        db.session.delete(own)
    elif own is not None:
        own.on = on
    else:
        db.session.add(
            StatutoryDate(
                round_id=round_.id,
                level=level,
                organisation_id=organisation.id,
                on=on,
                clause=OWN_CLAUSE,
                label=national.label,
            )
        )
    return _carry_out(
        round_, before={level: before}, after={level: on}, reason=reason, actor=actor, organisation=organisation
    )


def reproject_or_promise(round_: Round, *, actor: Actor) -> tuple[Reprojection | None, str]:
    """Compute the round anew at once, or promise it where there is too much; return what moved, or the job's ref."""
    if running(round_) > LARGE:
        return None, promises.promise(RETIME, round=round_.code, actor=actor.id).ref
    return reproject(round_, actor=actor), ""


def _carry_out(
    round_: Round,
    *,
    before: dict[str, date | None],
    after: dict[str, date | None],
    reason: str,
    actor: Actor,
    organisation: Organisation | None,
) -> DatesChanged:
    db.session.flush()
    db.session.expire(round_, ["dates"])
    plan, job = reproject_or_promise(round_, actor=actor)
    journal.record(
        organisation_id=organisation.id if organisation else _seat(actor),
        action="round:dates",
        actor=str(actor.id),
        subject=round_.code,
        facts={"before": _iso(before), "after": _iso(after), "moved": len(plan.moved) if plan else None, "job": job},
        personal={"reason": reason.strip()},
    )
    return DatesChanged(before, after, plan, job)


def _iso(dates: Mapping[str, date | None]) -> dict[str, str]:
    return {level: on.isoformat() if on else "" for level, on in dates.items()}


def _seat(actor: Actor) -> int:
    return actor.appointments[0].organisation_id if actor.appointments else 0


def _refuse_without_reason(reason: str, *, dry_run: bool) -> None:
    if not dry_run and not reason.strip():
        raise Invalid(N_("更改期限须写明理由，没有保存。"), fields={"reason": N_("请写明依据的文件或原因。")})
