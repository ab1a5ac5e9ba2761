"""Change what a round sets: limits, ladder, quiet hours, slots, recipients; then say every deadline anew.

A dry run asks the same computation what would move and be said, and writes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from casework import journal
from casework.deadlines.terms import terms_of
from casework.errors import N_, Conflict, Invalid, Stale
from casework.operations.change_dates import Progress, quietly, reproject_or_promise
from casework.operations.permit_round import permit_round
from casework.operations.reproject import look
from casework.operations.reprojection import Reprojection
from casework.rounds import settings as round_settings
from casework.rounds.models import Round
from workflows.access import Actor


@dataclass(frozen=True)
class SettingsChanged:
    """Which parts were changed, and what came of it; `job` computes it where there is too much."""

    changed: tuple[str, ...]
    plan: Reprojection | None
    job: str = ""


def change_settings(
    round_: Round,
    *,
    settings: Mapping[str, object],
    version: int,
    reason: str,
    actor: Actor,
    dry_run: bool = False,
    on_progress: Progress = quietly,
) -> SettingsChanged:
    """Replace the settings as a whole; return what was changed and what moved with it.

    Raises `Invalid` naming each place that is wrong, `Stale` when somebody else has changed them since `version`.
    """
    permit_round(actor, round_)
    if not dry_run and not reason.strip():
        raise Invalid(N_("更改设置须写明理由，没有保存。"), fields={"reason": N_("请写明原因。")})
    if version != round_.settings_version:
        raise Stale(
            N_("您填写期间，设置已被他人改动，没有保存。请对照现在的设置后重新提交。"),
            current={name: round_.settings[name] for name in round_.settings if name in settings},
        )
    fresh = round_settings.checked(settings)
    before = dict(round_.settings)
    changed = tuple(sorted(name for name in {*before, *fresh} if before.get(name) != fresh.get(name)))
    if not changed:
        raise Conflict(N_("设置与现在的相同，没有改动。"), code="nothing_changed")
    if dry_run:
        plan = look(round_, terms=terms_of(round_).but(settings=fresh), on_progress=on_progress)
        return SettingsChanged(changed, plan)
    round_.settings = fresh
    round_.settings_version += 1
    found, job = reproject_or_promise(round_, actor=actor)
    journal.record(
        organisation_id=actor.appointments[0].organisation_id if actor.appointments else 0,
        action="round:settings",
        actor=str(actor.id),
        subject=round_.code,
        facts={
            "version": round_.settings_version,
            "before": {name: before.get(name) for name in changed},
            "after": {name: fresh.get(name) for name in changed},
            "moved": len(found.moved) if found else None,
            "job": job,
        },
        personal={"reason": reason.strip()},
    )
    return SettingsChanged(changed, found, job)
