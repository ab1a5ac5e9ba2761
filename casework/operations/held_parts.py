"""What is held about one person, part by part: each thing in words, and where it came from.

Who reported something, what they wrote, and every other person are left out. The
labels are those of a document that is written in Chinese for the person themself.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from casework import clock, journal
from casework.campaigns.models import ContactTask, GraduateContact
from casework.cases.models import Case, CaseLead, CaseRecord, Correction, Evidence, Verification
from casework.cases.queries import not_about
from casework.db import db
from casework.errors import N_
from casework.intake.fields import RECORD_FIELDS
from casework.intake.models import Batch, Change, Confirmation, Proof, Record, Revision
from casework.notices.models import Message
from casework.people.models import Appointment, Person, Relation
from casework.rounds.models import Round
from casework.screening.models import Finding, FindingRecord


@dataclass(frozen=True)
class Section:
    """A part of what is held: its heading, where this comes from, and lines of what and what is held."""

    heading: str
    source: str
    lines: tuple[tuple[str, str], ...]


def about_record(record: Record, *, bodies: Collection[int]) -> Iterator[Section]:
    """Yield what is held about a graduate by one registration, without the parts of which there is nothing.

    What is about one of these `bodies` stays out: it passes through the hands of somebody who serves there.
    """
    round_ = db.session.get_one(Round, record.round_id)
    labels = {field.name: field.label for field in RECORD_FIELDS}
    revisions = db.session.execute(
        select(Revision, Batch)
        .join(Batch, Batch.id == Revision.batch_id)
        .where(Revision.record_id == record.id)
        .order_by(Revision.number)
    ).all()
    for revision, batch in revisions:
        held = {column.key: getattr(revision, column.key) for column in Revision.__table__.c if column.key in labels}
        held |= {"student_no": record.student_no, **(revision.sealed or {})}
        lines = tuple((labels.get(name, name), _said(value)) for name, value in held.items() if _said(value))
        day = f"{batch.confirmed_at or batch.uploaded_at:%Y-%m-%d}"
        source = f"{round_.cohort}届，{day} 导入的登记文件，第{revision.number}版"
        yield Section(N_("毕业去向登记"), source, lines)
    yield from _filled(
        Section(N_("登记系统中的变更"), N_("导入的变更记录"), _changes(record)),
        Section(N_("本人确认"), N_("国家系统的确认结果或本人填写"), _answers(record)),
        Section(N_("佐证材料"), N_("导入的材料清单"), _proofs(record)),
        Section(N_("疑点"), N_("自动筛查；疑似，以核查结论为准"), _findings(record)),
        Section(N_("案件"), N_("就业监测数据自查"), _cases(record, bodies)),
        Section(N_("发给本人的消息"), N_("提醒与确认"), _letters(record)),
    )


def _filled(*sections: Section) -> Iterator[Section]:
    return (each for each in sections if each.lines)


def _changes(record: Record) -> tuple[tuple[str, str], ...]:
    wanted = select(Change).filter_by(
        round_id=record.round_id, organisation_id=record.organisation_id, student_no=record.student_no
    )
    rows = db.session.scalars(wanted.order_by(Change.changed_at, Change.id))
    return tuple(
        (_moment(row.changed_at), f"{row.old_code} {row.old_employer} → {row.new_code} {row.new_employer}")
        for row in rows
    )


def _answers(record: Record) -> tuple[tuple[str, str], ...]:
    rows = db.session.scalars(select(Confirmation).filter_by(record_id=record.id).order_by(Confirmation.id))
    return tuple(
        (
            _moment(row.answered_at),
            "；".join(
                filter(None, (row.status, row.words or "", *(str(each) for each in (row.corrections or {}).values())))
            ),
        )
        for row in rows
    )


def _proofs(record: Record) -> tuple[tuple[str, str], ...]:
    rows = db.session.scalars(select(Proof).filter_by(record_id=record.id).order_by(Proof.id))
    return tuple((row.kind, row.file_name) for row in rows)


def _findings(record: Record) -> tuple[tuple[str, str], ...]:
    wanted = select(Finding).join(FindingRecord).where(FindingRecord.record_id == record.id).order_by(Finding.id)
    return tuple(("已撤销" if row.withdrawn_at else "疑似", row.rule) for row in db.session.scalars(wanted))


def _cases(record: Record, bodies: Collection[int]) -> tuple[tuple[str, str], ...]:
    """Return the cases about a graduate; what an unfinished one holds, and what a report to us opened, stays out."""
    reported = select(CaseLead.case_id)
    wanted = (
        select(Case)
        .join(CaseRecord, CaseRecord.case_id == Case.id)
        .where(CaseRecord.record_id == record.id, not_about(bodies))
        .order_by(Case.id)
    )
    told = set(db.session.scalars(reported))
    lines: list[tuple[str, str]] = []
    for case in db.session.scalars(wanted):
        lines.append((case.number, f"{_moment(case.opened_at)} 立案；核查结论：{case.conclusion or '尚无'}"))
        if case.id in told or case.conclusion is None:
            continue
        mine = or_(Verification.record_id == record.id, Verification.record_id.is_(None))
        verified = db.session.scalars(select(Verification).where(Verification.case_id == case.id, mine))
        corrected = db.session.scalars(select(Correction).filter_by(case_id=case.id, record_id=record.id))
        files = db.session.scalars(select(Evidence).filter_by(case_id=case.id, record_id=record.id))
        lines += [
            *((f"{case.number} 核查", f"{each.method} {each.result}") for each in verified),
            *((f"{case.number} 更正", f"{each.field}：{each.old} → {each.new}") for each in corrected),
            *((f"{case.number} 材料", each.name) for each in files),
        ]
    return tuple(lines)


def _letters(record: Record) -> tuple[tuple[str, str], ...]:
    rows = db.session.scalars(select(Message).filter_by(record_id=record.id).order_by(Message.id))
    letters = [(_moment(row.created_at), f"{row.kind}，{row.channel}，{row.state}") for row in rows]
    ways = db.session.scalars(select(GraduateContact).filter_by(record_id=record.id))
    tasks = db.session.scalars(select(ContactTask).filter_by(record_id=record.id))
    return (
        *letters,
        *((f"{each.channel} 联系方式", each.state) for each in ways),
        *(("人工联系", each.reason) for each in tasks),
    )


def about_member(person: Person) -> Iterator[Section]:
    """Yield what is held about a member of staff."""
    account = (
        ("账号", person.login),
        ("姓名", person.name),
        ("邮箱", person.email),
        ("手机", person.mobile or ""),
        ("企业微信", person.wecom),
        ("语言", person.language),
    )
    yield Section(N_("账号"), N_("管理员导入或本人填写"), tuple(line for line in account if line[1]))
    held = db.session.scalars(
        select(Appointment).filter_by(person_id=person.id).options(joinedload(Appointment.organisation))
    )
    posts = tuple((each.organisation.name, f"{each.role}，{each.since} 起") for each in held)
    ties = db.session.scalars(select(Relation).filter_by(person_id=person.id))
    kept = tuple((each.kind, each.value) for each in ties if each.kind != "kin")
    letters = db.session.scalars(select(Message).filter_by(person_id=person.id).order_by(Message.id.desc()).limit(500))
    sent = tuple((_moment(each.created_at), f"{each.kind}，{each.channel}，{each.state}") for each in letters)
    entries = db.session.execute(
        select(journal.JournalEntry.at, journal.JournalEntry.action)
        .where(journal.JournalEntry.actor == str(person.id))
        .order_by(journal.JournalEntry.id.desc())
        .limit(500)
    ).all()
    done = tuple((_moment(at), action) for at, action in entries)
    yield from _filled(
        Section(N_("职务"), N_("管理员导入"), posts),
        Section(N_("回避关系"), N_("本人申报或登记系统"), kept),
        Section(N_("发给本人的消息（最近500条）"), N_("提醒"), sent),
        Section(N_("本人的操作（最近500条，仅列时间和类别）"), N_("日志"), done),
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}"


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return _moment(value)
    return "" if value is None else str(value)
