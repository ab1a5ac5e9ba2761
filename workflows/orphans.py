"""Work that nobody can take further, found before its deadline finds it.

A case is an orphan when nobody who may take its next step is active, present and
without conflict of interest, or when the signature slots of its report cannot be
filled in time by different natural persons. Orphans are escalated the same day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from types import MappingProxyType

from workflows.errors import N_
from workflows.reasons import Reason


@dataclass(frozen=True)
class Candidate:
    """A person who holds the role that a step or slot asks for; `away_until` is their first day back."""

    person: str
    active: bool = True
    conflicted: bool = False
    away_until: date | None = None

    def able(self, on: date) -> bool:
        """Say whether this person could act on that day."""
        return self.active and not self.conflicted and (self.away_until is None or self.away_until <= on)


_NO_SLOTS: Mapping[str, Sequence[Candidate]] = MappingProxyType({})


def orphan_reason(
    *,
    candidates: Sequence[Candidate],
    today: date,
    slots: Mapping[str, Sequence[Candidate]] = _NO_SLOTS,
    sign_by: date | None = None,
    one_person_may_fill_two: bool = False,
) -> Reason | None:
    """Return why a case has nobody to take its next step or sign its report, or None if it has.

    The step is asked for today, the slots for `sign_by` (today if not given).
    """
    if not any(one.able(today) for one in candidates):
        return _nobody_for_the_step(candidates)
    return _nobody_to_sign(slots, sign_by or today, one_person_may_fill_two=one_person_may_fill_two)


def _nobody_for_the_step(candidates: Sequence[Candidate]) -> Reason:
    active = [one for one in candidates if one.active]
    free = [one for one in active if not one.conflicted]
    if not candidates:
        return Reason("no_candidate", N_("没有人具有办理下一步的角色。请指定承办人或配置该角色。"))
    if not active:
        return Reason("all_inactive", N_("可以办理下一步的人员均已停用。请另行指定。"))
    if not free:
        return Reason("all_conflicted", N_("可以办理下一步的人员均须回避。请指定无利害关系的人员，或移交上一级。"))
    back_on = min(one.away_until for one in free if one.away_until is not None)
    return Reason(
        "all_away", N_("可以办理下一步的人员均不在岗，最早%(back_on)s返回。请另行指定。"), {"back_on": back_on}
    )


def _nobody_to_sign(
    slots: Mapping[str, Sequence[Candidate]], by: date, *, one_person_may_fill_two: bool
) -> Reason | None:
    able = {slot: [one.person for one in holders if one.able(by)] for slot, holders in slots.items()}
    for slot, persons in able.items():
        if not persons:
            sentence = N_("签字席位“%(slot)s”在%(by)s前无人可签。请落实签字人或办理书面委托。")
            return Reason("slot_unfilled", sentence, {"slot": slot, "by": by}, frozenset({"slot"}))
    if one_person_may_fill_two or any(len(set(choice)) == len(choice) for choice in product(*able.values())):
        return None
    return Reason("same_person", N_("签字席位须由不同的人签字，目前只有同一人可签。请落实另一名签字人。"))
