"""Set the rules of a round otherwise, from a day on, after it was seen what that changes."""

from datetime import date

from sqlalchemy import func, select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.operations.back_test import BackTest
from casework.operations.gather import cut_of
from casework.operations.permit import permit
from casework.operations.permit_round import permit_round
from casework.people import queries as people
from casework.rounds.models import Round
from casework.screening.models import ScreeningSettings
from casework.screening.settings import Given, Plain, deviations, digest, settings_of
from workflows.access import Actor

_NOT_TRIED = N_("这些参数还没有在现在的数据上试算过，没有保存。请先试算，看清会多出和减少哪些疑点。")


def change_screening_settings(
    round_: Round,
    *,
    values: Given,
    effective_from: date,
    reason: str,
    back_test: BackTest | None,
    actor: Actor,
) -> ScreeningSettings:
    """Add a version of the settings; only what differs from the defaults is stored.

    Raises `Invalid` for a missing reason, a day that is over or before that of a version already made, or a value
    that no rule takes, `Conflict` when nothing changes, or when exactly these values were not tried on exactly
    these data.
    """
    permit_round(actor, round_)
    if not reason.strip():
        raise Invalid(N_("更改设置须写明理由，没有保存。"), fields={"reason": N_("请写明原因。")})
    if effective_from < clock.today():
        message = N_("生效日期不能早于今天，没有保存：已经做过的筛查不会因此改变。")
        raise Invalid(message, fields={"effective_from": N_("请填今天或以后的日期。")})
    fresh = deviations(values)
    db.session.execute(select(Round.id).filter_by(id=round_.id).with_for_update(key_share=True))
    before = deviations(settings_of(round_, effective_from)[0])
    if fresh == before:
        raise Conflict(N_("设置与现在的相同，没有改动。"), code="nothing_changed")
    _refuse_untried(round_, fresh, back_test, actor)
    last = db.session.scalar(select(func.max(ScreeningSettings.version)).filter_by(round_id=round_.id)) or 0
    _refuse_overtaking(round_, effective_from)
    added = ScreeningSettings(
        round_id=round_.id,
        version=last + 1,
        effective_from=effective_from,
        values=fresh,
        back_test=back_test.plain() if back_test else {},
        reason=reason.strip(),
        made_by_id=actor.id,
    )
    db.session.add(added)
    db.session.flush()  # a second change at the same moment is refused by the version's uniqueness here
    _write_down(added, round_, before, tried=back_test.digest if back_test else "", actor=actor)
    return added


def _write_down(added: ScreeningSettings, round_: Round, before: Plain, *, tried: str, actor: Actor) -> None:
    rules = sorted(code for code in {*before, *added.values} if before.get(code) != added.values.get(code))
    journal.record(
        organisation_id=actor.appointments[0].organisation_id if actor.appointments else 0,
        action="round:screening_settings",
        actor=str(actor.id),
        subject=round_.code,
        facts={
            "version": added.version,
            "effective_from": added.effective_from.isoformat(),
            "before": {code: before.get(code) for code in rules},
            "after": {code: added.values.get(code) for code in rules},
            "back_test": tried,
        },
        personal={"reason": added.reason},
    )


def _refuse_overtaking(round_: Round, effective_from: date) -> None:
    # The highest version that has begun holds: one made later but begun earlier would never let the other hold.
    begins = db.session.scalar(select(func.max(ScreeningSettings.effective_from)).filter_by(round_id=round_.id))
    if begins is not None and effective_from < begins:
        raise Invalid(
            N_("已有一版参数从%(on)s起生效，新的一版不能更早，没有保存。"),
            fields={"effective_from": N_("请填不早于已有各版生效日期的日期。")},
            params={"on": begins.isoformat()},
        )


def _refuse_untried(round_: Round, fresh: Given, tried: BackTest | None, actor: Actor) -> None:
    if tried is None:
        raise Conflict(_NOT_TRIED, code="not_back_tested")
    organisation = people.get_organisation(tried.organisation)
    permit(actor, "round:settings", organisation=organisation)
    if tried.digest != digest(deviations(fresh), cut_of(organisation, round_)):
        raise Conflict(_NOT_TRIED, code="not_back_tested")
