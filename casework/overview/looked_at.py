"""Who looked at one person's full particulars: entries of the chain of looks that are about them, of every body.

Files with many people in them (complete records, packages) are taken for a report
or a round and name nobody, so they are not found here: the audit has them.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, or_, select

from casework import asking
from casework.cases.models import Case, CaseRecord, Evidence
from casework.cases.queries import not_about
from casework.db import db
from casework.intake.models import Record
from casework.journal import LOOKS, JournalEntry
from casework.overview.reading_scope import reached
from workflows.access import SYSTEM, Actor

LOOKED = {
    "person:unmask": "查看完整身份信息",
    "evidence:open": "打开材料",
    "person:outline": "应本人申请查询",
    "person:report": "应本人申请出具",
}
"""What is found here, in the words of the document for the person."""
_AT_THEIR_CASES = ("person:unmask", "evidence:open")
_AT_THEM = ("person:outline", "person:report")


@asking.reaching("cases", "records", why="whoever looked at somebody looked at them in whatever body has the case now")
def looks_at(refs: Collection[str], *, bodies: Collection[int]) -> Sequence[JournalEntry]:
    """Return every look at the person of these registrations (or of this account), newest first.

    Looks at a case that is about one of these `bodies` stay out, as the case itself.
    """
    theirs = select(Record.id).where(Record.ref.in_(refs))
    cases = select(CaseRecord.case_id).where(CaseRecord.record_id.in_(theirs))
    numbers = select(Case.number).where(Case.id.in_(cases), not_about(bodies))
    wanted = select(JournalEntry).where(
        JournalEntry.chain == LOOKS,
        or_(
            and_(JournalEntry.action.in_(_AT_THEM), JournalEntry.subject.in_(refs)),
            and_(JournalEntry.action.in_(_AT_THEIR_CASES), JournalEntry.subject.in_(numbers)),
        ),
    )
    others = select(Evidence.ref).where(
        Evidence.case_id.in_(cases), Evidence.record_id.is_not(None), Evidence.record_id.not_in(theirs)
    )
    of_others = set(db.session.scalars(others))
    found = db.session.scalars(wanted.order_by(JournalEntry.at.desc(), JournalEntry.id.desc()))
    return [each for each in found if _is_at(each, refs, of_others)]


def readable_looks(refs: Collection[str], reader: Actor) -> Sequence[JournalEntry]:
    """Return those of them that somebody may read: their own, and where the policy lets them audit looks."""
    found = looks_at(refs, bodies=reader.bodies)
    if reader is SYSTEM:
        return found
    audited = set(db.session.scalars(reached(reader, "audit:looks")))
    return [each for each in found if each.actor == str(reader.id) or each.organisation_id in audited]


def _is_at(entry: JournalEntry, refs: Collection[str], of_others: Collection[str]) -> bool:
    """Say whether a look was at these people: a case may have several, and its files may be about one of them."""
    if entry.action == "person:unmask":
        return entry.facts.get("record") in refs
    return entry.facts.get("evidence") not in of_others
