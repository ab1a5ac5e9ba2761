"""What findings are about: findings of one matter make one case.

A matter is a graduate's registration, an employer, or a unit of the university.
A group of linked employers is a matter of the kind employer. A firm of the group
goes into the group's matter when at least half of its own graduates are in the
group too; with fewer, most of what is asked about the firm has nothing to do
with the group, and it stays a matter of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework.cases.models import CaseFinding
from casework.db import db
from casework.errors import N_
from casework.intake.models import Record
from casework.operations.open_case import indication, leading
from casework.screening.models import Finding, FindingRecord, Run
from casework.screening.rules import RULES
from workflows.severity import opens_case

KIND_OF_LEVEL = {"record": "record", "employer": "employer", "group": "employer", "unit": "unit", "operator": "unit"}
GROUP = "group:"
AT_ONCE = 500
NAMES = {rule.code: rule.name for rule in RULES}

RECORD = N_("登记待核：%(rule)s")
EMPLOYER = N_("%(people)d名毕业生登记在%(employer)s，待核：%(rule)s")
EMPLOYER_UNNAMED = N_("%(people)d名毕业生登记的单位待核：%(rule)s")
LINKED = N_("疑似相互关联的单位共登记%(people)d名毕业生，待核：%(rule)s")
UNIT = N_("%(unit)s的%(people)d条登记待核：%(rule)s")
UNIT_ALONE = N_("%(unit)s的登记待核：%(rule)s")
ACCOUNT = N_("账号%(account)s经手的%(people)d条登记待核：%(rule)s")
COUNSELLOR = N_("一名辅导员所带毕业生的%(people)d条登记待核：%(rule)s")


@dataclass(frozen=True)
class Matter:
    """What findings are about, and whether they open a case."""

    kind: str
    subject_key: str
    findings: tuple[Finding, ...]

    @property
    def opens(self) -> bool:
        """Say whether these findings open a case."""
        return opens_case(indication(finding) for finding in self.findings)

    @property
    def linked(self) -> bool:
        """Say whether this is about a group of employers."""
        return self.subject_key.startswith(GROUP)

    @cached_property
    def records(self) -> dict[int, Record]:
        """Return everybody whom the findings are about, by the id of the record."""
        return {member.record_id: member.record for finding in self.findings for member in finding.members}

    def without(self, rules: Collection[str]) -> "Matter":
        """Return the same matter, less what these rules say."""
        left = tuple(finding for finding in self.findings if finding.rule not in rules)
        return self if len(left) == len(self.findings) else Matter(self.kind, self.subject_key, left)


def matters(run: Run) -> list[Matter]:
    """Return the standing findings of a run that no case has yet, grouped by what they are about."""
    taken = select(CaseFinding.finding_id)
    wanted = (
        select(Finding)
        .filter_by(organisation_id=run.organisation_id, round_id=run.round_id, last_run_id=run.id)
        .where(Finding.withdrawn_at.is_(None), Finding.id.not_in(taken))
        .order_by(Finding.rule, Finding.subject_key, Finding.fingerprint)
    )
    grouped: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in db.session.scalars(wanted):
        grouped[KIND_OF_LEVEL[finding.level], finding.subject_key].append(finding)
    found = [Matter(kind, key, tuple(findings)) for (kind, key), findings in sorted(grouped.items())]
    load_people(matter for matter in found if matter.opens or matter.kind != "record")
    return _absorbed(found)


def load_people(found: Iterable[Matter]) -> None:
    """Read whom these matters are about in a few queries; most findings wait, and nobody asks whom they are about."""
    ids = [finding.id for matter in found for finding in matter.findings if "members" not in finding.__dict__]
    members = selectinload(Finding.members).joinedload(FindingRecord.record)
    for start in range(0, len(ids), AT_ONCE):
        db.session.scalars(select(Finding).where(Finding.id.in_(ids[start : start + AT_ONCE])).options(members)).all()


def belongs(part: Collection[int], whole: Collection[int]) -> bool:
    """Say whether at least half of the people of one thing are people of the other."""
    return bool(part) and 2 * len(set(part) & set(whole)) >= len(part)


def headline(matter: Matter) -> tuple[str, dict[str, object]]:
    """Return the title of a case about this matter: a sentence to translate and its parameters; it accuses nobody."""
    lead = leading(matter.findings)
    params: dict[str, object] = {"rule": NAMES.get(lead.rule, lead.rule), "people": len(matter.records)}
    if matter.kind == "record":
        return RECORD, params
    if matter.kind == "employer":
        return _about_employer(matter, params)
    level, _, name = matter.subject_key.partition(":")
    if level == "operator":
        return ACCOUNT, params | {"account": name}
    if level == "counsellor":
        return COUNSELLOR, params
    unit = unit_name(matter.subject_key)
    return (UNIT if matter.records else UNIT_ALONE), params | {"unit": unit}


def unit_name(subject_key: str) -> str:
    """Return a unit as people call it: college:外国语学院 is 外国语学院, class:外国语学院/英语2001班 both of them."""
    level, _, key = subject_key.partition(":")
    parts = key.split("/")
    return "".join(parts[:2]) if level in {"major", "class"} else key or level


def college_name(subject_key: str) -> str:
    """Return the college in which a unit lies, as its subject names it; nothing when it names none."""
    level, _, key = subject_key.partition(":")
    return key.split("/")[0] if level in {"college", "major", "class"} else ""


def _about_employer(matter: Matter, params: dict[str, object]) -> tuple[str, dict[str, object]]:
    if matter.linked:
        return LINKED, params
    named = (
        str(name)
        for finding in (leading(matter.findings), *matter.findings)
        if (name := finding.observed.get("employer_name") or finding.observed.get("recorded_name"))
    )
    employer = next(named, "")
    return (EMPLOYER, params | {"employer": employer}) if employer else (EMPLOYER_UNNAMED, params)


def _absorbed(found: list[Matter]) -> list[Matter]:
    """Put the firms of a group into the group's matter; a firm of two groups goes to the first in order."""
    groups = [matter for matter in found if matter.linked and matter.opens]
    joining: dict[str, list[Finding]] = defaultdict(list)
    alone: list[Matter] = []
    for matter in found:
        home = _group_of(matter, groups)
        if home is None:
            alone.append(matter)
        else:
            joining[home.subject_key].extend(matter.findings)
    return [
        Matter(matter.kind, matter.subject_key, (*matter.findings, *joining[matter.subject_key]))
        if matter.subject_key in joining
        else matter
        for matter in alone
    ]


def _group_of(matter: Matter, groups: Iterable[Matter]) -> Matter | None:
    if matter.kind != "employer" or matter.linked:
        return None
    return next((group for group in groups if belongs(matter.records, group.records)), None)
