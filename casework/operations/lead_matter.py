"""What a lead is to open a case about: its subject as screening writes it, its title, its people, its unit.

The title says what is asked and of whom in general; no person's name stands in it.
What is about a unit is kept from that unit's own people; what is about the handling
body itself is refused here, because triage passes it up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.intake.credit_codes import employer_known_as, is_valid
from casework.intake.models import Record, Revision
from casework.intake.normal import CREDIT_CODE_LENGTH, credit_code
from casework.leads.known import body_of
from casework.leads.models import Lead
from casework.operations.matters import college_name, unit_name
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from workflows.case_facts import Kind

LEVELS = frozenset({"university", "college", "major", "class", "counsellor", "operator"})
PERSONS = frozenset({"counsellor", "operator"})

RECORD = N_("线索反映登记有疑点，待核")
EMPLOYER = N_("线索反映%(people)d名毕业生登记在%(employer)s，待核")
EMPLOYER_ALONE = N_("线索反映%(employer)s，待核")
UNIT = N_("线索反映%(unit)s的登记有疑点，待核")
UNIT_OF_PERSON = N_("线索反映一名工作人员经手的登记有疑点，待核")
CONDUCT = N_("线索反映%(unit)s疑似“%(violation)s”，待核")
CONDUCT_OF_PERSON = N_("线索反映一名工作人员疑似“%(violation)s”，待核")


@dataclass(frozen=True)
class LeadMatter:
    """What a case is to be about; `concerns` is the unit from whose people it is kept."""

    subject_key: str
    title: str
    params: Mapping[str, object] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    college_id: int | None = None
    concerns_id: int | None = None


def matter_of(
    lead: Lead,
    *,
    home: Organisation,
    kind: str,
    records: Sequence[Record],
    code: str,
    unit: str,
    violations: Sequence[str],
) -> LeadMatter:
    """Return it; `Invalid` says what is missing or unknown, `Conflict` that it is about whoever would work on it."""
    if kind == Kind.RECORD:
        return _record(lead, records)
    if kind == Kind.EMPLOYER:
        return _employer(lead, _kept_by(lead, home), code, records)
    if kind not in {Kind.UNIT, Kind.CONDUCT}:
        raise _wrong("kind", N_("请选择案件种类：登记、单位、院系或做法。"))
    base = _kept_by(lead, home)
    subject, college = _unit(lead, base, unit)
    person = subject.partition(":")[0] in PERSONS
    concerned = college or _university(lead, home, subject)
    said: dict[str, object] = {} if person else {"unit": unit_name(subject)}
    if base is not home and college is not None and not person:
        # Two universities below may each have a unit of this name.
        subject = subject.replace(":", f":{base.name}/", 1)
        said = {name: f"{base.name}{words}" for name, words in said.items()}
    if kind == Kind.UNIT:
        title = UNIT_OF_PERSON if person else UNIT
    else:
        title = CONDUCT_OF_PERSON if person else CONDUCT
        said |= _forbidden(lead, violations)
    return LeadMatter(
        subject,
        title,
        said,
        tuple(records),
        college_id=college.id if college else None,
        concerns_id=concerned.id if concerned else None,
    )


def _kept_by(lead: Lead, home: Organisation) -> Organisation:
    """Return the body that keeps the records and units meant: the university itself where a level above works."""
    return home if home.kind == "university" else body_of(lead)


def _forbidden(lead: Lead, violations: Sequence[str]) -> dict[str, object]:
    known = rounds.table(lead.round_id, "violation")
    if not violations or not set(violations) <= known.keys():
        raise _wrong("violations", N_("请从本轮次的“四不准”“三不得”列表中选择所反映的做法。"))
    return {"violation": "、".join(known[each].name_zh for each in violations), "violations": list(violations)}


def _record(lead: Lead, records: Sequence[Record]) -> LeadMatter:
    if len(records) != 1 or records[0].round_id != lead.round_id:
        raise _wrong("records", N_("请选择本轮次的一名毕业生；涉及多人的，按单位或院系立案，或逐人立案。"))
    return LeadMatter(records[0].student_no, RECORD, records=tuple(records))


def _employer(lead: Lead, base: Organisation, code: str, records: Sequence[Record]) -> LeadMatter:
    key = credit_code(code)
    if len(key) != CREDIT_CODE_LENGTH:
        raise _wrong("code", N_("请填写18位统一社会信用代码；没有代码的，按毕业生的登记立案。"))
    there = (
        select(Record)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.round_id == lead.round_id, Record.organisation_id == base.id, Revision.credit_code == key)
    )
    known = employer_known_as(key, round_id=lead.round_id, organisation_id=base.id)
    if known is None and not is_valid(key):
        raise _wrong(
            "code",
            N_(
                "这不是有效的统一社会信用代码（校验位不符），本轮次的登记和用人单位名录中也没有，没有立案。"
                "请对照营业执照或登记逐位核对；查不到代码的，按毕业生的登记立案。"
            ),
        )
    people = tuple(records) or tuple(db.session.scalars(there.order_by(Record.id)))
    params: dict[str, object] = {"employer": known or key, "people": len(people)}
    return LeadMatter(key, EMPLOYER if people else EMPLOYER_ALONE, params, people)


def _unit(lead: Lead, base: Organisation, unit: str) -> tuple[str, Organisation | None]:
    """Return the subject of a unit as screening writes it, and the college in which it lies."""
    level, _, key = unit.strip().partition(":")
    if level not in LEVELS or not key:
        raise _wrong("unit", N_("请选择所反映的院系、专业、班级，或经手的人员。"))
    if level == "counsellor":
        name = key.rpartition("/")[2]
        colleges = db.session.scalars(
            select(Record.college_id)
            .join(Revision, Record.revision_id == Revision.id)
            .where(Record.organisation_id == base.id, Record.round_id == lead.round_id, Revision.counsellor == name)
            .distinct()
        ).all()
        only = colleges[0] if len(colleges) == 1 else None
        return f"counsellor:{name}", db.session.get(Organisation, only) if only else None
    named = college_name(f"{level}:{key}")
    if not named:
        return f"{level}:{key}", None
    college = db.session.scalars(
        select(Organisation).filter_by(parent_id=base.id, kind="college", name=named)
    ).one_or_none()
    if college is None:
        raise _wrong("unit", N_("本单位没有这个院系，请从列表中选择。"))
    return f"{level}:{key}", college


def _university(lead: Lead, home: Organisation, subject: str) -> Organisation | None:
    """Return the university that a case is about as a whole; the body that would work on it itself is refused."""
    level, _, name = subject.partition(":")
    if level != "university":
        return None
    if name == home.name:
        raise about_handler(lead)
    below = select(Organisation).where(
        Organisation.path.startswith(home.path, autoescape=True), Organisation.name == name
    )
    return db.session.scalars(below.where(Organisation.kind == "university")).first()


def about_handler(lead: Lead) -> Conflict:
    """Return the refusal to let a body work on what is about itself."""
    return Conflict(
        N_("线索 %(lead)s 反映的是承办单位自身，不能由本单位立案；请在归类时选择所反映的单位，线索将转上一级办理。"),
        code="about_handler",
        params={"lead": lead.number},
    )


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid(N_("立案填写不完整或有误，没有立案。"), fields={name: sentence})
