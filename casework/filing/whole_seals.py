"""Is what concluded cases rest on still what was sealed; a seal that was written into is named with its case.

A seal proves itself by its hash, and the hash of all seals of a case stands in
the journal, with the conclusion or with what replaced them since: whoever
writes a new hash beside a new value is found there.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from casework.cases.drifts import RecordSeal
from casework.cases.models import Case
from casework.cases.sealed_fields import digest_of, hash_of_seals
from casework.db import db
from casework.errors import N_
from casework.filing.whole import Fault
from casework.journal import JournalEntry
from workflows.case import CONCLUDED

AT_ONCE = 500
SEALING = ("case:conclude", "case:seal")


def seal_faults() -> Iterator[Fault]:
    """Yield what is wrong with the seals of each concluded case: a value in one, or which of them there are."""
    wanted = select(Case.id, Case.number).where(Case.state.in_(CONCLUDED)).order_by(Case.id).limit(AT_ONCE)
    last = 0
    while cases := db.session.execute(wanted.where(Case.id > last)).all():
        yield from _faults_of(cases)
        last = cases[-1].id


def _faults_of(cases: Sequence[Row]) -> Iterator[Fault]:
    seals: dict[int, list[RecordSeal]] = defaultdict(list)
    standing = select(RecordSeal).where(RecordSeal.lifted_at.is_(None)).options(joinedload(RecordSeal.record))
    standing = standing.where(RecordSeal.case_id.in_([case.id for case in cases])).order_by(RecordSeal.id)
    for seal in db.session.scalars(standing.execution_options(populate_existing=True)):
        seals[seal.case_id].append(seal)
    journalled = _journalled([case.number for case in cases])
    for case in cases:
        shown = {"case": case.number}
        if any(_digest(seal, case.number) != seal.digest for seal in seals[case.id]):
            yield Fault(N_("案件 %(case)s 结论所据的封存内容与其校验值不符，可能被改动。"), shown)
        now = hash_of_seals(seal.digest for seal in seals[case.id]) if seals[case.id] else ""
        if now != journalled.get(case.number, ""):
            yield Fault(N_("案件 %(case)s 结论所据的封存内容与日志所记的不同，可能被改动或增减。"), shown)


def _digest(seal: RecordSeal, number: str) -> str:
    return digest_of(seal.values, waiting=seal.waiting, case=number, record=seal.record.ref)


def _journalled(numbers: Sequence[str]) -> dict[str, str]:
    """Return the hash that the journal says last of the seals of each of these cases; nothing where it says none."""
    wanted = (
        select(JournalEntry.subject, JournalEntry.facts)
        .where(JournalEntry.subject.in_(numbers), JournalEntry.action.in_(SEALING))
        .order_by(JournalEntry.id)
    )
    return {row.subject: str(row.facts.get("seals", "")) for row in db.session.execute(wanted)}
