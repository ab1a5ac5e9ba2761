"""Change what a round sets: limits, ladder, quiet hours, slots, recipients; then say every deadline anew."""

from collections.abc import Mapping

from casework import journal
from casework.errors import N_, Conflict, Invalid, Stale
from casework.operations.permit_round import permit_round
from casework.operations.retime import Retimed, retime_round
from casework.rounds import settings as round_settings
from casework.rounds.models import Round
from workflows.access import Actor


def change_settings(
    round_: Round, *, settings: Mapping[str, object], version: int, reason: str, actor: Actor
) -> tuple[Retimed, ...]:
    """Replace the settings as a whole; return the cases whose deadlines were computed again.

    Raises `Invalid` naming each place that is wrong, `Stale` when somebody else has changed them since `version`.
    """
    permit_round(actor, round_)
    if not reason.strip():
        raise Invalid(N_("更改设置须写明理由，没有保存。"), fields={"reason": N_("请写明原因。")})
    if version != round_.settings_version:
        raise Stale(
            N_("您填写期间，设置已被他人改动，没有保存。请对照现在的设置后重新提交。"),
            current={name: round_.settings[name] for name in round_.settings if name in settings},
        )
    fresh = round_settings.checked(settings)
    before = dict(round_.settings)
    changed = sorted(name for name in {*before, *fresh} if before.get(name) != fresh.get(name))
    if not changed:
        raise Conflict(N_("设置与现在的相同，没有改动。"), code="nothing_changed")
    round_.settings = fresh
    round_.settings_version += 1
    done = retime_round(round_, actor=actor)
    journal.record(
        organisation_id=actor.appointments[0].organisation_id if actor.appointments else 0,
        action="round:settings",
        actor=str(actor.id),
        subject=round_.code,
        facts={
            "version": round_.settings_version,
            "before": {name: before.get(name) for name in changed},
            "after": {name: fresh.get(name) for name in changed},
            "moved": sum(each.moved for each in done),
        },
        personal={"reason": reason.strip()},
    )
    return tuple(done)
