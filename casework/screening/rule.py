"""What a screening rule is: a small frozen object that an auditor can read on one screen.

Its body is SQL over named frames, so that the same words that are reviewed are
the words that run. Its code is a promise: findings, cases and statistics refer
to it for years, so a code is never renamed and never used again. Its limits are
settings with a stated origin, because no official number exists for any of them.

The SQL of a rule answers one row a finding, with the columns
`subject`, `student_nos` (sorted list), `matters` (list of texts: what else, beside
rule and subject, makes this the same finding in the next run) and `observed`
(a struct of raw values, never a phone number or the name of a person).
Where a decision needs statistics that SQL does not have, the SQL answers counts
and a pure function, the rule's `judge`, makes the findings of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from casework.errors import N_, Invalid

Value = int | str | Decimal | tuple[str, ...]
Output = Literal["C", "V", "S"]
Strength = Literal["s", "m", "w"]
Level = Literal["record", "employer", "group", "unit", "operator"]
Family = Literal[
    "existence", "identity", "entries", "proofs", "contact", "answers", "clusters", "rates", "time", "lead"
]
Row = Mapping[str, Any]

STANDING_NOTE = N_("统计异常不等于虚假就业，立案后须逐人核实。")
PROPOSED = N_("建议值，未经实测，可按轮次调整")
"""The origin of a setting that is a proposal and was tried on no population."""


@dataclass(frozen=True)
class Setting:
    """A limit that a round may set otherwise; `origin` says where the default comes from."""

    name: str
    default: Value
    origin: str

    def read(self, value: object, *, rule: str) -> Value:
        """Return a round's value in the default's type, or refuse it by name."""
        try:
            if isinstance(self.default, tuple) and isinstance(value, (list, tuple)):
                return tuple(str(part) for part in value)
            if isinstance(self.default, Decimal):
                return Decimal(str(value))
            if isinstance(self.default, int) and not isinstance(value, bool):
                return int(str(value))
            if isinstance(self.default, str) and isinstance(value, str):
                return value
        except (ValueError, ArithmeticError):
            pass
        raise self.refusal(value, rule=rule)

    def refusal(self, value: object, *, rule: str) -> Invalid:
        """Return the refusal of a value that this setting of a rule does not take."""
        message = N_("规则 %(rule)s 的参数 %(setting)s 不能取值“%(value)s”。")
        return Invalid(message, code="setting_invalid", params={"rule": rule, "setting": self.name, "value": value})


@dataclass(frozen=True)
class Sentence:
    """One whole sentence of an explanation; told always, or only when the observed fact `when` is true."""

    message: str
    when: str | None = None


@dataclass(frozen=True)
class Found:
    """One finding of a judge, with the columns that the SQL of an unjudged rule answers; `level` for a mixed rule."""

    subject: str
    student_nos: tuple[str, ...]
    matters: tuple[str, ...]
    observed: Mapping[str, object]
    level: Level | None = None


@dataclass(frozen=True)
class Judgement:
    """What a judge found, and how many tests it made: without that number no tail can be weighed."""

    found: tuple[Found, ...]
    tests: int


def number(settings: Mapping[str, Value], name: str) -> float:
    """Return a setting that a judge counts with; one that is no number is a fault of the rule."""
    return float(str(settings[name]))


Judge = Callable[[Sequence[Row], Mapping[str, Value]], Judgement]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the catalogue.

    `family` is that of its evidence: rules of one family see one cause, and only the strongest counts (`score`).
    `needs` names frames (`records`) and columns (`records.pay`) without which it cannot be asked.
    `output`: C opens a case, V a verification, S only supports another finding.
    `strength`: s, m or w, the starting weight of the evidence.
    `judge` gets the rows of the SQL, sorted, and the settings.
    `eased_by` names observed facts that make the innocent explanation likely: the hit weighs one class less.
    `mixed`: the SQL answers each finding's level itself, in a column `level`; so does the judge.
    `tells` says what was observed and against what, `innocent` which harmless
    cause to rule out first, `asks` what to obtain; `evidence` names its kinds.
    """

    code: str
    name: str
    level: Level
    family: Family
    needs: tuple[str, ...]
    output: Output
    strength: Strength
    sql: str
    tells: tuple[Sentence, ...]
    innocent: str
    asks: str
    evidence: tuple[str, ...]
    violation: str | None
    settings: tuple[Setting, ...] = ()
    judge: Judge | None = None
    eased_by: tuple[str, ...] = ()
    mixed: bool = False
    version: int = 1

    def settle(self, given: Mapping[str, object]) -> dict[str, Value]:
        """Return every setting of the rule, the given values before the defaults; refuse an unknown name."""
        known = {setting.name for setting in self.settings}
        for name in sorted(set(given) - known):
            message = N_("规则 %(rule)s 没有参数 %(setting)s。")
            raise Invalid(message, code="setting_unknown", params={"rule": self.code, "setting": name})
        return {
            setting.name: setting.read(given[setting.name], rule=self.code)
            if setting.name in given
            else setting.default
            for setting in self.settings
        }
