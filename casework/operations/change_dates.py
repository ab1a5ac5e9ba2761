"""Change the dates of a round: those of the notice, or an earlier one that an organisation sets for itself.

Every running deadline of the round is computed again in the same transaction,
and what moved is journalled. A filed report and a closed case keep their dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from casework import clock, journal
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.operations.permit import permit
from casework.operations.permit_round import permit_round
from casework.operations.retime import retime_round
from casework.operations.retime_report import retime_report
from casework.people.models import Organisation
from casework.reports.models import Report
from casework.rounds.models import Round, StatutoryDate
from workflows.access import Actor
from workflows.engine import Words

OWN_CLAUSE = "own"


@dataclass(frozen=True)
class MovedCase:
    """A case whose deadline is another one now."""

    number: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class DatesChanged:
    """What was changed, from what to what, and every case whose deadline moved with it."""

    before: dict[str, date | None]
    after: dict[str, date | None]
    moved: tuple[MovedCase, ...]
    no_longer_overdue: int
    newly_overdue: int


def change_dates(round_: Round, *, dates: Mapping[str, date], reason: str, actor: Actor) -> DatesChanged:
    """Give levels of a round new national dates; a level that is not named keeps its own."""
    permit_round(actor, round_)
    _refuse_without_reason(reason)
    rows = {row.level: row for row in round_.dates if row.organisation_id is None}
    unknown = [level for level in dates if level not in rows]
    if unknown:
        raise Invalid(N_("轮次没有这些期限：%(levels)s。没有保存。"), params={"levels": Words(unknown)})
    changing = {level: on for level, on in dates.items() if rows[level].on != on}
    if not changing:
        raise Conflict(N_("日期与现在的相同，没有改动。"), code="nothing_changed")
    before: dict[str, date | None] = {level: rows[level].on for level in changing}
    for level, on in changing.items():
        rows[level].on = on
    return _carry_out(round_, before=before, after=dict(changing), reason=reason, actor=actor, organisation=None)


def change_own_date(
    round_: Round, *, organisation: Organisation, on: date | None, reason: str, actor: Actor
) -> DatesChanged:
    """Set, move or (with None) drop the date that an organisation has set for itself; it may only be earlier."""
    permit(actor, "round:settings", organisation=organisation)
    _refuse_without_reason(reason)
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
    if on is None:
        db.session.delete(own)
    elif own is not None:
        own.on = on
    else:
        db.session.add(
            StatutoryDate(
                round_id=round_.id,
                level=organisation.kind,
                organisation_id=organisation.id,
                on=on,
                clause=OWN_CLAUSE,
                label=national.label,
            )
        )
    level = organisation.kind
    return _carry_out(
        round_, before={level: before}, after={level: on}, reason=reason, actor=actor, organisation=organisation
    )


def _carry_out(
    round_: Round,
    *,
    before: dict[str, date | None],
    after: dict[str, date | None],
    reason: str,
    actor: Actor,
    organisation: Organisation | None,
) -> DatesChanged:
    rows = db.session.execute(select(Case.id, Case.due_at).where(Case.round_id == round_.id))
    due_before = {row.id: row.due_at for row in rows}
    db.session.flush()
    db.session.expire(round_, ["dates"])
    done = retime_round(round_, actor=actor)
    for report in db.session.scalars(select(Report).where(Report.round_id == round_.id, Report.state != "filed")):
        retime_report(report)
    journal.record(
        organisation_id=organisation.id if organisation else _seat(actor),
        action="round:dates",
        actor=str(actor.id),
        subject=round_.code,
        facts={"before": _iso(before), "after": _iso(after), "moved": sum(each.moved for each in done)},
        personal={"reason": reason.strip()},
    )
    now = clock.now()
    moved = tuple(
        MovedCase(each.case.number, due_before.get(each.case.id), each.case.due_at) for each in done if each.moved
    )
    late = [(_late(each.before, now), _late(each.after, now)) for each in moved]
    return DatesChanged(before, after, moved, late.count((True, False)), late.count((False, True)))


def _late(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at < now


def _iso(dates: Mapping[str, date | None]) -> dict[str, str]:
    return {level: on.isoformat() if on else "" for level, on in dates.items()}


def _seat(actor: Actor) -> int:
    return actor.appointments[0].organisation_id if actor.appointments else 0


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(N_("更改期限须写明理由，没有保存。"), fields={"reason": N_("请写明依据的文件或原因。")})
