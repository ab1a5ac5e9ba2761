"""Make the people, rounds, records and cases that a test needs, with whatever it does not care about filled in.

Everything is added to the session and flushed, nothing is committed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

from casework.cases.models import Case, CaseFinding, CaseRecord, Correction, Move, Verification
from casework.db import db
from casework.intake.models import Batch, Record, Revision
from casework.operations.open_case import next_number
from casework.operations.open_round import open_round
from casework.operations.passwords import set_password
from casework.people.models import Appointment, Organisation, Person
from casework.rounds.models import Round
from casework.screening.models import Finding, Run
from workflows.access import SYSTEM
from workflows.severity import Severity

PASSWORD = "correct horse battery"
NOON = datetime(2024, 7, 29, 4, 0, tzinfo=UTC)  # Monday noon in Beijing, a week before the university's date

_numbers = count(1)


@dataclass(frozen=True)
class Tree:
    """One line of organisations with the discipline bodies beside it."""

    ministry: Organisation
    province: Organisation
    province_discipline: Organisation
    university: Organisation
    discipline: Organisation
    college: Organisation


def make_organisation(name, kind, parent=None, *, short_code=None):
    number = next(_numbers)
    made = Organisation(
        code=f"ORG{number:04}",
        kind=kind,
        name=name,
        short_code=_free(short_code) or f"X{number}",
        parent=parent,
        parent_id=parent.id if parent else None,
    )
    db.session.add(made)
    db.session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    db.session.flush()
    return made


def _free(short_code):
    """Return the short code, or nothing if another organisation has it: it begins the numbers of cases."""
    taken = short_code and db.session.query(Organisation).filter_by(short_code=short_code).count()
    return None if taken else short_code


def make_tree():
    ministry = make_organisation("教育部门（演示）", "ministry")
    province = make_organisation("湖北省教育厅（演示）", "province", ministry, short_code="HB")
    university = make_organisation("岭川大学", "university", province, short_code="LC")
    return Tree(
        ministry=ministry,
        province=province,
        province_discipline=make_organisation("驻湖北省教育厅纪检监察组（演示）", "discipline", province),
        university=university,
        discipline=make_organisation("岭川大学纪检监察机构", "discipline", university),
        college=make_organisation("文学院", "college", university),
    )


def make_person(role=None, organisation=None, *, name=None, password=None):
    number = next(_numbers)
    person = Person(login=f"P{number:04}", name=name or f"张三{number}", email=f"p{number}@edu.example.com")
    db.session.add(person)
    if role:
        person.appointments.append(_appointment(role, organisation))
    db.session.flush()
    if password:
        set_password(person, password=password, actor=SYSTEM)
    return person


def appoint(person, role, organisation):
    person.appointments.append(_appointment(role, organisation))
    db.session.flush()


def _appointment(role, organisation):
    return Appointment(role=role, organisation=organisation, since=date(2020, 1, 1))


def make_round(shipped="2024"):
    found = db.session.query(Round).filter_by(code=shipped).one_or_none()
    return found or open_round(shipped=shipped, actor=SYSTEM)


def make_batch(organisation, round_):
    known = db.session.query(Batch).filter_by(organisation_id=organisation.id, round_id=round_.id).first()
    if known:
        return known
    made = Batch(
        organisation_id=organisation.id,
        round_id=round_.id,
        kind="graduates",
        file_name="graduates.xlsx",
        sha256="0" * 64,
        size=1,
        state="written",
        uploaded_by_id=make_person().id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def make_record(organisation, round_, *, college=None, sealed=None, **values):
    """Make a registered graduate; `values` are columns of the revision."""
    number = next(_numbers)
    name = values.pop("name", "欧阳晓明")
    record = Record(
        round_id=round_.id,
        organisation_id=organisation.id,
        college_id=college.id if college else None,
        student_no=values.pop("student_no", f"2020221{number:05}"),
        name=name,
    )
    db.session.add(record)
    db.session.flush()
    shown = {"destination_code": "11", "employer_name": "岭川样本科技有限公司", "college": "文学院"} | values
    revision = Revision(
        record_id=record.id,
        batch_id=make_batch(organisation, round_).id,
        content_hash=f"{number:064}",
        name=name,
        sealed={"id_number": "110101200001011234", "phone": "13812346021"} | (sealed or {}),
        **shown,
    )
    db.session.add(revision)
    db.session.flush()
    record.revision = revision
    db.session.flush()
    return record


def make_run(organisation, round_):
    known = db.session.query(Run).filter_by(organisation_id=organisation.id, round_id=round_.id).first()
    if known:
        return known
    made = Run(organisation_id=organisation.id, round_id=round_.id, started_by="0", finished_at=NOON)
    db.session.add(made)
    db.session.flush()
    return made


def make_finding(organisation, round_, *, rule="GRADUATE_DENIES", observed=None, **values):
    run = make_run(organisation, round_)
    number = next(_numbers)
    made = Finding(
        organisation_id=organisation.id,
        round_id=round_.id,
        rule=rule,
        subject_key=values.pop("subject_key", f"subject {number}"),
        fingerprint=f"{number:064}",
        observed=observed or {},
        first_run_id=run.id,
        last_run_id=run.id,
        **{"level": "record", "output": "C", "strength": "s"} | values,
    )
    db.session.add(made)
    db.session.flush()
    return made


def make_case(organisation, round_, *, state="flagged", owner=None, records=None, findings=(), **values):
    """Make a case as it would stand in `state`; `accepted` comes as a state of its own here.

    A concluded case has two independent verifications and a conclusion, unfounded unless said otherwise.
    """
    accepted = state in {"accepted", "signed_off", "filed"}
    severity = Severity(values.pop("severity", "medium"))
    records = [make_record(organisation, round_)] if records is None else records
    kind = values.pop("kind", "record")
    key = records[0].student_no if kind == "record" and records else f"subject {next(_numbers)}"
    case = Case(
        **{
            "number": next_number(organisation, round_),
            "organisation": organisation,
            "organisation_id": organisation.id,
            "round": round_,
            "round_id": round_.id,
            "kind": kind,
            "subject_key": key,
            "title": "毕业生反馈从未签订",
            "origin": "screening",
            "nature": "contradiction",
            "severity": severity.value,
            "severity_rank": severity.rank,
            "state": "corrected" if accepted and state == "accepted" else state,
            "state_since": NOON,
            "opened_at": NOON,
            "owner": owner,
            "people_count": len(records),
        }
        | values
    )
    case.records = [CaseRecord(record=record) for record in records]
    case.findings = [CaseFinding(finding=finding) for finding in findings]
    case.moves = [Move(action="open", to_state="flagged")]
    db.session.add(case)
    if state not in {"flagged", "investigating", "merged"}:
        conclude(case, by=owner or make_person("investigator", organisation))
    if accepted:
        case.accepted_at, case.accepted_by = NOON, make_person("supervisor", organisation)
    db.session.flush()
    return case


def conclude(case, *, by):
    """Give a case what a conclusion needs, without asking the rules."""
    add_verification(case, by=by)
    add_verification(case, by=by, method="letter", evidence_class="employer", supplied_by="employer")
    case.conclusion = case.conclusion or "unfounded"
    case.conclusion_note, case.concluded_at = "单位证实录用", NOON
    case.moves.append(Move(action="conclude", by=by, from_state="investigating", to_state="corrected"))


def add_verification(case, *, by, method="phone", evidence_class="graduate", result="supports", **values):
    row = Verification(
        by=by,
        at=NOON,
        method=method,
        evidence_class=evidence_class,
        result=result,
        **{"supplied_by": "graduate", "note": "接通，本人说明"} | values,
    )
    case.verifications.append(row)
    return row


def add_correction(case, *, by, field="destination_code", old="11", new="70", evidence=None):
    row = Correction(record=case.records[0].record, field=field, old=old, new=new, by=by, at=NOON, evidence=evidence)
    case.corrections.append(row)
    return row
