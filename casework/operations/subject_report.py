"""Everything that is held about one person, for that person: what a graduate or a member of staff may ask for.

PIPL Art. 45 gives everybody a look at, and a copy of, what is processed about
them. The report says each thing in words and where it came from, who reported
something and every other person left out, and when it was looked at, by nobody's name.
Making it is a look at everything at once: with a reason, in the chain of looks.
The page before it names only what there is, and not what it says; it is a look
likewise. What lies with another body by now is held about them all the same.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from casework import clock, journal
from casework.asking import reaching
from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Record
from casework.operations.held_parts import Section, about_member, about_record
from casework.operations.mark_export import Mark, mark_of
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.overview.looked_at import LOOKED, looks_at
from casework.people.models import Organisation, Person
from workflows.access import Actor

LEFT_OUT = N_("未列入：反映人的身份和线索原文，以及其他人的个人信息（依法不向申请人提供）；仍在核查中的内部意见。")
WHOLE = "whoever asks gets what is held about them, wherever it lies by now"


@dataclass(frozen=True)
class Held:
    """What there is about somebody: what pages call them, where, the refs of it, its parts."""

    about: str
    organisation: Organisation
    refs: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class SubjectReport:
    """The whole: about whom, made when, its mark, its parts; `left_out` says what is not in it and why."""

    about: str
    made_at: datetime
    mark: Mark
    sections: tuple[Section, ...]
    left_out: str = LEFT_OUT


@reaching("cases", "records", why=WHOLE)
def report_on_graduate(*, student_no: str, organisation: Organisation, reason: str, actor: Actor) -> SubjectReport:
    """Return what is held about a graduate of an organisation, in every round; the look is journalled.

    Raises `NotFound` when there is no such registration there.
    """
    return _reported(_of_graduate(student_no, organisation, reason, actor), reason=reason, actor=actor)


@reaching("cases", "records", why=WHOLE)
def outline_of_graduate(*, student_no: str, organisation: Organisation, reason: str, actor: Actor) -> Held:
    """Return the same to be shown on a page by its headings alone; the look is journalled as well."""
    return _outlined(_of_graduate(student_no, organisation, reason, actor), reason=reason, actor=actor)


def report_on_member(*, person: Person, organisation: Organisation, reason: str, actor: Actor) -> SubjectReport:
    """Return what is held about a member of staff who has a role in an organisation; the look is journalled."""
    return _reported(_of_member(person, organisation, reason, actor), reason=reason, actor=actor)


def outline_of_member(*, person: Person, organisation: Organisation, reason: str, actor: Actor) -> Held:
    """Return the same to be shown on a page by its headings alone; the look is journalled as well."""
    return _outlined(_of_member(person, organisation, reason, actor), reason=reason, actor=actor)


def _of_graduate(student_no: str, organisation: Organisation, reason: str, actor: Actor) -> Held:
    permit(actor, "person:unmask", organisation=organisation)
    refuse_blank({"reason": reason})
    wanted = select(Record).filter_by(organisation_id=organisation.id, student_no=student_no.strip())
    records = db.session.scalars(wanted.order_by(Record.id)).all()
    if not records:
        raise NotFound(N_("没有找到这名毕业生的登记。请核对学号。"))
    sections = tuple(part for record in records for part in about_record(record, bodies=actor.bodies))
    return Held(records[0].name, organisation, tuple(each.ref for each in records), sections)


def _of_member(person: Person, organisation: Organisation, reason: str, actor: Actor) -> Held:
    permit(actor, "people:manage", organisation=organisation)
    refuse_blank({"reason": reason})
    if organisation.id not in {each.organisation_id for each in person.appointments}:
        raise NotFound(N_("没有找到这名工作人员，或不在您的权限范围内。"))
    return Held(person.name, organisation, (person.ref,), tuple(about_member(person)))


def _reported(held: Held, *, reason: str, actor: Actor) -> SubjectReport:
    mark = mark_of(actor, purpose=reason)
    _say("person:report", held, reason=reason, actor=actor, mark=mark.ref)
    return SubjectReport(held.about, clock.now(), mark, (*held.sections, *_looks(held.refs, actor)))


def _looks(refs: tuple[str, ...], actor: Actor) -> tuple[Section, ...]:
    """Return when and how somebody looked, for the person themself: whoever looked is another person."""
    found = looks_at(refs, bodies=actor.bodies)
    lines = tuple((f"{each.at.astimezone(clock.BEIJING):%Y-%m-%d %H:%M}", LOOKED[each.action]) for each in found)
    return (Section(N_("查看过完整信息的记录"), N_("查看日志；不列查看人"), lines),) if lines else ()


def _outlined(held: Held, *, reason: str, actor: Actor) -> Held:
    _say("person:outline", held, reason=reason, actor=actor)
    return held


def _say(action: str, held: Held, *, reason: str, actor: Actor, **facts: str) -> None:
    lines = sum(len(each.lines) for each in held.sections)
    journal.record(
        organisation_id=held.organisation.id,
        action=action,
        actor=str(actor.id),
        subject=held.refs[0],
        facts={"records": list(held.refs), "lines": lines, **facts},
        personal={"reason": reason.strip()},
        chain=journal.LOOKS,
    )
