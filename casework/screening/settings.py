"""What the rules of a round are set to, and since when.

The round opens with values of its own (version 0). Every later change is a new
version with the day from which it holds, so that a run of July can be repeated
in September as it was. A version holds only what differs from the defaults: a
default that is corrected in a later release then reaches every round that never
chose otherwise.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework.db import db
from casework.rounds.models import Round
from casework.screening.engine import settle
from casework.screening.models import ScreeningSettings
from casework.screening.rule import Value
from casework.screening.rules import RULES

Given = Mapping[str, Mapping[str, object]]
Plain = dict[str, dict[str, object]]


def settings_of(round_: Round, on: date) -> tuple[Given, int]:
    """Return the values that hold on a day, and their version; 0 when the round still has its opening values."""
    wanted = (
        select(ScreeningSettings)
        .where(ScreeningSettings.round_id == round_.id, ScreeningSettings.effective_from <= on)
        .order_by(ScreeningSettings.version.desc())
        .limit(1)
    )
    found = db.session.scalars(wanted).one_or_none()
    return (found.values, found.version) if found else (round_.settings.get("screening", {}), 0)


def versions_of(round_: Round) -> Sequence[ScreeningSettings]:
    """Return every version of a round's settings, the newest first, with who made each."""
    wanted = select(ScreeningSettings).filter_by(round_id=round_.id).options(selectinload(ScreeningSettings.made_by))
    return db.session.scalars(wanted.order_by(ScreeningSettings.version.desc())).all()


def deviations(given: Given) -> Plain:
    """Return what differs from the defaults, as it is stored; raise `Invalid` naming rule, setting and value."""
    found: Plain = {}
    settled = settle(RULES, given)
    for rule in RULES:
        for setting in rule.settings:
            value = settled[rule.code][setting.name]
            if not _sensible(value):
                raise setting.refusal(str(value), rule=rule.code)
            if value != setting.default:
                found.setdefault(rule.code, {})[setting.name] = plain(value)
    return found


def plain(value: Value) -> object:
    """Return a value as JSON keeps it; decimals as text, so that none is rounded."""
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def digest(values: Plain, cut: Mapping[str, Mapping[str, str]]) -> str:
    """Return what names these values on these data under these versions of the rules, and nothing else."""
    facts = {
        "values": values,
        "data": {kind: row["sha256"] for kind, row in cut.items()},
        "rules": {rule.code: rule.version for rule in RULES},
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sensible(value: Value) -> bool:
    return not isinstance(value, (int, Decimal)) or (Decimal(value).is_finite() and value >= 0)
