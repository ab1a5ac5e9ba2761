"""The rule that names an audience: kept with the campaign, said as one sentence, turned into one condition.

Only graduates who have not answered are ever named: a campaign reminds people to
look for themselves, and never asks again those who have said something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, select, true

from casework.errors import N_, Invalid
from casework.intake.models import Record, Revision
from casework.people.models import Organisation

LISTS = ("colleges", "classes", "degrees")
MOST_NAMES = 500
LONGEST_NAME = 200


@dataclass(frozen=True)
class Rule:
    """Which colleges, classes and degree levels, by their names as registered; an empty list narrows nothing."""

    colleges: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    degrees: tuple[str, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Read a rule that was sent or stored; raise `Invalid` naming what cannot be understood."""
        unknown = sorted(set(given) - set(LISTS))
        if unknown:
            raise Invalid(
                N_("提醒范围只能按学院（colleges）、班级（classes）、学历层次（degrees）选择，不认识：%(names)s。"),
                code="rule_unknown",
                params={"names": "、".join(unknown)[:LONGEST_NAME]},
                fields=dict.fromkeys(unknown[:MOST_NAMES], N_("不认识的范围。")),
            )
        return cls(**{name: _names(name, given.get(name) or ()) for name in LISTS})

    def plain(self) -> dict[str, list[str]]:
        """Return what is stored, and what the hash of the audience covers."""
        return {name: list(getattr(self, name)) for name in LISTS}

    @property
    def narrows(self) -> bool:
        """Say whether anybody is left out by a name."""
        return any(getattr(self, name) for name in LISTS)

    def condition(self) -> ColumnElement[bool]:
        """Return which records, joined with their newest revision, the names leave in."""
        pairs = ((Revision.college, self.colleges), (Revision.class_name, self.classes))
        chosen = [column.in_(names) for column, names in (*pairs, (Revision.degree_level, self.degrees)) if names]
        return and_(true(), *chosen)


def within(organisation: Organisation) -> ColumnElement[bool]:
    """Return which records belong to an organisation or to one below it."""
    if organisation.kind == "university":
        return Record.organisation_id == organisation.id
    below = select(Organisation.id).where(Organisation.path.startswith(organisation.path, autoescape=True))
    return Record.organisation_id.in_(below)


def _names(name: str, given: Any) -> tuple[str, ...]:
    good = isinstance(given, Sequence) and not isinstance(given, str) and len(given) <= MOST_NAMES
    if good and all(isinstance(each, str) and each.strip() and len(each) <= LONGEST_NAME for each in given):
        return tuple(sorted({each.strip() for each in given}))
    raise Invalid(
        N_("提醒范围“%(name)s”应是名称的列表，最多 %(most)s 个，每个不超过 %(longest)s 字。"),
        code="rule_unreadable",
        params={"name": name, "most": MOST_NAMES, "longest": LONGEST_NAME},
        fields={name: N_("应是名称的列表。")},
    )
