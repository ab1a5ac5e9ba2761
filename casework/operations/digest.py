"""One message a day, to each person above the owners, about everything that climbed to them.

Each matter already stands in their inbox; the digest is the only thing that
leaves the house, so forty overdue cases are one message and not forty.
"""

from datetime import date, timedelta

from sqlalchemy import func, select

from casework.cases.models import Case
from casework.db import db
from casework.deadlines.queries import running_stage
from casework.notices.models import Message
from casework.notices.post import Notice, post
from casework.notices.ways import INBOX, out_to
from casework.people.models import Person
from workflows.escalation import ESCALATION

KIND = "digest"
KINDS = ("case_due", "case_escalated", "report_due", "report_escalated", "case_orphaned")
LINES = 40
LOOK_BACK = timedelta(days=14)


def digest(day: date) -> int:
    """Write the digest of `day` for everybody who has something in it; return how many rows are new.

    It holds what climbed to the person since their last digest and is still
    open. Asking twice on one day adds nothing.
    """
    notices: list[Notice] = []
    for person in _readers():
        lines = _lines(person)
        if not lines:
            continue
        params = {"day": day.isoformat(), "count": len(lines), "lines": lines[:LINES]}
        notices += [
            Notice(
                kind=KIND,
                person_id=person.id,
                channel=channel,
                dedup=f"{KIND}:{day.isoformat()}",
                message_class=ESCALATION,
                params=params,
            )
            for channel in out_to(person)
        ]
    return post(notices)


def _readers() -> list[Person]:
    """Return the active persons to whom anything climbed lately."""
    newest = select(func.max(Message.created_at)).scalar_subquery()
    since = db.session.scalar(select(newest))
    if since is None:
        return []
    recent = select(Message.person_id).where(
        Message.channel == INBOX, Message.kind.in_(KINDS), Message.created_at >= since - LOOK_BACK
    )
    return list(db.session.scalars(select(Person).where(Person.active, Person.id.in_(recent)).order_by(Person.id)))


def _lines(person: Person) -> list[dict[str, object]]:
    """Return a line per matter, the last word about it, oldest deadline first."""
    last = db.session.scalar(select(func.max(Message.created_at)).filter_by(person_id=person.id, kind=KIND))
    rows = select(Message).where(Message.person_id == person.id, Message.channel == INBOX, Message.kind.in_(KINDS))
    if last is not None:
        rows = rows.where(Message.created_at > last)
    lines: dict[tuple[str, int], dict[str, object]] = {}
    for row in db.session.scalars(rows.order_by(Message.id)):
        if row.params.get("digest") and _still_open(row):
            key = ("case", row.case_id) if row.case_id else ("report", row.report_id or 0)
            shown = {name: row.params.get(name, "") for name in ("number", "clock", "due_on")}
            lines[key] = {"kind": row.kind, **shown}
    return sorted(lines.values(), key=lambda line: (str(line["due_on"]), str(line["number"])))


def _still_open(row: Message) -> bool:
    if row.case_id is None:
        return True
    return running_stage(db.session.get_one(Case, row.case_id)) is not None
