"""An audited entry as a reader understands it: who, what in a sentence, why, by which door and from where.

Reasons and the network lie sealed beside the entries and are opened here for
whoever may read the audit. A reason is somebody's own words: long numbers in it
are masked, and the names and student numbers of the graduates of its case.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select

from casework import asking
from casework.cases.models import Case, CaseRecord
from casework.db import db
from casework.errors import N_
from casework.intake import normal
from casework.intake.models import Record
from casework.journal import JournalEntry, JournalSecret, Whence, read_whence
from casework.journal.whence import WHENCE
from casework.people.models import Organisation, Person
from workflows.access import ACTIONS, Actor, Role
from workflows.audit import Group, kind_of
from workflows.engine import Words

MOST_NAMES = 500
"""So many graduates of the cases of one page are looked for in its reasons; a cluster of more says so by its number."""
LEAD_READERS = frozenset({Role.AUDITOR, Role.DISCIPLINE_OFFICER, Role.LEAD_OFFICER})
_NUMBERS = re.compile(r"(?<![0-9A-Za-z@._%+-])(?=[0-9A-Za-z@._%+-]*?[0-9]{6})[0-9A-Za-z@._%+-]+")
_SOMETHING = N_("一项操作")
_PAGES: Mapping[str, str] = MappingProxyType(
    {
        "admin": N_("管理页面"),
        "audit": N_("审计记录页面"),
        "below": N_("下级自查进展页面"),
        "case": N_("案件页面"),
        "channels": N_("消息送达页面"),
        "cosign": N_("签字页面"),
        "deliveries": N_("消息送达页面"),
        "filing": N_("备案页面"),
        "imports": N_("导入与筛查页面"),
        "jobs": N_("运行状态页面"),
        "journal": N_("日志校验页面"),
        "lead": N_("线索页面"),
        "leads": N_("线索受理页面"),
        "mandates": N_("授权与任职文件页面"),
        "overdue": N_("逾期督办页面"),
        "question": N_("查看情况询问页面"),
        "questions": N_("查看情况询问页面"),
        "referrals": N_("请求上级办理页面"),
        "report": N_("自查报告页面"),
        "reports": N_("自查报告页面"),
        "rules": N_("筛查规则页面"),
        "samples": N_("抽样核查页面"),
        "spot": N_("抽查已办结案件页面"),
        "ties": N_("登记他人的回避关系页面"),
        "webhooks": N_("消息送达页面"),
    }
)
"""What a reader calls the pages at which people are refused, by the first word of their names."""
_LABELS = frozenset({N_("登录"), *(action.label for action in ACTIONS.values())})


@dataclass(frozen=True)
class Line:
    """One audited entry; `sentence` and `group` are message ids, `params` what fills the sentence's places."""

    at: datetime
    who: str
    login: str
    body: str
    group: Group
    sentence: str
    params: Mapping[str, object]
    action: str
    subject: str
    reason: str
    whence: Whence | None
    seq: int
    chain: str
    hash: str


def lines_of(entries: Sequence[JournalEntry], *, reader: Actor) -> list[Line]:
    """Return the entries as lines, in their order, with as many statements for one as for a page of them.

    Why somebody looked into a lead may say what the lead says: whoever neither audits nor may read leads does not
    read it.
    """
    people = _people(entries)
    bodies = _bodies(entries)
    sealed = _sealed(entries)
    graduates = _graduates({entry.subject for entry in entries})
    return [
        Line(
            at=entry.at,
            who=people[entry.actor][0] if entry.actor in people else N_("系统"),
            login=people[entry.actor][1] if entry.actor in people else "",
            body=bodies.get(entry.organisation_id, ""),
            group=_kind(entry.action)[0],
            sentence=_kind(entry.action)[1],
            params=_params(entry),
            action=entry.action,
            subject=entry.subject,
            reason=_masked(_why(entry, sealed, reader), graduates.get(entry.subject, ())),
            whence=read_whence(sealed.get((entry.id, WHENCE), "")),
            seq=entry.seq,
            chain=entry.chain,
            hash=entry.hash,
        )
        for entry in entries
    ]


def _why(entry: JournalEntry, sealed: Mapping[tuple[int, str], str], reader: Actor) -> str:
    mine = entry.actor == str(reader.id)
    if (
        entry.action.startswith("lead:")
        and not mine
        and not any(held.role in LEAD_READERS for held in reader.appointments)
    ):
        return ""
    return sealed.get((entry.id, "reason"), "")


def _kind(action: str) -> tuple[Group, str]:
    kind = kind_of(action)
    if kind is None:  # lists are made from the table, so nothing else comes here
        raise ValueError(f"{action!r} is not audited")
    return kind.group, kind.sentence


def _params(entry: JournalEntry) -> Mapping[str, object]:
    """Return what the places of the sentence mean; codes become words, and what has none is not shown."""
    facts = entry.facts
    what = facts.get("what", "")
    role = facts.get("role", "")
    return {
        "subject": entry.subject,
        "what": Words((what if what in _LABELS else _page_of(what),)),
        "account": facts.get("account", ""),
        "times": facts.get("times", 1),
        "role": Words((Role(role).label if role in set(Role) else role,)),
    }


def _page_of(place: str) -> str:
    """Return the words for the page of this name; those for something where it has none, as commands and programs."""
    door, _, name = place.partition(".")
    return _PAGES.get(name.partition("_")[0], _SOMETHING) if door == "web" else _SOMETHING


def _people(entries: Sequence[JournalEntry]) -> dict[str, tuple[str, str]]:
    ids = {int(entry.actor) for entry in entries if entry.actor.isdigit()}
    rows = db.session.execute(select(Person.id, Person.name, Person.login).where(Person.id.in_(ids)))
    return {str(row.id): (row.name, row.login) for row in rows}


def _bodies(entries: Sequence[JournalEntry]) -> dict[int, str]:
    ids = {entry.organisation_id for entry in entries}
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _sealed(entries: Sequence[JournalEntry]) -> dict[tuple[int, str], str]:
    wanted = select(JournalSecret.entry_id, JournalSecret.name, JournalSecret.value).where(
        JournalSecret.entry_id.in_([entry.id for entry in entries]), JournalSecret.name.in_(("reason", WHENCE))
    )
    return {(row.entry_id, row.name): row.value for row in db.session.execute(wanted)}


@asking.reaching("cases", "records", why="the names of graduates are read in order to mask them")
def _graduates(numbers: set[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return of each of these cases what its graduates are called, with the masked word for it."""
    wanted = (
        select(Case.number, Record.name, Record.student_no)
        .join(CaseRecord, CaseRecord.case_id == Case.id)
        .join(Record, Record.id == CaseRecord.record_id)
        .where(Case.number.in_(sorted(numbers)))
        .limit(MOST_NAMES)
    )
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for number, name, student_no in db.session.execute(wanted):
        words = ((name, normal.masked_name(name)), (student_no, normal.masked_student_no(student_no)))
        found[number] = (*found.get(number, ()), *words)
    return found


def _masked(reason: str, graduates: Sequence[tuple[str, str]]) -> str:
    for clear, masked in graduates:
        reason = reason.replace(clear, masked) if clear else reason
    return _NUMBERS.sub(lambda found: f"{found[0][:3]}****{found[0][-2:]}", reason)
